//! Default values for samples of fragments.

use std::sync::Arc;

use super::index::{FEW_TRACKS, SharedIndex};
use crate::error::Result;
use crate::media::mp4::{Mp4Box, fields::Fields};

/// The box `mvex` with the defaults of each track.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct Defaults<'data> {
    mvex: Mp4Box<'data>,
    movie_defaults: Arc<MovieDefaults>,
}

/// The defaults shared by all tracks of a movie.
#[derive(Debug)]
struct MovieDefaults {
    /// Sorted by track identifier, for a binary search.
    tracks: Vec<(u32, SampleDefaults)>,
    /// Present if the movie has many tracks.
    index: Option<SharedIndex>,
}

/// Default values of a sample: `trex` (ISO/IEC 14496-12 §8.8.3), overridden by `tfhd`.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampleDefaults {
    pub(super) description: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl<'data> Defaults<'data> {
    /// Reads the defaults of a movie; `None` if it has no fragments.
    pub(in crate::media::mp4) fn of(moov: Mp4Box<'data>) -> Result<Option<Self>> {
        let Some(mvex) = moov.find(b"mvex")? else { return Ok(None) };
        let mut tracks = Vec::new();
        for child in mvex.children().unwrap_or_default() {
            let child = child?;
            if child.kind() == *b"trex" {
                if tracks.try_reserve(1).is_err() {
                    return Err(child.error("exceeds the available memory"));
                }
                tracks.push(read(child)?);
            }
        }
        tracks.sort_by_key(|&(track_id, _)| track_id);
        let is_track =
            |child: &Result<Mp4Box<'_>>| child.as_ref().is_ok_and(|child| child.kind() == *b"trak");
        let has_many_tracks = moov.children().unwrap_or_default().filter(is_track).nth(FEW_TRACKS).is_some();
        let index = has_many_tracks.then(SharedIndex::default);
        Ok(Some(Self { mvex, movie_defaults: Arc::new(MovieDefaults { tracks, index }) }))
    }

    /// Returns the fragment index of a movie with many tracks.
    pub(super) fn index(&self) -> Option<&SharedIndex> {
        self.movie_defaults.index.as_ref()
    }

    /// Returns a copy without the index.
    #[cfg(test)]
    pub(super) fn without_index(&self) -> Self {
        let tracks = self.movie_defaults.tracks.clone();
        Self { movie_defaults: Arc::new(MovieDefaults { tracks, index: None }), ..self.clone() }
    }

    /// Returns the defaults of a track.
    pub(super) fn get(&self, track_id: u32) -> Result<SampleDefaults> {
        let tracks = &self.movie_defaults.tracks;
        let found = tracks.binary_search_by_key(&track_id, |&(track_id, _)| track_id);
        found.map(|track| tracks[track].1).map_err(|_| self.mvex.lacks(b"trex"))
    }
}

/// Reads a track identifier and its defaults.
fn read(trex: Mp4Box<'_>) -> Result<(u32, SampleDefaults)> {
    let (_, _, mut fields) = Fields::full(trex)?;
    let track_id = fields.u32()?;
    let (description, duration) = (fields.u32()?, fields.u32()?);
    let (size, flags) = (fields.u32()?, fields.u32()?);
    Ok((track_id, SampleDefaults { description, duration, size, flags }))
}
