//! Pairs of records: the same ones in lockstep and on all cores, and the same first error.

#[path = "../common/mod.rs"]
mod common;
mod mapped;
mod sources;

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Mutex;

use common::{POOLS, all_testdata, damaged, facts, oracle, testdata};
use pagecut::fastq::{Fastq, Pair, Pairs, Record};
use pagecut::record::Reading;
use pagecut::{
    Error, ErrorKind, Format, Location,
    error::PairFile,
    record::{Backing, CheckedBytes},
};
use proptest::prelude::*;

/// What there is to know of an error.
type Facts = (String, Option<Location>);

/// The pairs before the first error, and that error.
type UpToError<'data> = (Vec<Pair<Record<'data>>>, Option<Facts>);

fn serial(pairs: Pairs<'_>) -> UpToError<'_> {
    let mut found = Vec::new();
    let mut iter = pairs.iter();
    while let Some(pair) = iter.next() {
        match pair {
            Ok(pair) => found.push(pair),
            Err(error) => {
                assert!(iter.next().is_none(), "an error is the last item");
                return (found, Some(facts(&error)));
            }
        }
    }
    (found, None)
}

/// The pairs of each batch, up to the first error.
fn parallel(pairs: Pairs<'_>) -> (Vec<Vec<Pair<Record<'_>>>>, Option<Facts>) {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let mut count = 0;
    let end = pairs.for_each_batch(
        |batch| (batch.number(), batch.collect::<Vec<_>>()),
        |(number, batch)| {
            assert_eq!(number, count);
            count += batch.len() as u64;
            batches.push(batch);
            Ok(())
        },
    );
    if let Ok(end) = end {
        assert_eq!(end, count);
    }
    (batches, end.err().map(|error| facts(&error)))
}

/// Reads the pairs on pools of all sizes, with these lengths of batches.
fn check<'data>(pairs: Pairs<'data>, batch_lens: impl IntoIterator<Item = usize>) -> UpToError<'data> {
    let expected = serial(pairs);
    for len in batch_lens {
        let pairs = pairs.with_batch_len(len);
        let of_one_worker = POOLS[0].install(|| parallel(pairs));
        assert_eq!(of_one_worker.0.concat(), expected.0, "batches of {len}");
        assert_eq!(of_one_worker.1, expected.1, "batches of {len}");
        for pool in &POOLS[1..] {
            assert_eq!(pool.install(|| parallel(pairs)), of_one_worker, "batches of {len}");
        }
    }
    expected
}

/// What the pairs come to by reading both files on their own, names left out of account.
fn naive<'data>(format: Fastq, files: [&'data [u8]; 2]) -> UpToError<'data> {
    let [first, second] = files.map(|data| format.records(data).collect::<Vec<_>>());
    for number in 0.. {
        let (file, error) = match (first.get(number), second.get(number)) {
            (Some(Err(error)), _) => (PairFile::First, error),
            (_, Some(Err(error))) => (PairFile::Second, error),
            (Some(Ok(_)), Some(Ok(_))) => continue,
            (first_left, second_left) => {
                let message = first_left.or(second_left).map(|record| {
                    let record = record.as_ref().unwrap();
                    let (file, len) =
                        if first_left.is_some() { ("second", files[1].len()) } else { ("first", files[0].len()) };
                    let header = record.as_bytes().split(|&byte| byte == b'\n').next().unwrap();
                    let header = header.strip_suffix(b"\r").unwrap_or(header);
                    (
                        format!(
                            "there is no mate: the {file} file ends after {number} records, at byte {len}: \"{}\"",
                            header.escape_ascii()
                        ),
                        None,
                    )
                });
                return (zip(&first, &second), message);
            }
        };
        let location = error.location().map(|mut location| {
            location.file = Some(file);
            location
        });
        return (zip(&first, &second), Some((error.message(), location)));
    }
    unreachable!("files end")
}

