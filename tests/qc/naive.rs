//! Modules against simple implementations, on random reads.

#![expect(clippy::cast_possible_truncation, reason = "positions of short reads")]

use std::collections::{HashMap, HashSet};

use pagecut::qc::report::Positions;
use pagecut::qc::{Adapters, Grouping, Limits, Qc, Report};
use pagecut::{Source, SourceOptions};
use proptest::prelude::*;
use proptest::sample::select;

/// A read: definition, sequence, quality scores.
pub(crate) type Read = (String, Vec<u8>, Vec<u8>);

pub(crate) fn text(reads: &[Read]) -> Vec<u8> {
    let record = |(definition, sequence, quality): &Read| {
        [b"@", definition.as_bytes(), b"\n", sequence, b"\n+\n", quality, b"\n"].concat()
    };
    reads.iter().flat_map(record).collect()
}

pub(crate) fn run(qc: &Qc, data: &[u8], threads: usize, part_len: usize) -> Report {
    let options = SourceOptions::new().threads(threads).part_len(part_len);
    qc.run(&Source::from_reader(std::io::Cursor::new(data.to_vec()), options), "reads").unwrap()
}

/// Adapters of different lengths, which are frequent in reads of few letters.
fn adapters() -> Adapters {
    Adapters::read(&b"One\tACA\nTwo\tGGTTA\nThree\tC\n"[..]).unwrap()
}

pub(crate) fn reads(max_len: usize) -> impl Strategy<Value = Vec<Read>> {
    let read = (1..=3_u32, 0..=max_len).prop_flat_map(|(tile, len)| {
        let letters = prop::collection::vec(select(b"ACGTACGTACGTNac.".to_vec()), len);
        let scores = prop::collection::vec(b'#'..=b'I', len);
        (Just(format!("m:1:f:1:{tile}:5:5")), letters, scores)
    });
    prop::collection::vec(read, 0..150)
}

pub(crate) fn upper(read: &Read) -> Vec<u8> {
    read.1.to_ascii_uppercase()
}

pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

/// Returns the number of reads with this letter at positions.
fn letters(reads: &[Read], positions: Positions, letter: u8) -> usize {
    let range = positions.first as usize - 1..positions.last as usize;
    let of_read = |read: &Read| range.clone().filter(|&at| upper(read).get(at) == Some(&letter)).count();
    reads.iter().map(of_read).sum()
}

pub(crate) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan())
}

fn check_basic(reads: &[Read], report: &Report) {
    let lens: Vec<u64> = reads.iter().map(|read| read.1.len() as u64).collect();
    let basic = &report.basic;
    assert_eq!(basic.reads, reads.len() as u64);
    assert_eq!(basic.bases, lens.iter().sum::<u64>());
    assert_eq!(basic.min_len, lens.iter().copied().min().unwrap_or(0));
    assert_eq!(basic.max_len, lens.iter().copied().max().unwrap_or(0));
    let scores = || reads.iter().flat_map(|read| &read.2).copied();
    assert_eq!(basic.characters, scores().min().zip(scores().max()));
    let all: Vec<u8> = reads.iter().flat_map(upper).collect();
    let of = |set: &[u8]| all.iter().filter(|letter| set.contains(letter)).count() as u64;
    assert_eq!(basic.gc_percent, (of(b"GC") * 100).checked_div(of(b"ACGT")).unwrap_or(0));
}

fn check_content(reads: &[Read], report: &Report) {
    for row in &report.base_content.as_ref().unwrap().results {
        let count = |letter| float(letters(reads, row.positions, letter));
        let all = count(b'A') + count(b'C') + count(b'G') + count(b'T');
        for (found, letter) in [(row.a, b'A'), (row.c, b'C'), (row.g, b'G'), (row.t, b'T')] {
            assert!(same(found, count(letter) / all * 100.0));
        }
    }
    for (positions, share) in &report.n_content.as_ref().unwrap().results {
        let range = positions.first as usize..=positions.last as usize;
        let all: usize =
            reads.iter().map(|read| range.clone().filter(|&at| at <= read.1.len()).count()).sum();
        assert!(same(*share, float(letters(reads, *positions, b'N')) / float(all) * 100.0));
    }
}

