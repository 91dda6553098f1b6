//! Promise 2: the same records in the same order, and the same first error, for every number of workers and every division of the
//! input.

mod common;

use common::{POOLS, all_testdata, damaged, facts, in_words, packets, parts_at, serial};
use pagecut::fasta::Fasta;
use pagecut::fastq::{Fastq, Record};
use pagecut::media::mpegts::Packets;
use pagecut::{
    Error, Format, Resync, Source, SourceOptions,
    record::{Boundaries, Part},
};
use std::fmt::Debug;
use std::ops::Range;

use proptest::prelude::*;
use rayon::prelude::*;

const FORMATS: [Fastq; 2] = [Fastq::new(), Fastq::strict()];

const FASTA_FORMATS: [Fasta; 2] = [Fasta::new(), Fasta::strict().comments(true)];

/// Records with all unusual features in few bytes.
const SMALL: &[u8] =
    b"@r1\nAC\n+\n@I\n\n@r2\r\nAC\r\n+@\r\n+@\r\n@r3\n\n+\n\n\r\n@r4 @+\nA\n+r4 @+\n@\n@r5\nACG\n+\n@@@\n@r6\n\n+\n";

/// The same for FASTA.
const SMALL_FASTA: &[u8] =
    b"\n\r\n>r1 >\nAC\n\nGT\r\n;>\nA\n\r\n\n>r2\r\n>\n;\n\n>r4\n>r5 @\nA>C\n >\n>r6\r\nAC\r\n\r\n>";

/// Reads parts one after the other, up to the first error.
fn joined<'data, F: Format>(format: &F, parts: &[Part<'data>]) -> (Vec<F::Record<'data>>, Option<String>) {
    let mut all = Vec::new();
    for part in parts {
        for record in format.records_of(*part) {
            match record {
                Ok(record) => all.push(record),
                Err(error) => return (all, Some(error.message())),
            }
        }
    }
    (all, None)
}

fn check_boundaries<'data, F>(format: &F, data: &'data [u8], boundaries: &[usize])
where
    F: Resync<Record<'data>: PartialEq + Debug>,
{
    let (records, error) = serial(format, data);
    let (found, found_error) = joined(format, &parts_at(format, data, boundaries));
    assert_eq!(found, records, "divided at {boundaries:?}: {:?}", data.escape_ascii().to_string());
    assert_eq!(
        found_error,
        error.map(|(message, _)| message),
        "divided at {boundaries:?}: {}",
        data.escape_ascii()
    );
}

#[test]
fn every_pair_of_boundaries_of_small_fastq_files() {
    let files = all_testdata("fastq").into_iter().map(|(_, data)| data);
    let small =
        files.map(|data| if data.len() < 6000 { data[..data.len().min(500)].to_vec() } else { Vec::new() });
    for data in small.chain([SMALL.to_vec()]) {
        for first in 0..=data.len() {
            for second in first..=data.len() {
                check_boundaries(&Fastq::new(), &data, &[first, second]);
            }
        }
    }
}

#[test]
fn every_boundary_of_damaged_fastq() {
    for data in damaged(SMALL, b"\n\r@+A\0") {
        for at in 0..=data.len() {
            check_boundaries(&Fastq::strict(), &data, &[at]);
        }
    }
}

#[test]
fn every_pair_of_boundaries_of_small_fasta_files() {
    let files = all_testdata("fasta").into_iter().map(|(_, data)| data[..data.len().min(200)].to_vec());
    for data in files.chain([SMALL_FASTA.to_vec()]) {
        for format in FASTA_FORMATS {
            for first in 0..=data.len() {
                for second in first..=data.len() {
                    check_boundaries(&format, &data, &[first, second]);
                }
            }
        }
    }
}

#[test]
fn every_boundary_of_damaged_fasta() {
    for data in damaged(SMALL_FASTA, b"\n\r>;A\0") {
        for format in FASTA_FORMATS {
            for at in 0..=data.len() {
                check_boundaries(&format, &data, &[at]);
                check_pieces(&format, &data, &[at]);
            }
        }
    }
}

/// The result of `collect`, with the text and location of the first error.
type Collected<R> = Result<Vec<R>, (String, Option<pagecut::Location>)>;

fn in_parallel<'data, F: Resync>(format: &F, data: &'data [u8]) -> Collected<F::Record<'data>> {
    let collected: Result<Vec<_>, Error> = format.par_records(data).with_min_len(1).collect();
    collected.map_err(|error| facts(&error))
}

fn check_threads<'data, F>(format: &F, data: &'data [u8])
where
    F: Resync<Record<'data>: PartialEq + Debug>,
{
    let (records, error) = serial(format, data);
    let expected = error.map_or(Ok(records), Err);
    for pool in POOLS.iter() {
        assert_eq!(pool.install(|| in_parallel(format, data)), expected, "{}", data.escape_ascii());
    }
}

