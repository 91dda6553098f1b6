//! Tables of runs: one entry for several samples.

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
    /// The value of samples after the last run.
    pub(in crate::media::mp4) rest: u32,
    /// Greater values count as 1: a duration is not negative.
    most: u32,
}

/// The greatest duration. Greater ones are negative numbers that QuickTime once wrote to correct times; 14496-12 has none. libavformat draws
/// the line at the same value.
const MAX_DURATION: u32 = u32::MAX - 480_000;

impl<'data> TimeRuns<'data> {
    /// Durations: if there are fewer than samples, the last one holds for the rest.
    pub(super) fn durations(entries: &'data [[u8; 8]]) -> Self {
        let runs = Self { entries, rest: 0, most: MAX_DURATION };
        let rest =
            runs.entries.len().checked_sub(1).and_then(|last| runs.get(last)).map_or(0, |(_, value)| value);
        Self { rest, ..runs }
    }

    /// Composition offsets: if there are fewer than samples, the rest have none.
    pub(super) fn compositions(entries: &'data [[u8; 8]]) -> Self {
        Self { entries, rest: 0, most: u32::MAX }
    }

    /// The same value for all samples.
    pub(super) fn all(value: u32) -> Self {
        Self { entries: &[], rest: value, most: u32::MAX }
    }

    /// How many samples the runs have.
    pub(in crate::media::mp4) fn samples(self) -> u64 {
        let counts =
            (0..self.entries.len()).filter_map(|run| self.get(run)).map(|(count, _)| u64::from(count));
        counts.fold(0, u64::saturating_add)
    }

    /// What the values of the samples of all runs add up to.
    pub(in crate::media::mp4) fn total(self) -> u64 {
        (0..self.entries.len())
            .filter_map(|run| self.sum(run))
            .map(|sum| sum.amount)
            .fold(0, u64::saturating_add)
    }

    /// How many samples a run has, and their duration or offset.
    #[inline]
    pub(in crate::media::mp4) fn get(&self, run: usize) -> Option<(u32, u32)> {
        let [c0, c1, c2, c3, v0, v1, v2, v3] = *self.entries.get(run)?;
        let value = u32::from_be_bytes([v0, v1, v2, v3]);
        Some((u32::from_be_bytes([c0, c1, c2, c3]), if value > self.most { 1 } else { value }))
    }

    /// Whether a value is greater than it may be.
    pub(super) fn has_negative(self) -> bool {
        self.entries.iter().any(|[.., v0, v1, v2, v3]| u32::from_be_bytes([*v0, *v1, *v2, *v3]) > self.most)
    }

    /// The least composition offset; 0 if there are none.
    pub(in crate::media::mp4) fn least_offset(self) -> i32 {
        (0..self.entries.len())
            .filter_map(|run| self.get(run))
            .filter_map(|(_, offset)| composition_offset(offset))
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

/// A composition offset; `None` of a sample that is not output, which has the least value of 32 bits (ISO/IEC 14496-15 §4.8).
///
/// Version 0 of the box has no negative offsets, but QuickTime writes them, and no file has positive ones of such length.
pub(in crate::media::mp4) fn composition_offset(value: u32) -> Option<i32> {
    Some(value.cast_signed()).filter(|&offset| offset != i32::MIN)
}

/// `stsc`: chunks in a row that have as many samples (§8.7.4).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct ChunkRuns<'data> {
    entries: &'data [[u8; 12]],
    /// How many chunks there are.
    chunks: u32,
    /// Samples that the table counts where one is given: more than 1 of frames of compressed sound.
    samples_per_frame: u32,
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
    pub(super) fn new(entries: &'data [[u8; 12]], chunks: u32) -> Self {
        Self { entries, chunks, samples_per_frame: 1 }
    }

    /// The same with frames in place of samples.
    pub(super) fn in_frames_of(self, samples_per_frame: u32) -> Self {
        Self { samples_per_frame: samples_per_frame.max(1), ..self }
    }

    /// Whether every run but the last has whole frames in its chunks.
    pub(super) fn has_whole_frames(self) -> bool {
        let runs = self.entries.split_last().map_or(&[][..], |(_, runs)| runs);
        runs.iter().all(|run| fields(run)[1].is_multiple_of(self.samples_per_frame))
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
        let samples_per_chunk = samples_per_chunk / self.samples_per_frame;
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