fn check_quality(reads: &[Read], report: &Report) {
    let offset = report.basic.encoding.offset();
    let rows = report.base_quality.as_ref().map_or(&[][..], |module| &module.results);
    for row in rows {
        let (mut means, mut medians, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for at in row.positions.first as usize - 1..row.positions.last as usize {
            let mut scores: Vec<f64> = reads
                .iter()
                .filter_map(|read| read.2.get(at))
                .map(|&score| f64::from(score - offset))
                .collect();
            scores.sort_by(f64::total_cmp);
            errors.extend(scores.iter().map(|score| 10_f64.powf(-score / 10.0)));
            if !scores.is_empty() {
                means.push(scores.iter().sum::<f64>() / float(scores.len()));
            }
            if scores.len() > 100 {
                medians.push(scores[scores.len() / 2 - 1]);
            }
        }
        let average = |numbers: &[f64]| numbers.iter().sum::<f64>() / float(numbers.len());
        assert!(same(row.mean, average(&means)), "{row:?}");
        assert!(same(row.median, average(&medians)), "{row:?}: {medians:?}");
        assert!(same(row.mean_by_error, -10.0 * average(&errors).log10()), "{row:?}");
    }
    let mut by_mean = HashMap::new();
    for read in reads.iter().filter(|read| !read.2.is_empty()) {
        let sum: u64 = read.2.iter().map(|&score| u64::from(score)).sum();
        *by_mean.entry((sum / read.2.len() as u64) as i64 - i64::from(offset)).or_insert(0) += 1;
    }
    let found = report.read_quality.as_ref().map_or(&[][..], |module| &module.results);
    assert!(found.iter().all(|(score, count)| by_mean.remove(score).unwrap_or(0) == *count));
    assert!(by_mean.is_empty());
}

fn check_lengths(reads: &[Read], report: &Report) {
    let rows = &report.lengths.as_ref().unwrap().results;
    let is_in = |read: &Read, lens: &Positions| (lens.first..=lens.last).contains(&(read.1.len() as u64));
    let count = |lens: &Positions| reads.iter().filter(|read| is_in(read, lens)).count() as u64;
    assert!(rows.iter().all(|(lens, found)| count(lens) == *found));
    assert_eq!(rows.iter().map(|row| row.1).sum::<u64>(), reads.len() as u64);
}

/// Returns the bases by which reads are compared.
fn key(read: &Read) -> Vec<u8> {
    let sequence = upper(read);
    if sequence.len() > 75 { sequence[..50].to_vec() } else { sequence }
}

fn check_sequences(reads: &[Read], report: &Report) {
    let mut counts: HashMap<Vec<u8>, u64> = HashMap::new();
    for read in reads {
        *counts.entry(key(read)).or_default() += 1;
    }
    let duplication = &report.duplication.as_ref().unwrap().results;
    let expected = if reads.is_empty() { 100.0 } else { float(counts.len()) / float(reads.len()) * 100.0 };
    assert!(same(duplication.deduplicated, expected));
    let rows = &report.overrepresented.as_ref().unwrap().results;
    assert_eq!(rows.len(), counts.len(), "all sequences of a few reads are frequent");
    for row in rows {
        assert_eq!(counts.remove(&row.sequence), Some(row.count));
        assert!(same(row.percentage, row.count as f64 / float(reads.len()) * 100.0));
    }
    assert!(rows.is_sorted_by(|a, b| a.count >= b.count));
}

/// All sequences of a few reads are counted, so nothing is estimated.
fn check_estimate(reads: &[Read], report: &Report) {
    let Some(estimate) = &report.duplication_estimate else {
        assert!(reads.is_empty());
        return;
    };
    let fastqc = &report.duplication.as_ref().unwrap().results;
    assert!(same(estimate.deduplicated, fastqc.deduplicated));
    let distinct: HashSet<Vec<u8>> = reads.iter().map(key).collect();
    assert_eq!((estimate.distinct, estimate.standard_error), (float(distinct.len()), 0.0));
    assert_eq!(estimate.counted, distinct.len() as u64);
    for (found, expected) in estimate.levels.iter().zip(&fastqc.levels) {
        assert!(found.0 == expected.0 && same(found.1, expected.1) && same(found.2, expected.2));
    }
}

/// The rule of FastQC: counts grow with the longest read so far.
fn check_adapters(reads: &[Read], report: &Report, adapters: &Adapters) {
    let adapters = adapters.as_slice();
    let len = adapters.iter().map(|adapter| adapter.sequence.len()).max().unwrap();
    let mut longest = 0;
    let mut counts = vec![vec![0_usize]; adapters.len()];
    for read in reads {
        let sequence = upper(read);
        if sequence.len() > len && sequence.len() > longest {
            longest = sequence.len();
            counts.iter_mut().for_each(|counts| counts.resize(longest - len + 1, *counts.last().unwrap()));
        }
        for (adapter, counts) in adapters.iter().zip(&mut counts) {
            let found =
                sequence.windows(adapter.sequence.len()).position(|window| window == adapter.sequence);
            if let (Some(at), true) = (found, longest > 0) {
                counts.iter_mut().skip(at).for_each(|count| *count += 1);
            }
        }
    }
    let rows = &report.adapters.as_ref().unwrap().results.rows;
    assert_eq!(rows.is_empty(), longest == 0);
    for (positions, shares) in rows {
        for (share, counts) in shares.iter().zip(&counts) {
            let group = &counts[positions.first as usize - 1..positions.last as usize];
            let expected = float(group.iter().sum()) * 100.0 / float(reads.len()) / float(group.len());
            assert!(same(*share, expected), "{positions}: {share}, {expected}");
        }
    }
}

fn check_gc(reads: &[Read], report: &Report) {
    let mut counts = vec![0.0; 101];
    for read in reads.iter().filter(|read| !read.1.is_empty()) {
        let sequence = upper(read);
        let len = if sequence.len() > 100 { sequence.len() / 100 * 100 } else { sequence.len() };
        let gc = sequence[..len].iter().filter(|letter| b"GC".contains(letter)).count();
        let values = |gc: usize| {
            let value = |bases: f64| (bases.clamp(0.0, float(len)) * 100.0 / float(len)).round() as usize;
            value(float(gc) - 0.5)..=value(float(gc) + 0.5)
        };
        for value in values(gc) {
            let claims = (0..=len).filter(|&gc| values(gc).contains(&value)).count();
            counts[value] += 1.0 / float(claims);
        }
    }
    let found = &report.gc_content.as_ref().unwrap().results.counts;
    assert!(found.iter().zip(&counts).all(|(a, b)| same(*a, *b)), "{found:?}, {counts:?}");
}

fn check_tiles(reads: &[Read], report: &Report) {
    let used: Vec<&Read> = reads.iter().skip(9).step_by(10).collect();
    let rows = report.tile_quality.as_ref().map_or(&[][..], |module| &module.results);
    assert_eq!(rows.is_empty(), used.iter().all(|read| read.1.is_empty()));
    let offset = report.basic.encoding.offset();
    let tile = |read: &Read| read.0.split(':').nth(4).unwrap().parse::<i32>().unwrap();
    let mut tiles: Vec<_> = used.iter().map(|read| tile(read)).collect();
    tiles.sort_unstable();
    tiles.dedup();
    // The encoding of tiles is that of the first tile only; these checks are for reads with low scores everywhere.
    let is_certain = tiles.iter().all(|&at| {
        let mut scores = used.iter().filter(|read| tile(read) == at).flat_map(|read| &read.2);
        scores.any(|&score| score < 64)
    });
    for row in rows.iter().filter(|_| is_certain) {
        let mean = |of: i32| {
            let mut means = Vec::new();
            for at in row.positions.first as usize - 1..row.positions.last as usize {
                let scores: Vec<f64> = used
                    .iter()
                    .filter(|read| tile(read) == of)
                    .filter_map(|read| read.2.get(at))
                    .map(|&score| f64::from(score - offset))
                    .collect();
                if !scores.is_empty() {
                    means.push(scores.iter().sum::<f64>() / float(scores.len()));
                }
            }
            if means.is_empty() { 0.0 } else { means.iter().sum::<f64>() / float(means.len()) }
        };
        let average = tiles.iter().map(|&tile| mean(tile)).sum::<f64>() / float(tiles.len());
        assert!(same(row.deviation, mean(row.tile) - average), "{row:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn modules_equal_simple_implementations(reads in reads(130), part_len in 20_usize..3000) {
        for adapters in [Adapters::default(), adapters()] {
            let qc = Qc::new().adapters(adapters.clone());
            let report = run(&qc, &text(&reads), 2, part_len);
            prop_assert!(report.error.is_none());
            check_basic(&reads, &report);
            check_content(&reads, &report);
            check_quality(&reads, &report);
            check_lengths(&reads, &report);
            check_sequences(&reads, &report);
            check_estimate(&reads, &report);
            check_adapters(&reads, &report, &adapters);
            check_gc(&reads, &report);
            check_tiles(&reads, &report);
        }
    }

    #[test]
    fn parallel_equals_serial(reads in reads(200), part_len in 20_usize..3000) {
        let limits = Limits { ignore_kmers: false, ..Limits::default() };
        let data = text(&reads);
        for grouping in [Grouping::Linear, Grouping::Single, Grouping::Exponential] {
            let qc = Qc::new().limits(limits.clone()).grouping(grouping).adapters(adapters()).kmer_len(2).unwrap();
            let serial = format!("{:?}", run(&qc, &data, 1, 1 << 20));
            for threads in [1, 2, 5] {
                prop_assert_eq!(&format!("{:?}", run(&qc, &data, threads, part_len)), &serial);
            }
        }
    }
}