#[test]
fn every_number_of_threads_on_damaged_copies() {
    for data in damaged(SMALL, b"\n@+").chain([SMALL.to_vec()]) {
        FORMATS.iter().for_each(|format| check_threads(format, &data));
    }
    for data in damaged(SMALL_FASTA, b"\n>;").chain([SMALL_FASTA.to_vec()]) {
        FASTA_FORMATS.iter().for_each(|format| check_threads(format, &data));
    }
}

#[test]
fn every_number_of_threads_on_every_file() {
    for (_, data) in all_testdata("fastq") {
        check_threads(&Fastq::new(), &data);
    }
    for (_, data) in all_testdata("fasta") {
        FASTA_FORMATS.iter().for_each(|format| check_threads(format, &data));
    }
}

#[test]
fn records_before_the_first_error_are_complete() {
    for data in damaged(SMALL, b"@") {
        let (records, error) = serial(&Fastq::new(), &data);
        for pool in POOLS.iter() {
            let all: Vec<Result<Record<'_>, Error>> =
                pool.install(|| Fastq::new().par_records(&data).with_min_len(1).collect());
            let before: Vec<_> = all.iter().map_while(|record| record.as_ref().ok()).copied().collect();
            assert_eq!(before, records, "{}", data.escape_ascii());
            for found in all.iter().filter_map(|record| record.as_ref().err()) {
                assert_eq!(Some(facts(found)), error);
            }
        }
    }
}

/// Creates a source that is read in parts of this length.
fn stream(data: &[u8], part_len: usize, threads: usize) -> Source {
    let options = SourceOptions::new().part_len(part_len).threads(threads);
    Source::from_reader(std::io::Cursor::new(data.to_vec()), options)
}

fn check_source<F: Resync>(format: &F, data: &[u8]) {
    let (records, error) = serial(format, data);
    for part_len in [1, 2, 3, 7, 20, 50, data.len(), data.len() + 1] {
        for threads in [1, 3] {
            let account = stream(data, part_len, threads).account(format);
            assert_eq!(account.error.as_ref().map(facts), error, "{part_len}: {}", data.escape_ascii());
            assert_eq!(account.tally.records, records.len() as u64);
        }
    }
}

#[test]
fn part_length_and_threads_do_not_change_a_source() {
    for data in damaged(SMALL, b"@").step_by(3).chain([SMALL.to_vec()]) {
        check_source(&Fastq::new(), &data);
    }
    for data in damaged(SMALL_FASTA, b">").step_by(3).chain([SMALL_FASTA.to_vec()]) {
        FASTA_FORMATS.iter().for_each(|format| check_source(format, &data));
    }
}

#[test]
fn a_source_folds_the_records_of_the_iterator() {
    for (name, data) in all_testdata("fastq") {
        let (records, error) = serial(&Fastq::new(), &data);
        let mut expected: Vec<_> = records.iter().map(|record| record.range()).collect();
        expected.sort_by_key(|range| range.start);
        for threads in [1, 2, 16] {
            let folded = stream(&data, 1000, threads).fold(
                &Fastq::new(),
                Vec::new,
                |mut ranges, record| {
                    ranges.push(record.range());
                    ranges
                },
                |left, right| [left, right].concat(),
            );
            match folded {
                Ok(mut ranges) => {
                    ranges.sort_by_key(|range| range.start);
                    assert_eq!(ranges, expected, "{name}");
                    assert!(error.is_none(), "{name}");
                }
                Err(found) => assert_eq!(Some(facts(&found)), error, "{name}"),
            }
        }
    }
}

/// Reads a view of an input that continues: the records must be the first ones of the input, followed by a request for more input,
/// or by the input's own error.
fn check_view<'data, F: Format>(
    format: &F,
    data: &'data [u8],
    end: usize,
    range: impl Fn(&F::Record<'data>) -> Range<u64>,
) {
    let (expected, expected_error) = serial(format, data);
    let mut records = format.records_of(Part::from_view(&data[..end], end, 0, false));
    let mut count = 0;
    for (found, expected) in records.by_ref().map_while(Result::ok).zip(&expected) {
        assert_eq!(range(&found), range(expected), "{end} bytes of {}", data.escape_ascii());
        count += 1;
    }
    match records.error() {
        None => assert!(count <= expected.len()),
        Some(error) if error.kind().name() == "incomplete" => {}
        Some(error) => {
            assert_eq!(count, expected.len(), "{end} bytes of {}: {error}", data.escape_ascii());
            // The excerpt may be shorter.
            assert_eq!(
                error.location(),
                expected_error.and_then(|(_, place)| place),
                "{end} bytes of {}",
                data.escape_ascii()
            );
        }
    }
}

