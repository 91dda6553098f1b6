//! The distribution of sequence lengths.

use std::collections::BTreeMap;

/// A table counts lengths below this one, a map counts longer ones.
const SHORT: usize = 1024;

/// The distribution of sequence lengths: the number of sequences of each length.
#[derive(Debug, Clone)]
pub struct Lengths {
    /// Number of sequences of each length below `SHORT`.
    short: Vec<u64>,
    long: BTreeMap<u64, u64>,
    count: u64,
    sum: u64,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { short: vec![0; SHORT], long: BTreeMap::new(), count: 0, sum: 0 }
    }
}

impl Lengths {
    #[inline]
    pub(crate) fn add(&mut self, len: u64) {
        self.count += 1;
        self.sum += len;
        match usize::try_from(len).ok().and_then(|len| self.short.get_mut(len)) {
            Some(count) => *count += 1,
            None => *self.long.entry(len).or_default() += 1,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        for (count, others) in self.short.iter_mut().zip(&other.short) {
            *count += others;
        }
        for (&len, count) in &other.long {
            *self.long.entry(len).or_default() += count;
        }
    }

    /// Returns an iterator over pairs of length and number of sequences, in ascending order of length.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> {
        let short = self.short.iter().enumerate().map(|(len, &count)| (len as u64, count));
        let short = short.filter(|(_, count)| *count > 0);
        short.chain(self.long.iter().map(|(&len, &count)| (len, count)))
    }

    /// Returns the number of sequences.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the sum of all lengths.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// Returns the shortest length, or 0 if there are no sequences.
    #[must_use]
    pub fn min(&self) -> u64 {
        self.iter().next().map_or(0, |(len, _)| len)
    }

    /// Returns the longest length, or 0 if there are no sequences.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.iter().next_back().map_or(0, |(len, _)| len)
    }

    /// Returns the mean length, or 0 if there are no sequences.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// Returns the quartiles: the medians of the shorter half, of all sequences, and of the longer half. If the number of sequences
    /// is odd, the middle one belongs to both halves (Tukey's hinges). Returns zeros if there are no sequences.
    #[must_use]
    pub fn quartiles(&self) -> [f64; 3] {
        let half = self.count.div_ceil(2);
        [self.median(0, half), self.median(0, self.count), self.median(self.count - half, half)]
    }

    /// Returns the median of `count` sequences in ascending order of length, starting with number `first`, from 0.
    fn median(&self, first: u64, count: u64) -> f64 {
        if count == 0 {
            return 0.0;
        }
        let (left, right) = (first + (count - 1) / 2, first + count / 2);
        (self.nth(left) as f64 + self.nth(right) as f64) / 2.0
    }

    /// Returns the length of sequence number `n` in ascending order of length, from 0.
    fn nth(&self, n: u64) -> u64 {
        let mut seen = 0;
        let found = self.iter().find(|(_, count)| {
            seen += count;
            seen > n
        });
        found.map_or(0, |(len, _)| len)
    }

    /// Returns N50 and L50. Sequences of at least N50 letters contain half of all letters; L50 is the number of longest sequences
    /// that together contain half of all letters. Both are 0 if there are no letters.
    #[must_use]
    pub fn n50(&self) -> (u64, u64) {
        let half = self.sum.div_ceil(2);
        let (mut letters, mut sequences) = (0, 0);
        for (len, count) in self.iter().rev().filter(|(len, _)| *len > 0) {
            let needed = (half - letters).div_ceil(len);
            if needed <= count {
                return (len, sequences + needed);
            }
            letters += len * count;
            sequences += count;
        }
        (0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(all: &[u64]) -> Lengths {
        let mut lengths = Lengths::default();
        all.iter().for_each(|&len| lengths.add(len));
        lengths
    }

    #[test]
    fn quartiles_are_medians_of_the_halves() {
        for (all, expected) in [
            (&[][..], [0.0; 3]),
            (&[10], [10.0; 3]),
            (&[10, 10], [10.0; 3]),
            (&[10, 20], [10.0, 15.0, 20.0]),
            (&[10, 20, 30], [15.0, 20.0, 25.0]),
            (&[40, 10, 30, 20], [15.0, 25.0, 35.0]),
            (&[10, 20, 30, 40, 50], [20.0, 30.0, 40.0]),
            (&[10, 10, 10, 20], [10.0, 10.0, 15.0]),
            (&[1, 2, 3, 4, 5, 6], [2.0, 3.5, 5.0]),
            (&[1, 2, 3, 4, 5, 6, 7], [2.5, 4.0, 5.5]),
        ] {
            assert_eq!(lengths(all).quartiles(), expected, "{all:?}");
        }
    }

    #[test]
    fn n50_matches_its_definition() {
        for all in [
            &[][..],
            &[0],
            &[0, 0],
            &[1],
            &[5, 5, 5, 5],
            &[1, 2, 3, 4, 5, 6],
            &[70, 10, 10, 10],
            &[3000, 2000, 900],
        ] {
            let sum: u64 = all.iter().sum();
            let mut sorted = all.to_vec();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            let (mut held, mut expected) = (0, (0, 0));
            for (number, &len) in sorted.iter().enumerate() {
                held += len;
                if 2 * held >= sum && len > 0 {
                    expected = (len, number as u64 + 1);
                    break;
                }
            }
            assert_eq!(lengths(all).n50(), expected, "{all:?}");
        }
    }

    #[test]
    fn merged_lengths_equal_added_lengths() {
        let (left, right) = ([0, 1, 1023, 1024, 5_000_000_000], [1024, 7, 1023]);
        let mut merged = lengths(&left);
        merged.merge(&lengths(&right));
        let all = lengths(&[&left[..], &right].concat());
        assert!(merged.iter().eq(all.iter()));
        assert_eq!((merged.count(), merged.sum()), (all.count(), all.sum()));
        assert_eq!((merged.min(), merged.max()), (0, 5_000_000_000));
    }
}
