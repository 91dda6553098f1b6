//! Edit lists.

use std::iter::FusedIterator;

use super::{Mp4Box, fields::Fields};
use crate::error::Result;
use crate::media::time_base::rescale;

/// An edit (ISO/IEC 14496-12 §8.6.6): a segment of the presentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// `segment_duration`, in time units of the movie. 0 in a fragmented movie: up to the end.
    pub duration: u64,
    /// `media_time`: its start in the media, in time units of the track; `None` for an empty edit, which presents nothing.
    pub media_time: Option<u64>,
    /// `media_rate`, in 65,536ths of the normal speed; 0 for a still picture.
    pub rate: i32,
}

/// The edits of a track in order.
///
/// Samples have media times; edits select the presented samples and their presentation times. Most files have one edit that
/// starts at the first frame shown, or after the priming samples of an audio decoder:
/// [`presentation_shift`](Self::presentation_shift).
#[derive(Debug, Clone, Default)]
pub struct Edits<'data> {
    entries: Entries<'data>,
}

#[derive(Debug, Clone)]
enum Entries<'data> {
    /// Version 0 of the box.
    Short(&'data [[u8; 12]]),
    /// Version 1 of the box.
    Long(&'data [[u8; 20]]),
}

impl Default for Entries<'_> {
    fn default() -> Self {
        Self::Short(&[])
    }
}

impl<'data> Edits<'data> {
    pub(super) fn read(trak: Mp4Box<'data>) -> Result<Self> {
        let Some(edts) = trak.find(b"edts")? else { return Ok(Self::default()) };
        let Some(elst) = edts.find(b"elst")? else { return Ok(Self::default()) };
        let (version, _, mut fields) = Fields::full(elst)?;
        let count = fields.u32()?;
        let entries = match version {
            0 => Entries::Short(fields.entries(count)?),
            _ => Entries::Long(fields.entries(count)?),
        };
        Ok(Self { entries })
    }

    /// Returns the difference from a media time to its presentation time, valid up to the end of the first non-empty edit,
    /// in time units of the track; 0 without edits.
    ///
    /// `movie_timescale` and `timescale` are the time units per second of the movie and of the track.
    ///
    /// ```
    /// # use pagecut::media::mp4::Movie;
    /// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// let video = &movie.tracks()[0];
    /// let shift = video.edits().presentation_shift(movie.header().timescale, video.media().timescale);
    /// assert_eq!(shift, -1024);
    /// assert_eq!(video.sample(0)?.unwrap().pts + shift, 0);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn presentation_shift(&self, movie_timescale: u32, timescale: u32) -> i64 {
        let mut empty = 0_u128;
        for edit in self.clone() {
            let Some(media_time) = edit.media_time else {
                empty += u128::from(edit.duration);
                continue;
            };
            let delay = rescale(
                i64::try_from(empty).unwrap_or(i64::MAX),
                timescale.into(),
                movie_timescale.max(1).into(),
            );
            return delay.saturating_sub(i64::try_from(media_time).unwrap_or(i64::MAX));
        }
        0
    }
}

impl Iterator for Edits<'_> {
    type Item = Edit;

    fn next(&mut self) -> Option<Edit> {
        let (duration, media_time, rate) = match &mut self.entries {
            Entries::Short(entries) => {
                let (entry, rest) = entries.split_first()?;
                *entries = rest;
                let [d0, d1, d2, d3, t0, t1, t2, t3, rate @ ..] = *entry;
                let duration = u32::from_be_bytes([d0, d1, d2, d3]);
                let media_time = i32::from_be_bytes([t0, t1, t2, t3]);
                (u64::from(duration), i64::from(media_time), rate)
            }
            Entries::Long(entries) => {
                let (entry, rest) = entries.split_first()?;
                *entries = rest;
                let [d0, d1, d2, d3, d4, d5, d6, d7, t0, t1, t2, t3, t4, t5, t6, t7, rate @ ..] = *entry;
                let duration = u64::from_be_bytes([d0, d1, d2, d3, d4, d5, d6, d7]);
                let media_time = i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]);
                (duration, media_time, rate)
            }
        };
        Some(Edit { duration, media_time: u64::try_from(media_time).ok(), rate: i32::from_be_bytes(rate) })
    }
}

impl FusedIterator for Edits<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_edits_delay_the_presentation() {
        let edit = |duration: u32, media_time: i32| {
            let mut entry = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
            entry[..4].copy_from_slice(&duration.to_be_bytes());
            entry[4..8].copy_from_slice(&media_time.to_be_bytes());
            entry
        };
        let shift = |entries: &[[u8; 12]]| {
            Edits { entries: Entries::Short(entries) }.presentation_shift(1000, 12_800)
        };
        assert_eq!(shift(&[]), 0);
        assert_eq!(shift(&[edit(3000, 1024)]), -1024);
        assert_eq!(shift(&[edit(500, -1), edit(3000, 1024), edit(100, 0)]), 6400 - 1024);
        assert_eq!(shift(&[edit(500, -1)]), 0);
        assert_eq!(shift(&[edit(u32::MAX, -1), edit(u32::MAX, -1), edit(1, 0)]), 109_951_162_752);
    }
}