#[test]
fn a_shorter_view_gives_no_other_records_or_errors() {
    for data in damaged(SMALL, b"\n@+").chain([SMALL.to_vec()]) {
        for end in 0..=data.len() {
            check_view(&Fastq::strict(), &data, end, |record| record.range());
        }
    }
    for data in damaged(SMALL_FASTA, b"\n>;\r").chain([SMALL_FASTA.to_vec()]) {
        for end in 0..=data.len() {
            for format in FASTA_FORMATS {
                check_view(&format, &data, end, |record| record.range());
            }
        }
    }
    let mut data = packets(9);
    data.splice(188 * 4..188 * 4, *b"junk");
    for end in 0..=data.len() {
        check_view(&Packets::new(), &data, end, |packet| packet.range());
    }
}

/// Compares gaps too.
fn check_pieces<'data, F>(format: &F, data: &'data [u8], boundaries: &[usize])
where
    F: Resync<Record<'data>: Debug>,
{
    let whole: Vec<String> = format.pieces(data).map(in_words).collect();
    let parts = parts_at(format, data, boundaries);
    let found: Vec<String> = parts.iter().flat_map(|part| format.pieces_of(*part)).map(in_words).collect();
    assert_eq!(found, whole, "divided at {boundaries:?}");
}

#[test]
fn every_boundary_of_damaged_transport_streams() {
    let valid = packets(40);
    let junk = common::noise(7, 400);
    for (at, len) in [(0, 0), (20, 1), (12, 187), (13, 188), (14, 189), (30, 400), (38, 5), (1, 17)] {
        let mut data = valid.clone();
        data.splice(at * 188..at * 188, junk[..len].iter().copied());
        let boundaries: Vec<usize> =
            (0..data.len()).filter_map(|from| Packets::new().find_boundary(&data, from)).collect();
        assert!(boundaries.len() > 1000, "{} boundaries with junk of {len} at packet {at}", boundaries.len());
        for from in 0..=data.len() {
            check_pieces(&Packets::new(), &data, &[from]);
        }
        for part_len in [1, 100, 1000, 3000] {
            for threads in [1, 3] {
                let account = stream(&data, part_len, threads).parts(&Packets::new()).recover().account();
                let mut pieces = Packets::new().pieces(&data);
                pieces.by_ref().for_each(drop);
                assert_eq!(account.tally, pieces.tally(), "part of {part_len}, junk of {len} at packet {at}");
            }
        }
    }
}

#[test]
fn a_stream_of_sync_bytes_without_boundaries_is_read() {
    let mut data = packets(30);
    data[188 * 10..188 * 20].fill(0x47);
    for from in 0..=data.len() {
        check_pieces(&Packets::new(), &data, &[from]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Text of the bytes that decide, which is rarely valid.
    #[test]
    fn any_text_at_any_boundary(
        data in proptest::collection::vec(proptest::sample::select(b"@@++\n\n\n\rAI".to_vec()), 0..60),
        first in 0..60usize,
        second in 0..60usize,
    ) {
        let (first, second) = (first.min(second), first.max(second));
        check_boundaries(&Fastq::new(), &data, &[first.min(data.len()), second.min(data.len())]);
        prop_assert_eq!(
            POOLS[2].install(|| in_parallel(&Fastq::new(), &data)).map_err(|(message, _)| message),
            { let (records, error) = serial(&Fastq::new(), &data); error.map_or(Ok(records), |(message, _)| Err(message)) }
        );
    }

    /// Valid records with the most unusual quality scores, divided anywhere.
    #[test]
    fn any_records_at_any_boundary(
        records in proptest::collection::vec(
            (0..4usize, proptest::collection::vec(proptest::sample::select(b"@+I".to_vec()), 0..5), 0..3usize),
            1..12,
        ),
        crlf in any::<bool>(),
        at in 0..400usize,
    ) {
        let eol = if crlf { "\r\n" } else { "\n" };
        let mut data = String::new();
        for (name, quality, blanks) in &records {
            let (name, sequence) = (&"@+@"[..*name], "A".repeat(quality.len()));
            let quality = String::from_utf8_lossy(quality);
            data += &format!("@{name}{eol}{sequence}{eol}+{eol}{quality}{eol}{}", eol.repeat(*blanks));
        }
        let data = data.into_bytes();
        prop_assert_eq!(serial(&Fastq::new(), &data).0.len(), records.len());
        check_boundaries(&Fastq::new(), &data, &[at.min(data.len())]);
    }

    /// FASTA of the bytes that decide, divided anywhere.
    #[test]
    fn any_fasta_at_any_boundary(
        data in proptest::collection::vec(proptest::sample::select(b">>>\n\n\n\n\r;A ".to_vec()), 0..60),
        first in 0..60usize,
        second in 0..60usize,
    ) {
        let (first, second) = (first.min(second).min(data.len()), first.max(second).min(data.len()));
        // After a header too, or nearly all texts would fail at their first byte.
        for data in [&data[..], &[b">\n", &data[..]].concat()] {
            for format in FASTA_FORMATS {
                check_boundaries(&format, data, &[first, second]);
                check_pieces(&format, data, &[first, second]);
                check_threads(&format, data);
            }
        }
    }
}
