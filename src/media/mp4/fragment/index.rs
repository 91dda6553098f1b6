//! The index of track fragments by track.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::media::mp4::fault;

/// Maximum number of tracks without an index. Each walk over one track reads the fragments of all tracks otherwise.
pub(super) const FEW_TRACKS: usize = 8;

/// The index of a movie, built on first use.
pub(super) type SharedIndex = Arc<OnceLock<FragmentIndex>>;

/// The track fragments of an input by track.
#[derive(Debug, Default)]
pub(super) struct FragmentIndex {
    /// Sorted by track, then in file order.
    pub(super) places: Vec<Place>,
    /// The first fault of each track that has one.
    pub(super) faults: HashMap<u32, Error>,
    /// The first fault that may belong to any track.
    pub(super) fault: Option<Error>,
}

/// The position of a track fragment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) track_id: u32,
    pub(super) moof_offset: u64,
    /// Start of the `traf`, in bytes from the start of the input.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) base_data_offset: u64,
}

impl FragmentIndex {
    /// Returns the first fault that is or may be of a track.
    pub(super) fn fault(&self, track_id: u32) -> Option<Error> {
        let mut first = self.fault.clone();
        if let Some(of_track) = self.faults.get(&track_id) {
            fault::keep_earlier(&mut first, of_track.clone());
        }
        first
    }

    /// Returns the indices of the places of a track, from the movie fragment at `moof_offset`.
    pub(super) fn of(&self, track_id: u32, moof_offset: u64) -> Range<usize> {
        let start = self
            .places
            .partition_point(|place| (place.track_id, place.moof_offset) < (track_id, moof_offset));
        let end = self.places.partition_point(|place| place.track_id <= track_id);
        start..end
    }
}
