//! Reading record by record gives the records of the whole input, for every kind of input.

mod common;

use std::fmt::Debug;
use std::fs;
use std::io::{self, Cursor, Read};

use common::{UpToError, all_testdata, damaged, facts, file, packets, reads, serial};
use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::media::matroska::Matroska;
use pagecut::media::mpegts::Packets;
use pagecut::{ErrorKind, Format, Source, SourceOptions};

/// Returns the sources of an input: a file by each backend, and a stream.
fn sources(data: &[u8], path: &std::path::Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for part_len in [1, 100, 1 << 20] {
        let options = SourceOptions::new().part_len(part_len);
        for strategy in [Strategy::Mapped, Strategy::Read, Strategy::Uring] {
            let config = ZeroCopyConfig::new().threshold(0).strategy(strategy);
            sources.push(Source::with_options(path, options.config(config)).unwrap());
        }
        sources.push(Source::from_reader(Cursor::new(data.to_vec()), options));
    }
    sources
}

/// Returns the records of a source as text, up to the first error.
fn one_by_one<F: Format>(source: &Source, format: &F) -> UpToError<String>
where
    for<'data> F::Record<'data>: Debug,
{
    let mut found = Vec::new();
    let mut records = source.records(format).unwrap();
    let error = loop {
        match records.next() {
            Ok(Some(record)) => found.push(format!("{record:?}")),
            Ok(None) => break None,
            Err(error) => break Some(facts(&error)),
        }
    };
    let tally = records.tally();
    assert_eq!(tally.records, found.len() as u64);
    assert!(matches!(records.next(), Ok(None)), "nothing follows the end");
    drop(records);
    let account = source.reader().map(|_| source.account(format));
    assert!(account.is_none_or(|account| account.tally == tally), "the account is the same");
    (found, error)
}

fn check<F: Format>(format: &F, data: &[u8])
where
    for<'data> F::Record<'data>: Debug,
{
    let (records, error) = serial(format, data);
    let expected = (records.iter().map(|record| format!("{record:?}")).collect::<Vec<_>>(), error);
    let input = tempfile::NamedTempFile::new().unwrap();
    fs::write(input.path(), data).unwrap();
    for source in sources(data, input.path()) {
        assert_eq!(one_by_one(&source, format), expected, "{source:?}");
    }
}

#[test]
fn records_match_those_of_the_whole_input() {
    for (_, data) in all_testdata("fastq") {
        check(&Fastq::new(), &data);
        check(&Fastq::strict(), &data);
        check(&Fastq::new().wrapped(), &data);
    }
    for (_, data) in all_testdata("fasta") {
        check(&Fasta::new(), &data);
        check(&Fasta::new().comments(true), &data);
    }
    for (_, data) in all_testdata("ts") {
        check(&Packets::new(), &data);
    }
    check(&Matroska, &fs::read(common::testdata("media/clusters.mkv")).unwrap());
}

#[test]
fn the_first_error_matches_that_of_the_whole_input() {
    for data in damaged(b"@r1\nAC\n+\n@I\n\n@r2\r\nA\r\n+\r\nI\r\n@r3\n\n+\n\n", b"@+\nA") {
        check(&Fastq::new(), &data);
        check(&Fastq::strict().wrapped(), &data);
    }
    for data in damaged(b">s1\nACGT\nAC\n\n>s2\r\nA\r\n>", b">\r\nA") {
        check(&Fasta::strict(), &data);
    }
    for data in damaged(&packets(6)[..6 * 188], b"G").step_by(97) {
        check(&Packets::new(), &data);
    }
}

#[cfg(feature = "gzip")]
#[test]
fn compressed_records_match_decompressed_ones() {
    use std::io::Write;

    let data = fs::read(common::testdata("illumina.fastq")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&data).unwrap();
    let gzip = encoder.finish().unwrap();
    let expected = serial(&Fastq::new(), &data).0.len();
    let (_folder, path) = file(&gzip);
    let source = Source::open(&path).unwrap();
    assert_eq!(one_by_one(&source, &Fastq::new()).0.len(), expected);
    assert_eq!(source.compression_stats().unwrap().members, 1);

    let (_folder, path) = file(&gzip[..gzip.len() / 2]);
    let (records, error) = one_by_one(&Source::open(&path).unwrap(), &Fastq::new());
    assert!(!records.is_empty() && records.len() < expected);
    assert!(error.unwrap().0.contains("unexpected end of input"), "the end is missing");
}

#[test]
fn truncation_during_reading_is_an_error() {
    let data = reads(4 << 20);
    let expected = serial(&Fastq::new(), &data).0.len();
    for strategy in [Strategy::Mapped, Strategy::Read, Strategy::Uring] {
        let (_folder, path) = file(&data);
        let config = ZeroCopyConfig::new().threshold(0).strategy(strategy);
        let options = SourceOptions::new().config(config).part_len(64 << 10);
        let source = Source::with_options(&path, options).unwrap();
        let mut records = source.records(&Fastq::new()).unwrap();
        records.next().unwrap().unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(10).unwrap();
        let mut found = 1;
        let error = loop {
            match records.next() {
                Ok(Some(_)) => found += 1,
                Ok(None) => panic!("{strategy:?}: the file ended without an error after {found} records"),
                Err(error) => break error,
            }
        };
        let is_expected = matches!(error.kind(), ErrorKind::Truncated { .. } | ErrorKind::Changed);
        assert!(is_expected, "{strategy:?}: {error}");
        assert!(found < expected, "{strategy:?}: {found} records");
        assert!(records.next().unwrap().is_none(), "nothing follows the error");
    }
}

#[test]
fn bytes_of_records_are_those_of_the_input() {
    for (name, data) in all_testdata("fastq") {
        let (_folder, path) = file(&data);
        let fastq = Fastq::new();
        let whole: Vec<&[u8]> =
            fastq.records(&data).map_while(Result::ok).map(|record| record.as_bytes()).collect();
        for source in sources(&data, &path) {
            let mut records = source.records(&fastq).unwrap();
            let mut found = Vec::new();
            while let Ok(Some(record)) = records.next_bytes() {
                found.push(record.to_vec());
            }
            assert!(found == whole, "{name}, {source:?}");
        }
    }
}

#[test]
fn reading_can_stop_early_and_restart() {
    let data = reads(1 << 16);
    let (_folder, path) = file(&data);
    let source = Source::with_options(&path, SourceOptions::new().part_len(1000)).unwrap();
    for _ in 0..2 {
        let mut records = source.records(&Fastq::new()).unwrap();
        let first = records.next().unwrap().unwrap().range();
        assert_eq!(first.start, 0);
    }
    assert_eq!(source.fold(&Fastq::new(), || 0, |count, _| count + 1, |a, b| a + b).unwrap(), {
        serial(&Fastq::new(), &data).0.len()
    });
}

#[test]
fn a_stream_has_one_reader_at_a_time() {
    let source = Source::from_reader(io::repeat(b'\n').take(10), SourceOptions::new());
    let mut records = source.records(&Fastq::new()).unwrap();
    assert!(matches!(source.records(&Fastq::new()).unwrap_err().kind(), ErrorKind::Io(_)));
    assert!(records.next().unwrap().is_none());
    drop(records);
    let error = source.records(&Fastq::new()).and_then(|mut records| records.next().map(drop)).unwrap_err();
    assert!(error.to_string().contains("read before"), "{error}");
}
