//! The estimate of duplication on libraries whose duplication is known.

use std::collections::HashMap;
use std::io::Cursor;

use pagecut::qc::report::DuplicationEstimate;
use pagecut::qc::{Qc, Report};
use pagecut::{Source, SourceOptions};

/// Deterministic random numbers.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// Returns 32 bases that differ for each molecule.
fn sequence(molecule: u64) -> Vec<u8> {
    let mixed = molecule.wrapping_mul(0xd129_0d3e_6b27_5a45);
    (0..32).map(|place| b"ACGT"[(mixed >> (2 * place) & 3) as usize]).collect()
}

fn report(molecules: &[u64], threads: usize, part_len: usize) -> Report {
    let quality = [b'I'; 32];
    let mut data = Vec::new();
    for &molecule in molecules {
        data.extend([b"@r\n", &sequence(molecule)[..], b"\n+\n", &quality, b"\n"].concat());
    }
    let options = SourceOptions::new().threads(threads).part_len(part_len);
    Qc::new().run(&Source::from_reader(Cursor::new(data), options), "reads").unwrap()
}

/// Returns the number of copies of each molecule.
fn copies(molecules: &[u64]) -> HashMap<u64, u64> {
    let mut copies = HashMap::new();
    molecules.iter().for_each(|&molecule| *copies.entry(molecule).or_default() += 1);
    copies
}

/// Checks the estimate: within 0.5 points, and within 4.5 of its standard errors. Returns the share left after deduplication.
fn check(molecules: &[u64], estimate: &DuplicationEstimate) -> f64 {
    let copies = copies(molecules);
    let reads = molecules.len() as f64;
    let truth = copies.len() as f64 / reads * 100.0;
    let error = (estimate.deduplicated - truth).abs();
    assert!(error <= 0.5 && error <= 4.5 * estimate.standard_error + 1e-9, "{truth}: {estimate:?}");
    assert!((estimate.distinct / reads * 100.0 - estimate.deduplicated).abs() < 1e-9);
    for (level, copy) in estimate.levels.iter().zip(1..9) {
        let sequences = copies.values().filter(|&&count| count == copy).count() as f64;
        let of_sequences = sequences / copies.len() as f64 * 100.0;
        let of_reads = sequences * copy as f64 / reads * 100.0;
        assert!((level.1 - of_sequences).abs() < 1.0, "{of_sequences}: {level:?}");
        assert!((level.2 - of_reads).abs() < 1.0, "{of_reads}: {level:?}");
    }
    truth
}

/// Returns reads of a library with this number of molecules, some of which have more copies than others.
fn library(molecules: u64, reads: usize) -> Vec<u64> {
    let mut numbers = Numbers(7);
    (0..reads)
        .map(|_| match numbers.below(10) {
            // One molecule in a thousand has a tenth of the reads.
            0 => numbers.below(molecules / 1000),
            _ => numbers.below(molecules),
        })
        .collect()
}

#[test]
fn the_estimate_is_near_the_duplication_of_a_library() {
    for (molecules, expected) in [(50_000, 9.9..10.0), (250_000, 41.0..43.0), (3_000_000, 83.0..85.0)] {
        let reads = library(molecules, 500_000);
        let estimate = report(&reads, 2, 1 << 20).duplication_estimate.unwrap();
        assert!(expected.contains(&check(&reads, &estimate)), "{molecules}: {estimate:?}");
        let is_exact = molecules < 100_000;
        assert_eq!(estimate.standard_error == 0.0, is_exact, "{estimate:?}");
    }
}

/// In a sorted file the first sequences do not stand for the others. FastQC takes them for a sample.
#[test]
fn the_estimate_does_not_depend_on_the_order() {
    let mut reads: Vec<u64> = (0..150_000).collect();
    reads.extend((0..400_000).map(|read| 150_000 + read / 8));
    let report = report(&reads, 2, 1 << 20);
    let truth = check(&reads, &report.duplication_estimate.unwrap());
    let fastqc = report.duplication.unwrap().results.deduplicated;
    assert!((truth - 36.36).abs() < 0.01 && fastqc > 99.0, "{truth}, {fastqc}");
}

/// One sequence after the first ones makes up half of the reads.
#[test]
fn a_late_frequent_sequence_is_no_error() {
    for frequent in 0..4 {
        let mut reads: Vec<u64> = (10..400_010).collect();
        reads.extend(std::iter::repeat_n(frequent, 400_000));
        let estimate = report(&reads, 2, 1 << 20).duplication_estimate.unwrap();
        let error = (estimate.deduplicated - 50.0).abs();
        assert!(error < 0.5 && error < 4.5 * estimate.standard_error, "{estimate:?}");
    }
}

#[test]
fn unique_sequences_are_estimated_without_error() {
    let reads: Vec<u64> = (0..400_000).collect();
    let estimate = report(&reads, 2, 1 << 20).duplication_estimate.unwrap();
    assert_eq!((estimate.deduplicated, estimate.distinct, estimate.standard_error), (100.0, 400_000.0, 0.0));
    assert!((132_768..=165_536).contains(&estimate.counted), "{estimate:?}");
    assert_eq!(estimate.levels[0], ("1", 100.0, 100.0));
}

#[test]
fn the_estimate_is_the_same_for_all_threads() {
    let reads = library(1_000_000, 400_000);
    let expected = report(&reads, 1, 1 << 20).duplication_estimate;
    assert!(expected.as_ref().unwrap().standard_error > 0.0);
    for (threads, part_len) in [(1, 10_000), (2, 10_000), (5, 100_000), (2, 1 << 22)] {
        assert_eq!(report(&reads, threads, part_len).duplication_estimate, expected);
    }
}
