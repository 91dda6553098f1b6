//! Runs of samples in a track fragment.

use std::iter::FusedIterator;

use super::defaults::SampleDefaults;
use crate::error::Result;
use crate::media::mp4::table::composition_offset;
use crate::media::mp4::{Children, Mp4Box, fields::Fields};

/// Flags of `trun` (ISO/IEC 14496-12 §8.8.8).
const DATA_OFFSET: u32 = 0x1;
const FIRST_SAMPLE_FLAGS: u32 = 0x4;
const SAMPLE_DURATION: u32 = 0x100;
const SAMPLE_SIZE: u32 = 0x200;
const SAMPLE_FLAGS: u32 = 0x400;
const COMPOSITION_OFFSET: u32 = 0x800;

/// The runs of a track fragment in order. Ends at the first error.
#[derive(Debug, Clone)]
pub struct TrackRuns<'data> {
    boxes: Children<'data>,
    base_data_offset: u64,
    defaults: SampleDefaults,
    previous: Option<TrackRun<'data>>,
}

impl<'data> TrackRuns<'data> {
    /// Returns the runs of a `traf`. `defaults` are those of its `tfhd`.
    pub(super) fn new(traf: Mp4Box<'data>, base_data_offset: u64, defaults: SampleDefaults) -> Self {
        let boxes = traf.children().unwrap_or_default();
        Self { boxes, base_data_offset, defaults, previous: None }
    }

    /// Returns no runs.
    pub(in crate::media::mp4) fn none() -> Self {
        let defaults = SampleDefaults { description: 0, duration: 0, size: 0, flags: 0 };
        Self { boxes: Children::default(), base_data_offset: 0, defaults, previous: None }
    }

    fn read(&mut self, trun: Mp4Box<'data>) -> Result<TrackRun<'data>> {
        let (_, flags, mut fields) = Fields::full(trun)?;
        let count = fields.u32()?;
        let data_offset = fields.optional(flags & DATA_OFFSET != 0, Fields::i32)?;
        let first_flags = fields.optional(flags & FIRST_SAMPLE_FLAGS != 0, Fields::u32)?;
        let words =
            (flags & (SAMPLE_DURATION | SAMPLE_SIZE | SAMPLE_FLAGS | COMPOSITION_OFFSET)).count_ones();
        let len = usize::try_from(u64::from(count) * u64::from(words) * 4).unwrap_or(usize::MAX);
        let Some(entries) = fields.rest().get(..len) else {
            return Err(trun.error("has fewer entries than it declares"));
        };
        if words == 0 && self.defaults.size == 0 && count > 1 {
            return Err(trun.error("has samples without entries and without bytes"));
        }
        let offset = match data_offset {
            Some(data_offset) => self.base_data_offset.saturating_add_signed(data_offset.into()),
            None => self.previous.as_ref().map_or(self.base_data_offset, TrackRun::data_end),
        };
        let defaults = self.defaults;
        Ok(TrackRun { trun, offset, flags, first_flags, left: count, entries, defaults })
    }
}

impl<'data> Iterator for TrackRuns<'data> {
    type Item = Result<TrackRun<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let trun = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"trun"))?;
        let next = trun.and_then(|trun| self.read(trun));
        match &next {
            Ok(next) => self.previous = Some(next.clone()),
            Err(_) => self.boxes = Children::default(),
        }
        Some(next)
    }
}

impl FusedIterator for TrackRuns<'_> {}

/// Contiguous samples of a track fragment: the box `trun` (ISO/IEC 14496-12 §8.8.8), or its remaining samples.
#[derive(Debug, Clone)]
pub struct TrackRun<'data> {
    trun: Mp4Box<'data>,
    /// Offset of the data of the next sample.
    offset: u64,
    flags: u32,
    /// The flags of the first sample, if it is the next one.
    first_flags: Option<u32>,
    left: u32,
    entries: &'data [u8],
    defaults: SampleDefaults,
}

/// The values of a sample in a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunSample {
    pub(super) offset: u64,
    pub(super) len: u32,
    pub(super) duration: u32,
    /// `None` if the sample is not output.
    pub(super) composition_offset: Option<i32>,
    pub(super) is_sync: bool,
    pub(super) description: u32,
}

