//! Pairs of damaged inputs: mates stay together, the others are orphans, and no record is lost.

mod common;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Cursor;

use common::{POOLS, file};
use pagecut::error::PairFile;
use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::source::{PairAccount, PairPiece, Recovered};
use pagecut::{Error, ErrorKind, PairedSource, Source, SourceOptions};
use proptest::prelude::{Just, ProptestConfig, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::{BoxedStrategy, Strategy as _};

/// A piece that was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taken {
    Pair(String, String),
    Orphan(Option<PairFile>, String),
    Gap(Option<PairFile>, std::ops::Range<u64>),
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// All pieces, and the account.
fn recover(source: &PairedSource) -> (Vec<Taken>, Result<PairAccount, Error>) {
    let mut taken = Vec::new();
    let account = source.recover(&Fastq::new(), u64::MAX, |piece| {
        taken.push(match piece {
            PairPiece::Pair(pair) => Taken::Pair(text(pair.first), text(pair.second)),
            PairPiece::Orphan { file, record, .. } => Taken::Orphan(file, text(record)),
            PairPiece::Gap { file, gap, .. } => Taken::Gap(file, gap.range),
            piece => panic!("{piece:?}"),
        });
        Ok(())
    });
    (taken, account)
}

fn stream(data: &[u8], options: SourceOptions) -> Source {
    Source::from_reader(Cursor::new(data.to_vec()), options)
}

/// Recovers two streams, or an interleaved one.
fn recover_data(first: &[u8], second: Option<&[u8]>) -> (Vec<Taken>, Result<PairAccount, Error>) {
    let open = |data| stream(data, SourceOptions::new());
    recover(&match second {
        Some(second) => PairedSource::new(open(first), open(second)),
        None => PairedSource::interleaved(open(first)),
    })
}

/// Reads of one of the mates with these names.
fn reads(names: &[&str], mate: u8) -> String {
    let mut text = String::new();
    for name in names {
        let len = 1 + name.len() * usize::from(mate) % 7;
        writeln!(text, "@{name}/{mate}\n{}\n+\n{}", "A".repeat(len), "I".repeat(len)).unwrap();
    }
    text
}

/// The names of pairs, and of orphans with their mate.
fn names(taken: &[Taken]) -> String {
    let name = |record: &str| record[1..].split(['/', '\\']).next().unwrap().to_owned();
    let mut all = Vec::new();
    for piece in taken {
        match piece {
            Taken::Pair(first, second) => {
                assert_eq!(name(first), name(second));
                all.push(name(first));
            }
            Taken::Orphan(Some(PairFile::First), record) => all.push(format!("{}<", name(record))),
            Taken::Orphan(Some(PairFile::Second), record) => all.push(format!("{}>", name(record))),
            Taken::Orphan(None, record) => all.push(format!("{}-", name(record))),
            Taken::Gap(..) => {}
        }
    }
    all.join(" ")
}

#[test]
fn records_without_mates_are_orphans() {
    for (first, second, expected) in [
        ("a b c", "a b c", "a b c"),
        ("a c d", "a b c d", "a b> c d"),
        ("a b c d", "a d", "a b< c< d"),
        ("a b c", "a x y c", "a b< x> y> c"),
        ("a b", "a b c d", "a b c> d>"),
        ("a b c d", "a b", "a b c< d<"),
        ("b c", "a b c", "a> b c"),
        ("a b x", "a b y", "a b x< y>"),
        ("", "a b", "a> b>"),
        ("a", "", "a<"),
        ("", "", ""),
        // Names that occur more than once.
        ("a a b", "a a b", "a a b"),
        ("a b", "a a b", "a a> b"),
        ("a a a b", "a b", "a a< a< b"),
        ("a b a c", "a a c", "a b< a c"),
        ("x a a c", "x c a a", "x c> a a c<"),
        // The order of the second input is another one.
        ("a b c d e", "a c b d e", "a b< c b> d e"),
    ] {
        let split = |names: &'static str| names.split_whitespace().collect::<Vec<_>>();
        let (first_text, second_text) = (reads(&split(first), 1), reads(&split(second), 2));
        let (taken, account) = recover_data(first_text.as_bytes(), Some(second_text.as_bytes()));
        assert_eq!(names(&taken), expected, "{first:?} {second:?}");
        let account = account.unwrap();
        let paired = 2 * account.pairs + account.first_orphans + account.second_orphans;
        assert_eq!(paired, account.first.tally.records + account.second.unwrap().tally.records);
        assert!(account.first.error.is_none() && account.first.complete);
    }
}

#[test]
fn interleaved_records_without_mates_are_orphans() {
    for (records, expected) in [
        ("a1 a2 b1 b2", "a b"),
        ("a2 b1 b2 c1", "a- b c-"),
        ("a1 b1 b2 c2 d1 d2", "a- b c- d"),
        ("a1 a1 a2 b2 b1 c1 c2", "a- a b- b- c"),
        ("a1", "a-"),
        ("", ""),
    ] {
        let text: String = records
            .split_whitespace()
            .map(|record| reads(&[&record[..1]], record[1..].parse().unwrap()))
            .collect();
        let (taken, account) = recover_data(text.as_bytes(), None);
        assert_eq!(names(&taken), expected, "{records:?}");
        let account = account.unwrap();
        assert_eq!(2 * account.pairs + account.first_orphans, account.first.tally.records);
        assert!(account.second.is_none());
    }
}

#[test]
fn inputs_without_any_pair_are_an_error() {
    let first = reads(&["a", "b"], 1);
    for (second, kind) in [(reads(&["c", "d"], 2), "mate_name"), (first.clone(), "mate_number")] {
        let (_, account) = recover_data(first.as_bytes(), Some(second.as_bytes()));
        let error = account.unwrap_err();
        assert_eq!(error.kind().name().replace('-', "_"), kind, "{error}");
        assert!(error.to_string().contains("first file, record 0"), "{error}");
        assert!(error.to_string().contains("second file, record 0, byte 0"), "{error}");
    }
    let (_, account) = recover_data(first.as_bytes(), None);
    assert!(matches!(account.unwrap_err().kind(), ErrorKind::MateName { .. }));
    // A gap explains it.
    let damaged = first.replacen("@b", "?b", 1);
    let (taken, account) = recover_data(damaged.as_bytes(), Some(reads(&["c"], 2).as_bytes()));
    assert_eq!((names(&taken).as_str(), account.unwrap().pairs), ("a< c>", 0));
}

#[test]
fn inputs_out_of_step_are_an_error() {
    let record =
        |name: String, mate: u8| format!("@{name}/{mate}\n{}\n+\n{}\n", "A".repeat(9000), "I".repeat(9000));
    let many = |letter: char, mate: u8| {
        (0..2000).map(|number| record(format!("{letter}{number}"), mate)).collect::<String>()
    };
    let common = record("same".into(), 1) + &many('a', 1);
    let other = record("same".into(), 2) + &many('b', 2);
    let (taken, account) = recover_data(common.as_bytes(), Some(other.as_bytes()));
    assert_eq!(names(&taken), "same");
    let error = account.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MateName { .. }), "{error}");
    assert!(error.to_string().contains("first file, record 1, byte 18012"), "{error}");
    let (_, account) = recover_data((common + &many('c', 1)).as_bytes(), None);
    assert!(matches!(account.unwrap_err().kind(), ErrorKind::MateName { .. }));
}

