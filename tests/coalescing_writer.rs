//! Buffered bytes arrive once and in order, whatever the inner writer accepts, refuses or returns.

#[cfg(target_os = "linux")]
mod kernel;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, IoSlice, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use pagecut::io::{Alignment, CoalescingWriter};
use proptest::prelude::*;

/// The response of a writer to a call.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// Accepts at most this number of bytes, possibly 0.
    Take(usize),
    Refuse(io::ErrorKind),
    Panic,
}

/// A writer with scripted answers, which then accepts everything.
#[derive(Debug, Clone, Default)]
struct Scripted {
    arrived: Rc<RefCell<Vec<u8>>>,
    answers: Rc<RefCell<VecDeque<Answer>>>,
    /// Whether it accepts more than the first slice.
    vectored: bool,
    /// Addresses and lengths of the slices of the last call.
    offered: Rc<RefCell<Vec<(usize, usize)>>>,
    flushes: Rc<Cell<u32>>,
}

impl Scripted {
    fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Rc::new(RefCell::new(answers.into_iter().collect()));
        Self { answers, vectored: true, ..Self::default() }
    }

    fn arrived(&self) -> Vec<u8> {
        self.arrived.borrow().clone()
    }
}

impl Write for Scripted {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        *self.offered.borrow_mut() =
            slices.iter().map(|slice| (slice.as_ptr().addr(), slice.len())).collect();
        let answer = self.answers.borrow_mut().pop_front().unwrap_or(Answer::Take(usize::MAX));
        let most = match answer {
            Answer::Take(most) => most,
            Answer::Refuse(kind) => return Err(kind.into()),
            Answer::Panic => panic!("as it was told"),
        };
        let seen = if self.vectored { slices } else { &slices[..1] };
        let bytes: Vec<u8> = seen.iter().flat_map(|slice| slice.iter().copied()).collect();
        let taken = &bytes[..bytes.len().min(most)];
        self.arrived.borrow_mut().extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes.set(self.flushes.get() + 1);
        Ok(())
    }
}

/// An operation on the writer.
#[derive(Debug, Clone)]
enum Action {
    Write(usize),
    WriteVectored(Vec<usize>),
    Flush,
}

/// The end of the writer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    IntoParts,
    Finish,
    Drop,
}

