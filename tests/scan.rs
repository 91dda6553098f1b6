//! All instruction sets give the same results.
//!
//! The choice applies to the whole process, so one test iterates over all instruction sets.

use std::fmt::Write as _;

use pagecut::fasta::{self, Fasta};
use pagecut::fastq::{self, Fastq};
use pagecut::{ErrorKind, Resync, record::Boundaries, simd};

/// Returns all results for some bytes as text.
fn findings(data: &[u8]) -> String {
    let mut found = String::new();
    for format in [Fastq::new(), Fastq::strict()] {
        let mut summary = fastq::Summary::with_letters();
        for piece in format.pieces(data) {
            match piece {
                pagecut::Piece::Record(record) => summary.add(&record),
                pagecut::Piece::Gap(gap) => writeln!(found, "{:?} {}", gap.range, gap.error).unwrap(),
            }
        }
        let counts: Vec<u64> = (0..=255).map(|byte| summary.letters().unwrap().count(&[byte])).collect();
        let scores = summary.quality_scores().unwrap();
        let scores: Vec<u64> = (0..=93).map(|least| scores.at_least(least)).collect();
        writeln!(found, "{} {counts:?} {scores:?}", summary.lengths().sum()).unwrap();
    }
    for format in [Fasta::new(), Fasta::strict()] {
        let mut summary = fasta::Summary::with_letters();
        for piece in format.pieces(data) {
            match piece {
                pagecut::Piece::Record(record) => summary.add(&record),
                pagecut::Piece::Gap(gap) => writeln!(found, "{:?} {}", gap.range, gap.error).unwrap(),
            }
        }
        let counts: Vec<u64> = (0..=255).map(|byte| summary.letters().unwrap().count(&[byte])).collect();
        writeln!(found, "{} {counts:?}", summary.lengths().sum()).unwrap();
    }
    let boundaries = |boundaries: &dyn Boundaries| {
        (0..data.len().min(60)).map(|from| boundaries.find_boundary(data, from)).collect::<Vec<_>>()
    };
    writeln!(found, "{:?} {:?}", boundaries(&Fastq::new()), boundaries(&Fasta::new())).unwrap();
    found
}

/// Returns a few kilobytes of each kind of input, whole and damaged.
fn inputs() -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for file in [
        "illumina.fastq",
        "nanopore.fastq",
        "at_and_plus.fastq",
        "nanopore.fasta",
        "protein.fasta",
        "crlf.fastq",
    ] {
        let bytes = std::fs::read(format!("testdata/{file}")).unwrap();
        let bytes = &bytes[..bytes.len().min(4_000)];
        inputs.push(bytes.to_vec());
        for (number, byte) in [b'\n', b'\r', b'@', b'>', 0, 0xff, 0x7f, b' '].into_iter().enumerate() {
            let mut damaged = bytes.to_vec();
            for at in (number * 31..damaged.len()).step_by(709) {
                damaged[at] = byte;
            }
            inputs.push(damaged);
        }
    }
    inputs
}

#[test]
fn every_instruction_set_gives_the_same_results() {
    let before = simd::in_use();
    for input in inputs() {
        simd::force("portable").unwrap();
        let expected = findings(&input);
        for name in simd::available() {
            simd::force(name).unwrap();
            assert_eq!(simd::in_use(), name);
            assert_eq!(findings(&input), expected, "{name} on {:?}", input[..20].escape_ascii().to_string());
        }
    }
    // An unknown name changes nothing.
    let error = simd::force("mmx").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::Unsupported));
    assert!(error.to_string().contains("only") && error.to_string().contains("portable"), "{error}");
    assert_eq!(simd::in_use(), "portable");
    simd::force(before).unwrap();
}

/// A test run with a misspelled instruction set in the environment must fail.
#[test]
fn the_environment_names_an_available_instruction_set() {
    simd::check_environment().unwrap();
}

/// Runs this test in a child process with `PAGECUT_SIMD` set, and checks which instruction set it uses.
#[test]
fn the_environment_variable_takes_precedence() {
    const CHILD: &str = "PAGECUT_TEST_SIMD_CHILD";
    if let Ok(expected) = std::env::var(CHILD) {
        assert_eq!(simd::in_use(), expected);
        assert_eq!(simd::check_environment().is_ok(), std::env::var("PAGECUT_SIMD") != Ok("mmx".into()));
        return;
    }
    let fastest = simd::available().next().unwrap();
    let names = simd::available().map(|name| (name, name));
    for (asked, expected) in names.chain([("", fastest), ("mmx", fastest)]) {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_environment_variable_takes_precedence"])
            .env("PAGECUT_SIMD", asked)
            .env(CHILD, expected)
            .output()
            .unwrap();
        assert!(child.status.success(), "{asked:?}: {}", String::from_utf8_lossy(&child.stdout));
        assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"));
    }
}
