//! Lookups of samples by index.
//!
//! The tables have an entry for each run of samples, so the start of a run is only known from the sum of all runs before it.
//! The sums at some places of the table are computed once; then each lookup is a binary search and a short walk. The number
//! of stored sums is limited, whatever the file declares.

use std::ops::Range;
use std::sync::OnceLock;

use super::Samples;
use super::fragment::FragmentMarks;
use super::table::{Runs, SampleTable, Sizes, Sum, TableCursor};
use super::track::SampleSource;

/// Maximum number of places stored for a table.
pub(super) const MAX_PLACES: usize = 4096;

/// Number of entries whose walk takes as long as a binary search.
const SHORT_WALK: usize = 256;

/// The sums of the runs of a table, at some places.
#[derive(Debug, Clone)]
pub(super) struct Checkpoints {
    /// Number of runs between two places.
    stride: usize,
    /// The sum of the runs before each place.
    sums: Vec<Sum>,
    /// The sum of all runs, or of those before the first damaged one.
    total: Sum,
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

/// The checkpoints of all tables of a sample table.
#[derive(Debug, Clone)]
pub(super) struct TableMarks {
    pub(super) durations: Checkpoints,
    pub(super) compositions: Option<Checkpoints>,
    pub(super) chunks: Checkpoints,
    pub(super) open_sync: Option<Checkpoints>,
    /// Built by the first lookup far into a long chunk.
    sizes: OnceLock<Checkpoints>,
    /// Number of samples that all tables cover.
    count: u64,
}

impl TableMarks {
    fn new(table: &SampleTable<'_>) -> Self {
        let durations = Checkpoints::new(&table.durations);
        let compositions = table.compositions.map(|runs| Checkpoints::new(&runs));
        let chunks = Checkpoints::new(&table.chunks);
        let count = chunks.total.samples.min(table.sizes.count());
        let open_sync = table.open_sync_runs().map(|runs| Checkpoints::new(&runs));
        Self { durations, compositions, chunks, open_sync, sizes: OnceLock::new(), count }
    }

    /// Returns the number of bytes of samples.
    pub(super) fn bytes(&self, sizes: &Sizes<'_>, samples: Range<u64>) -> u64 {
        let len = samples.end - samples.start;
        if let Sizes::Constant { len: each, .. } = *sizes {
            return len.saturating_mul(each.into());
        }
        if len <= SHORT_WALK as u64 {
            return samples.filter_map(|sample| sizes.get(sample)).map(u64::from).sum();
        }
        let checkpoints = self.sizes.get_or_init(|| Checkpoints::new(sizes));
        let before = |sample| checkpoints.find(sizes, sample).1.amount;
        before(samples.end).saturating_sub(before(samples.start))
    }
}

/// The checkpoints of the tables and fragments of a track.
#[derive(Debug, Clone)]
pub(super) struct Lookup<'data> {
    table: TableMarks,
    /// `None` if there are none, or if a damaged sample table precedes them.
    fragments: Option<FragmentMarks<'data>>,
}

impl<'data> Lookup<'data> {
    pub(super) fn new(source: &SampleSource<'data>) -> Self {
        let table = TableMarks::new(&source.table);
        let is_whole = table.count == source.table.sizes.count();
        let decode_time = TableCursor::at(source.table, &table, table.count).1.decode_time;
        let fragments = source.fragment_cursor(table.count, decode_time).filter(|_| is_whole);
        Self { table, fragments: fragments.map(FragmentMarks::new) }
    }

    /// Returns the number of samples before the first error in tables or fragments.
    pub(super) fn count(&self) -> u64 {
        self.fragments.as_ref().map_or(self.table.count, FragmentMarks::count)
    }

    /// Returns the samples from `index`; from the end if there are fewer, where an error may follow.
    pub(super) fn samples_from(&self, source: &SampleSource<'data>, index: u64) -> Samples<'data> {
        match &self.fragments {
            Some(fragments) if index >= self.table.count => {
                Samples::at_fragment(source.clone(), fragments.find(index))
            }
            _ => Samples::at_table(source.clone(), &self.table, index.min(self.table.count)),
        }
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
