//! Lengths, and quality by length and position, against simple implementations.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths and scores of tests are small"
)]

use std::collections::BTreeMap;

use pagecut::qc::report::{EndQuality, LongReads, MeanQuality};
use pagecut::qc::{Qc, Report};
use proptest::prelude::*;

use super::naive::{Read, float, reads, run, same, text};

/// A read of one letter, with these scores.
fn read(quality: Vec<u8>) -> Read {
    ("r".into(), vec![b'A'; quality.len()], quality)
}

fn long_reads(report: &Report) -> &LongReads {
    report.long_reads.as_ref().unwrap()
}

/// Returns the error probabilities of scores.
fn errors(quality: &[u8], offset: u8) -> Vec<f64> {
    quality.iter().map(|&score| 10_f64.powf(f64::from(score - offset) / -10.0)).collect()
}

/// Returns the score of a mean error probability.
fn score_of_mean(errors: &[f64]) -> f64 {
    -10.0 * (errors.iter().sum::<f64>() / float(errors.len())).log10()
}

/// Returns the same, rounded down. The score of equal ones is that score.
fn whole_score_of_mean(quality: &[u8], offset: u8) -> u8 {
    (score_of_mean(&errors(quality, offset)) + 1e-9) as u8
}

fn check_means(found: MeanQuality, scores: &[u8], offset: u8) {
    let sum: f64 = scores.iter().map(|&score| f64::from(score - offset)).sum();
    assert!(same(found.mean, sum / float(scores.len())), "{found:?}");
    assert!((found.mean_by_error - score_of_mean(&errors(scores, offset))).abs() < 1e-5, "{found:?}");
}

/// Returns the shortest of the longest reads that together have this share of the bases, and their number.
fn longest_with(lens: &[u64], percent: u64) -> (u64, u64) {
    let all: u64 = lens.iter().sum();
    let mut lens = lens.to_vec();
    lens.sort_unstable_by(|a, b| b.cmp(a));
    let (mut sum, mut number, mut shortest) = (0, 0, 0);
    for len in lens {
        if sum * 100 >= all * percent {
            break;
        }
        (sum, number, shortest) = (sum + len, number + 1, len);
    }
    (shortest, number)
}

fn check_lengths(reads: &[Read], found: &LongReads) {
    let mut lens: Vec<u64> = reads.iter().map(|read| read.1.len() as u64).collect();
    lens.sort_unstable();
    assert_eq!((found.n50, found.l50), longest_with(&lens, 50));
    assert_eq!((found.n90, found.l90), longest_with(&lens, 90));
    assert_eq!(found.median_len, lens[(lens.len() - 1) / 2]);
    let all: u64 = lens.iter().sum();
    assert!(same(found.mean_len, all as f64 / float(lens.len())));
}

fn check_classes(reads: &[Read], found: &LongReads, offset: u8) {
    assert!(found.classes.windows(2).all(|pair| pair[0].lengths.last + 1 == pair[1].lengths.first));
    assert_eq!(found.classes.iter().map(|class| class.reads).sum::<u64>(), reads.len() as u64);
    assert!(found.classes[0].reads > 0 && found.classes.last().unwrap().reads > 0);
    for class in &found.classes {
        let len = |read: &&Read| read.1.len() as u64;
        let longer: Vec<&Read> = reads.iter().filter(|read| len(read) >= class.lengths.first).collect();
        let own: Vec<&Read> = longer.iter().copied().filter(|read| len(read) <= class.lengths.last).collect();
        let bases = |reads: &[&Read]| reads.iter().map(len).sum::<u64>();
        assert_eq!((class.reads, class.bases), (own.len() as u64, bases(&own)), "{}", class.lengths);
        assert_eq!((class.reads_at_least, class.bases_at_least), (longer.len() as u64, bases(&longer)));
        let mut qualities = BTreeMap::new();
        for read in own.iter().filter(|read| !read.2.is_empty()) {
            *qualities.entry(whole_score_of_mean(&read.2, offset)).or_insert(0) += 1;
        }
        assert_eq!(class.qualities, qualities.into_iter().collect::<Vec<_>>(), "{}", class.lengths);
    }
}

fn check_positions(reads: &[Read], found: &LongReads, offset: u8) {
    let longest = reads.iter().map(|read| read.1.len()).max().unwrap();
    let mut next = 1;
    for row in &found.positions {
        assert_eq!(row.positions.first, next);
        next = row.positions.last + 1;
        let range = row.positions.first as usize - 1..row.positions.last as usize;
        let part = |read: &Read| read.2[range.start.min(read.2.len())..range.end.min(read.2.len())].to_vec();
        let scores: Vec<u8> = reads.iter().flat_map(part).collect();
        assert_eq!(row.bases, scores.len() as u64);
        check_means(row.quality, &scores, offset);
    }
    assert_eq!(next, longest as u64 + 1);
}

