//! Runs of bytes in which samples lie one after another.

use std::collections::HashMap;
use std::iter::FusedIterator;
use std::ops::Range;

use super::fragment::{MovieFragments, TrackFragments, TrackRuns};
use super::table::TableExtents;
use super::{Movie, Track};
use crate::error::{Error, Result};

/// Samples that lie one after another without a gap: those of a chunk, or of a run of a movie fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extent {
    /// The index of the track in [`Movie::tracks`].
    pub track: usize,
    /// The samples, counted from 0 in the track.
    pub samples: Range<u64>,
    /// The bytes, from the start of the input. They may end beyond it.
    pub range: Range<u64>,
}

/// The extents of all tracks: those of the sample tables, track after track, then those of the movie fragments in the order of the file.
///
/// Tables and fragments are walked over once, whatever number of samples they state. An error ends the table, or the fragments, that it
/// is in.
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
    /// The tracks by their identifiers: the index, and how many samples came before.
    by_id: HashMap<u32, (usize, u64)>,
    /// There is no memory for `by_id`.
    error: Option<Error>,
}

impl<'movie, 'data> Extents<'movie, 'data> {
    pub(super) fn new(movie: &'movie Movie<'data>) -> Self {
        let tracks = movie.tracks();
        let mut by_id = HashMap::new();
        let error = by_id.try_reserve(tracks.len()).err();
        let error = error.map(|_| movie.moov().error("has more tracks than there is memory for"));
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
