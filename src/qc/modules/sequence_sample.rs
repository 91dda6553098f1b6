//! A sample of the sequences that the table of the first ones does not have, and an estimate of the duplication in the whole input.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::duplication_levels::Levels;
use super::float;
use crate::qc::report::DuplicationEstimate;
use crate::qc::sampling::Sampling;

/// Maximum number of sequences in the sample.
const MAX_SAMPLE: usize = 1 << 16;

/// The numbers of reads in a sample and in the input agree within this many standard errors, unless the sample lacks a very frequent
/// sequence.
const LIKELY: f64 = 5.0;

/// Numbers of reads with each sampled sequence, by the hash of the sequence.
///
/// The sample has a sequence from its first read on or not at all, since halving only takes sequences away. So the counts are exact, and
/// the sample does not depend on the order of the reads, apart from the sequences in the table.
#[derive(Debug, Default)]
pub(super) struct SequenceSample {
    halvings: u32,
    counts: HashMap<u64, u64, BuildHasherDefault<Itself>>,
}

impl SequenceSample {
    /// Adds a read, by the hash of its sequence, if the sequence is in the sample.
    pub(super) fn add(&mut self, hash: u64) {
        if !Sampling::new(self.halvings).takes(hash) {
            return;
        }
        *self.counts.entry(hash).or_default() += 1;
        while self.counts.len() > MAX_SAMPLE {
            self.halvings += 1;
            let sampling = Sampling::new(self.halvings);
            self.counts.retain(|&hash, _| sampling.takes(hash));
        }
    }

    /// Returns how often the sample was halved.
    pub(super) fn halvings(&self) -> u32 {
        self.halvings
    }

    /// Estimates the duplication of `reads` reads, of which some have the sequences of a table, with these counts, and the others were
    /// passed to the sample. `None` without reads.
    pub(super) fn estimate(&self, table: &[u64], reads: u64) -> Option<DuplicationEstimate> {
        if reads == 0 {
            return None;
        }
        let others = reads - table.iter().sum::<u64>();
        let sums = Sums::new(self);
        let (distinct, standard_error) = sums.distinct(others);
        let mut levels = Levels::default();
        for &count in table {
            levels.add(count, 1.0);
        }
        let mut sampled = Levels::default();
        for (count, sequences) in self.by_count() {
            sampled.add(count, float(sequences));
        }
        if sums.sequences > 0 {
            levels.add_scaled(&sampled, distinct / float(sums.sequences), float(others) / float(sums.reads));
        }
        let sequences = float(table.len() as u64) + distinct;
        Some(DuplicationEstimate {
            deduplicated: sequences / float(reads) * 100.0,
            standard_error: standard_error / float(reads) * 100.0,
            distinct: sequences,
            counted: (table.len() + self.counts.len()) as u64,
            levels: levels.shares(sequences, float(reads)),
        })
    }

    /// Returns the counts that occur, in ascending order, with the number of sequences, so that sums of rounded numbers do not depend on
    /// the order of the sample.
    fn by_count(&self) -> Vec<(u64, u64)> {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        counts.sort_unstable();
        counts.chunk_by(|one, next| one == next).map(|equal| (equal[0], equal.len() as u64)).collect()
    }
}

/// Sums over the sampled sequences.
#[derive(Debug, Clone, Copy)]
struct Sums {
    /// Number of the sequences in the input for each one in the sample.
    weight: f64,
    sequences: u64,
    reads: u64,
    /// Sum of the squares of the numbers of reads.
    squares: u128,
}

impl Sums {
    fn new(sample: &SequenceSample) -> Self {
        let counts = || sample.counts.values();
        Self {
            weight: 2_f64.powi(i32::try_from(sample.halvings).unwrap_or(i32::MAX)),
            sequences: counts().len() as u64,
            reads: counts().sum(),
            squares: counts().map(|&count| u128::from(count) * u128::from(count)).sum(),
        }
    }

    /// Estimates the number of different sequences in `reads` reads, and its standard error, by regression: the sample also estimates
    /// the number of reads, which is known, so the part of the error that both estimates share is removed.
    ///
    /// If the numbers of reads do not agree, the sample lacks a sequence that makes up much of the input. Then its number of sequences
    /// is the estimate.
    fn distinct(self, reads: u64) -> (f64, f64) {
        let Self { weight, sequences, reads: sampled, .. } = self;
        if sequences == 0 {
            return (0.0, 0.0);
        }
        #[expect(clippy::cast_precision_loss, reason = "rounded to the nearest")]
        let squares = self.squares as f64;
        let (sequences, sampled) = (float(sequences), float(sampled));
        let missing = float(reads) - sampled * weight;
        // The standard error of a sum of terms with this sum of squares, if each is in the sample with probability 1 / weight.
        let error = |squares: f64| ((weight - 1.0) * weight * squares.max(0.0)).sqrt();
        let agrees = missing.abs() <= LIKELY * error(squares);
        let slope = if agrees { sampled / squares } else { 0.0 };
        let estimate = sequences * weight + slope * missing;
        let residuals = sequences - slope * sampled;
        (estimate.clamp(sequences, float(reads)), error(residuals))
    }
}

/// The hash of a hash.
#[derive(Debug, Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Only for keys that are not one number.
        bytes.iter().for_each(|&byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(byte)));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::qc::key_table;

    /// Returns a sample of sequences with these counts.
    fn sample(counts: impl Iterator<Item = u64>) -> SequenceSample {
        let mut sample = SequenceSample::default();
        for (number, count) in (0_u64..).zip(counts) {
            let hash = key_table::hash(&number.to_le_bytes());
            (0..count).for_each(|_| sample.add(hash));
        }
        sample
    }

    #[test]
    fn few_sequences_are_counted_exactly() {
        let estimate = sample([1, 2, 1, 12].into_iter()).estimate(&[2, 2], 20).unwrap();
        assert_eq!((estimate.deduplicated, estimate.standard_error), (30.0, 0.0));
        assert_eq!((estimate.distinct, estimate.counted), (6.0, 6));
        let levels: Vec<_> = estimate.levels.iter().filter(|level| level.1 > 0.0).collect();
        let share = |sequences: f64| sequences / 6.0 * 100.0;
        assert_eq!(levels, [&("1", share(2.0), 10.0), &("2", share(3.0), 30.0), &(">10", share(1.0), 60.0)]);
        assert_eq!(SequenceSample::default().estimate(&[], 0), None);
    }

    #[test]
    fn sequences_without_copies_have_no_error() {
        let sample = sample(std::iter::repeat_n(1, 300_000));
        assert!(sample.counts.len() <= MAX_SAMPLE && sample.counts.len() > MAX_SAMPLE / 3);
        let estimate = sample.estimate(&[1; 1000], 301_000).unwrap();
        assert_eq!((estimate.deduplicated, estimate.standard_error), (100.0, 0.0));
        assert_eq!(estimate.levels[0], ("1", 100.0, 100.0));
    }

    /// One sequence makes up half of the reads, and the sample has it or not.
    #[test]
    fn a_frequent_sequence_does_not_mislead() {
        for start in 0..20 {
            let mut sample = sample(std::iter::repeat_n(1, 300_000));
            let hash = key_table::hash(&[start; 3]);
            (0..300_000).for_each(|_| sample.add(hash));
            let estimate = sample.estimate(&[], 600_000).unwrap();
            let error = (estimate.distinct - 300_001.0).abs() / 6000.0;
            assert!(estimate.standard_error < 0.25, "{estimate:?}");
            assert!(error < 4.0 * estimate.standard_error, "{estimate:?}");
        }
    }
}
