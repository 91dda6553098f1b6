//! Promise 4: every way of getting at the bytes gives the same results, and the source says which it took and why.

mod common;

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::process::Command;
use std::thread;

use common::{all_testdata, facts, testdata};
use pagecut::fastq::Fastq;
use pagecut::io::{Backend, Strategy, ZeroCopyConfig};
use pagecut::media::mpegts::Packets;
use pagecut::{Account, Error, ErrorKind, FileKind, PairedSource, Source, SourceOptions};

/// Every way to the bytes of a file, as far as it can be had here.
const STRATEGIES: [Strategy; 5] =
    [Strategy::Auto, Strategy::Mapped, Strategy::Read, Strategy::Direct, Strategy::Uring];

fn backends(path: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for threads in [1, 2, 16] {
        for part_len in [None, Some(100), Some(5000)] {
            let mut options = SourceOptions::new().threads(threads);
            if let Some(len) = part_len {
                options = options.part_len(len);
            }
            let auto = options.config(ZeroCopyConfig::new().threshold(0));
            sources.push(Source::with_options(path, auto).unwrap());
            for strategy in STRATEGIES {
                sources.push(Source::with_options(path, options.strategy(strategy)).unwrap());
            }
            sources.push(Source::from_reader(File::open(path).unwrap(), options));
            sources.push(Source::from_reader(Trickle(fs::read(path).unwrap(), 0), options));
        }
    }
    sources
}

/// Gives a few bytes at a time, and is interrupted now and then, as pipes are.
struct Trickle(Vec<u8>, usize);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(5) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(self.0.len()).min(self.1 % 7 * 100 + 1);
        let rest = self.0.split_off(len);
        buffer[..len].copy_from_slice(&self.0);
        self.0 = rest;
        Ok(len)
    }
}

type Facts = (pagecut::record::Tally, Option<(String, Option<pagecut::Location>)>, bool);

fn account_facts(account: &Account) -> Facts {
    (account.tally, account.error.as_ref().map(facts), account.complete)
}

#[test]
fn every_way_gives_the_same_account() {
    for (name, data) in all_testdata("fastq").into_iter().chain(all_testdata("ts")) {
        let path = testdata(&name);
        let mut accounts = Vec::new();
        for source in backends(&path) {
            let kind = source.detect().unwrap();
            let account = match kind {
                FileKind::MpegTs(packets) => source.parts(&packets).recover().account(),
                _ => source.account(&Fastq::strict()),
            };
            if account.complete {
                assert_eq!(account.tally.bytes(), data.len() as u64, "{name}: {source:?}");
                assert_eq!(source.bytes_done(), data.len() as u64, "{name}: {source:?}");
            }
            accounts.push(account_facts(&account));
        }
        accounts.dedup();
        assert_eq!(accounts.len(), 1, "{name}: {accounts:?}");
    }
}

#[test]
fn a_source_says_what_it_chose_and_why() {
    let path = testdata("two.fastq");
    let options = SourceOptions::new();
    let source = Source::with_options(&path, options.strategy(Strategy::Mapped)).unwrap();
    assert_eq!((source.backend(), &*source.reason()), (Backend::Mapped, "it was asked for"));
    assert_eq!(source.mapped().unwrap().len(), 38);
    let source = Source::open(&path).unwrap();
    assert_eq!((source.backend(), &*source.reason()), (Backend::Read, "it is shorter than 65536 bytes"));
    assert_eq!((source.mapped().is_none(), source.len_hint()), (true, Some(38)));
    let config = ZeroCopyConfig::new().mmap(false).threshold(0);
    let source = Source::with_options(&path, options.config(config)).unwrap();
    assert_eq!((source.backend(), &*source.reason()), (Backend::Read, "mapping is switched off"));
    let source = Source::from_reader(io::empty(), SourceOptions::new());
    assert_eq!((source.backend(), &*source.reason()), (Backend::Stream, "a stream is read from its start"));
    assert_eq!(source.len_hint(), None);
}

