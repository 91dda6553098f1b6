//! What the workers share.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::adapter_search::AdapterSearch;
use super::fields::Read;
use super::key_table::KeyTable;
use super::options::Qc;
use super::sampling::Sampling;
use super::tails::Tails;

/// What the workers share.
#[derive(Debug)]
pub(super) struct Shared {
    leaves_filtered_out: bool,
    pub(super) adapters: AdapterSearch,
    counts_adapters: bool,
    counts_kmers: bool,
    /// Whether the qualities of tiles are still needed. A worker that reads an old value copies in vain.
    pub(super) counts_tiles: AtomicBool,
    /// The table of sequences, after it is full.
    pub(super) full_table: OnceLock<KeyTable>,
    /// How often the sample of the sequences that are not in the table was halved. A worker that reads an old value copies in vain.
    pub(super) halvings: AtomicU32,
    pub(super) tails: Tails,
}

impl Shared {
    pub(super) fn new(qc: &Qc) -> Self {
        Self {
            leaves_filtered_out: qc.leaves_filtered_out,
            adapters: AdapterSearch::new(&qc.adapters),
            counts_adapters: !qc.limits.ignore_adapters,
            counts_kmers: !qc.limits.ignore_kmers,
            counts_tiles: AtomicBool::new(!qc.limits.ignore_tile_quality),
            full_table: OnceLock::new(),
            halvings: AtomicU32::new(0),
            tails: Tails::default(),
        }
    }

    /// Returns whether a read does not count, because the sequencer marked it.
    #[inline]
    pub(super) fn leaves_out(&self, read: Read<'_>) -> bool {
        self.leaves_filtered_out && memchr::memmem::find(read.definition, b":Y:").is_some()
    }

    /// Returns the work that the reads of a part need now.
    pub(super) fn work(&self) -> Work {
        Work {
            adapters: self.counts_adapters,
            table_is_full: self.full_table.get().is_some(),
            sampling: Sampling::new(self.halvings.load(Ordering::Relaxed)),
            tiles: self.counts_tiles.load(Ordering::Relaxed),
            kmers: self.counts_kmers,
        }
    }
}

/// The work on the reads of a part that is not always needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) adapters: bool,
    /// Whether the table of sequences is full.
    pub(super) table_is_full: bool,
    pub(super) sampling: Sampling,
    pub(super) tiles: bool,
    pub(super) kmers: bool,
}
