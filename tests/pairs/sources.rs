//! Pairs of sources are those of slices, whatever the inputs are.

use std::io::Cursor;
use std::path::Path;
use std::sync::Mutex;

use pagecut::fastq::{MateFormat, Wrapped};
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{PairedSource, Source, SourceOptions, source::PairTally};

use super::*;
use crate::common::file as file_of;

/// A pair in words: the places and bytes of its mates.
fn in_words<R: std::fmt::Debug>(pair: &Pair<R>) -> String {
    format!("{:?} {:?}", pair.first, pair.second)
}

/// Reads one after the other.
fn one_by_one<F: MateFormat>(source: &PairedSource, format: &F) -> (Vec<String>, Option<Facts>)
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let mut found = Vec::new();
    let mut pairs = match source.pairs(format) {
        Ok(pairs) => pairs,
        Err(error) => return (found, Some(facts(&error))),
    };
    let error = loop {
        match pairs.next() {
            Ok(Some(pair)) => found.push(in_words(&pair)),
            Ok(None) => break None,
            Err(error) => break Some(facts(&error)),
        }
    };
    assert_eq!(pairs.count(), found.len() as u64);
    assert!(matches!(pairs.next(), Ok(None)), "nothing follows the end");
    (found, error)
}

/// Folds. The values of workers come in no order.
fn folded<F: MateFormat>(source: &PairedSource, format: &F) -> Result<Vec<String>, Facts>
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let numbered = source.fold(
        format,
        Vec::new,
        |mut found: Vec<String>, pair| {
            found.push(in_words(&pair));
            found
        },
        |left, right| [left, right].concat(),
    );
    numbered.map_err(|error| facts(&error))
}

/// Batches in order: the pairs that were taken, and how it ended.
fn in_order<F: MateFormat>(source: &PairedSource, format: &F) -> (Vec<String>, Result<PairTally, Facts>)
where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let mut taken = Vec::new();
    let end = source.map_batches_in_order(
        format,
        |batch| batch.map(|pair| pair.map(|pair| in_words(&pair))).collect::<Result<Vec<_>, _>>(),
        |batch| {
            taken.extend(batch);
            Ok(())
        },
    );
    (taken, end.map_err(|error| facts(&error)))
}

/// Checks all that a source gives. `make` opens it anew, since a stream is read once.
fn check_source<F: MateFormat>(
    make: impl Fn() -> PairedSource,
    format: &F,
    expected: &(Vec<String>, Option<Facts>),
) where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    assert_eq!(&one_by_one(&make(), format), expected);
    let sorted = |mut pairs: Vec<String>| {
        pairs.sort();
        pairs
    };
    let expected_fold = match &expected.1 {
        Some(error) => Err(error.clone()),
        None => Ok(sorted(expected.0.clone())),
    };
    assert_eq!(folded(&make(), format).map(sorted), expected_fold);
    let (taken, end) = in_order(&make(), format);
    assert!(expected.0.starts_with(&taken));
    match end {
        Ok(tally) => {
            assert_eq!((&taken, tally.pairs, &expected.1), (&expected.0, taken.len() as u64, &None));
        }
        Err(error) => assert_eq!(Some(error), expected.1),
    }
}

/// How both inputs of a test are opened.
#[derive(Debug, Clone, Copy)]
enum Kind {
    File(Strategy),
    Stream,
}

fn open(kind: Kind, data: &[u8], path: &Path, options: SourceOptions) -> Source {
    match kind {
        Kind::Stream => Source::from_reader(Cursor::new(data.to_vec()), options),
        Kind::File(strategy) => {
            let config = ZeroCopyConfig::new().threshold(0).strategy(strategy);
            Source::with_options(path, options.config(config)).unwrap()
        }
    }
}

