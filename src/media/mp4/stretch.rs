//! Samples in a row that differ in nothing but where they lie, and when they are due.

use std::ops::Range;

use super::sample::{self, Sample};
use super::track::SampleSource;
use crate::error::Error;

/// Samples in a row that lie behind each other, and of which all else that tables or fragments tell is the same: those that are still to
/// come, and where the next one is when none is left. The step from one to the next is short, so that it can be compiled into the loop
/// of the caller.
#[derive(Debug, Clone, Default)]
pub(super) struct Stretch<'data> {
    /// The next sample.
    pub(super) index: u64,
    /// The first sample behind the stretch.
    pub(super) end: u64,
    /// The lengths of all samples of the table, if each has an entry.
    pub(super) lens: &'data [[u8; 4]],
    /// The length of the samples, if `lens` is empty.
    pub(super) len: u32,
    pub(super) offset: u64,
    pub(super) decode_time: u64,
    pub(super) composition_offset: i32,
    pub(super) duration: u32,
    pub(super) is_sync: bool,
    pub(super) is_output: bool,
    pub(super) description: u32,
}

impl<'data> Stretch<'data> {
    /// Whether samples are still to come.
    #[inline(always)]
    pub(super) fn has_more(&self) -> bool {
        self.index < self.end
    }

    /// The length of the next sample.
    #[inline(always)]
    fn next_len(&self) -> u32 {
        let len = usize::try_from(self.index).ok().and_then(|index| self.lens.get(index));
        len.map_or(self.len, |&len| u32::from_be_bytes(len))
    }

    /// Where the next sample lies.
    #[inline(always)]
    fn next_range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.next_len().into())
    }

    /// The next sample, if there is one and its bytes are there.
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

    /// The error that the bytes of the next sample are not there.
    #[cold]
    pub(super) fn outside(&self, source: &SampleSource<'data>) -> Error {
        sample::outside(source, self.index, self.next_range())
    }
}
