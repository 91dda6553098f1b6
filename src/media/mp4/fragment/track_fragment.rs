//! What a movie fragment has of a track.

use std::iter::FusedIterator;

use super::defaults::{Defaults, SampleDefaults};
use super::{TrackRun, TrackRuns};
use crate::error::Result;
use crate::media::mp4::{Children, Mp4Box, fields::Fields};

#[cfg(test)]
thread_local! {
    /// How many track fragments were read.
    pub(super) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The track fragments of a movie fragment, in the order of the file; ends at the first error.
#[derive(Debug, Clone)]
pub struct TrackFragments<'data> {
    /// Where the movie fragment begins.
    moof_offset: u64,
    boxes: Children<'data>,
    defaults: Option<Defaults<'data>>,
    previous: Option<TrackFragment<'data>>,
}

impl<'data> TrackFragments<'data> {
    pub(super) fn new(moof: Mp4Box<'data>, defaults: Option<Defaults<'data>>) -> Self {
        let boxes = moof.children().unwrap_or_default();
        Self { moof_offset: moof.range().start, boxes, defaults, previous: None }
    }

    /// Of no movie fragment.
    pub(in crate::media::mp4) fn none() -> Self {
        Self { moof_offset: 0, boxes: Children::default(), defaults: None, previous: None }
    }

    pub(super) fn moof_offset(&self) -> u64 {
        self.moof_offset
    }

    fn read(&mut self, traf: Mp4Box<'data>) -> Result<TrackFragment<'data>> {
        TrackFragment::read(traf, self.defaults.as_ref(), |explicit, default_base_is_moof| {
            match (explicit, &self.previous) {
                (Some(explicit), _) => Ok(explicit),
                (None, Some(previous)) if !default_base_is_moof => previous.data_end(),
                (None, _) => Ok(self.moof_offset),
            }
        })
    }
}

/// `baseMediaDecodeTime` (§8.8.12).
fn read_decode_time(tfdt: Mp4Box<'_>) -> Result<u64> {
    let (version, _, mut fields) = Fields::full(tfdt)?;
    fields.long(version)
}

impl<'data> Iterator for TrackFragments<'data> {
    type Item = Result<TrackFragment<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let traf = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"traf"))?;
        let next = traf.and_then(|traf| self.read(traf));
        match &next {
            Ok(next) => self.previous = Some(*next),
            Err(_) => self.boxes = Children::default(),
        }
        Some(next)
    }
}

impl FusedIterator for TrackFragments<'_> {}

/// What a movie fragment has of a track: the box `traf` (ISO/IEC 14496-12 §8.8.6).
#[derive(Debug, Clone, Copy)]
pub struct TrackFragment<'data> {
    traf: Mp4Box<'data>,
    track_id: u32,
    base_data_offset: u64,
    decode_time: Option<u64>,
    defaults: SampleDefaults,
}

impl<'data> TrackFragment<'data> {
    /// Reads a `traf`. `base` tells what data offsets count from, given `base_data_offset` if the box has it, and whether it has the flag
    /// `default-base-is-moof`.
    pub(super) fn read(
        traf: Mp4Box<'data>,
        defaults: Option<&Defaults<'data>>,
        base: impl FnOnce(Option<u64>, bool) -> Result<u64>,
    ) -> Result<Self> {
        #[cfg(test)]
        READS.set(READS.get() + 1);
        let header = traf.get(b"tfhd")?;
        let (_, flags, mut fields) = Fields::full(header)?;
        let track_id = fields.u32()?;
        let explicit = fields.optional(flags & 0x1 != 0, Fields::u64)?;
        let description = fields.optional(flags & 0x2 != 0, Fields::u32)?;
        let duration = fields.optional(flags & 0x8 != 0, Fields::u32)?;
        let size = fields.optional(flags & 0x10 != 0, Fields::u32)?;
        let sample_flags = fields.optional(flags & 0x20 != 0, Fields::u32)?;
        let Some(defaults) = defaults else {
            return Err(traf.error("is in a movie that is not fragmented"));
        };
        let defaults = defaults.get(track_id)?;
        let defaults = SampleDefaults {
            description: description.unwrap_or(defaults.description),
            duration: duration.unwrap_or(defaults.duration),
            size: size.unwrap_or(defaults.size),
            flags: sample_flags.unwrap_or(defaults.flags),
        };
        let base_data_offset = base(explicit, flags & 0x2_0000 != 0)?;
        let decode_time = traf.find(b"tfdt")?.map(read_decode_time).transpose()?;
        Ok(Self { traf, track_id, base_data_offset, decode_time, defaults })
    }

    /// The box `traf`.
    #[must_use]
    pub fn traf(&self) -> Mp4Box<'data> {
        self.traf
    }

    /// `track_ID` of `tfhd`.
    #[must_use]
    pub fn track_id(&self) -> u32 {
        self.track_id
    }

    /// What the data offsets of the runs count from, in bytes from the start of the input (§8.8.7): `base_data_offset` if it
    /// is there; else where the movie fragment begins, for the first track fragment and with `default-base-is-moof`; else
    /// where the data of the track fragment before end.
    #[must_use]
    pub fn base_data_offset(&self) -> u64 {
        self.base_data_offset
    }

    /// `baseMediaDecodeTime` of `tfdt`: when the first sample is decoded, in time units of the track; `None` if that is where the
    /// fragment before ends.
    #[must_use]
    pub fn decode_time(&self) -> Option<u64> {
        self.decode_time
    }

    /// The runs of samples (`trun`), in order; ends at the first error.
    #[must_use]
    pub fn runs(&self) -> TrackRuns<'data> {
        TrackRuns::new(self)
    }

    pub(super) fn defaults(&self) -> SampleDefaults {
        self.defaults
    }

    /// Where the data of the last run end.
    fn data_end(&self) -> Result<u64> {
        let mut end = self.base_data_offset;
        for run in self.runs() {
            end = run.as_ref().map(TrackRun::data_end).map_err(Clone::clone)?;
        }
        Ok(end)
    }
}