/// Pairs of ways to open two inputs, with part lengths and numbers of threads.
const KINDS: [(Kind, Kind, usize, usize); 6] = [
    (Kind::File(Strategy::Mapped), Kind::File(Strategy::Mapped), 100, 1),
    (Kind::File(Strategy::Read), Kind::Stream, 5000, 2),
    (Kind::File(Strategy::Uring), Kind::File(Strategy::Read), 300, 3),
    (Kind::Stream, Kind::File(Strategy::Mapped), 1 << 20, 1),
    (Kind::Stream, Kind::Stream, 700, 16),
    (Kind::File(Strategy::Mapped), Kind::File(Strategy::Uring), 1 << 20, 2),
];

/// Checks the pairs of two inputs, opened in several ways.
fn check_two<F: MateFormat>(
    format: &F,
    files: [&[u8]; 2],
    expected: &(Vec<String>, Option<Facts>),
    names: bool,
) where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let [(_first_folder, first), (_second_folder, second)] = files.map(file_of);
    for (of_first, of_second, part_len, threads) in KINDS {
        let options = SourceOptions::new().part_len(part_len).threads(threads);
        let make = || {
            let first = open(of_first, files[0], &first, options);
            PairedSource::new(first, open(of_second, files[1], &second, options)).check_names(names)
        };
        check_source(make, format, expected);
    }
}

/// The pairs of slices in words.
fn expected_of(pairs: Pairs<'_>) -> (Vec<String>, Option<Facts>) {
    let (found, error) = serial(pairs);
    (found.iter().map(in_words).collect(), error)
}

#[test]
fn pairs_are_those_of_slices() {
    for (_, data) in all_testdata("fastq") {
        for (format, names) in [(Fastq::new(), false), (Fastq::strict(), true)] {
            let expected = expected_of(Pairs::new(&data, &data, format).check_names(names));
            check_two(&format, [&data, &data], &expected, names);
        }
    }
}

#[test]
fn unequal_counts_name_both_places() {
    let long = file(&[3, 0, 1, 9, 2, 4], "");
    for count in 0..6 {
        let short = file(&[2; 5][..count.min(5)], "");
        for files in [[&long[..], &short], [&short, &long]] {
            let expected = expected_of(Pairs::new(files[0], files[1], Fastq::new()));
            assert!(expected.1.as_ref().unwrap().0.starts_with("there is no mate"));
            check_two(&Fastq::new(), files, &expected, true);
        }
    }
}

/// Checks streams, whose blocks are those of files.
fn check_streams<F: MateFormat>(
    format: &F,
    inputs: &[&[u8]],
    number: usize,
    expected: &(Vec<String>, Option<Facts>),
) where
    for<'data> F::Record<'data>: std::fmt::Debug,
{
    let options = SourceOptions::new().part_len(1 + number % 50).threads(1 + number % 2);
    let stream = |data: &[u8]| Source::from_reader(Cursor::new(data.to_vec()), options);
    let make = || match inputs {
        [first, second] => PairedSource::new(stream(first), stream(second)),
        _ => PairedSource::interleaved(stream(inputs[0])),
    };
    check_source(make, format, expected);
}

#[test]
fn every_damage_is_the_same_error() {
    for (which, data) in ODD.into_iter().enumerate() {
        for (number, copy) in damaged(data, b"\n@+2").enumerate() {
            let files = if which == 0 { [&copy[..], ODD[1]] } else { [ODD[0], &copy[..]] };
            let expected = expected_of(Pairs::new(files[0], files[1], Fastq::strict()));
            check_streams(&Fastq::strict(), &files, number, &expected);
        }
    }
}

#[test]
fn every_damage_of_interleaved_mates_is_the_same_error() {
    let both = interleave(ODD[0], ODD[1]);
    for (number, copy) in damaged(&both, b"\n@+2").enumerate() {
        let expected = expected_of(Pairs::interleaved(&copy, Fastq::new()));
        check_streams(&Fastq::new(), &[&copy], number, &expected);
    }
}

/// The pairs of wrapped records by reading both files on their own, up to the first error.
fn naive_wrapped(files: [&[u8]; 2]) -> (Vec<String>, Option<PairFile>) {
    let format = Fastq::new().wrapped();
    let mut records = files.map(|data| format.records(data));
    let mut found = Vec::new();
    loop {
        let [first, second] = &mut records;
        match (first.next(), second.next()) {
            (Some(Ok(first)), Some(Ok(second))) => found.push(format!("{first:?} {second:?}")),
            (Some(Err(_)), _) | (None, Some(_)) => return (found, Some(PairFile::First)),
            (_, Some(Err(_))) | (Some(_), None) => return (found, Some(PairFile::Second)),
            (None, None) => return (found, None),
        }
    }
}

