//! Marks in the sample table for lookups of samples by index.

use std::ops::Range;
use std::sync::OnceLock;

use super::SampleTable;
use super::sizes::Sizes;
use crate::media::mp4::checkpoints::{Checkpoints, SHORT_WALK};

/// The checkpoints of all tables of a sample table.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct TableMarks {
    pub(in crate::media::mp4) durations: Checkpoints,
    pub(in crate::media::mp4) compositions: Option<Checkpoints>,
    pub(in crate::media::mp4) chunks: Checkpoints,
    pub(in crate::media::mp4) open_sync: Option<Checkpoints>,
    /// Built by the first lookup far into a long chunk.
    sizes: OnceLock<Checkpoints>,
    /// Number of samples that all tables cover.
    pub(in crate::media::mp4) count: u64,
}

impl TableMarks {
    pub(in crate::media::mp4) fn new(table: &SampleTable<'_>) -> Self {
        let durations = Checkpoints::new(&table.durations);
        let compositions = table.compositions.map(|runs| Checkpoints::new(&runs));
        let chunks = Checkpoints::new(&table.chunks);
        let count = chunks.total.samples.min(table.sizes.count());
        let open_sync = table.open_sync_runs().map(|runs| Checkpoints::new(&runs));
        Self { durations, compositions, chunks, open_sync, sizes: OnceLock::new(), count }
    }

    /// Returns the number of bytes of samples.
    pub(in crate::media::mp4) fn bytes(&self, sizes: &Sizes<'_>, samples: Range<u64>) -> u64 {
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
