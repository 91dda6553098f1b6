//! Samples.

use std::fmt;
use std::ops::Range;

use super::fault;
use super::sample_source::SampleSource;
use crate::error::{Error, ErrorKind, Mp4Fault};

/// A sample of a track: a video frame, an audio packet, a line of text, borrowed from the input.
///
/// Times are media times of the tables, in time units of the track; edits are not applied.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample<'data> {
    /// The identifier of the track.
    pub track: u32,
    /// Index of the sample in its track, from 0.
    pub index: u64,
    /// Byte range of the sample in the input.
    pub range: Range<u64>,
    /// Decode time.
    pub dts: i64,
    /// Composition time. Before the decode time only with negative composition offsets. The decode time if the sample is not
    /// output.
    pub pts: i64,
    /// Duration up to the decode time of the next sample.
    pub duration: u32,
    /// Whether a decoder can start here: a sync sample; or a partial one of QuickTime (`stps`), or one of a group `rap `
    /// (ISO/IEC 14496-12 §10.4).
    pub is_sync: bool,
    /// Whether the decoder outputs it. A composition offset of -2^31 means no output (ISO/IEC 14496-15 §4.8).
    pub is_output: bool,
    /// Number of its sample entry, from 1 (`sample_description_index`).
    pub description: u32,
    /// Its bytes.
    pub data: &'data [u8],
}

/// Creates the error of a sample whose bytes are not in the input.
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