#[test]
fn wrapped_mates_are_read_like_their_files() {
    let wrapped: &[u8] = b"@a/1\nAC\nGT\n+\n@I\nII\n\n@b/1\nA\n+\nI\n@c/1\n\n+\n\n";
    let other: &[u8] = b"@a/2\nA\n+\nI\n@b/2\r\nAC\r\nG\r\n+\r\n+I\r\n@\r\n\n@c/2\nA\n+\nI";
    let format: Wrapped = Fastq::new().wrapped();
    for (which, data) in [wrapped, other].into_iter().enumerate() {
        for (number, copy) in damaged(data, b"\n@+").enumerate() {
            let files = if which == 0 { [&copy[..], other] } else { [wrapped, &copy[..]] };
            let (pairs, end) = naive_wrapped(files);
            let options = SourceOptions::new().part_len(1 + number % 20).threads(1 + number % 2);
            let stream = |data: &[u8]| Source::from_reader(Cursor::new(data.to_vec()), options);
            let make = || PairedSource::new(stream(files[0]), stream(files[1])).check_names(false);
            let found = one_by_one(&make(), &format);
            assert_eq!((&found.0, found.1.is_some()), (&pairs, end.is_some()));
            check_source(make, &format, &found);
            // A record without a mate has its place in the other file.
            if let Some((message, Some(location))) = &found.1
                && !message.starts_with("there is no mate")
            {
                assert_eq!(location.file, end);
            }
        }
    }
    let source = || {
        let stream = |data: &[u8]| Source::from_reader(Cursor::new(data.to_vec()), SourceOptions::new());
        PairedSource::new(stream(wrapped), stream(other))
    };
    let error = error_of(&source().check_names(true), &format);
    assert!(error.is_none(), "{error:?}");
    let swapped = {
        let stream = |data: &[u8]| Source::from_reader(Cursor::new(data.to_vec()), SourceOptions::new());
        PairedSource::new(stream(other), stream(wrapped))
    };
    let (message, location) = error_of(&swapped, &format).unwrap();
    assert!(
        message.starts_with("read numbers 2 and 1 are not those of a first and a second mate"),
        "{message}"
    );
    assert_eq!(location.unwrap().line, Some(1));
}

fn error_of<F: MateFormat>(source: &PairedSource, format: &F) -> Option<Facts> {
    let mut pairs = source.pairs(format).unwrap();
    loop {
        match pairs.next() {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(error) => return Some(facts(&error)),
        }
    }
}

/// Records of many blocks, in which mates lie far apart: those of the second file are much shorter.
fn many(count: usize) -> [Vec<u8>; 2] {
    let lens: Vec<usize> = (0..count).map(|number| number * 7 % 300).collect();
    let short: Vec<usize> = (0..count).map(|number| number % 3).collect();
    [file(&lens, "/1"), file(&short, "/2")]
}

