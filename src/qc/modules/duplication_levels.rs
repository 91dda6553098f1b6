//! Levels of duplication.

use super::float;

/// Names of the levels.
const LEVELS: [&str; 16] =
    ["1", "2", "3", "4", "5", "6", "7", "8", "9", ">10", ">50", ">100", ">500", ">1k", ">5k", ">10k+"];

/// Numbers of sequences and of reads, which can be estimates, by level.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Levels([(f64, f64); LEVELS.len()]);

impl Levels {
    /// Adds `sequences` with `count` copies each.
    pub(super) fn add(&mut self, count: u64, sequences: f64) {
        let level = &mut self.0[level(count)];
        level.0 += sequences;
        level.1 += sequences * float(count);
    }

    /// Adds other levels, with factors for their numbers of sequences and of reads.
    pub(super) fn add_scaled(&mut self, other: &Self, sequences: f64, reads: f64) {
        for (level, other) in self.0.iter_mut().zip(&other.0) {
            level.0 += other.0 * sequences;
            level.1 += other.1 * reads;
        }
    }

    /// Returns the name of each level, and its shares of the sequences and of the reads in per cent.
    pub(super) fn shares(&self, sequences: f64, reads: f64) -> Vec<(&'static str, f64, f64)> {
        let share = |(name, (of_sequences, of_reads)): (&&'static str, (f64, f64))| {
            (*name, of_sequences / sequences * 100.0, of_reads / reads * 100.0)
        };
        LEVELS.iter().zip(self.0).map(share).collect()
    }
}

/// Returns the level of a count.
fn level(count: u64) -> usize {
    match count {
        ..=9 => usize::try_from(count).unwrap_or(9).saturating_sub(1),
        10..=50 => 9,
        51..=100 => 10,
        101..=500 => 11,
        501..=1000 => 12,
        1001..=5000 => 13,
        5001..=10_000 => 14,
        _ => 15,
    }
}