fn zip<'data>(
    first: &[Result<Record<'data>, Error>],
    second: &[Result<Record<'data>, Error>],
) -> Vec<Pair<Record<'data>>> {
    let both = first.iter().zip(second);
    both.map_while(|(first, second)| {
        Some(Pair { first: *first.as_ref().ok()?, second: *second.as_ref().ok()? })
    })
    .collect()
}

fn assert_naive(format: Fastq, files: [&[u8]; 2], found: &UpToError<'_>) {
    let (pairs, end) = naive(format, files);
    assert_eq!(found.0, pairs);
    assert_eq!(
        found.1.as_ref().map(|(message, _)| message),
        end.as_ref().map(|(message, _)| message),
        "{:?}",
        files.map(|data| data.escape_ascii().to_string())
    );
    // Of a record without a mate, its place is checked elsewhere.
    if let Some((_, Some(location))) = end {
        assert_eq!(found.1.as_ref().unwrap().1, Some(location));
    }
}

/// Records named `r0`, `r1`, ... with sequences of these lengths.
fn file(lens: &[usize], suffix: &str) -> Vec<u8> {
    let mut text = String::new();
    for (number, &len) in lens.iter().enumerate() {
        writeln!(text, "@r{number}{suffix}\n{}\n+\n{}", "A".repeat(len), "@".repeat(len)).unwrap();
    }
    text.into_bytes()
}

/// The same, one of them under another name.
fn rename(data: &[u8], number: usize) -> Vec<u8> {
    let text = std::str::from_utf8(data).unwrap();
    text.replace(&format!("@r{number}\n"), "@other\n").into_bytes()
}

/// Mates alternate.
fn interleave(first: &[u8], second: &[u8]) -> Vec<u8> {
    let [first, second] = [first, second].map(|data| Fastq::new().records(data).map(Result::unwrap));
    let records = first.zip(second).flat_map(|(first, second)| [first, second]);
    let lines = |record: Record<'_>| {
        [record.as_bytes().strip_suffix(b"\n").unwrap_or(record.as_bytes()), b"\n"].concat()
    };
    records.flat_map(lines).collect()
}

/// The error that the pairs end with.
fn error(pairs: Pairs<'_>) -> Error {
    pairs.iter().find_map(Result::err).unwrap()
}

#[test]
fn files_of_every_small_count_in_batches_of_every_length() {
    let lens = [[3, 0, 1, 9, 2, 4], [1, 1, 7, 0, 30, 2]];
    for first in 0..=6 {
        for second in 0..=6 {
            let files = [file(&lens[0][..first], "/1"), file(&lens[1][..second], "/2")];
            let [first, second] = [&files[0][..], &files[1][..]];
            let pairs = Pairs::new(first, second, Fastq::new());
            let found = check(pairs, [1, 13, 40, 1000]);
            assert_naive(Fastq::new(), [first, second], &found);
        }
    }
    let files = [file(&lens[0], "/1"), file(&lens[1], "/2")];
    let both = interleave(&files[0], &files[1]);
    for len in 1..=both.len() {
        assert_eq!(check(Pairs::new(&files[0], &files[1], Fastq::new()), [len]).0.len(), 6);
        assert_eq!(check(Pairs::interleaved(&both, Fastq::new()), [len]).0.len(), 6);
    }
}

#[test]
fn a_record_without_a_mate_is_the_error_behind_all_pairs() {
    let long = file(&[3, 0, 1, 9, 2, 4], "");
    let short = file(&[2, 2, 2, 2, 2], "");
    let offset = file(&[3, 0, 1, 9, 2], "").len() as u64;
    for (first, second, has, ends) in [
        (&long, &short, PairFile::First, PairFile::Second),
        (&short, &long, PairFile::Second, PairFile::First),
    ] {
        let pairs = Pairs::new(first, second, Fastq::new());
        assert_eq!(check(pairs, [1, 30, 1000]).0.len(), 5);
        let error = error(pairs);
        let len = short.len() as u64;
        assert!(
            matches!(*error.kind(), ErrorKind::MateMissing { file: Some(file), records: 5, len: found } if (file, found) == (ends, len)),
            "{error}"
        );
        let location = error.location().unwrap();
        assert_eq!((location.file, location.record, location.line), (Some(has), Some(5), Some(21)));
        assert_eq!(
            (location.offset, location.record_offset, error.excerpt()),
            (offset, offset, b"@r5".as_slice())
        );
    }
}