#[test]
fn the_first_error_of_many_blocks_is_that_of_the_lowest_pair() {
    let [first, second] = many(5000);
    let text = String::from_utf8(second.clone()).unwrap();
    let renamed = |numbers: &[usize]| {
        numbers.iter().fold(text.clone(), |text, n| text.replace(&format!("@r{n}/2\n"), "@other/2\n"))
    };
    let cut = first.len() * 3 / 4;
    for (files, has_all) in [
        ([first.clone(), second.clone()], true),
        ([first.clone(), renamed(&[4000, 2100, 4999]).into_bytes()], false),
        ([first[..cut].to_vec(), second.clone()], false),
        ([first[..cut].to_vec(), renamed(&[4990]).into_bytes()], false),
        ([first[..cut].to_vec(), renamed(&[3]).into_bytes()], false),
    ] {
        let expected = expected_of(Pairs::new(&files[0], &files[1], Fastq::new()));
        assert_eq!(expected.1.is_none(), has_all);
        let [(_folder, first), (_other, second)] = [&files[0], &files[1]].map(|data| file_of(data));
        for (threads, part_len) in [(1, 5000), (2, 1 << 20), (16, 70_000)] {
            let options = SourceOptions::new().threads(threads).part_len(part_len);
            let open = |path| Source::with_options(path, options).unwrap();
            check_source(|| PairedSource::new(open(&first), open(&second)), &Fastq::new(), &expected);
        }
        // What is taken in order does not depend on the number of threads.
        let taken = [1, 2, 16].map(|threads| {
            let options = SourceOptions::new().threads(threads);
            let open = |path| Source::with_options(path, options).unwrap();
            in_order(&PairedSource::new(open(&first), open(&second)), &Fastq::new()).0.len()
        });
        assert_eq!((taken[0], taken[0]), (taken[1], taken[2]));
        if has_all {
            let both = interleave(&files[0], &files[1]);
            let expected = expected_of(Pairs::interleaved(&both, Fastq::new()));
            check_streams(&Fastq::new(), &[&both], 1 << 16, &expected);
        }
    }
}

#[test]
fn an_error_of_map_or_take_ends_the_work() {
    let files = many(20_000);
    let refused = || Error::from(ErrorKind::UnknownFormat("enough"));
    for threads in [1, 2, 16] {
        let source = || {
            let options = SourceOptions::new().threads(threads);
            let [first, second] =
                [&files[0], &files[1]].map(|data| Source::from_reader(Cursor::new(data.clone()), options));
            PairedSource::new(first, second)
        };
        let mut taken = 0;
        let take = |count: usize| {
            taken += count;
            if taken > 5000 { Err(refused()) } else { Ok(()) }
        };
        let error =
            source().map_batches_in_order(&Fastq::new(), |batch| Ok(batch.count()), take).unwrap_err();
        assert!(error.to_string().contains("enough"), "{error}");
        assert!((5001..10_000).contains(&taken), "{taken}");
        let map = |batch: &mut pagecut::source::PairBatch<'_, Fastq>| {
            if batch.number() >= 5000 { Err(refused()) } else { Ok(batch.count()) }
        };
        let mut taken = 0;
        let error = source()
            .map_batches_in_order(&Fastq::new(), map, |count| {
                taken += count;
                Ok(())
            })
            .unwrap_err();
        assert!(error.to_string().contains("enough"), "{error}");
        assert!((5000..10_000).contains(&taken), "{taken}");
    }
}

#[test]
fn a_panic_of_a_worker_is_passed_on() {
    let files = many(20_000);
    for threads in [1, 2, 16] {
        let options = SourceOptions::new().threads(threads);
        let [first, second] =
            [&files[0], &files[1]].map(|data| Source::from_reader(Cursor::new(data.clone()), options));
        let source = PairedSource::new(first, second);
        let work = std::panic::AssertUnwindSafe(|| {
            source.map_batches_in_order(
                &Fastq::new(),
                |batch| {
                    assert!(batch.number() < 3000, "on purpose");
                    Ok(())
                },
                |()| Ok(()),
            )
        });
        assert!(std::panic::catch_unwind(work).is_err());
    }
}

#[test]
fn reading_can_end_early_and_begin_anew() {
    let files = many(5000);
    let [(_folder, first), (_other, second)] = [&files[0], &files[1]].map(|data| file_of(data));
    let source = PairedSource::open(&first, &second).unwrap();
    for _ in 0..2 {
        let mut pairs = source.pairs(&Fastq::new()).unwrap();
        assert_eq!(pairs.next().unwrap().unwrap().first.range().start, 0);
    }
    let tally = source.for_each(&Fastq::new(), |_| {}).unwrap();
    assert_eq!((tally.pairs, tally.first.bytes()), (5000, files[0].len() as u64));
    assert_eq!(tally.second.unwrap().bytes(), files[1].len() as u64);
}

