//! What holds for the samples of fragments unless they say otherwise.

use std::sync::Arc;

use super::index::{FEW_TRACKS, SharedIndex};
use crate::error::Result;
use crate::media::mp4::{Mp4Box, fields::Fields};

/// The box `mvex`, which has the defaults of each track.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct Defaults<'data> {
    mvex: Mp4Box<'data>,
    of_movie: Arc<OfMovie>,
}

/// What all tracks of a movie share.
#[derive(Debug)]
struct OfMovie {
    /// In the order of the identifiers of the tracks, so that many tracks in many fragments make no long search.
    tracks: Vec<(u32, SampleDefaults)>,
    /// Of a movie that has many tracks.
    index: Option<SharedIndex>,
}

/// What holds for samples that do not say otherwise: `trex` (ISO/IEC 14496-12 §8.8.3), then `tfhd`.
#[derive(Debug, Clone, Copy)]
pub(super) struct SampleDefaults {
    pub(super) description: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

impl<'data> Defaults<'data> {
    /// Of a movie; `None` if it has no fragments.
    pub(in crate::media::mp4) fn of(moov: Mp4Box<'data>) -> Result<Option<Self>> {
        let Some(mvex) = moov.find(b"mvex")? else { return Ok(None) };
        let mut tracks = Vec::new();
        for child in mvex.children().unwrap_or_default() {
            let child = child?;
            if child.kind() == *b"trex" {
                if tracks.try_reserve(1).is_err() {
                    return Err(child.error("is one of more than there is memory for"));
                }
                tracks.push(read(child)?);
            }
        }
        tracks.sort_by_key(|&(track_id, _)| track_id);
        let is_track =
            |child: &Result<Mp4Box<'_>>| child.as_ref().is_ok_and(|child| child.kind() == *b"trak");
        let has_many_tracks = moov.children().unwrap_or_default().filter(is_track).nth(FEW_TRACKS).is_some();
        let index = has_many_tracks.then(SharedIndex::default);
        Ok(Some(Self { mvex, of_movie: Arc::new(OfMovie { tracks, index }) }))
    }

    /// The index of the fragments of a movie that has many tracks.
    pub(super) fn index(&self) -> Option<&SharedIndex> {
        self.of_movie.index.as_ref()
    }

    /// The same without an index.
    #[cfg(test)]
    pub(super) fn without_index(&self) -> Self {
        let tracks = self.of_movie.tracks.clone();
        Self { of_movie: Arc::new(OfMovie { tracks, index: None }), ..self.clone() }
    }

    /// Of a track.
    pub(super) fn get(&self, track_id: u32) -> Result<SampleDefaults> {
        let tracks = &self.of_movie.tracks;
        let found = tracks.binary_search_by_key(&track_id, |&(track_id, _)| track_id);
        found.map(|track| tracks[track].1).map_err(|_| self.mvex.lacks(b"trex"))
    }
}

/// The identifier of a track, and its defaults.
fn read(trex: Mp4Box<'_>) -> Result<(u32, SampleDefaults)> {
    let (_, _, mut fields) = Fields::full(trex)?;
    let track_id = fields.u32()?;
    let (description, duration) = (fields.u32()?, fields.u32()?);
    let (size, flags) = (fields.u32()?, fields.u32()?);
    Ok((track_id, SampleDefaults { description, duration, size, flags }))
}
