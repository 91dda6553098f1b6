//! Runs of samples with equal properties.

use std::ops::Range;

use super::sample::{self, Sample};
use super::sample_source::SampleSource;
use crate::error::Error;

/// Contiguous samples with equal properties: the remaining ones, or the position of the next sample if none is left. The
/// step between samples is short, so that it can be inlined into the loop of the caller.
#[derive(Debug, Clone, Default)]
pub(super) struct SampleRun<'data> {
    /// Index of the next sample.
    pub(super) index: u64,
    /// Index after the last sample of the run.
    pub(super) end: u64,
    /// The lengths of all samples of the table, if each has an entry.
    pub(super) lens: &'data [[u8; 4]],
    /// The length of each sample, if `lens` is empty.
    pub(super) len: u32,
    pub(super) offset: u64,
    pub(super) decode_time: u64,
    pub(super) composition_offset: i32,
    pub(super) duration: u32,
    pub(super) is_sync: bool,
    pub(super) is_output: bool,
    pub(super) description: u32,
}

impl<'data> SampleRun<'data> {
    /// Whether samples are left.
    #[inline(always)]
    pub(super) fn has_more(&self) -> bool {
        self.index < self.end
    }

    /// Returns the length of the next sample.
    #[inline(always)]
    fn next_len(&self) -> u32 {
        let len = usize::try_from(self.index).ok().and_then(|index| self.lens.get(index));
        len.map_or(self.len, |&len| u32::from_be_bytes(len))
    }

    /// Returns the byte range of the next sample.
    #[inline(always)]
    fn next_range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.next_len().into())
    }

    /// Returns the next sample, if there is one and its bytes are in the input.
    #[inline(always)]
    pub(super) fn next(&mut self, source: &SampleSource<'data>) -> Option<Sample<'data>> {
        if !self.has_more() {
            return None;
        }
        let (index, range) = (self.index, self.next_range());
        let data = source.data.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)?;
        let dts = i64::try_from(self.decode_time).unwrap_or(i64::MAX);
        self.index += 1;
        self.offset = range.end;
        self.decode_time = self.decode_time.saturating_add(self.duration.into());
        Some(Sample {
            track: source.track_id,
            index,
            range,
            dts,
            pts: dts.saturating_add(self.composition_offset.into()),
            duration: self.duration,
            is_sync: self.is_sync,
            is_output: self.is_output,
            description: self.description,
            data,
        })
    }

    /// Creates the error of a next sample whose bytes are not in the input.
    #[cold]
    pub(super) fn outside(&self, source: &SampleSource<'data>) -> Error {
        sample::outside(source, self.index, self.next_range())
    }
}
