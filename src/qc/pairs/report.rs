//! The report of paired reads.

use crate::error::Error;
use crate::qc::report::Report;

/// Quality control of paired reads.
#[derive(Debug)]
pub struct PairedReport {
    /// The report of the first mates: that of their file alone, unless there is an error.
    pub first: Report,
    /// The report of the second mates.
    pub second: Report,
    /// The pairs.
    pub pairs: Pairs,
}

impl PairedReport {
    /// Returns the error that ended reading: that of an input, or of two records that are no mates. Both reports have it, and are of the
    /// pairs before it.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.first.error.as_ref()
    }

    /// Returns the reports of the first and of the second mates.
    #[must_use]
    pub fn mates(&self) -> [&Report; 2] {
        [&self.first, &self.second]
    }
}

/// Pairs of reads, and the insert sizes of those whose mates overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// Number of pairs, with those filtered.
    pub pairs: u64,
    /// Number of pairs of which the sequencer has marked a mate as failing its filter, if such reads are left out. They are not in the next
    /// numbers.
    pub filtered: u64,
    /// Number of pairs whose insert is shorter than a read, so that the read continues into the adapter.
    pub read_through: u64,
    /// Number of pairs with each insert size, from 0 to the largest that occurs, of the pairs whose mates overlap. A pair without an
    /// overlap has a longer insert, or one of less than 30 bases, or too many errors.
    pub insert_sizes: Vec<u64>,
}

impl Pairs {
    /// Returns the number of pairs whose mates overlap.
    #[must_use]
    pub fn overlapping(&self) -> u64 {
        self.insert_sizes.iter().sum()
    }

    /// Returns the share of pairs whose mates overlap, in per cent. `None` without pairs.
    #[must_use]
    pub fn overlapping_percent(&self) -> Option<f64> {
        self.percent(self.overlapping())
    }

    /// Returns the share of pairs whose insert is shorter than a read, in per cent. `None` without pairs.
    #[must_use]
    pub fn read_through_percent(&self) -> Option<f64> {
        self.percent(self.read_through)
    }

    /// Returns the median insert size of the pairs whose mates overlap: the lower one of two. `None` without such pairs.
    #[must_use]
    pub fn median_insert_size(&self) -> Option<u64> {
        let half = self.overlapping().div_ceil(2);
        let mut up_to = 0;
        let is_reached = |count: &u64| {
            up_to += count;
            half > 0 && up_to >= half
        };
        self.insert_sizes.iter().position(is_reached).map(|size| size as u64)
    }

    fn percent(&self, pairs: u64) -> Option<f64> {
        let all = self.pairs - self.filtered;
        (all > 0).then(|| pairs as f64 * 100.0 / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(insert_sizes: &[u64]) -> Pairs {
        Pairs { pairs: 10, filtered: 2, read_through: 1, insert_sizes: insert_sizes.to_vec() }
    }

    #[test]
    fn the_median_is_the_lower_one_of_two() {
        for (sizes, expected) in [
            (&[][..], None),
            (&[0, 1], Some(1)),
            (&[0, 1, 0, 1], Some(1)),
            (&[0, 1, 0, 2], Some(3)),
            (&[0, 2, 0, 2, 1], Some(3)),
        ] {
            assert_eq!(pairs(sizes).median_insert_size(), expected, "{sizes:?}");
        }
    }

    #[test]
    fn shares_are_those_of_pairs_that_are_not_filtered() {
        let some = pairs(&[0, 1, 3]);
        assert_eq!((some.overlapping_percent(), some.read_through_percent()), (Some(50.0), Some(12.5)));
        let none = Pairs { pairs: 2, filtered: 2, read_through: 0, insert_sizes: Vec::new() };
        assert_eq!(none.overlapping_percent(), None);
    }
}
