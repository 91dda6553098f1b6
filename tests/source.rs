//! Promise 4: every way of getting at the bytes gives the same results, and the source says which it took and why.

mod common;

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::process::Command;
use std::thread;

use common::{all_testdata, facts, testdata};
use pagecut::fastq::Fastq;
use pagecut::media::mpegts::Packets;
use pagecut::{Account, Error, ErrorKind, FileKind, Source, SourceOptions, Way};

fn ways(path: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for threads in [1, 2, 16] {
        for part_len in [None, Some(100), Some(5000)] {
            let mut options = SourceOptions::new().threads(threads);
            if let Some(len) = part_len {
                options = options.part_len(len);
            }
            sources.push(Source::with_options(path, options).unwrap());
            sources.push(Source::with_options(path, options.mmap(false)).unwrap());
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

type Facts = (pagecut::Tally, Option<(String, Option<pagecut::Location>)>, bool);

fn account_facts(account: &Account) -> Facts {
    (account.tally, account.error.as_ref().map(facts), account.complete)
}

#[test]
fn every_way_gives_the_same_account() {
    for (name, data) in all_testdata("fastq").into_iter().chain(all_testdata("ts")) {
        let path = testdata(&name);
        let mut accounts = Vec::new();
        for source in ways(&path) {
            let kind = source.detect().unwrap();
            let account = match kind {
                FileKind::MpegTs => source.account(&Packets, true),
                _ => source.account(&Fastq::strict(), false),
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
    let source = Source::open(&path).unwrap();
    assert_eq!((source.way(), source.reason()), (Way::Mapped, "it is a file that can be mapped"));
    assert_eq!(source.mapped().unwrap().len(), 38);
    let source = Source::with_options(&path, SourceOptions::new().mmap(false)).unwrap();
    assert_eq!((source.way(), source.reason()), (Way::Read, "mapping is switched off"));
    assert_eq!((source.mapped().is_none(), source.len_hint()), (true, Some(38)));
    let source = Source::from_reader(io::empty(), SourceOptions::new());
    assert_eq!((source.way(), source.reason()), (Way::Read, "a stream cannot be mapped"));
    assert_eq!(source.len_hint(), None);
}

#[test]
fn an_empty_input_is_nothing_and_no_error() {
    for source in ways(&testdata("empty.fastq")) {
        assert_eq!(source.detect().unwrap(), FileKind::Empty);
        assert_eq!(account_facts(&source.account(&Fastq::new(), false)), (Default::default(), None, true));
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
        assert_eq!((source.way(), source.reason()), (Way::Read, "a pipe cannot be mapped"));
        assert_eq!(source.detect().unwrap(), FileKind::Fastq);
        let account = source.account(&Fastq::strict(), false);
        assert!(account.complete && account.error.is_none());
        assert_eq!(account.tally.bytes(), data.len() as u64);
        source
    });
    // It cannot be read twice, and says so rather than being empty the second time.
    let account = source.account(&Fastq::new(), false);
    assert_eq!(account.error.unwrap().to_string(), "the stream was read before, and cannot be read again");
    assert!(!account.complete);
}

#[test]
fn a_file_is_read_as_often_as_one_likes() {
    let options = SourceOptions::new().mmap(false).part_len(1000);
    let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
    for _ in 0..3 {
        assert_eq!(source.detect().unwrap(), FileKind::Fastq);
        assert_eq!(source.account(&Fastq::new(), false).tally.records, 250);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_tell_no_length_are_read() {
    let source = Source::open("/proc/self/status").unwrap();
    assert_eq!(source.reason(), "a file that tells no length cannot be mapped");
    let error = source.detect().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownFormat(_)), "{error}");
    let account = source.account(&Fastq::new(), false);
    let place = account.error.unwrap().location().unwrap();
    assert_eq!((place.offset, place.line), (0, Some(1)));
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
        let account = source.account(&Fastq::new(), false);
        assert_eq!(account.error.unwrap().to_string(), "the disk is on fire");
        assert!(!account.complete);
        assert!(account.tally.records > 900, "{:?}", account.tally);
    }
    let bad = [b"@r\nA\n+\nII\n".as_slice(), &data].concat();
    let source =
        Source::from_reader(Failing(Cursor::new(bad)), SourceOptions::new().part_len(100).threads(3));
    let error = source.account(&Fastq::new(), false).error.unwrap();
    assert!(matches!(error.kind(), ErrorKind::LengthMismatch { .. }), "the first error comes first: {error}");
}

#[test]
fn an_error_of_the_work_comes_back_and_the_first_one_wins() {
    for mmap in [true, false] {
        let options = SourceOptions::new().mmap(mmap).part_len(2000).threads(3);
        let source = Source::with_options(testdata("illumina.fastq"), options).unwrap();
        let stopped = source.for_each_part(&Fastq::new(), |records| {
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
            .for_each_part(&Fastq::new(), |records| {
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
    let error = source.for_each_part(&Fastq::new(), |records| {
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
            .fold_parts(
                &Fastq::new(),
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