impl<'data> TrackRun<'data> {
    /// Returns the box `trun`.
    #[must_use]
    pub fn trun(&self) -> Mp4Box<'data> {
        self.trun
    }

    /// Returns `sample_count`.
    #[must_use]
    pub fn sample_count(&self) -> u32 {
        self.left
    }

    /// Returns the start of the data of the first sample, in bytes from the start of the input.
    #[must_use]
    pub fn data_start(&self) -> u64 {
        self.offset
    }

    /// Returns the end of the data of the last sample, in bytes from the start of the input.
    #[must_use]
    pub fn data_end(&self) -> u64 {
        self.offset.saturating_add(self.sum(self.left, SAMPLE_SIZE, self.defaults.size))
    }

    /// Returns the duration of all samples in time units of the track.
    #[must_use]
    pub fn duration(&self) -> u64 {
        self.sum(self.left, SAMPLE_DURATION, self.defaults.duration)
    }

    /// Sums up a field of the next samples.
    fn sum(&self, samples: u32, field: u32, default: u32) -> u64 {
        if self.flags & field == 0 {
            return u64::from(samples) * u64::from(default);
        }
        let before = (self.flags & 0xf00 & (field - 1)).count_ones() as usize;
        let (words, _) = self.entries.as_chunks();
        let per_sample = self.words_per_sample();
        let samples = words.chunks_exact(per_sample).take(samples as usize);
        samples.map(|words| u64::from(u32::from_be_bytes(words[before]))).sum()
    }

    /// Returns the lowest composition offset, if the run has any.
    pub(in crate::media::mp4) fn least_composition_offset(mut self) -> Option<i32> {
        if self.flags & COMPOSITION_OFFSET == 0 {
            return None;
        }
        std::iter::from_fn(|| self.next()).filter_map(|sample| sample.composition_offset).min()
    }

    /// Returns the bytes of the samples if the run has no entry for each sample; only this limits their number then.
    pub(super) fn unlisted_bytes(&self) -> u64 {
        if self.words_per_sample() > 0 { 0 } else { u64::from(self.left) * u64::from(self.defaults.size) }
    }

    fn words_per_sample(&self) -> usize {
        (self.flags & 0xf00).count_ones() as usize
    }

    /// Skips samples and returns their duration.
    pub(super) fn skip(&mut self, samples: u32) -> u64 {
        let samples = samples.min(self.left);
        if samples == 0 {
            return 0;
        }
        let duration = self.sum(samples, SAMPLE_DURATION, self.defaults.duration);
        let bytes = self.sum(samples, SAMPLE_SIZE, self.defaults.size);
        self.offset = self.offset.saturating_add(bytes);
        self.entries = self.entries.get(samples as usize * 4 * self.words_per_sample()..).unwrap_or(&[]);
        self.left -= samples;
        self.first_flags = None;
        duration
    }

    /// Returns the next sample.
    #[inline]
    pub(super) fn next(&mut self) -> Option<RunSample> {
        self.left = self.left.checked_sub(1)?;
        let SampleDefaults { description, duration, size, flags } = self.defaults;
        let mut fields = Entry { flags: self.flags, rest: self.entries };
        let duration = fields.next(SAMPLE_DURATION, duration);
        let len = fields.next(SAMPLE_SIZE, size);
        let flags = self.first_flags.take().unwrap_or(flags);
        let flags = fields.next(SAMPLE_FLAGS, flags);
        let composition_offset = composition_offset(fields.next(COMPOSITION_OFFSET, 0));
        self.entries = fields.rest;
        let offset = self.offset;
        self.offset = offset.saturating_add(len.into());
        // Neither `sample_is_non_sync_sample` nor a `sample_depends_on` that states dependence (§8.8.3.1).
        let is_sync = flags & (0x1_0000 | 0x100_0000) == 0;
        Some(RunSample { offset, len, duration, composition_offset, is_sync, description })
    }
}

/// The entry of a sample in a run, and the bytes after it.
struct Entry<'data> {
    flags: u32,
    rest: &'data [u8],
}

impl Entry<'_> {
    /// Reads the next field, if the run has it.
    #[inline]
    fn next(&mut self, field: u32, default: u32) -> u32 {
        if self.flags & field == 0 {
            return default;
        }
        let Some((value, rest)) = self.rest.split_first_chunk() else { return default };
        self.rest = rest;
        u32::from_be_bytes(*value)
    }
}
