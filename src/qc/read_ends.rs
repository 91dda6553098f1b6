//! Quality scores at the ends of reads.

use super::letters;

/// Number of bases at each end.
pub(super) const END: usize = 100;

/// Sums over the ends of the reads that are long enough for two of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EndSums {
    /// Number of these reads.
    pub(super) reads: u64,
    pub(super) start: ScoreSums,
    pub(super) end: ScoreSums,
}

/// Sums of quality scores.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScoreSums {
    /// Sum of the characters.
    pub(super) characters: u64,
    /// Sum of the error probabilities; see [`error_sums`](super::error_sums).
    pub(super) errors: u128,
}

impl EndSums {
    /// Adds a read, by the scores and the sums of error probabilities at its ends.
    pub(super) fn add(&mut self, start: (&[u8], u128), end: (&[u8], u128)) {
        self.reads += 1;
        self.start.add(start);
        self.end.add(end);
    }

    /// Adds the sums of other reads.
    pub(super) fn merge(&mut self, other: &Self) {
        self.reads += other.reads;
        for (sums, other) in [(&mut self.start, other.start), (&mut self.end, other.end)] {
            sums.characters += other.characters;
            sums.errors += other.errors;
        }
    }
}

impl ScoreSums {
    fn add(&mut self, (scores, errors): (&[u8], u128)) {
        self.characters += letters::sum(scores);
        self.errors += errors;
    }
}
