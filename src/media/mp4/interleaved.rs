//! The samples of all tracks, by their times.

use std::cmp::Ordering;
use std::iter::{FusedIterator, Peekable};

use super::{Sample, Samples, Track};
use crate::error::Result;

/// The samples of all tracks of a movie, in the order in which they are decoded; of the same time, in that of the tracks.
/// Ends at the first error of any track.
///
/// Times are those of the media: edits are not applied.
#[derive(Debug, Clone)]
pub struct Interleaved<'data> {
    /// The samples of each track that are still to come, and its time units in a second.
    tracks: Vec<(Peekable<Samples<'data>>, u32)>,
}

impl<'data> Interleaved<'data> {
    pub(super) fn new(tracks: &[Track<'data>]) -> Self {
        let tracks = tracks.iter().map(|track| (track.samples().peekable(), track.media().timescale));
        Self { tracks: tracks.collect() }
    }
}

/// Which one of two samples of tracks with so many time units in a second is decoded first. An error comes before all.
fn order(left: (&Result<Sample<'_>>, u32), right: (&Result<Sample<'_>>, u32)) -> Ordering {
    match (left, right) {
        ((Ok(left), left_timescale), (Ok(right), right_timescale)) => {
            let left_time = i128::from(left.dts) * i128::from(right_timescale);
            left_time.cmp(&(i128::from(right.dts) * i128::from(left_timescale)))
        }
        (left, right) => left.0.is_ok().cmp(&right.0.is_ok()),
    }
}

impl<'data> Iterator for Interleaved<'data> {
    type Item = Result<Sample<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let heads = self.tracks.iter_mut().enumerate();
        let heads =
            heads.filter_map(|(track, (samples, timescale))| Some((track, samples.peek()?, *timescale)));
        let (track, ..) = heads.min_by(|left, right| order((left.1, left.2), (right.1, right.2)))?;
        let next = self.tracks[track].0.next()?;
        if next.is_err() {
            self.tracks.clear();
        }
        Some(next)
    }
}

impl FusedIterator for Interleaved<'_> {}
