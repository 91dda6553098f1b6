//! Tables of runs: one entry for several samples.

use super::read_entries;
use crate::error::Result;
use crate::media::mp4::Mp4Box;

/// A table with an entry for each run of samples.
pub(in crate::media::mp4) trait Runs {
    /// How many runs there are.
    fn len(&self) -> usize;

    /// How many samples a run has, and what they add up to; `None` if there is no such run, or if it is damaged.
    fn sum(&self, run: usize) -> Option<Sum>;
}

/// What samples add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::media::mp4) struct Sum {
    pub(in crate::media::mp4) samples: u64,
    /// In time units, or in bytes; 0 where there is nothing to add up.
    pub(in crate::media::mp4) amount: u64,
}

impl Sum {
    pub(in crate::media::mp4) fn plus(self, other: Self) -> Self {
        Self {
            samples: self.samples.saturating_add(other.samples),
            amount: self.amount.saturating_add(other.amount),
        }
    }
}

/// `stts` or `ctts`: samples in a row that have the same duration, or the same composition offset (ISO/IEC 14496-12 §8.6.1).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct TimeRuns<'data> {
    entries: &'data [[u8; 8]],
}

impl<'data> TimeRuns<'data> {
    pub(super) fn read(table: Mp4Box<'data>) -> Result<Self> {
        Ok(Self { entries: read_entries(table)? })
    }

    /// How many samples a run has, and their duration or offset.
    #[inline]
    pub(super) fn get(&self, run: usize) -> Option<(u32, u32)> {
        let [c0, c1, c2, c3, v0, v1, v2, v3] = *self.entries.get(run)?;
        Some((u32::from_be_bytes([c0, c1, c2, c3]), u32::from_be_bytes([v0, v1, v2, v3])))
    }

    /// The least composition offset; 0 if there are none.
    pub(in crate::media::mp4) fn least(self) -> i32 {
        (0..self.entries.len())
            .filter_map(|run| self.get(run))
            .map(|(_, offset)| offset.cast_signed())
            .min()
            .unwrap_or(0)
    }

    /// Whether there is one run, of samples of this duration.
    pub(in crate::media::mp4) fn is_one_run_of(self, duration: u32) -> bool {
        self.entries.len() == 1 && self.get(0).is_some_and(|(_, of_run)| of_run == duration)
    }
}

impl Runs for TimeRuns<'_> {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn sum(&self, run: usize) -> Option<Sum> {
        let (samples, value) = self.get(run)?;
        let amount = u64::from(samples) * u64::from(value);
        Some(Sum { samples: samples.into(), amount })
    }
}

/// `stsc`: chunks in a row that have as many samples (§8.7.4).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct ChunkRuns<'data> {
    entries: &'data [[u8; 12]],
    /// How many chunks there are.
    chunks: u32,
}

/// A run of chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ChunkRun {
    /// The first chunk, counted from 0.
    pub(super) first: u64,
    /// The first chunk behind the run.
    pub(super) end: u64,
    pub(super) samples_per_chunk: u32,
    /// `sample_description_index`, from 1.
    pub(super) description: u32,
}

impl<'data> ChunkRuns<'data> {
    pub(super) fn read(stsc: Mp4Box<'data>, chunks: u32) -> Result<Self> {
        Ok(Self { entries: read_entries(stsc)?, chunks })
    }

    /// A run; `None` if there is no such run, or if its chunks do not follow those of the run before.
    #[inline]
    pub(super) fn get(&self, run: usize) -> Option<ChunkRun> {
        let [first, samples_per_chunk, description] = fields(self.entries.get(run)?);
        // Chunks are counted from 1.
        let first = first.checked_sub(1)?;
        let end = match self.entries.get(run + 1).map(fields) {
            Some([next, ..]) => next.checked_sub(1)?.min(self.chunks),
            None => self.chunks,
        };
        let is_next = run > 0 || first == 0;
        if first >= end || !is_next {
            return None;
        }
        Some(ChunkRun { first: first.into(), end: end.into(), samples_per_chunk, description })
    }
}

/// The three fields of a run of chunks.
#[inline]
fn fields(entry: &[u8; 12]) -> [u32; 3] {
    let (fields, _) = entry.as_chunks();
    [fields[0], fields[1], fields[2]].map(u32::from_be_bytes)
}

impl Runs for ChunkRuns<'_> {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn sum(&self, run: usize) -> Option<Sum> {
        let run = self.get(run)?;
        Some(Sum { samples: (run.end - run.first) * u64::from(run.samples_per_chunk), amount: 0 })
    }
}
