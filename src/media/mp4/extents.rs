//! Contiguous ranges of samples.

use std::collections::HashMap;
use std::iter::FusedIterator;
use std::ops::Range;

use super::fragment::{MovieFragments, TrackFragments, TrackRuns};
use super::table::TableExtents;
use super::{Movie, Track};
use crate::error::{Error, Result};

/// Contiguous samples: those of a chunk, or of a run of a movie fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extent {
    /// The index of the track in [`Movie::tracks`].
    pub track: usize,
    /// The sample indices in the track, from 0.
    pub samples: Range<u64>,
    /// The byte range in the input. It may exceed the input.
    pub range: Range<u64>,
}

/// The extents of all tracks: those of the sample tables, track by track, then those of the movie fragments in file order.
///
/// Each table and fragment is read once, whatever number of samples it declares. An error ends its table, or the fragments.
#[derive(Debug, Clone)]
pub struct Extents<'movie, 'data> {
    tracks: &'movie [Track<'data>],
    /// The track whose table is next.
    next_track: usize,
    table: Option<TableExtents<'data>>,
    fragments: MovieFragments<'data>,
    track_fragments: TrackFragments<'data>,
    runs: TrackRuns<'data>,
    /// `track_ID` of the runs.
    of_runs: u32,
    /// Index and number of previous samples of each track, by track identifier.
    by_id: HashMap<u32, (usize, u64)>,
    /// The error that there was no memory for `by_id`.
    error: Option<Error>,
}

impl<'data> Movie<'data> {
    /// Returns the byte ranges of contiguous samples of all tracks.
    #[must_use]
    pub fn extents(&self) -> Extents<'_, 'data> {
        Extents::new(self)
    }
}

impl<'movie, 'data> Extents<'movie, 'data> {
    fn new(movie: &'movie Movie<'data>) -> Self {
        let tracks = movie.tracks();
        let mut by_id = HashMap::new();
        let error = by_id.try_reserve(tracks.len()).err();
        let error = error.map(|_| movie.moov().error("has too many tracks for the available memory"));
        if error.is_none() {
            let tracks = tracks.iter().enumerate().rev().filter(|(_, track)| track.has_fragments());
            by_id.extend(tracks.map(|(index, track)| (track.id(), (index, track.walked_table_len()))));
        }
        let fragments = if movie.is_fragmented() { movie.fragments() } else { MovieFragments::none() };
        Self {
            tracks,
            next_track: 0,
            table: None,
            fragments,
            track_fragments: TrackFragments::none(),
            runs: TrackRuns::none(),
            of_runs: 0,
            by_id,
            error,
        }
    }

    fn next_of_tables(&mut self) -> Option<Result<Extent>> {
        loop {
            if let Some(found) = self.table.as_mut().and_then(TableExtents::next) {
                let track = self.next_track - 1;
                return Some(found.map(|(samples, range)| Extent { track, samples, range }));
            }
            let track = self.tracks.get(self.next_track)?;
            self.next_track += 1;
            self.table = Some(track.table_extents());
        }
    }

    fn next_of_fragments(&mut self) -> Option<Result<Extent>> {
        loop {
            match self.runs.next() {
                Some(Ok(run)) => {
                    let Some((track, before)) = self.by_id.get_mut(&self.of_runs) else { continue };
                    let samples = *before..before.saturating_add(run.sample_count().into());
                    *before = samples.end;
                    return Some(Ok(Extent {
                        track: *track,
                        samples,
                        range: run.data_start()..run.data_end(),
                    }));
                }
                Some(Err(error)) => return Some(Err(error)),
                None => {}
            }
            match self.track_fragments.next() {
                Some(Ok(track)) => {
                    self.runs = track.runs();
                    self.of_runs = track.track_id();
                    continue;
                }
                Some(Err(error)) => return Some(Err(error)),
                None => {}
            }
            match self.fragments.next()? {
                Ok(fragment) => self.track_fragments = fragment.track_fragments(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Iterator for Extents<'_, '_> {
    type Item = Result<Extent>;

    fn next(&mut self) -> Option<Self::Item> {
        let tables = self.next_of_tables();
        tables.or_else(|| self.error.take().map(Err)).or_else(|| self.next_of_fragments())
    }
}

impl FusedIterator for Extents<'_, '_> {}
