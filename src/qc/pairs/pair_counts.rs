//! Counts of pairs.

use super::mate_bases::MAX_BASES;
use super::overlap::Overlaps;
use super::report::Pairs;

/// Number of insert sizes: from 0 to that of two cut mates that hardly overlap.
const SIZES: usize = 2 * MAX_BASES;

/// Counts of pairs, in any order.
#[derive(Debug)]
pub(super) struct PairCounts {
    pairs: u64,
    filtered: u64,
    read_through: u64,
    insert_sizes: Box<[u64; SIZES]>,
    overlaps: Box<Overlaps>,
}

impl Default for PairCounts {
    fn default() -> Self {
        Self {
            pairs: 0,
            filtered: 0,
            read_through: 0,
            insert_sizes: Box::new([0; SIZES]),
            overlaps: Box::default(),
        }
    }
}

impl PairCounts {
    /// Counts a pair of which a mate is left out.
    pub(super) fn add_filtered(&mut self) {
        self.pairs += 1;
        self.filtered += 1;
    }

    /// Counts a pair.
    pub(super) fn add(&mut self, first: &[u8], second: &[u8]) {
        self.pairs += 1;
        if let Some(insert_size) = self.overlaps.insert_size(first, second) {
            self.insert_sizes[insert_size] += 1;
            self.read_through += u64::from(insert_size < first.len().max(second.len()));
        }
    }

    /// Moves the counts of other pairs here.
    pub(super) fn take(&mut self, other: &mut Self) {
        for (count, other) in [
            (&mut self.pairs, &mut other.pairs),
            (&mut self.filtered, &mut other.filtered),
            (&mut self.read_through, &mut other.read_through),
        ] {
            *count += std::mem::take(other);
        }
        for (count, other) in self.insert_sizes.iter_mut().zip(&mut *other.insert_sizes) {
            *count += std::mem::take(other);
        }
    }

    pub(super) fn report(&self) -> Pairs {
        let Self { pairs, filtered, read_through, insert_sizes, .. } = self;
        let sizes = insert_sizes.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        Pairs {
            pairs: *pairs,
            filtered: *filtered,
            read_through: *read_through,
            insert_sizes: insert_sizes[..sizes].to_vec(),
        }
    }
}