#[test]
fn an_odd_number_of_interleaved_records_is_an_error() {
    let files = [file(&[3, 0, 1], "/1"), file(&[1, 1, 7], "/2")];
    let both = interleave(&files[0], &files[1]);
    for (behind, line) in [("", 25), ("\n\r\n", 25)] {
        let odd = [&both, b"@r3/1\nA\n+\nI\n".as_slice(), behind.as_bytes()].concat();
        let pairs = Pairs::interleaved(&odd, Fastq::new());
        for len in 1..odd.len() {
            assert_eq!(check(pairs, [len]).0.len(), 3);
        }
        let error = error(pairs);
        let len = odd.len();
        assert_eq!(
            error.to_string(),
            format!(
                "fastq: record 6, line {line}, byte {}: there is no mate: the input ends after 7 records, at byte {len}: \"@r3/1\"",
                both.len()
            )
        );
    }
}

#[test]
fn an_error_of_names_has_both_places() {
    let first = b"\n@r0/1\nA\n+\nI\n@r1/1 x\nA\n+\nI\n";
    let second = b"@r0/2\nACG\n+\nIII\n\n\r\n@r2/2 y\r\nA\n+\nI\n";
    let error_of_files = error(Pairs::new(first, second, Fastq::new()));
    assert_eq!(
        error_of_files.to_string(),
        "fastq: first file, record 1, line 6, byte 13: the mate has another name, \
         \"@r2/2 y\" (second file, record 1, byte 19): \"@r1/1 x\""
    );
    let ErrorKind::MateName { mate } = error_of_files.kind() else { panic!("{error_of_files}") };
    assert_eq!((mate.file, mate.record, mate.offset), (Some(PairFile::Second), 1, 19));

    let both = b"@r0/1\nA\n+\nI\n@r0/2\nACG\n+\nIII\n\n@r1 1:N:0:A\nA\n+\nI\n\n\n@r1 1:N:0:A\nA\n+\nI";
    let pairs = Pairs::interleaved(both, Fastq::new());
    for len in 1..both.len() {
        check(pairs, [len]);
    }
    assert_eq!(
        error(pairs).to_string(),
        "fastq: record 2, line 10, byte 29: read numbers 1 and 1 are not those of a first and a second mate; \
         the other record is \"@r1 1:N:0:A\" (record 3, byte 49): \"@r1 1:N:0:A\""
    );
    assert_eq!(pairs.check_names(false).iter().map(Result::unwrap).count(), 2);

    let long = format!("@{}\nA\n+\nI\n", "n".repeat(1000));
    let error = error(Pairs::new(b"@r\nA\n+\nI\n", long.as_bytes(), Fastq::new()));
    let ErrorKind::MateName { mate } = error.kind() else { panic!("{error}") };
    assert_eq!(mate.header.len(), 60);
}

#[test]
fn the_first_pair_with_an_error_has_the_error_and_in_it_the_first_file() {
    let good = file(&[1, 2, 3, 4], "");
    let second_bad = |number: usize| {
        let lens = [1, 2, 3, 4];
        let mut data = file(&lens[..number], "");
        data.extend(format!("@r{number}\nAC\n+\nI\n").into_bytes());
        data
    };
    for first in 0..4 {
        for second in 0..4 {
            let files = [second_bad(first), second_bad(second)];
            let pairs = Pairs::new(&files[0], &files[1], Fastq::new());
            assert_eq!(check(pairs, [1, 17, 1000]).0.len(), first.min(second));
            let expected = if first <= second { PairFile::First } else { PairFile::Second };
            assert_eq!(error(pairs).location().unwrap().file, Some(expected));
        }
        // Names come before what is behind, and structure before names.
        let bad = second_bad(first);
        let renamed = [rename(&good, 2), bad.clone()];
        let pairs = Pairs::new(&renamed[0], &renamed[1], Fastq::new());
        check(pairs, [1, 17, 1000]);
        let by_name = matches!(error(pairs).kind(), ErrorKind::MateName { .. });
        assert_eq!(by_name, first > 2);
    }
}