#[test]
fn an_empty_input_is_nothing_and_no_error() {
    for source in backends(&testdata("empty.fastq")) {
        assert_eq!(source.detect().unwrap(), FileKind::Empty);
        assert_eq!(account_facts(&source.account(&Fastq::new())), (Default::default(), None, true));
        assert_eq!(source.fold(&Fastq::new(), || 7, |_, _| 0, |a, b| a + b).unwrap(), 7);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let source = thread::scope(|scope| {
        scope.spawn(|| File::create(&pipe).unwrap().write_all(&data).unwrap());
        let source = Source::open(&pipe).unwrap();
        assert_eq!((source.backend(), &*source.reason()), (Backend::Stream, "a pipe cannot be mapped"));
        assert_eq!(source.detect().unwrap(), FileKind::Fastq);
        let account = source.account(&Fastq::strict());
        assert!(account.complete && account.error.is_none());
        assert_eq!(account.tally.bytes(), data.len() as u64);
        source
    });
    // It cannot be read twice, and says so rather than being empty the second time.
    let account = source.account(&Fastq::new());
    assert_eq!(account.error.unwrap().to_string(), "the stream was read before, and cannot be read again");
    assert!(!account.complete);
}

#[test]
fn a_file_is_read_as_often_as_one_likes() {
    let options = SourceOptions::new().mmap(false).part_len(1000);
    let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
    for _ in 0..3 {
        assert_eq!(source.detect().unwrap(), FileKind::Fastq);
        assert_eq!(source.account(&Fastq::new()).tally.records, 250);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_tell_no_length_are_read() {
    let source = Source::open("/proc/self/status").unwrap();
    assert_eq!(source.reason(), "a file without a known length cannot be mapped");
    let error = source.detect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownFormat(_)), "{error}");
    // More than once, since it can be read from its start again.
    for _ in 0..2 {
        let error = source.account(&Fastq::new()).error.unwrap();
        let place = error.location().unwrap();
        assert_eq!((place.offset, place.line), (0, Some(1)));
        assert!(error.excerpt().starts_with(b"Name:"), "its first byte was lost: {error}");
    }
}

#[test]
fn a_directory_is_refused() {
    for mmap in [true, false] {
        let error = Source::with_options(testdata(""), SourceOptions::new().mmap(mmap)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::IsADirectory));
    }
}

/// Fails after some bytes.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is on fire")),
            read => Ok(read),
        }
    }
}

#[test]
fn an_error_of_the_system_is_told_behind_what_was_read_before_it() {
    let data = b"@r\nA\n+\nI\n".repeat(1000);
    for threads in [1, 3] {
        let options = SourceOptions::new().part_len(100).threads(threads);
        let source = Source::from_reader(Failing(Cursor::new(data.clone())), options);
        let account = source.account(&Fastq::new());
        assert_eq!(account.error.unwrap().to_string(), "the disk is on fire");
        assert!(!account.complete);
        assert!(account.tally.records > 900, "{:?}", account.tally);
    }
    let bad = [b"@r\nA\n+\nII\n".as_slice(), &data].concat();
    let source =
        Source::from_reader(Failing(Cursor::new(bad)), SourceOptions::new().part_len(100).threads(3));
    let error = source.account(&Fastq::new()).error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::LengthMismatch { .. }), "the first error comes first: {error}");
}

#[test]
fn what_was_read_before_an_error_of_the_system_counts_whatever_the_length_of_parts() {
    let good = b"@r\nA\n+\nI\n@s\nAC\n+\nII\n";
    for (tail, expected) in [
        ("", "the disk is on fire"),
        ("@t\nA\n+", "the disk is on fire"),
        ("@t\nA\n+\nII\n@", "2 quality scores"),
    ] {
        for part_len in (1..60).chain([1000, 1 << 20]) {
            for threads in [1, 3] {
                let data = [good.as_slice(), tail.as_bytes()].concat();
                let options = SourceOptions::new().part_len(part_len).threads(threads);
                let source = Source::from_reader(Failing(Cursor::new(data)), options);
                let account = source.account(&Fastq::new());
                let error = account.error.unwrap().to_string();
                assert!(error.contains(expected), "{part_len}: {error}");
                assert_eq!((account.tally.records, account.complete), (2, false), "{part_len}: {tail:?}");
            }
        }
    }
}

#[test]
fn a_file_that_could_not_be_read_is_read_from_the_start_the_next_time() {
    // A stream cannot, and says so.
    let source = Source::from_reader(Failing(Cursor::new(b"@r\nA\n+\nI\n".to_vec())), SourceOptions::new());
    assert!(source.account(&Fastq::new()).error.unwrap().to_string().contains("fire"));
    assert!(source.account(&Fastq::new()).error.unwrap().to_string().contains("was read before"));
}

