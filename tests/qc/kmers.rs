//! K-mer content against a simple implementation, on random reads.

#![expect(clippy::cast_possible_truncation, reason = "positions of short reads")]

use std::collections::BTreeMap;

use pagecut::qc::report::{Kmer, Positions};
use pagecut::qc::{Grouping, Limits, Qc};
use pagecut::{Source, SourceOptions};
use proptest::prelude::*;
use proptest::sample::select;

/// Every read of this number counts.
const STEP: usize = 50;

/// Maximum number of rows.
const MAX_ROWS: usize = 20;

/// A word that is frequent at one position of most reads.
const WORD: &[u8] = b"GATTA";

fn sampled() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let read = (0..130_usize, prop::bool::weighted(0.8)).prop_flat_map(|(len, has_word)| {
        let letters = prop::collection::vec(select(b"ACGTACGTACGTNa".to_vec()), len);
        letters.prop_map(move |mut letters| {
            if let Some(place) = letters.get_mut(20..20 + WORD.len()).filter(|_| has_word) {
                place.copy_from_slice(WORD);
            }
            letters
        })
    });
    prop::collection::vec(read, 10..60)
}

/// Returns FASTQ in which every read of number [`STEP`] is one of these, and others have words that do not count.
fn text(reads: &[Vec<u8>]) -> Vec<u8> {
    let record = |sequence: &[u8]| [b"@r\n", sequence, b"\n+\n", &vec![b'I'; sequence.len()], b"\n"].concat();
    let others = record(b"TTTTTTTT").repeat(STEP - 1);
    reads.iter().flat_map(|read| [others.clone(), record(read)].concat()).collect()
}

/// The number of a word, the number of positions that it is compared at, and the number at each of them.
struct Word {
    count: usize,
    at: Vec<usize>,
}

fn words(reads: &[Vec<u8>], len: usize) -> (BTreeMap<Vec<u8>, Word>, Vec<usize>) {
    let mut words: BTreeMap<Vec<u8>, Word> = BTreeMap::new();
    let mut totals = vec![0; 200];
    for read in reads {
        let upper = read.to_ascii_uppercase();
        for (position, letters) in upper.windows(len).enumerate().filter(|(_, word)| !word.contains(&b'N')) {
            totals[position] += 1;
            let positions = upper.len() + 1 - len;
            let word =
                words.entry(letters.to_vec()).or_insert_with(|| Word { count: 0, at: vec![0; positions] });
            word.count += 1;
            let needed = word.at.len().max(position + 1);
            word.at.resize(needed, 0);
            word.at[position] += 1;
        }
    }
    (words, totals)
}

/// Returns the probability of more than `successes` in `trials`, from the terms.
fn more_than(successes: usize, trials: usize, probability: f64) -> f64 {
    let ln_factorial = |number: usize| (1..=number).map(|factor| (factor as f64).ln()).sum::<f64>();
    (successes + 1..=trials)
        .map(|number| {
            let choices = ln_factorial(trials) - ln_factorial(number) - ln_factorial(trials - number);
            let others = (trials - number) as f64 * (-probability).ln_1p();
            (choices + number as f64 * probability.ln() + others).exp()
        })
        .sum()
}

/// What is expected of a word.
#[derive(Debug)]
struct Expected {
    count: u64,
    /// The lowest p-value of a frequent group.
    p_value: Option<f64>,
    max_ratio: f64,
    max_positions: Vec<Positions>,
}

fn expected(word: &Word, totals: &[usize], groups: &[Positions], len: usize) -> Expected {
    let share = word.count as f64 / totals.iter().sum::<usize>() as f64;
    let mut found =
        Expected { count: 5 * word.count as u64, p_value: None, max_ratio: 0.0, max_positions: Vec::new() };
    for group in groups {
        let index = |position: u64| (position as usize).min(word.at.len());
        let range = index(group.first - 1)..index(group.last);
        let trials: usize = totals[range.clone()].iter().sum();
        let successes: usize = word.at[range].iter().sum();
        let ratio = if trials == 0 { 0.0 } else { successes as f64 / (share * trials as f64) };
        if ratio > found.max_ratio * (1.0 + 1e-6) {
            (found.max_ratio, found.max_positions) = (ratio, vec![*group]);
        } else if ratio > found.max_ratio * (1.0 - 1e-6) {
            found.max_positions.push(*group);
        }
        let p_value = more_than(successes, trials, share) * 4_f64.powf(len as f64);
        if ratio > 5.0 && p_value < 0.01 {
            found.p_value = Some(found.p_value.map_or(p_value, |lowest: f64| lowest.min(p_value)));
        }
    }
    found
}

fn is_near(a: f64, b: f64, relative: f64, absolute: f64) -> bool {
    (a - b).abs() <= absolute.max(relative * b.abs())
}

fn check(rows: &[Kmer], reads: &[Vec<u8>], len: usize) {
    let (words, totals) = words(reads, len);
    let longest = reads.iter().map(Vec::len).max().unwrap_or(0);
    let groups = Grouping::Linear.groups((longest + 1).saturating_sub(len) as u64);
    let expected: BTreeMap<_, _> =
        words.iter().map(|(letters, word)| (letters, expected(word, &totals, &groups, len))).collect();
    for row in rows {
        let expected = &expected[&row.sequence];
        assert_eq!(row.count, expected.count);
        let p_value = expected.p_value.unwrap();
        assert!(is_near(f64::from(row.p_value), p_value, 1e-4, 1e-9), "{row:?}: {expected:?}");
        assert!(is_near(f64::from(row.max_ratio), expected.max_ratio, 1e-5, 0.0), "{row:?}: {expected:?}");
        assert!(expected.max_positions.contains(&row.max_positions), "{row:?}: {expected:?}");
    }
    // The rows are those with the highest ratios, in order.
    let mut ratios: Vec<f64> =
        expected.values().filter(|word| word.p_value.is_some()).map(|word| word.max_ratio).collect();
    ratios.sort_by(|a, b| b.total_cmp(a));
    assert_eq!(rows.len(), ratios.len().min(MAX_ROWS));
    assert!(rows.iter().zip(ratios).all(|(row, ratio)| is_near(f64::from(row.max_ratio), ratio, 1e-5, 0.0)));
}

fn rows(reads: &[Vec<u8>], len: usize, part_len: usize) -> Vec<Kmer> {
    let limits = Limits { ignore_kmers: false, ..Limits::default() };
    let qc = Qc::new().limits(limits).kmer_len(len).unwrap();
    let options = SourceOptions::new().threads(2).part_len(part_len);
    let source = Source::from_reader(std::io::Cursor::new(text(reads)), options);
    qc.run(&source, "reads").unwrap().kmers.unwrap().results
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn kmers_equal_a_simple_implementation(reads in sampled(), len in 2..=5_usize, part_len in 100_usize..9000) {
        check(&rows(&reads, len, part_len), &reads, len);
    }
}

#[test]
fn a_word_at_one_position_is_found() {
    let reads: Vec<Vec<u8>> = (0..40_u8)
        .map(|number| {
            let mut letters: Vec<u8> =
                (0..60).map(|at| b"ACGT"[usize::from(number.wrapping_mul(at + 3) / 5) % 4]).collect();
            letters[20..25].copy_from_slice(WORD);
            letters
        })
        .collect();
    let rows = rows(&reads, 5, 4000);
    let row = rows.iter().find(|row| row.sequence == WORD).unwrap();
    assert_eq!(row.max_positions, Positions { first: 21, last: 21 });
    check(&rows, &reads, 5);
}