/// Records in which all that is odd occurs.
const ODD: [&[u8]; 2] = [
    b"\n@a 1:N:0:\nAC\n+\n@I\n\n\n@b\r\nAC\r\n+b\r\n+@\r\n@c/1\n\n+\n\n\r\n\r\n@d\nA\n+d\n@",
    b"@a 2:Y:0:\r\nA\r\n+\r\n+\r\n@b\nACGTAC\n+\n@@@@@@\n\n@c/2\nAC\n+\nII\n@d\n\n+\n\n",
];

#[test]
fn damage_at_every_byte_of_either_file() {
    assert_eq!(serial(Pairs::new(ODD[0], ODD[1], Fastq::strict())).0.len(), 4);
    for (which, data) in ODD.into_iter().enumerate() {
        for (number, copy) in damaged(data, b"\n@+/2\r").enumerate() {
            let files = if which == 0 { [&copy[..], ODD[1]] } else { [ODD[0], &copy[..]] };
            for format in [Fastq::new(), Fastq::strict()] {
                let pairs = Pairs::new(files[0], files[1], format);
                check(pairs, [1 + number % 50]);
                assert_naive(format, files, &serial(pairs.check_names(false)));
            }
        }
    }
}

#[test]
fn damage_at_every_byte_of_interleaved_mates() {
    let both = interleave(ODD[0], ODD[1]);
    assert_eq!(serial(Pairs::interleaved(&both, Fastq::strict())).0.len(), 4);
    for (number, copy) in damaged(&both, b"\n@+2").enumerate() {
        for format in [Fastq::new(), Fastq::strict()] {
            let pairs = Pairs::interleaved(&copy, format);
            check(pairs, [1 + number % 50]);
            let found = serial(pairs.check_names(false));
            let (records, error) = common::serial(&format, &copy);
            let flat: Vec<_> = found.0.iter().flat_map(|pair| [pair.first, pair.second]).collect();
            assert_eq!(flat, records[..records.len() / 2 * 2]);
            match error {
                Some(error) => assert_eq!(found.1, Some(error)),
                None => assert_eq!(found.1.is_some(), records.len() % 2 == 1),
            }
        }
    }
}

#[test]
fn blank_lines_however_many_do_no_harm() {
    let blank = b"\n".repeat(5000);
    let first = [&blank, b"@r0\nA\n+\nI\n".as_slice(), &blank, b"@r1\nA\n+\nI\n", &blank].concat();
    let second = b"@r0\nA\n+\nI\n@r1\nA\n+\nI\n";
    let odd = [&blank, b"@r0\nA\n+\nI\n".as_slice(), &blank].concat();
    for len in [1, 50, 1000] {
        for pool in &POOLS[..2] {
            pool.install(|| {
                let read = |pairs: Pairs<'_>| pairs.with_batch_len(len).for_each_batch(|_| (), |()| Ok(()));
                assert_eq!(read(Pairs::new(&first, second, Fastq::new())).unwrap(), 2);
                assert_eq!(read(Pairs::new(second, &first, Fastq::new())).unwrap(), 2);
                assert_eq!(read(Pairs::interleaved(&blank, Fastq::new())).unwrap(), 0);
                let missing = read(Pairs::interleaved(&odd, Fastq::new())).unwrap_err();
                assert_eq!(missing.location().unwrap().line, Some(5001));
            });
        }
    }
}

#[test]
fn every_file_with_itself_and_in_batches_of_the_usual_length() {
    for (name, data) in all_testdata("fastq") {
        let pairs = Pairs::new(&data, &data, Fastq::new());
        let found = check(pairs.check_names(false), [3000, 1 << 20]);
        assert_naive(Fastq::new(), [&data, &data], &found);
        assert!(found.1.is_some() || !found.0.is_empty() || name == "empty.fastq", "{name}");
    }
}