#[test]
fn an_error_that_the_work_ignores_is_an_error_all_the_same() {
    let data = b"@r\nA\n+\nI\n@r\nA\n+\nII\n@r\nA\n+\nI\n";
    for part_len in [1, 1000] {
        let source = Source::from_reader(Cursor::new(data), SourceOptions::new().part_len(part_len));
        let ignored = source.parts(&Fastq::new()).for_each(|records| {
            for record in records.by_ref().flatten() {
                assert_eq!(record.sequence(), b"A");
            }
            Ok(())
        });
        assert_eq!(ignored.unwrap_err().location().unwrap().record, Some(1));
    }
}

#[test]
fn a_second_reader_of_a_stream_is_refused() {
    let options = SourceOptions::new().part_len(1000);
    let file = File::open(testdata("illumina.fastq")).unwrap();
    let source = Source::from_reader(file, options);
    source
        .parts(&Fastq::new())
        .for_each(|_| {
            assert!(source.detect().unwrap_err().to_string().contains("is being read"));
            let account = source.account(&Fastq::new());
            assert!(account.error.unwrap().to_string().contains("is being read"));
            Ok(())
        })
        .unwrap();
    // A file can be read by everybody.
    let source = Source::open(testdata("illumina.fastq")).unwrap();
    source.parts(&Fastq::new()).for_each(|_| source.detect().map(drop)).unwrap();
}

#[test]
fn a_stream_that_never_ends_is_given_up_at_its_first_error() {
    struct Endless(usize);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            const TEXT: &[u8] = b"@r\nA\n+\nI\nno record, and no line ever again ";
            for byte in buffer.iter_mut() {
                *byte = *TEXT.get(self.0).unwrap_or(&b'x');
                self.0 += 1;
            }
            assert!(self.0 < 100 << 20, "read on and on");
            Ok(buffer.len())
        }
    }
    for threads in [1, 3] {
        for part_len in [10, 1 << 20] {
            let options = SourceOptions::new().threads(threads).part_len(part_len);
            let account = Source::from_reader(Endless(0), options).account(&Fastq::new());
            let place = account.error.unwrap().location().unwrap();
            assert_eq!((place.offset, place.record, place.line), (9, Some(1), Some(5)));
        }
    }
}

#[test]
fn the_first_gap_is_the_error_of_the_account() {
    let mut data = common::packets(60);
    data.splice(188 * 50..188 * 50, *b"second");
    data.splice(188 * 20..188 * 20, *b"first");
    for part_len in [188, 2000, 1 << 20] {
        for threads in [1, 3] {
            let options = SourceOptions::new().part_len(part_len).threads(threads);
            let account = Source::from_reader(Cursor::new(data.clone()), options)
                .parts(&Packets::new())
                .recover()
                .account();
            let error = account.error.unwrap();
            assert_eq!(error.location().unwrap().record, Some(20));
            assert!(error.message().contains("first"), "{error}");
            assert_eq!((account.tally.gaps, account.complete), (2, true));

            let options = SourceOptions::new().part_len(part_len).threads(threads);
            let account = Source::from_reader(Cursor::new(data.clone()), options).account(&Packets::new());
            assert_eq!((account.tally.records, account.complete), (20, false));
        }
    }
}

#[test]
fn a_message_does_not_depend_on_how_much_was_in_view() {
    // Long wrong lines, with a carriage return where a view may end.
    let long = "I".repeat(300);
    for text in [
        format!("@r\nAC\n+\n{long}\n@s\nA\n+\nI\n"),
        format!("@r\nAC\n+\n{long}"),
        format!("@r\nA\n+\nI\n{}\r\nA\n+\nI\n", "x".repeat(59)),
        format!("@r\nA\n+\nI\n{}\r\r\nA\n+\nI\n", "x".repeat(58)),
    ] {
        let expected = common::serial(&Fastq::new(), text.as_bytes()).1;
        assert!(expected.is_some());
        for part_len in 1..text.len() + 5 {
            let options = SourceOptions::new().part_len(part_len).threads(1);
            let source = Source::from_reader(Trickle(text.clone().into_bytes(), 0), options);
            let error = source.account(&Fastq::new()).error;
            assert_eq!(error.as_ref().map(facts), expected, "{part_len}: {text:?}");
        }
    }
}

#[test]
fn long_runs_of_blank_lines_and_large_numbers_take_no_memory() {
    let blank = io::Cursor::new(b"@r\nA\n+\nI\n").chain(io::repeat(b'\n').take(50 << 20));
    let options = SourceOptions::new().threads(2);
    let account = Source::from_reader(blank, options).account(&Fastq::new());
    assert_eq!((account.tally.records, account.tally.blank_bytes), (1, 50 << 20));
    let source =
        Source::from_reader(Cursor::new(b"@r\nA\n+\nI\n"), SourceOptions::new().part_len(usize::MAX));
    assert_eq!(source.account(&Fastq::new()).tally.records, 1);
    let source = Source::open(testdata("two.fastq")).unwrap();
    assert_eq!(source.account(&Fastq::new()).tally.records, 2);
}

