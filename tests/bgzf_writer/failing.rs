//! Inner writers that fail.

use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pagecut::compress::bgzf::Writer;

use crate::make::{CLOSING, MOST, noise, options, reads, written};

/// The behaviour of a full writer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Full {
    Fails,
    Panics,
    /// It fails once, and then continues normally.
    FailsOnce,
}

/// Accepts a limited number of bytes, in short pieces and with interruptions.
struct Narrow<'out> {
    out: &'out mut Vec<u8>,
    room: usize,
    at_a_time: usize,
    full: Full,
    calls: usize,
}

impl<'out> Narrow<'out> {
    fn new(out: &'out mut Vec<u8>, room: usize, full: Full) -> Self {
        Self { out, room, at_a_time: 1000, full, calls: 0 }
    }
}

impl Write for Narrow<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) {
            return Err(ErrorKind::Interrupted.into());
        }
        let len = bytes.len().min(self.at_a_time).min(self.room);
        if len == 0 {
            assert_ne!(self.full, Full::Panics, "this is what the test is for");
            if self.full == Full::FailsOnce {
                self.room = usize::MAX;
            }
            return Err(ErrorKind::StorageFull.into());
        }
        self.room -= len;
        self.out.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.calls += 1;
        if self.calls.is_multiple_of(3) { Err(ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

/// Writes all pieces despite errors, and finishes. Returns the kind of the first error.
fn write(writer: Narrow<'_>, threads: usize, pieces: &[&[u8]], flush: bool) -> Option<ErrorKind> {
    let mut writer = Writer::with_options(writer, options(threads)).unwrap();
    let mut first = None;
    for piece in pieces {
        let written = catch_unwind(AssertUnwindSafe(|| {
            writer.write_all(piece)?;
            if flush { writer.flush() } else { Ok(()) }
        }));
        let error = match written {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.kind()),
            Err(_) => Some(ErrorKind::Other),
        };
        assert!(first.is_none() || error == first, "an error stays");
        first = error;
    }
    match catch_unwind(AssertUnwindSafe(|| writer.finish().map(drop))) {
        Ok(Ok(())) => {
            assert_eq!(first, None, "what failed was finished");
            None
        }
        Ok(Err(error)) => {
            let pagecut::ErrorKind::Io(error) = error.kind() else { panic!("{error}") };
            assert!(first.is_none_or(|first| first == error.kind()));
            first.or(Some(error.kind()))
        }
        Err(_) => first.or(Some(ErrorKind::Other)),
    }
}

/// Checks a failure of the inner writer after `room` bytes.
fn check(room: usize, threads: usize, pieces: &[&[u8]], flush: bool, whole: &[u8]) {
    for full in [Full::Fails, Full::FailsOnce, Full::Panics] {
        let mut out = Vec::new();
        let failed = write(Narrow::new(&mut out, room, full), threads, pieces, flush);
        let what = format!("{full:?} after {room} bytes, {threads} threads");
        let expected = if full == Full::Panics { ErrorKind::Other } else { ErrorKind::StorageFull };
        assert_eq!(failed, (room < whole.len()).then_some(expected), "{what}");
        assert!(out == whole[..room.min(whole.len())], "{what}");
        assert!(failed.is_none() || !out.ends_with(&CLOSING), "{what}: closed");
    }
}

#[test]
fn failure_after_every_number_of_bytes() {
    let pieces: &[&[u8]] = &[b"@r1\nACGT\n+\nIIII\n", b"@r2\n", b"AC\n+\nII\n"];
    for threads in [1, 3] {
        let mut whole = Vec::new();
        assert_eq!(write(Narrow::new(&mut whole, usize::MAX, Full::Fails), threads, pieces, true), None);
        assert!(whole.ends_with(&CLOSING));
        for room in 0..=whole.len() {
            check(room, threads, pieces, true, &whole);
        }
    }
}

#[test]
fn between_blocks_and_inside_of_them() {
    let bytes = [noise(MOST), reads(3 * MOST)].concat();
    let pieces: Vec<_> = bytes.chunks(30_000).collect();
    let whole = written(1, pieces.iter().copied());
    for threads in [1, 3] {
        for room in [1, MOST, 2 * MOST, whole.len() - 29, whole.len() - 28, whole.len() - 1, whole.len()] {
            check(room, threads, &pieces, false, &whole);
        }
    }
}

#[test]
fn a_writer_that_fails_to_flush_fails_to_finish() {
    struct NoFlush;
    impl Write for NoFlush {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }
    let mut writer = Writer::with_options(NoFlush, options(1)).unwrap();
    writer.write_all(b"@r1\n").unwrap();
    assert_eq!(writer.flush().unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(writer.write(b"AC\n").unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert!(writer.finish().is_err());
    assert!(Writer::with_options(NoFlush, options(1)).unwrap().finish().is_err());
}