#[test]
fn what_a_worker_leaves_is_checked_too_and_an_error_of_taking_ends_the_work() {
    let files = [file(&[3; 50], ""), rename(&file(&[5; 50], ""), 37)];
    let pairs = Pairs::new(&files[0], &files[1], Fastq::new()).with_batch_len(60);
    for pool in POOLS.iter() {
        pool.install(|| {
            let error = pairs.for_each_batch(|batch| batch.next().is_some(), |_| Ok(())).unwrap_err();
            assert_eq!(error.location().unwrap().record, Some(37));
            let mut taken = 0;
            let error = pairs.for_each_batch(
                |batch| batch.number(),
                |_| {
                    taken += 1;
                    if taken == 3 { Err(ErrorKind::Changed.into()) } else { Ok(()) }
                },
            );
            assert!(matches!(error.unwrap_err().kind(), ErrorKind::Changed));
            assert_eq!(taken, 3);
        });
    }
}

/// Reads as a sequencer names them.
fn casava(data: &[u8], read: u8, leave_out: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut text = Vec::new();
    for (number, record) in Fastq::new().records(data).map(Result::unwrap).enumerate() {
        if !leave_out(number) {
            let part = [record.sequence(), b"\n+\n", record.quality_scores(), b"\n"].concat();
            text.extend([format!("@r{number} {read}:N:0:ACGT\n").as_bytes(), &part].concat());
        }
    }
    text
}

#[test]
fn what_seqkit_pairs_are_pairs() {
    let Some(mut seqkit) = oracle("seqkit") else { return };
    let data = std::fs::read(testdata("illumina.fastq")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = [casava(&data, 1, |number| number % 7 == 3), casava(&data, 2, |number| number % 11 == 5)];
    let paths = ["1.fastq", "2.fastq"].map(|name| folder.path().join(name));
    for (path, data) in paths.iter().zip(&files) {
        std::fs::write(path, data).unwrap();
    }
    let error = error(Pairs::new(&files[0], &files[1], Fastq::new()));
    assert_eq!((error.location().unwrap().record, error.kind().name()), (Some(3), "mate_name"));

    let output = folder.path().join("paired");
    let done =
        seqkit.arg("pair").arg("-1").arg(&paths[0]).arg("-2").arg(&paths[1]).arg("-O").arg(&output).output();
    assert!(done.unwrap().status.success());
    let paired = ["1.fastq", "2.fastq"].map(|name| std::fs::read(output.join(name)).unwrap());
    let (pairs, error) = check(Pairs::new(&paired[0], &paired[1], Fastq::new()), [1000, 1 << 20]);
    assert_eq!(error, None);
    let names: Vec<_> =
        pairs.iter().map(|pair| String::from_utf8_lossy(pair.first.name()).into_owned()).collect();
    let in_both = (0..250).filter(|number| number % 7 != 3 && number % 11 != 5);
    assert_eq!(names, in_both.map(|number| format!("r{number}")).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn reads_of_any_lengths(
        lens in prop::collection::vec((0usize..60, 0usize..300), 0..80),
        extra in 0usize..3,
        batch_len in 1usize..5000,
        blank in 0usize..5,
    ) {
        let (first, mut second): (Vec<_>, Vec<_>) = lens.iter().copied().unzip();
        second.extend(std::iter::repeat_n(7, extra));
        let second = ["\n".repeat(blank).into_bytes(), file(&second, " 2:N:0:1")].concat();
        let first = file(&first, " 1:N:0:1");
        let found = check(Pairs::new(&first, &second, Fastq::new()), [batch_len]);
        prop_assert_eq!(found.0.len(), lens.len());
        assert_naive(Fastq::new(), [&first, &second], &found);
        let both = interleave(&first, &second);
        let found = check(Pairs::interleaved(&both, Fastq::new()), [batch_len]);
        prop_assert_eq!((found.0.len(), found.1), (lens.len(), None));
    }
}