#[test]
fn more_than_one_worker_works_where_there_is_work_for_it() {
    for mmap in [true, false] {
        for (part_len, threads, expected) in [(1000, 3, 3), (1 << 30, 3, 1), (1000, 1, 1)] {
            let options = SourceOptions::new().mmap(mmap).part_len(part_len).threads(threads);
            let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
            let workers = std::sync::atomic::AtomicUsize::new(0);
            let new = || workers.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            source.parts(&Fastq::new()).fold(new, |_, _| Ok(()), |left, _| left).unwrap();
            assert_eq!(workers.into_inner(), expected, "{part_len} {threads}");
        }
    }
}

#[test]
fn an_error_of_the_work_comes_back_and_the_first_one_wins() {
    for mmap in [true, false] {
        let options = SourceOptions::new().mmap(mmap).part_len(2000).threads(3);
        let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
        let stopped = source.parts(&Fastq::new()).for_each(|records| {
            let offset = records.part().offset();
            if offset > 30_000 {
                Err(Error::from(io::Error::other(format!("no more than {offset}"))))
            } else {
                Ok(())
            }
        });
        let first = stopped.unwrap_err().to_string();
        let starts = std::sync::Mutex::new(Vec::new());
        source
            .parts(&Fastq::new())
            .for_each(|records| {
                starts.lock().unwrap().push(records.part().offset());
                Ok(())
            })
            .unwrap();
        let expected =
            starts.into_inner().unwrap().into_iter().filter(|&start| start > 30_000).min().unwrap();
        assert_eq!(first, format!("no more than {expected}"));
    }
}

#[test]
fn what_the_work_leaves_is_read_all_the_same() {
    let data = b"@r\nA\n+\nI\n@r\nA\n+\nII\n";
    let source = Source::from_reader(Cursor::new(data), SourceOptions::new());
    let error = source.parts(&Fastq::new()).for_each(|records| {
        assert!(records.next().is_some());
        Ok(())
    });
    assert_eq!(error.unwrap_err().location().unwrap().record, Some(1));
}

#[test]
fn a_part_holds_its_records_and_knows_where_it_lies() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    for mmap in [true, false] {
        let options = SourceOptions::new().mmap(mmap).part_len(10_000).threads(2);
        let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
        let parts = source
            .parts(&Fastq::new())
            .fold(
                Vec::new,
                |parts, records| {
                    parts.push((records.part().range(), records.part().as_bytes().to_vec()));
                    Ok(())
                },
                |left, right| [left, right].concat(),
            )
            .unwrap();
        assert!(parts.len() > 5);
        let mut parts = parts;
        parts.sort_by_key(|(range, _)| range.start);
        assert!(parts.windows(2).all(|pair| pair[0].0.end == pair[1].0.start));
        assert_eq!(parts.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<u8>>(), data);
    }
}

#[test]
fn no_byte_more_than_is_allowed_is_counted() {
    let record = b"@r\nA\n+\nI\n";
    let data = record.repeat(5);
    let len = data.len() as u64;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reads");
    fs::write(&path, &data).unwrap();
    for most in 0..=len {
        for (threads, part_len) in [(1, 1), (3, 10), (1, 1000)] {
            let options = SourceOptions::new().threads(threads).part_len(part_len).max_len(most);
            let stream = Source::from_reader(Cursor::new(data.clone()), options);
            for source in [stream, Source::with_options(&path, options).unwrap()] {
                let account = source.account(&Fastq::new());
                let what = format!("{most} bytes, {source:?}");
                assert_eq!(account.tally.records, most / record.len() as u64, "{what}");
                let is_refused =
                    matches!(account.error.as_ref().map(Error::kind), Some(ErrorKind::InputTooLong { .. }));
                assert_eq!((is_refused, account.complete), (most < len, most == len), "{what}");
            }
        }
    }
}

#[test]
fn an_error_of_opening_names_the_path() {
    for error in [
        Source::open("testdata/no_such.fastq").map(drop).unwrap_err(),
        PairedSource::open_interleaved("testdata/no_such.fastq").map(drop).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound));
        assert!(error.to_string().starts_with("cannot open `testdata/no_such.fastq`: "), "{error}");
    }
}
