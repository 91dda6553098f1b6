//! Track fragments.

use std::iter::FusedIterator;

use super::defaults::{Defaults, SampleDefaults};
use super::{TrackRun, TrackRuns};
use crate::error::{Error, Result};
use crate::media::mp4::{Children, Mp4Box, fields::Fields};

#[cfg(test)]
thread_local! {
    /// Number of track fragments read.
    pub(super) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The track fragments of a movie fragment in file order.
///
/// A damaged track fragment is an error, and the iterator continues with the next one; a damaged box elsewhere in `moof`
/// ends it.
#[derive(Debug, Clone)]
pub struct TrackFragments<'data> {
    /// Offset of the movie fragment.
    moof_offset: u64,
    boxes: Children<'data>,
    defaults: Option<Defaults<'data>>,
    previous: Previous<'data>,
}

/// The state of the previous track fragment.
#[derive(Debug, Clone)]
enum Previous<'data> {
    /// The next one is the first.
    None,
    Read(TrackFragment<'data>),
    /// The end of its data is unknown.
    Damaged,
}

/// The fault of a track fragment.
#[derive(Debug, Clone)]
pub(super) struct Damage {
    /// `track_ID` of a track with defaults; `None` if the track is unknown.
    pub(super) track_id: Option<u32>,
    pub(super) error: Error,
}

impl From<Error> for Damage {
    fn from(error: Error) -> Self {
        Self { track_id: None, error }
    }
}

impl<'data> TrackFragments<'data> {
    pub(super) fn new(moof: Mp4Box<'data>, defaults: Option<Defaults<'data>>) -> Self {
        let boxes = moof.children().unwrap_or_default();
        Self { moof_offset: moof.range().start, boxes, defaults, previous: Previous::None }
    }

    /// Returns no track fragments.
    pub(in crate::media::mp4) fn none() -> Self {
        Self { moof_offset: 0, boxes: Children::default(), defaults: None, previous: Previous::None }
    }

    pub(super) fn moof_offset(&self) -> u64 {
        self.moof_offset
    }

    /// Returns the next track fragment, or its fault and its track.
    pub(super) fn next_or_damage(&mut self) -> Option<std::result::Result<TrackFragment<'data>, Damage>> {
        let traf = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"traf"))?;
        let next = traf.map_err(Damage::from).and_then(|traf| self.read(traf));
        self.previous = next.as_ref().map_or(Previous::Damaged, |next| Previous::Read(*next));
        Some(next.and_then(TrackFragment::with_decode_time))
    }

    fn read(&self, traf: Mp4Box<'data>) -> std::result::Result<TrackFragment<'data>, Damage> {
        TrackFragment::read(traf, self.defaults.as_ref(), |explicit, default_base_is_moof| {
            match (explicit, &self.previous) {
                (Some(explicit), _) => Some(explicit),
                (None, Previous::Read(previous)) if !default_base_is_moof => previous.data_end().ok(),
                (None, Previous::Damaged) if !default_base_is_moof => None,
                (None, _) => Some(self.moof_offset),
            }
        })
    }
}

/// Reads `baseMediaDecodeTime` (§8.8.12).
fn read_decode_time(tfdt: Mp4Box<'_>) -> Result<u64> {
    let (version, _, mut fields) = Fields::full(tfdt)?;
    fields.long(version)
}

impl<'data> Iterator for TrackFragments<'data> {
    type Item = Result<TrackFragment<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_or_damage()?.map_err(|damage| damage.error))
    }
}

impl FusedIterator for TrackFragments<'_> {}

/// The samples of a track in a movie fragment: the box `traf` (ISO/IEC 14496-12 §8.8.6).
#[derive(Debug, Clone, Copy)]
pub struct TrackFragment<'data> {
    traf: Mp4Box<'data>,
    track_id: u32,
    base_data_offset: u64,
    decode_time: Option<u64>,
    defaults: SampleDefaults,
}

impl<'data> TrackFragment<'data> {
    /// Reads a `traf` except for its `tfdt`.
    ///
    /// `base` returns the base of the data offsets, `None` if it is unknown. Its arguments are `base_data_offset`, if the
    /// box has it, and the flag `default-base-is-moof`.
    pub(super) fn read(
        traf: Mp4Box<'data>,
        defaults: Option<&Defaults<'data>>,
        base: impl FnOnce(Option<u64>, bool) -> Option<u64>,
    ) -> std::result::Result<Self, Damage> {
        #[cfg(test)]
        READS.set(READS.get() + 1);
        let header = traf.get(b"tfhd")?;
        let (_, flags, mut fields) = Fields::full(header)?;
        let track_id = fields.u32()?;
        let Some(defaults) = defaults else {
            return Err(traf.error("is in a movie that is not fragmented").into());
        };
        let defaults = defaults.get(track_id)?;
        let damage = |error| Damage { track_id: Some(track_id), error };
        let explicit = fields.optional(flags & 0x1 != 0, Fields::u64).map_err(damage)?;
        let mut field = |flag, default| {
            let field = fields.optional(flags & flag != 0, Fields::u32).map_err(damage)?;
            Ok::<_, Damage>(field.unwrap_or(default))
        };
        let defaults = SampleDefaults {
            description: field(0x2, defaults.description)?,
            duration: field(0x8, defaults.duration)?,
            size: field(0x10, defaults.size)?,
            flags: field(0x20, defaults.flags)?,
        };
        let base_data_offset = base(explicit, flags & 0x2_0000 != 0)
            .ok_or_else(|| damage(traf.error("has data offsets relative to a damaged track fragment")))?;
        Ok(Self { traf, track_id, base_data_offset, decode_time: None, defaults })
    }

    /// Adds the decode time of its `tfdt`, if it has one.
    pub(super) fn with_decode_time(self) -> std::result::Result<Self, Damage> {
        let decode_time = self.traf.find(b"tfdt").and_then(|tfdt| tfdt.map(read_decode_time).transpose());
        match decode_time {
            Ok(decode_time) => Ok(Self { decode_time, ..self }),
            Err(error) => Err(Damage { track_id: Some(self.track_id), error }),
        }
    }

    /// Returns the box `traf`.
    #[must_use]
    pub fn traf(&self) -> Mp4Box<'data> {
        self.traf
    }

    /// Returns `track_ID` of `tfhd`.
    #[must_use]
    pub fn track_id(&self) -> u32 {
        self.track_id
    }

    /// Returns the base of the data offsets of the runs, in bytes from the start of the input (§8.8.7): `base_data_offset`
    /// if it is present; else the start of the movie fragment, for the first track fragment and with `default-base-is-moof`;
    /// else the end of the data of the previous track fragment.
    #[must_use]
    pub fn base_data_offset(&self) -> u64 {
        self.base_data_offset
    }

    /// `baseMediaDecodeTime` of `tfdt`: decode time of the first sample, in time units of the track; `None` if it continues
    /// from the previous fragment.
    #[must_use]
    pub fn decode_time(&self) -> Option<u64> {
        self.decode_time
    }

    /// Returns the runs of samples (`trun`) in order. Ends at the first error.
    #[must_use]
    pub fn runs(&self) -> TrackRuns<'data> {
        TrackRuns::new(self.traf, self.base_data_offset, self.defaults)
    }

    /// Returns the end of the data of the last run.
    fn data_end(&self) -> Result<u64> {
        let mut end = self.base_data_offset;
        for run in self.runs() {
            end = run.as_ref().map(TrackRun::data_end).map_err(Clone::clone)?;
        }
        Ok(end)
    }
}
