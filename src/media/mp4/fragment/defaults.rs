//! What holds for the samples of fragments unless they say otherwise.

use std::sync::Arc;

use crate::error::Result;
use crate::media::mp4::{Mp4Box, fields::Fields};

/// The box `mvex`, which has the defaults of each track.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct Defaults<'data> {
    mvex: Mp4Box<'data>,
    /// In the order of the identifiers of the tracks, so that many tracks in many fragments make no long search.
    tracks: Arc<[(u32, SampleDefaults)]>,
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
                tracks.push(read(child)?);
            }
        }
        tracks.sort_by_key(|&(track_id, _)| track_id);
        Ok(Some(Self { mvex, tracks: tracks.into() }))
    }

    /// Of a track.
    pub(super) fn get(&self, track_id: u32) -> Result<SampleDefaults> {
        let found = self.tracks.binary_search_by_key(&track_id, |&(track_id, _)| track_id);
        found.map(|track| self.tracks[track].1).map_err(|_| self.mvex.lacks(b"trex"))
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
