//! Wrapped FASTQ: accepted inputs, the same records for four-line files, and the same results for any number of workers.

mod common;

use std::fs;
use std::io::Cursor;

use common::{all_testdata, corpus, damaged, facts, serial};
use pagecut::fastq::{Fastq, wrapped};
use pagecut::{
    ErrorKind, Format, Source, SourceOptions,
    record::{Part, Tally},
};
use proptest::prelude::*;

/// Definition, letters and quality scores.
type Fields = (Vec<u8>, Vec<u8>, Vec<u8>);

fn fields(record: &wrapped::Record<'_>) -> Fields {
    (record.definition().to_vec(), record.sequence().into_owned(), record.quality_scores().into_owned())
}

/// Wrapped records with mixed line ends.
const SMALL: &[u8] = b"@r1\nAAAA\nCCCC\nGGGG\n+\n@III\n+III\n@+@+\n\n@r2 x\r\nAC\r\n+r2 x\r\nI\r\n@\r\n@r3\n\n+\n\n@r4\nA\n+\n+\n";

#[test]
fn wrapped_records_are_read_and_joined() {
    let records: Vec<_> = Fastq::strict().wrapped().records(SMALL).map(Result::unwrap).collect();
    let found: Vec<Fields> = records.iter().map(fields).collect();
    let expected: [(&[u8], &[u8], &[u8]); 4] = [
        (b"r1", b"AAAACCCCGGGG", b"@III+III@+@+"),
        (b"r2 x", b"AC", b"I@"),
        (b"r3", b"", b""),
        (b"r4", b"A", b"+"),
    ];
    assert_eq!(found, expected.map(|(name, letters, scores)| (name.into(), letters.into(), scores.into())));
    assert_eq!(records[0].quality_lines().collect::<Vec<_>>(), [b"@III", b"+III", b"@+@+"]);
    assert_eq!(
        (records[0].is_wrapped(), records[1].is_wrapped(), records[3].is_wrapped()),
        (true, true, false)
    );
    assert_eq!((records[1].name(), records[1].description()), (b"r2".as_slice(), Some(b"x".as_slice())));
    // A field in one line is borrowed.
    assert!(matches!(records[3].sequence(), std::borrow::Cow::Borrowed(_)));
    assert!(matches!(records[0].sequence(), std::borrow::Cow::Owned(_)));
    let range = records[1].range();
    let position = |offset| usize::try_from(offset).unwrap();
    assert_eq!(records[1].as_bytes(), &SMALL[position(range.start)..position(range.end)]);
}

/// Parses wrapped FASTQ line by line; `None` if the input is invalid.
fn naive(data: &[u8]) -> Option<Vec<Fields>> {
    let text = data.strip_suffix(b"\n").unwrap_or(data);
    let lines: Vec<&[u8]> =
        text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    let (mut at, mut records) = (0, Vec::new());
    while at < lines.len() {
        if lines[at].is_empty() {
            at += 1;
            continue;
        }
        let definition = lines[at].strip_prefix(b"@")?.to_vec();
        at += 1;
        let (mut letters, mut scores) = (Vec::new(), Vec::new());
        while !lines.get(at)?.starts_with(b"+") {
            if lines[at].starts_with(b"@") {
                return None;
            }
            letters.extend_from_slice(lines[at]);
            at += 1;
        }
        at += 1;
        while scores.len() < letters.len() {
            scores.extend_from_slice(lines.get(at)?);
            at += 1;
        }
        if letters.is_empty() && lines.get(at).is_some_and(|line| line.is_empty()) {
            at += 1;
        }
        let valid = scores.len() == letters.len()
            && lines.get(at).is_none_or(|line| line.is_empty() || line.starts_with(b"@"));
        if !valid {
            return None;
        }
        records.push((definition, letters, scores));
    }
    Some(records)
}

/// Returns the records before the first error, and whether there is one.
fn read(data: &[u8]) -> (Vec<Fields>, bool) {
    let mut records = Fastq::new().wrapped().records(data);
    let good = records.by_ref().map_while(Result::ok).map(|record| fields(&record)).collect();
    (good, records.error().is_some())
}

#[test]
fn damaged_files_match_a_naive_parser() {
    let mut valid = 0;
    for data in damaged(SMALL, b"@+\nA\r").chain([SMALL.to_vec()]) {
        let (records, failed) = read(&data);
        match naive(&data) {
            Some(expected) => {
                valid += 1;
                assert_eq!((records, failed), (expected, false), "{}", data.escape_ascii());
            }
            None => assert!(failed, "{}: {records:?}", data.escape_ascii()),
        }
    }
    assert!(valid > 50, "{valid}");
}

#[test]
fn four_line_files_give_the_same_records() {
    for (name, data) in all_testdata("fastq") {
        let four = Fastq::strict().records(&data).map_while(Result::ok);
        let four: Vec<Fields> = four
            .map(|record| {
                (record.definition().into(), record.sequence().into(), record.quality_scores().into())
            })
            .collect();
        let error = Fastq::strict().records(&data).find_map(Result::err);
        let mut records = Fastq::strict().wrapped().records(&data);
        let found: Vec<Fields> =
            records.by_ref().map_while(Result::ok).map(|record| fields(&record)).collect();
        if name == "wrapped.fastq" {
            assert!(error.is_some() && records.error().is_none());
            continue;
        }
        assert_eq!(found, four, "{name}");
        assert_eq!(records.error().is_some(), error.is_some(), "{name}");
        if error.is_none() {
            assert_eq!(records.tally().bytes(), data.len() as u64, "{name}");
        }
    }
}