#[test]
fn blank_lines_and_the_last_line_stay_as_they_are() {
    let (first, second) = ("\n@a\nA\n+\nI\n\n\n@b\nA\n+\nI", "@a\nA\n+\nI\n@b\nAA\n+\nII\n\n");
    let (taken, account) = recover_data(first.as_bytes(), Some(second.as_bytes()));
    let [mut firsts, mut seconds] = [String::new(), String::new()];
    for piece in taken {
        let Taken::Pair(first, second) = piece else { panic!("{piece:?}") };
        firsts += &first;
        seconds += &second;
    }
    assert_eq!((firsts, seconds), (text(first.as_bytes()), text(second.as_bytes())));
    assert_eq!(account.unwrap().pairs, 2);
}

#[test]
fn an_error_of_the_caller_ends_reading() {
    let data: Vec<u8> =
        (0..100_000).flat_map(|number| format!("@r{number}\nACGT\n+\nIIII\n").into_bytes()).collect();
    let mut pairs = 0;
    let open = || stream(&data, SourceOptions::new().threads(2));
    let error = PairedSource::new(open(), open()).recover(&Fastq::new(), u64::MAX, |_| {
        pairs += 1;
        if pairs == 5 { Err(ErrorKind::Changed.into()) } else { Ok(()) }
    });
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Changed));
    assert_eq!(pairs, 5);
}