fn check_ends(reads: &[Read], found: Option<&EndQuality>, offset: u8) {
    let long: Vec<&[u8]> = reads.iter().map(|read| &*read.2).filter(|quality| quality.len() >= 200).collect();
    let Some(found) = found else {
        assert!(long.is_empty());
        return;
    };
    assert_eq!((found.bases, found.reads), (100, long.len() as u64));
    let starts: Vec<u8> = long.iter().flat_map(|quality| quality[..100].to_vec()).collect();
    let ends: Vec<u8> = long.iter().flat_map(|quality| quality[quality.len() - 100..].to_vec()).collect();
    check_means(found.start, &starts, offset);
    check_means(found.end, &ends, offset);
}

/// Checks everything in this file.
fn check(reads: &[Read], report: &Report) {
    let offset = report.basic.encoding.offset();
    let mut qualities = BTreeMap::new();
    for read in reads.iter().filter(|read| !read.2.is_empty()) {
        *qualities.entry(whole_score_of_mean(&read.2, offset)).or_insert(0) += 1;
    }
    let range = qualities
        .keys()
        .next()
        .zip(qualities.keys().next_back())
        .map_or(0..0, |(&first, &last)| first..last + 1);
    let expected: Vec<_> = range.map(|score| (score, qualities.get(&score).copied().unwrap_or(0))).collect();
    assert_eq!(report.read_quality_by_error, expected);
    if reads.is_empty() {
        assert!(report.long_reads.is_none());
        return;
    }
    let found = long_reads(report);
    check_lengths(reads, found);
    check_classes(reads, found, offset);
    check_positions(reads, found, offset);
    check_ends(reads, found.ends.as_ref(), offset);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn long_reads_equal_simple_implementations(reads in reads(450), shift in select_shift(), part_len in 20_usize..3000) {
        let reads: Vec<Read> = reads
            .into_iter()
            .map(|(definition, sequence, quality)| {
                (definition, sequence, quality.iter().map(|score| score + shift).collect())
            })
            .collect();
        check(&reads, &run(&Qc::new(), &text(&reads), 2, part_len));
    }
}

/// Scores of Phred + 33, of Phred + 64, and the highest ones.
fn select_shift() -> impl Strategy<Value = u8> {
    prop::sample::select(vec![0, 31, b'~' - b'I'])
}

#[test]
fn reads_of_all_shapes_have_lengths() {
    let scores = |len: usize| (0..len).map(|at| b'#' + (at * 7 % 40) as u8).collect::<Vec<u8>>();
    let shapes: [&[usize]; 8] = [
        &[],
        &[0],
        &[0, 0, 0],
        &[1],
        &[0, 5, 0],
        &[150; 30],
        &[199, 200, 201, 1023, 1024, 1025, 1124, 1224],
        &[20_000, 3, 65_600, 66_600, 70_123],
    ];
    for lens in shapes {
        let reads: Vec<Read> = lens.iter().map(|&len| read(scores(len))).collect();
        for (threads, part_len) in [(1, 1 << 20), (2, 100)] {
            check(&reads, &run(&Qc::new(), &text(&reads), threads, part_len));
        }
    }
}

#[test]
fn a_read_beyond_all_tables_has_its_quality() {
    let len = 5_000_000;
    let mut quality = vec![b'+'; len];
    quality[..100].fill(b'5');
    quality[len - 100..].fill(b'?');
    quality[4_000_000..].iter_mut().step_by(2).for_each(|score| *score = b'!');
    let reads = [read(quality.clone()), read(vec![b'5'; 300_000])];
    let report = run(&Qc::new(), &text(&reads), 2, 1 << 20);
    let found = long_reads(&report);
    assert_eq!((found.n50, found.l50, found.n90, found.l90), (5_000_000, 1, 5_000_000, 1));
    assert_eq!((found.median_len, found.mean_len), (300_000, 2_650_000.0));
    check_classes(&reads, found, 33);
    check_ends(&reads, found.ends.as_ref(), 33);
    let last = found.positions.last().unwrap();
    assert_eq!((last.positions.to_string(), last.bases), ("4000000-5000000".into(), 1_000_001));
    check_means(last.quality, &quality[3_999_999..], 33);
    let before = &found.positions[found.positions.len() - 2];
    assert_eq!((before.positions.to_string(), before.quality.mean), ("3150000-3999999".into(), 10.0));
}

/// One bad base in ten: the mean of the scores is 36, but one base in ten is wrong.
#[test]
fn the_mean_by_error_counts_the_wrong_bases() {
    let quality: Vec<u8> = (0..100).map(|at| if at % 10 == 0 { b'!' } else { b'I' }).collect();
    let report = run(&Qc::new(), &text(&[read(quality)]), 1, 1 << 20);
    assert_eq!(report.read_quality_by_error, [(9, 1)]);
    assert_eq!(report.read_quality.unwrap().results, [(36, 1)]);
}
