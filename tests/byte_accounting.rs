//! Promise 1: every byte belongs to exactly one record, one blank line, or one gap.

mod common;

use std::ops::Range;

use common::{all_testdata, damaged, noise, packets};
use pagecut::fasta::Fasta;
use pagecut::fastq::Fastq;
use pagecut::media::mpegts::Packets;
use pagecut::{Piece, Resync, Source, SourceOptions, record::Tally};

/// Whether the bytes are blank lines and comments only.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').all(|line| matches!(line, [] | [b'\r'] | [b';', ..]))
}

/// Returns the bytes at a position of the input without a byte order mark at its start.
fn without_mark(bytes: &[u8], position: u64) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| position == 0).unwrap_or(bytes)
}

/// Checks that the pieces of an input and the blank bytes between them add up to the input. `range` returns the range of a record.
fn check<F: Resync>(format: &F, data: &[u8], range: impl Fn(&F::Record<'_>) -> Range<u64>) -> Tally {
    let mut pieces = format.pieces(data);
    let (mut position, mut blank, mut records, mut gaps) = (0, 0, 0, 0);
    for piece in pieces.by_ref() {
        let range = match &piece {
            Piece::Record(record) => {
                records += 1;
                range(record)
            }
            Piece::Gap(gap) => {
                gaps += 1;
                assert_eq!(gap.error.location().unwrap().record_offset, gap.range.start);
                gap.range.clone()
            }
        };
        assert!(range.start >= position && range.end > range.start, "{range:?} after {position}");
        let between = &data[usize::try_from(position).unwrap()..usize::try_from(range.start).unwrap()];
        assert!(is_blank(without_mark(between, position)), "{}", between.escape_ascii());
        blank += between.len() as u64;
        position = range.end;
    }
    let rest = &data[usize::try_from(position).unwrap()..];
    let lines = without_mark(rest, position);
    // A lone `>` at the end of the input.
    assert!(is_blank(lines) || lines.ends_with(b">"), "{}", rest.escape_ascii());
    blank += rest.len() as u64;
    let tally = pieces.tally();
    assert_eq!(tally.bytes(), data.len() as u64);
    assert_eq!((tally.records, tally.gaps, tally.blank_bytes), (records, gaps, blank));
    tally
}

#[test]
fn damaged_fastq_adds_up() {
    let (_, text) = all_testdata("fastq").into_iter().find(|(name, _)| name == "blank_lines.fastq").unwrap();
    let text = [text.as_slice(), b"@r4 x\r\nACG\r\n+\r\n@@@\r\n@r5\nA\n+\n+"].concat();
    for data in damaged(&text, b"\n\r@+A") {
        let tally = check(&Fastq::strict(), &data, |record| record.range());
        let lines = data.iter().filter(|&&byte| byte == b'\n').count() as u64;
        // A last line without a line end is counted as a line if it belongs to a record.
        assert!(tally.lines == lines || tally.lines == lines + 1, "{} of {lines} lines", tally.lines);
    }
}

#[test]
fn every_fastq_file_adds_up() {
    for (name, data) in all_testdata("fastq") {
        let tally = check(&Fastq::new(), &data, |record| record.range());
        let damaged = ["truncated.fastq", "lengths_differ.fastq", "quality_line_lost.fastq", "wrapped.fastq"];
        assert_eq!(tally.gaps > 0, damaged.contains(&name.as_str()), "{name}: {tally:?}");
    }
}

#[test]
fn damaged_fasta_adds_up() {
    let text = b"\n;0\r\n>r1 >\nAC\n\nGT\r\n;>\nA\n\r\n\n>r2\r\n>\n;\n\n>r4\n>r5\nA>C\n >\n\r\n>r6";
    for data in damaged(text, b"\n\r>;A") {
        for format in [Fasta::new(), Fasta::strict(), Fasta::strict().comments(true)] {
            let tally = check(&format, &data, |record| record.range());
            let lines = data.split_inclusive(|&byte| byte == b'\n').count() as u64;
            // A last line without a line end is not counted in a gap.
            assert!(tally.lines == lines || tally.lines + 1 == lines, "{} of {lines} lines", tally.lines);
        }
    }
}

#[test]
fn every_fasta_file_adds_up() {
    for (name, data) in all_testdata("fasta") {
        let tally = check(&Fasta::new(), &data, |record| record.range());
        let damaged = ["text_before.fasta", "comments.fasta", "cr_only.fasta"];
        assert_eq!(tally.gaps > 0, damaged.contains(&name.as_str()), "{name}: {tally:?}");
        let tally = check(&Fasta::new().comments(true), &data, |record| record.range());
        let (blank, gaps) = match name.as_str() {
            "comments.fasta" => (12, 0),
            "blank_lines.fasta" => (7, 0),
            "empty_sequences.fasta" | "byte_order_mark.fasta" => (3, 0),
            "lone_header.fasta" => (1, 0),
            "text_before.fasta" | "cr_only.fasta" => (0, 1),
            _ => (0, 0),
        };
        assert_eq!((tally.blank_bytes, tally.gaps), (blank, gaps), "{name}");
    }
}

#[test]
fn reading_continues_after_a_damaged_record() {
    let data = b"@r1\nACGT\n+\nIIII\n@r2\nACGT\n+\nIII\n@r3\nA\n+\nI\n";
    let pieces: Vec<_> = Fastq::new().pieces(data).collect();
    assert!(matches!(&pieces[1], Piece::Gap(gap) if gap.range == (16..31)), "{pieces:?}");
    let names: Vec<_> = pieces.into_iter().filter_map(Piece::record).map(|record| record.name()).collect();
    assert_eq!(names, [b"r1", b"r3"]);
}

#[test]
fn a_gap_in_fasta_ends_at_the_next_header() {
    let data = b"text\n>r1\nACGT\n>r2\nAC GT\nA\n\n>r3\nA\n";
    let pieces: Vec<_> = Fasta::strict().pieces(data).collect();
    let gap = |piece: &Piece<_>| match piece {
        Piece::Record(_) => None,
        Piece::Gap(gap) => Some(gap.range.clone()),
    };
    assert_eq!(pieces.iter().map(gap).collect::<Vec<_>>(), [Some(0..5), None, Some(14..27), None]);
    let names: Vec<_> = pieces.into_iter().filter_map(Piece::record).map(|record| record.name()).collect();
    assert_eq!(names, [b"r1", b"r3"]);
}

#[test]
fn noise_adds_up() {
    for seed in 0..200 {
        let data = noise(seed, 3000);
        check(&Fastq::new(), &data, |record| record.range());
        check(&Fasta::new(), &data, |record| record.range());
        check(&Packets::new(), &data, |packet| packet.range());
    }
}

#[test]
fn damaged_transport_streams_add_up() {
    let data = packets(12);
    for at in 0..data.len() {
        for copy in [
            [&data[..at], &data[at + 1..]].concat(),
            [&data[..=at], &data[at..]].concat(),
            data[..at].to_vec(),
        ] {
            check(&Packets::new(), &copy, |packet| packet.range());
        }
    }
}

fn check_before_error<F: Resync>(format: &F, data: &[u8]) {
    let mut records = format.records(data);
    let error = records.by_ref().find_map(Result::err);
    let tally = records.tally();
    match error.and_then(|error| error.location()) {
        None => assert_eq!(tally.bytes(), data.len() as u64),
        Some(location) => {
            assert_eq!(tally.bytes(), location.record_offset);
            assert_eq!(Some(tally.records), location.record);
        }
    }
    for part_len in [5, 20, 1000] {
        let options = SourceOptions::new().part_len(part_len).threads(3);
        let source = Source::from_reader(std::io::Cursor::new(data.to_vec()), options);
        assert_eq!(source.account(format).tally, tally, "{}", data.escape_ascii());
    }
}

#[test]
fn bytes_before_an_error_add_up() {
    let text = b"\n@r1\nAC\n+\n@I\n\n@r2\nGG\n+\n++\n\r\n@r3\nA\n+\nI\n";
    for data in damaged(text, b"\n@+A") {
        check_before_error(&Fastq::new(), &data);
    }
    let text = b"\n>r1\nAC\n\n>r2\nGG\nA\n\r\n>r3\nA\n";
    for data in damaged(text, b"\n> A\r") {
        check_before_error(&Fasta::strict(), &data);
    }
}

/// One damaged byte may lose the record that contains it and its neighbors, and no other record.
#[test]
fn records_away_from_the_damage_are_delivered() {
    let records: Vec<String> = (0..9)
        .map(|number| {
            let len = number % 4 + 1;
            format!("@r{number}\n{}\n+\n{}\n", "ACGT".repeat(len), "@I+#".repeat(len))
        })
        .collect();
    let data = records.concat().into_bytes();
    for (number, damaged) in damaged(&data, b"@+\nA").enumerate() {
        let found: Vec<Vec<u8>> = Fastq::new()
            .pieces(&damaged)
            .filter_map(Piece::record)
            .map(|record| record.as_bytes().to_vec())
            .collect();
        // The damaged byte is the first one that differs.
        let at = data.iter().zip(&damaged).position(|(one, other)| one != other).unwrap_or(data.len() - 1);
        let mut end = 0;
        let hit = records
            .iter()
            .position(|record| {
                end += record.len();
                at < end
            })
            .unwrap_or(records.len() - 1);
        for (place, record) in records.iter().enumerate().filter(|(place, _)| place.abs_diff(hit) > 1) {
            assert!(
                found.iter().any(|found| found == record.as_bytes()),
                "damage {number} of record {hit} lost record {place}: {}",
                damaged.escape_ascii()
            );
        }
    }
}
