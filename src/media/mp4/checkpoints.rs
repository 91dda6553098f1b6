//! Sums at some places of a table with an entry for each run of samples.

use super::table::{Runs, Sum};

/// Maximum number of places stored for a table.
pub(super) const MAX_PLACES: usize = 4096;

/// Number of entries whose walk takes as long as a binary search.
pub(super) const SHORT_WALK: usize = 256;

/// The sums of the runs of a table, at some places.
#[derive(Debug, Clone)]
pub(super) struct Checkpoints {
    /// Number of runs between two places.
    stride: usize,
    /// The sum of the runs before each place.
    sums: Vec<Sum>,
    /// The sum of all runs, or of those before the first damaged one.
    pub(super) total: Sum,
}

impl Checkpoints {
    pub(super) fn new(runs: &impl Runs) -> Self {
        let stride = runs.len().div_ceil(MAX_PLACES).max(SHORT_WALK);
        let mut sums = Vec::with_capacity(runs.len().div_ceil(stride));
        let mut total = Sum::default();
        for run in 0..runs.len() {
            if run % stride == 0 {
                sums.push(total);
            }
            let Some(sum) = runs.sum(run) else { break };
            total = total.plus(sum);
        }
        Self { stride, sums, total }
    }

    /// Returns the run of a sample and the sum of the runs before it; or the end of the runs.
    pub(super) fn find(&self, runs: &impl Runs, sample: u64) -> (usize, Sum) {
        let place = self.sums.partition_point(|sum| sum.samples <= sample).saturating_sub(1);
        let mut before = self.sums.get(place).copied().unwrap_or_default();
        let mut run = place * self.stride;
        while let Some(sum) = runs.sum(run) {
            let next = before.plus(sum);
            if next.samples > sample {
                break;
            }
            before = next;
            run += 1;
        }
        (run, before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs with these numbers of samples; the amount per sample increases by one from run to run.
    struct Counts(Vec<u64>);

    impl Runs for Counts {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn sum(&self, run: usize) -> Option<Sum> {
            self.0.get(run).map(|&samples| Sum { samples, amount: samples * run as u64 })
        }
    }

    #[test]
    fn every_sample_is_found_around_checkpoints() {
        for len in [0, 1, 2, 255, 256, 257, 512, 513, 2000] {
            let runs = Counts((0..len).map(|run| [0, 1, 3, 0][run % 4]).collect());
            let checkpoints = Checkpoints::new(&runs);
            let mut before = Sum::default();
            for run in 0..runs.len() {
                let sum = runs.sum(run).unwrap();
                for sample in before.samples..before.samples + sum.samples {
                    assert_eq!(
                        checkpoints.find(&runs, sample),
                        (run, before),
                        "sample {sample} of {len} runs"
                    );
                }
                before = before.plus(sum);
            }
            assert_eq!(checkpoints.total, before);
            assert_eq!(checkpoints.find(&runs, before.samples).1, before);
        }
    }

    #[test]
    fn the_number_of_places_is_bounded() {
        let runs = Counts(vec![1; 5_000_000]);
        let checkpoints = Checkpoints::new(&runs);
        assert!(checkpoints.sums.len() <= MAX_PLACES);
        assert_eq!(checkpoints.find(&runs, 4_999_999).0, 4_999_999);
    }
}