#[test]
fn wrapped_inputs_keep_the_records_before_the_fault() {
    let wrapped = |mate: u8| {
        (0..40).map(|number| format!("@r{number}/{mate}\nACGT\nAC\n+\n@III\nII\n")).collect::<String>()
    };
    let (first, second) = (wrapped(1), wrapped(2));
    let (taken, account) = recover_data(first.as_bytes(), Some(second.as_bytes()));
    assert_eq!((taken.len(), account.unwrap().pairs), (40, 40));
    let damaged = first.replace("@r30/1\nACGT", "@r30/1\nAC\0GTT");
    let [(_folder, first), (_other, second)] = [damaged.as_bytes(), second.as_bytes()].map(file);
    let source = PairedSource::open(&first, &second).unwrap();
    let (_, account) = recover(&source);
    let account = account.unwrap();
    assert_eq!((account.pairs, account.first_orphans, account.second_orphans), (30, 0, 10));
    assert_eq!(account.first.tally.gaps, 1);
}

#[test]
fn inputs_of_other_formats_are_an_error() {
    let (_, account) = recover_data(b">a\nACGT\n", Some(b">a\nACGT\n"));
    assert!(matches!(account.unwrap_err().kind(), ErrorKind::UnknownFormat(_)));
}

/// The good records of an input alone.
fn good(data: &[u8]) -> Vec<u8> {
    let mut good = Vec::new();
    // A damaged stream may look wrapped, and cannot be read again.
    let (_folder, path) = file(data);
    let account = Source::open(path).unwrap().recover_fastq(
        &Fastq::new(),
        pagecut::fastq::Variant::FourLines,
        u64::MAX,
        |salvaged| {
            if let Recovered::Records(bytes) = salvaged {
                good.extend_from_slice(bytes);
            }
            Ok(())
        },
    );
    assert!(account.complete, "{account:?}");
    good
}

/// A change of some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Remove(usize),
    Overwrite(Vec<u8>),
    Insert(Vec<u8>),
}

fn damages() -> BoxedStrategy<Vec<(prop::sample::Index, Damage)>> {
    let bytes = || prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'@'), Just(0), any::<u8>()], 1..30);
    let damage = prop_oneof![
        (1_usize..400).prop_map(Damage::Remove),
        bytes().prop_map(Damage::Overwrite),
        bytes().prop_map(Damage::Insert)
    ];
    prop::collection::vec((any::<prop::sample::Index>(), damage), 0..4).boxed()
}

fn damaged(data: &str, damages: &[(prop::sample::Index, Damage)]) -> Vec<u8> {
    let mut data = data.as_bytes().to_vec();
    for (at, damage) in damages {
        let at = at.index(data.len());
        match damage {
            Damage::Remove(len) => drop(data.drain(at..(at + len).min(data.len()))),
            Damage::Overwrite(bytes) => {
                let end = (at + bytes.len()).min(data.len());
                data[at..end].copy_from_slice(&bytes[..end - at]);
            }
            Damage::Insert(bytes) => drop(data.splice(at..at, bytes.iter().copied())),
        }
        if data.is_empty() {
            break;
        }
    }
    data
}

/// Reads of a run, whose names differ in the number only.
fn run(count: usize, mate: u8) -> String {
    let mut text = String::new();
    for number in 0..count {
        let len = 3 + number * 7 % 40;
        // The bases are those of no other read.
        let bases: String = (0..len).map(|at| if number >> (at % 8) & 1 == 1 { 'A' } else { 'C' }).collect();
        writeln!(text, "@run:{number:04}/{mate}\n{bases}\n+\n{}", "I".repeat(len)).unwrap();
    }
    text
}

/// The records of an undamaged text.
fn records(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    lines.chunks(4).map(|record| record.join("\\n") + "\\n").collect()
}

/// The records of pieces that lie in one of two files.
fn of_file(taken: &[Taken], file: PairFile) -> impl Iterator<Item = &str> {
    taken.iter().filter_map(move |piece| match piece {
        Taken::Pair(first, second) => Some(if file == PairFile::First { first } else { second }.as_str()),
        Taken::Orphan(Some(of), record) if *of == file => Some(record),
        _ => None,
    })
}

/// The first line of a record. The blank lines before the first record come before it.
fn name(record: &str) -> &str {
    record.trim_start_matches("\\n").split("\\n").next().unwrap()
}

/// The first line of a record up to the read number.
fn stem(record: &str) -> &str {
    name(record).split('/').next().unwrap()
}