/// Returns the account of a serial reader.
fn account(data: &[u8]) -> (Tally, Option<(String, Option<pagecut::Location>)>) {
    let mut records = Fastq::strict().wrapped().records(data);
    let error = records.by_ref().find_map(Result::err);
    (records.tally(), error.as_ref().map(facts))
}

#[test]
fn workers_match_a_serial_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrapped.fastq");
    for data in damaged(SMALL, b"@\n").step_by(2).chain([SMALL.to_vec()]) {
        fs::write(&path, &data).unwrap();
        let expected = account(&data);
        for part_len in [1, 2, 5, 11, 30, data.len(), 1000] {
            for threads in [1, 3] {
                let options = SourceOptions::new().part_len(part_len).threads(threads);
                let stream = Source::from_reader(Cursor::new(data.clone()), options);
                for source in [stream, Source::with_options(&path, options).unwrap()] {
                    let account = source.account(&Fastq::strict().wrapped());
                    let found = (account.tally, account.error.as_ref().map(facts));
                    assert_eq!(found, expected, "{part_len} {threads}: {}", data.escape_ascii());
                }
            }
        }
    }
}

#[test]
fn a_shorter_view_never_changes_a_decision() {
    let records: Vec<_> = Fastq::new().wrapped().records(SMALL).map(Result::unwrap).collect();
    for end in 0..SMALL.len() {
        let part = Part::from_view(&SMALL[..end], end, 0, false);
        let mut found = Fastq::new().wrapped().records_of(part);
        let good: Vec<_> = found.by_ref().map_while(Result::ok).collect();
        assert_eq!(good, records[..good.len()], "{end} bytes in view");
        if let Some(error) = found.error() {
            assert!(matches!(error.kind(), ErrorKind::Incomplete { .. }), "{end} bytes in view: {error}");
        }
    }
}

#[test]
fn a_record_that_looks_like_two_is_one() {
    let data = b"@r\nAAAA\nCCCC\nGGGG\nTTTT\n+\n@III\nIIII\n+III\nIIII\n";
    assert_eq!(
        read(data),
        (vec![(b"r".to_vec(), b"AAAACCCCGGGGTTTT".to_vec(), b"@IIIIIII+IIIIIII".to_vec())], false)
    );
}

#[test]
fn wrapped_and_four_line_corpus_files_match() {
    let Some(corpus) = corpus() else { return };
    let read_corpus = |name: &str| read(&fs::read(corpus.join("cock2010").join(name)).unwrap());
    for (wrapped, four_lines) in [
        ("longreads_original_sanger.fastq", "longreads_as_sanger.fastq"),
        ("wrapping_original_sanger.fastq", "wrapping_as_sanger.fastq"),
    ] {
        let (found, failed) = read_corpus(wrapped);
        let (expected, _) = read_corpus(four_lines);
        assert!(!failed && found.len() >= 3, "{wrapped}");
        let without_names = |records: Vec<Fields>| -> Vec<(Vec<u8>, Vec<u8>)> {
            records.into_iter().map(|(_, letters, scores)| (letters, scores)).collect()
        };
        assert_eq!(without_names(found), without_names(expected), "{wrapped}");
    }
}

proptest! {
    /// Any records are read unchanged from any wrapping.
    #[test]
    fn any_wrapping_of_any_records(
        records in prop::collection::vec(("[ -~]{0,6}", "[ACGTN]{0,20}", 0u64..1000), 0..6),
        seed in 1u64..1000,
        crlf: bool,
    ) {
        let eol: &[u8] = if crlf { b"\r\n" } else { b"\n" };
        let mut data = Vec::new();
        let mut expected = Vec::new();
        let mut random = common::noise(seed, 4000).into_iter();
        let mut wrap = |data: &mut Vec<u8>, mut text: &[u8]| {
            while !text.is_empty() {
                let len = usize::from(random.next().unwrap_or(1) % 9 + 1).min(text.len());
                data.extend_from_slice(&text[..len]);
                data.extend_from_slice(eol);
                text = &text[len..];
            }
        };
        for (definition, letters, salt) in &records {
            let scores: Vec<u8> =
                common::noise(*salt + 1, letters.len()).into_iter().map(|byte| b'!' + byte % 94).collect();
            data.push(b'@');
            data.extend_from_slice(definition.as_bytes());
            data.extend_from_slice(eol);
            wrap(&mut data, letters.as_bytes());
            data.push(b'+');
            data.extend_from_slice(eol);
            wrap(&mut data, &scores);
            expected.push((definition.clone().into_bytes(), letters.clone().into_bytes(), scores));
        }
        prop_assert_eq!(read(&data), (expected, false));
        let _ = serial(&Fastq::new().wrapped(), &data);
    }
}