/// Applies the actions and checks after each that arrived and buffered bytes are the accepted ones.
fn check(buffer_len: usize, inner: Scripted, actions: &[Action], ending: Ending) {
    let mut writer = CoalescingWriter::new(inner.clone(), buffer_len).unwrap();
    let mut accepted = Vec::new();
    let mut next = (0..=u8::MAX).cycle();
    for action in actions {
        let sizes = match action {
            Action::Write(size) => vec![*size],
            Action::WriteVectored(sizes) => sizes.clone(),
            Action::Flush => vec![],
        };
        let pieces: Vec<Vec<u8>> = sizes.iter().map(|&size| next.by_ref().take(size).collect()).collect();
        let data = pieces.concat();
        let answer = match action {
            Action::Write(_) => writer.write(&data),
            Action::WriteVectored(_) => {
                writer.write_vectored(&pieces.iter().map(|piece| IoSlice::new(piece)).collect::<Vec<_>>())
            }
            Action::Flush => writer.flush().map(|()| 0),
        };
        match answer {
            Ok(taken) => {
                accepted.extend_from_slice(&data[..taken]);
                assert!(taken > 0 || data.is_empty(), "nothing taken is an error");
                assert!(taken == data.len() || data.len() > buffer_len, "a small write is not short");
                assert!(writer.buffered() == 0 || !matches!(action, Action::Flush));
            }
            Err(error) => assert_ne!(error.kind(), io::ErrorKind::Interrupted),
        }
        assert!(writer.buffered() <= buffer_len);
        assert_eq!(writer.written(), inner.arrived().len() as u64);
        assert_eq!(inner.arrived().len() + writer.buffered(), accepted.len());
        assert!(accepted.starts_with(&inner.arrived()));
    }
    match ending {
        Ending::IntoParts => {
            let (_, left) = writer.into_parts();
            assert_eq!([inner.arrived(), left].concat(), accepted);
        }
        Ending::Finish => {
            let finished = writer.finish();
            assert!(accepted.starts_with(&inner.arrived()));
            if finished.is_ok() {
                assert_eq!(inner.arrived(), accepted);
            }
        }
        Ending::Drop => {
            let willing = inner.answers.borrow().iter().all(|answer| matches!(answer, Answer::Take(1..)));
            drop(writer);
            assert!(accepted.starts_with(&inner.arrived()));
            assert!(!willing || inner.arrived() == accepted);
        }
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    let refusals = [io::ErrorKind::Interrupted, io::ErrorKind::WouldBlock, io::ErrorKind::StorageFull];
    prop_oneof![
        4 => (0_usize..40).prop_map(Answer::Take),
        3 => prop::sample::select(refusals.to_vec()).prop_map(Answer::Refuse),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => (0_usize..20).prop_map(Action::Write),
        1 => (20_usize..100).prop_map(Action::Write),
        2 => prop::collection::vec(0_usize..15, 0..5).prop_map(Action::WriteVectored),
        1 => Just(Action::Flush),
    ]
}

proptest! {
    #[test]
    fn accepted_bytes_are_written_or_buffered(
        buffer_len in 0_usize..40,
        answers in prop::collection::vec(answer(), 0..40),
        vectored in any::<bool>(),
        actions in prop::collection::vec(action(), 0..40),
        ending in prop::sample::select(vec![Ending::IntoParts, Ending::Finish, Ending::Drop]),
    ) {
        check(buffer_len, Scripted { vectored, ..Scripted::answering(answers) }, &actions, ending);
    }
}

#[test]
fn every_short_sequence_of_small_writes_and_answers() {
    let answers = [
        Answer::Take(0),
        Answer::Take(1),
        Answer::Take(2),
        Answer::Refuse(io::ErrorKind::Interrupted),
        Answer::Refuse(io::ErrorKind::StorageFull),
    ];
    let actions = [
        Action::Write(1),
        Action::Write(2),
        Action::Write(5),
        Action::WriteVectored(vec![1, 0, 2]),
        Action::Flush,
    ];
    let mut checked = 0;
    for buffer_len in [1, 3] {
        for numbers in 0..5_usize.pow(6) {
            let digit = |place: u32| numbers / 5_usize.pow(place) % 5;
            let inner = Scripted::answering([0, 1, 2].map(|place| answers[digit(place)]));
            let actions = [3, 4, 5].map(|place| actions[digit(place)].clone());
            check(buffer_len, inner, &actions, Ending::IntoParts);
            checked += 1;
        }
    }
    assert_eq!(checked, 31_250);
}

#[test]
fn small_writes_are_collected() {
    let inner = Scripted::answering([]);
    let mut writer = CoalescingWriter::new(inner.clone(), 4096).unwrap();
    for _ in 0..10_000 {
        writer.write_all(b"@r1\nACGT\n+\nIIII\n").unwrap();
    }
    assert_eq!(writer.calls(), 10_000 * 16 / (4096 + 16), "each call takes what is buffered and a record");
    writer.flush().unwrap();
    assert_eq!((writer.written(), writer.buffered(), inner.flushes.get()), (160_000, 0, 1));
    assert_eq!(inner.arrived(), b"@r1\nACGT\n+\nIIII\n".repeat(10_000));
}

#[test]
fn a_large_write_is_one_uncopied_call() {
    let inner = Scripted::answering([]);
    let mut writer = CoalescingWriter::with_alignment(inner.clone(), 64, Alignment::CACHE_LINE).unwrap();
    let large = vec![7; 1000];
    assert_eq!(writer.write(&large).unwrap(), 1000);
    assert_eq!(*inner.offered.borrow(), [(large.as_ptr().addr(), 1000)]);
    writer.write_all(b"small").unwrap();
    assert_eq!((writer.calls(), writer.buffered()), (1, 5));
    assert_eq!(writer.write(&large).unwrap(), 1000);
    assert_eq!(writer.calls(), 2);
    let offered = inner.offered.borrow();
    assert_eq!(offered[1], (large.as_ptr().addr(), 1000), "where it lies, it is written from");
    assert_eq!((offered[0].0 % 128, offered[0].1), (0, 5), "the buffer begins where it was told to");
    assert_eq!(inner.arrived(), [&large[..], b"small", &large].concat());
}

#[test]
fn an_interrupted_call_is_repeated_and_counted() {
    let inner = Scripted::answering([Answer::Refuse(io::ErrorKind::Interrupted); 3]);
    let mut writer = CoalescingWriter::new(inner, 10).unwrap();
    writer.write_all(b"abc").unwrap();
    writer.flush().unwrap();
    assert_eq!((writer.calls(), writer.written()), (4, 3));
    assert_eq!(writer.get_ref().arrived(), b"abc");
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let mut writer = CoalescingWriter::new(Scripted::answering([Answer::Take(0)]), 10).unwrap();
    writer.write_all(b"abc").unwrap();
    assert_eq!(writer.flush().unwrap_err().kind(), io::ErrorKind::WriteZero);
    assert_eq!(writer.finish().unwrap().arrived(), b"abc");
}

/// Returns more bytes than it was given.
struct Boaster;

impl Write for Boaster {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        Ok(data.len() + 1000)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_overreported_write_breaks_nothing() {
    let mut writer = CoalescingWriter::new(Boaster, 4).unwrap();
    for _ in 0..10 {
        writer.write_all(b"abc").unwrap();
        writer.write_all(b"abcdefgh").unwrap();
    }
    writer.flush().unwrap();
    assert_eq!((writer.written(), writer.buffered()), (110, 0));
}

#[test]
fn drop_writes_the_buffer() {
    let inner =
        Scripted::answering([Answer::Take(2), Answer::Refuse(io::ErrorKind::Interrupted), Answer::Take(1)]);
    let mut writer = CoalescingWriter::new(inner.clone(), 10).unwrap();
    writer.write_all(b"abcdef").unwrap();
    drop(writer);
    assert_eq!(inner.arrived(), b"abcdef");
}

#[test]
fn a_panicked_writer_is_not_called_again() {
    let inner = Scripted::answering([Answer::Take(2), Answer::Panic]);
    let mut writer = CoalescingWriter::new(inner.clone(), 10).unwrap();
    writer.write_all(b"abcdef").unwrap();
    catch_unwind(AssertUnwindSafe(|| writer.flush())).unwrap_err();
    drop(writer);
    assert_eq!(inner.arrived(), b"ab");

    // If the panic has another cause, drop writes the buffer.
    let inner = Scripted::answering([]);
    let elsewhere = catch_unwind(AssertUnwindSafe(|| {
        let mut writer = CoalescingWriter::new(inner.clone(), 10).unwrap();
        writer.write_all(b"abc").unwrap();
        panic!("somewhere else");
    }));
    elsewhere.unwrap_err();
    assert_eq!(inner.arrived(), b"abc");
}

#[test]
fn a_failed_allocation_is_an_error() {
    let error = CoalescingWriter::new(Scripted::answering([]), usize::MAX).unwrap_err();
    assert_eq!(error.kind().name(), "io");
}

#[test]
fn flushed_bytes_are_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "something that was there before").unwrap();
    let mut writer = CoalescingWriter::create(&path).unwrap();
    writer.write_all(b"abc").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    writer.flush().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"abc");
    // More slices than one call of the system accepts.
    let slices = vec![IoSlice::new(&[9; 500]); 3000];
    assert_eq!(
        writer.write_vectored(&slices).unwrap(),
        1023 * 500 + 500,
        "the most that `writev` takes at once"
    );
    let file = writer.finish().unwrap();
    assert_eq!(file.metadata().unwrap().len(), 3 + 1024 * 500);
    assert!(CoalescingWriter::create(folder.path()).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_keeps_nothing() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut writer = CoalescingWriter::new(full, 10).unwrap();
    writer.write_all(b"abcdef").unwrap();
    for _ in 0..3 {
        assert_eq!(writer.write(b"ghijkl").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(writer.flush().unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!((writer.buffered(), writer.written()), (6, 0));
    }
    writer.write_all(b"ghij").unwrap();
    assert_eq!(writer.into_parts().1, b"abcdefghij");
}

/// With a disk of 64 KiB, in a separate process.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing() {
    if !kernel::is_child() {
        let script = "mount -t tmpfs -o size=64k none \"$DISK\"";
        return kernel::in_namespaces("a_full_disk_loses_nothing", "-rm", script);
    }
    let folder = std::path::PathBuf::from(std::env::var_os("DISK").unwrap());
    fs::write(folder.join("other"), vec![1; 32 << 10]).unwrap();
    let mut writer = CoalescingWriter::new(File::create(folder.join("file")).unwrap(), 5000).unwrap();
    let text: Vec<u8> = (0..50_000_u32).flat_map(|number| number.to_le_bytes()).take(60_000).collect();
    let mut taken = 0;
    let error = loop {
        match writer.write(&text[taken..taken + 700]) {
            Ok(len) => taken += len,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(writer.written() + writer.buffered() as u64, taken as u64);
    assert!(writer.written() > 0 && writer.buffered() > 0 && taken > 32 << 10, "{writer:?}");
    fs::remove_file(folder.join("other")).unwrap();
    writer.write_all(&text[taken..]).unwrap();
    writer.sync().unwrap();
    assert!(fs::read(folder.join("file")).unwrap() == text);
}

#[cfg(target_os = "linux")]
#[test]
fn synced_bytes_are_on_disk() {
    let folder = kernel::folder();
    if !kernel::has_disk(folder.path()) {
        return;
    }
    let path = folder.path().join("file");
    let mut writer = CoalescingWriter::create(&path).unwrap();
    writer.write_all(&[1; 100_000]).unwrap();
    kernel::dirty(&path, || writer.flush().unwrap());
    writer.sync().unwrap();
    assert!(kernel::clean(&path));
}

/// Syncing a pipe fails, so it stands for a failing disk.
#[cfg(unix)]
#[test]
fn a_failed_sync_is_permanent() {
    let (mut read, write) = io::pipe().unwrap();
    let mut writer = CoalescingWriter::new(File::from(std::os::fd::OwnedFd::from(write)), 10).unwrap();
    writer.write_all(b"abc").unwrap();
    let first = writer.sync().unwrap_err();
    assert_eq!(writer.buffered(), 0, "it was handed over all the same");
    let again = writer.sync().unwrap_err();
    assert!(std::ptr::eq(first.kind(), again.kind()), "{again}");
    drop(writer.finish().unwrap());
    assert_eq!(io::read_to_string(&mut read).unwrap(), "abc");
}