#[test]
fn the_variant_of_either_file_decides() {
    let four = file(&[3; 100], "");
    let mut wrapped = four.clone();
    // Wrapped where the first bytes do not show it.
    wrapped.extend(b"@r100\nACGT\nACGT\nA\n+\nIIII\nIIII\nI\n");
    let mut longer = four.clone();
    longer.extend(b"@r100\nA\n+\nI\n");
    for files in [[&longer, &wrapped], [&wrapped, &longer], [&wrapped, &wrapped]] {
        let [(_folder, first), (_other, second)] = files.map(|data| file_of(data));
        let source = PairedSource::open(&first, &second).unwrap();
        let fastq = Fastq::new();
        let tally = source
            .in_variant(|| source.for_each(&fastq, |_| {}), || source.for_each(&fastq.wrapped(), |_| {}))
            .unwrap();
        assert_eq!(tally.pairs, 101);
    }
    let (_folder, fasta) = file_of(b">s\nACGT\n");
    let (_other, reads) = file_of(&four);
    let source = PairedSource::open(&reads, &fasta).unwrap();
    let error = source.in_variant(|| Ok(()), || Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "second file: only FASTQ has mates that can be compared");
}

#[cfg(feature = "gzip")]
#[test]
fn compressed_mates_are_those_decompressed() {
    use std::io::Write as _;

    let files = many(5000);
    let gzip = |data: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    };
    let bgzf = |data: &[u8]| {
        let mut writer = pagecut::compress::bgzf::Writer::new(Vec::new());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    };
    let expected = expected_of(Pairs::new(&files[0], &files[1], Fastq::new()));
    let packed = [gzip(&files[0]), bgzf(&files[1])];
    let [(_folder, first), (_other, second)] = [&packed[0], &packed[1]].map(|data| file_of(data));
    for threads in [1, 3] {
        let options = SourceOptions::new().threads(threads);
        let open = |path| Source::with_options(path, options).unwrap();
        check_source(|| PairedSource::new(open(&first), open(&second)), &Fastq::new(), &expected);
    }
    let (_cut_folder, cut) = file_of(&packed[0][..packed[0].len() / 2]);
    let errors = [1, 3].map(|threads| {
        let options = SourceOptions::new().threads(threads);
        let open = |path| Source::with_options(path, options).unwrap();
        let source = PairedSource::new(open(&second), open(&cut)).check_names(false);
        let found = one_by_one(&source, &Fastq::new());
        check_source(
            || PairedSource::new(open(&second), open(&cut)).check_names(false),
            &Fastq::new(),
            &found,
        );
        source.for_each(&Fastq::new(), |_| {}).unwrap_err().to_string()
    });
    assert_eq!(errors[0], errors[1]);
    assert!(errors[0].starts_with("second file: ") && errors[0].contains("gzip"), "{}", errors[0]);
}

#[test]
fn truncation_while_pairs_are_read_is_an_error() {
    let files = many(40_000);
    for strategy in [Strategy::Mapped, Strategy::Read] {
        for threads in [1, 2] {
            let [(_folder, first), (_other, second)] = [&files[0], &files[1]].map(|data| file_of(data));
            let config = ZeroCopyConfig::new().threshold(0).strategy(strategy);
            let options = SourceOptions::new().config(config).part_len(64 << 10).threads(threads);
            let open = |path| Source::with_options(path, options).unwrap();
            let source = PairedSource::new(open(&first), open(&second));
            let is_cut = Mutex::new(false);
            let error = source
                .for_each(&Fastq::new(), |_| {
                    let mut is_cut = is_cut.lock().unwrap();
                    if !std::mem::replace(&mut *is_cut, true) {
                        std::fs::OpenOptions::new().write(true).open(&first).unwrap().set_len(10).unwrap();
                    }
                })
                .unwrap_err();
            let is_expected = matches!(error.kind(), ErrorKind::Truncated { .. } | ErrorKind::Changed);
            assert!(is_expected, "{strategy:?}, {threads} threads: {error}");
            assert!(error.to_string().starts_with("first file: "), "{error}");
        }
    }
}
