//! Samples.

use std::fmt;
use std::ops::Range;

use super::fault;
use super::track::SampleSource;
use crate::error::{Error, ErrorKind, Mp4Fault};

/// A sample of a track: a picture, a packet of sound, a line of text, borrowed from the input.
///
/// Times are those of the media, in time units of the track, as the tables tell them; edits are not applied.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample<'data> {
    /// The identifier of the track.
    pub track: u32,
    /// The sample, counted from 0 in its track.
    pub index: u64,
    /// Where the sample lies, in bytes from the start of the input.
    pub range: Range<u64>,
    /// When it is decoded.
    pub dts: i64,
    /// When it is shown: the composition time. Before the decode time only with negative composition offsets. Of a sample that is not
    /// output, the decode time.
    pub pts: i64,
    /// Until the next sample is decoded.
    pub duration: u32,
    /// Decoding can start here: a sync sample; or a partial one of QuickTime (`stps`), or one of a group `rap ` (ISO/IEC 14496-12 §10.4).
    pub is_sync: bool,
    /// The decoder outputs it. Not so if its composition offset is -2^31 (ISO/IEC 14496-15 §4.8).
    pub is_output: bool,
    /// Which one of the sample entries of the track it is coded by, counted from 1 (`sample_description_index`).
    pub description: u32,
    /// The bytes of the sample.
    pub data: &'data [u8],
}

/// The error that the bytes of a sample are not in the input.
#[cold]
pub(super) fn outside(source: &SampleSource<'_>, sample: u64, range: Range<u64>) -> Error {
    let fault = Mp4Fault::SampleOutside {
        track: source.track_id,
        sample,
        start: range.start,
        end: range.end,
        len: source.data.len() as u64,
    };
    fault::at(ErrorKind::Mp4(fault), range.start, &[])
}

impl fmt::Debug for Sample<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample")
            .field("track", &self.track)
            .field("index", &self.index)
            .field("range", &self.range)
            .field("dts", &self.dts)
            .field("pts", &self.pts)
            .field("duration", &self.duration)
            .field("is_sync", &self.is_sync)
            .field("is_output", &self.is_output)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}