/// Checks pieces of two damaged files.
fn check_pieces(taken: &[Taken], undamaged: [&str; 2], damaged: [&[u8]; 2]) {
    // Nothing is lost, and nothing is written that a file alone does not give.
    for (file, data) in [(PairFile::First, damaged[0]), (PairFile::Second, damaged[1])] {
        let all: String = of_file(taken, file).collect();
        assert_eq!(all, text(&good(data)), "{file}");
    }
    let numbers = undamaged.map(|text| {
        records(text)
            .into_iter()
            .enumerate()
            .map(|(number, record)| (record, number))
            .collect::<HashMap<_, _>>()
    });
    let mut last = None;
    for piece in taken {
        let Taken::Pair(first, second) = piece else { continue };
        assert_eq!(stem(first), stem(second));
        let (first, second) = (numbers[0].get(first), numbers[1].get(second));
        if let (Some(first), Some(second)) = (first, second) {
            assert_eq!(first, second, "these were pairs");
            assert!(last < Some(first), "and in this order");
            last = Some(first);
        }
    }
    // A record with a mate in the other file is in a pair, unless a damaged name is that of another record.
    let names =
        [PairFile::First, PairFile::Second].map(|file| of_file(taken, file).map(name).collect::<Vec<_>>());
    if names.iter().all(|names| names.is_sorted_by(|left, right| left < right)) {
        for piece in taken {
            let Taken::Orphan(file, record) = piece else { continue };
            let (number, other, others) = match file {
                Some(PairFile::First) => (1, 2, &names[1]),
                _ => (2, 1, &names[0]),
            };
            // The read number may be damaged.
            if name(record) == format!("{}/{number}", stem(record)) {
                let mate = format!("{}/{other}", stem(record));
                assert!(!others.contains(&mate.as_str()), "{mate}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_record_is_lost_and_pairs_stay_pairs(first in damages(), second in damages()) {
        let undamaged = [run(60, 1), run(60, 2)];
        let data = [damaged(&undamaged[0], &first), damaged(&undamaged[1], &second)];
        let [(_folder, one), (_other, two)] = [&data[0], &data[1]].map(|data| file(data));
        let (taken, account) = recover(&PairedSource::open(&one, &two).unwrap());
        match account {
            Ok(account) => {
                check_pieces(&taken, [&undamaged[0], &undamaged[1]], [&data[0], &data[1]]);
                let counts = |matches: fn(&Taken) -> bool| taken.iter().filter(|piece| matches(piece)).count() as u64;
                prop_assert_eq!(account.pairs, counts(|piece| matches!(piece, Taken::Pair(..))));
                prop_assert_eq!(account.first_orphans, counts(|piece| matches!(piece, Taken::Orphan(Some(PairFile::First), _))));
                prop_assert_eq!(account.first.tally.gaps, counts(|piece| matches!(piece, Taken::Gap(Some(PairFile::First), _))));
                let second = account.second.unwrap();
                prop_assert_eq!(second.tally.gaps, counts(|piece| matches!(piece, Taken::Gap(Some(PairFile::Second), _))));
            }
            // Bytes of no format.
            Err(error) => prop_assert!(matches!(error.kind(), ErrorKind::UnknownFormat(_)), "{}", error),
        }
    }
}

#[test]
fn every_way_of_reading_gives_the_same() {
    let (first, second) = (run(3000, 1), run(3000, 2));
    let mut damaged = [first.into_bytes(), second.into_bytes()];
    for (file, at, len) in
        [(0, 5000, 9), (1, 40_000, 3000), (0, 41_000, 900), (1, 90_000, 1), (0, 130_000, 30_000)]
    {
        damaged[file][at..at + len].fill(b'?');
    }
    let expected = recover_data(&damaged[0], Some(&damaged[1])).0;
    assert!(expected.iter().filter(|piece| matches!(piece, Taken::Gap(..))).count() >= 4);
    assert!(expected.iter().filter(|piece| matches!(piece, Taken::Pair(..))).count() > 2000);
    let [(_folder, first), (_other, second)] = [&damaged[0], &damaged[1]].map(|data| file(data));
    for part_len in [1, 777, 1 << 20] {
        for threads in [1, 2, 5] {
            let options = SourceOptions::new().part_len(part_len).threads(threads);
            let [one, two] = [0, 1].map(|file| stream(&damaged[file], options));
            assert_eq!(recover(&PairedSource::new(one, two)).0, expected, "streams, {part_len} {threads}");
            for strategy in [Strategy::Mapped, Strategy::Read] {
                let options = options.config(ZeroCopyConfig::new().strategy(strategy));
                let open = |path| Source::with_options(path, options).unwrap();
                let found = recover(&PairedSource::new(open(&first), open(&second))).0;
                assert_eq!(found, expected, "{strategy:?} {part_len} {threads}");
            }
        }
    }
    // Without a number of threads, those of the caller's pool are meant, which both inputs must not wait for.
    for pool in &*POOLS {
        let found = pool.install(|| recover(&PairedSource::open(&first, &second).unwrap()).0);
        assert_eq!(found, expected);
    }
}
