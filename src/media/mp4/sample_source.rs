//! The source of the samples of a track.

use super::fault::FirstFault;
use super::fragment::Defaults;
use super::table::SampleTable;
use crate::error::Error;

/// The source of the samples of a track.
#[derive(Debug, Clone)]
pub(super) struct SampleSource<'data> {
    /// The whole input.
    pub(super) data: &'data [u8],
    pub(super) track_id: u32,
    pub(super) table: SampleTable<'data>,
    /// Offset of the first box that may be a fragment, in bytes from the start of the input.
    pub(super) fragments_offset: u64,
    /// Present in a fragmented movie, if its samples are in the input.
    pub(super) defaults: Option<Defaults<'data>>,
    /// The faults of the boxes that describe the track and its samples.
    pub(super) faults: FirstFault,
}

impl<'data> SampleSource<'data> {
    /// Returns the fault of the description of the track, for the end of a walk over all samples.
    pub(super) fn fault(&self) -> Option<Error> {
        self.faults.get().cloned().or_else(|| self.table.check_times().err())
    }
}
