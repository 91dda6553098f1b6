//! Promise 2 for damaged input, compressed or not: the backend, the number of threads and the length of the parts do not change
//! counts, gaps or error texts.

#![cfg(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz"))]

mod common;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use pagecut::fastq::Fastq;
use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Account, Error, Source, SourceOptions, source::Recovered};

/// Returns reads of 60 letters; one of them may have only three quality scores.
fn reads(count: usize, bad: Option<usize>) -> Vec<u8> {
    let mut text = Vec::new();
    for number in 0..count {
        let letters = common::noise(number as u64 + 1, 60);
        let of = |alphabet: &[u8]| -> Vec<u8> {
            letters.iter().map(|&byte| alphabet[usize::from(byte) % alphabet.len()]).collect()
        };
        let mut scores = of(b"IJKLMN@+");
        if bad == Some(number) {
            scores.truncate(3);
        }
        text.extend(format!("@read{number}\n").bytes().chain(of(b"ACGT")).chain(*b"\n+\n").chain(scores));
        text.push(b'\n');
    }
    text
}

/// Compresses a text with a program; `None` if the program is not installed.
fn through(program: &str, args: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    match Command::new(program).args(args).stdin(fs::File::open(file.path()).unwrap()).output() {
        Ok(output) => Some(output.stdout).filter(|_| output.status.success()),
        Err(error) => {
            assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "{program}: {error}");
            eprintln!("{program} is absent");
            None
        }
    }
}

/// The result of reading an input.
#[derive(Debug, PartialEq)]
struct Found {
    tally: pagecut::record::Tally,
    error: Option<String>,
    complete: bool,
    /// For a compressed input that was read to its end, or to a fault of the compression: members, verified and decompressed bytes,
    /// and whether the end was found. An error of a record ends reading with its part.
    packed: Option<(u64, u64, u64, bool)>,
}

impl Found {
    fn of(account: &Account) -> Self {
        Self {
            tally: account.tally,
            error: account.error.as_ref().map(ToString::to_string),
            complete: account.complete,
            packed: account
                .compression
                .filter(|_| {
                    let of_bytes = |error: &Error| error.compressed_place().is_some();
                    account.complete || account.error.as_ref().is_some_and(of_bytes)
                })
                .map(|packed| {
                    (packed.members, packed.verified_bytes, packed.decompressed_bytes, packed.closed)
                }),
        }
    }
}

/// Reads an input up to the first error, and again across all damage.
fn read(open: &dyn Fn() -> Source) -> (Found, Found, Vec<u8>, Vec<String>) {
    let fastq = Fastq::new();
    let up_to_error = Found::of(&open().account(&fastq));
    let (mut good, mut gaps) = (Vec::new(), Vec::new());
    let account = open().recover(&fastq, u64::MAX, |recovered| {
        match recovered {
            Recovered::Records(bytes) => good.extend_from_slice(bytes),
            Recovered::Gap(gap) => gaps.push(format!("{:?} {} {:?}", gap.range, gap.error, gap.lost)),
            _ => {}
        }
        Ok(())
    });
    (up_to_error, Found::of(&account), good, gaps)
}

/// Reads a file with every backend and as a stream, and asserts that the results are equal.
fn check(path: &Path, bytes: &[u8], what: &str) {
    fs::write(path, bytes).unwrap();
    let mut expected = None;
    for (threads, part_len) in [(1, None), (3, Some(100)), (2, Some(7000)), (3, None)] {
        let options = SourceOptions::new().threads(threads);
        let options = part_len.map_or(options, |len| options.part_len(len));
        let file = |strategy| {
            let config = ZeroCopyConfig::new().strategy(strategy).threshold(0);
            Source::with_options(path, options.config(config)).unwrap()
        };
        let backends: [(&str, &dyn Fn() -> Source); 4] = [
            ("mapped", &|| file(Strategy::Mapped)),
            ("read", &|| file(Strategy::Read)),
            ("uring", &|| file(Strategy::Uring)),
            ("stream", &|| Source::from_reader(Cursor::new(bytes.to_vec()), options)),
        ];
        for (backend, open) in backends {
            let found = read(open);
            let expected = expected.get_or_insert_with(|| read(open));
            assert!(
                *expected == found,
                "{what}, {backend}, {threads} threads, parts of {part_len:?}: {:?} {:?} {} {:?}, and first {:?} {:?} {} {:?}",
                found.0,
                found.1,
                found.2.len(),
                found.3,
                expected.0,
                expected.1,
                expected.2.len(),
                expected.3
            );
        }
    }
}

/// Checks copies of a file that are damaged at some positions, truncated, or followed by other bytes.
fn check_damage(kind: &str, packed: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    let len = packed.len();
    check(&path, packed, kind);
    for place in (0..6).map(|part| part * len / 6).chain([len - 8, len - 3, len - 1]) {
        let mut flipped = packed.to_vec();
        flipped[place] ^= 0x10;
        check(&path, &flipped, &format!("{kind}, byte {place} of {len} flipped"));
    }
    for place in (1..4).map(|part| part * len / 4).chain([len - 28, len - 1]) {
        check(&path, &packed[..place], &format!("{kind}, truncated at {place} of {len}"));
    }
    for garbage in [&b"garbage"[..], &[0; 7], b"\x1f\x8b"] {
        check(&path, &[packed, garbage].concat(), &format!("{kind}, then {}", garbage.escape_ascii()));
    }
}

fn check_kind(program: &str, args: &[&str]) {
    for bad in [None, Some(500)] {
        let (first, second) = (reads(400, None), reads(400, bad.map(|bad| bad - 400)));
        let (Some(first), Some(second)) = (through(program, args, &first), through(program, args, &second))
        else {
            return;
        };
        check_damage(&format!("{program}, bad record {bad:?}"), &[first, second].concat());
    }
}

#[test]
fn plain_input_gives_the_same_for_all_divisions() {
    check_kind("cat", &[]);
}

#[test]
fn gzip_gives_the_same_for_all_divisions() {
    check_kind("gzip", &["-c"]);
}

#[test]
fn bgzf_gives_the_same_for_all_divisions() {
    check_kind("bgzip", &["-c"]);
}

#[test]
fn zstd_gives_the_same_for_all_divisions() {
    check_kind("zstd", &["-q", "--check", "-c"]);
}

#[test]
fn bzip2_gives_the_same_for_all_divisions() {
    check_kind("bzip2", &["-1", "-c"]);
}

#[test]
fn xz_gives_the_same_for_all_divisions() {
    check_kind("xz", &["-0", "-c"]);
}
