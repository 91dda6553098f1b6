//! Tables with one entry per run of samples.

/// A table with an entry for each run of samples.
pub(in crate::media::mp4) trait Runs {
    /// Returns the number of runs.
    fn len(&self) -> usize;

    /// Returns the number of samples of a run and the sum of their values; `None` if the run does not exist or is damaged.
    fn sum(&self, run: usize) -> Option<Sum>;
}

/// A number of samples and the sum of their values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::media::mp4) struct Sum {
    pub(in crate::media::mp4) samples: u64,
    /// In time units or bytes; 0 in tables without a sum.
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

/// `stts` or `ctts`: runs of samples with the same duration or composition offset (ISO/IEC 14496-12 §8.6.1).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct TimeRuns<'data> {
    entries: &'data [[u8; 8]],
    /// The value of samples after the last run.
    pub(in crate::media::mp4) rest: u32,
    /// Greater values count as 1: a duration is not negative.
    max: u32,
}

/// The maximum duration. Greater values are negative numbers that QuickTime once wrote to correct times; 14496-12 has none.
/// libavformat uses the same limit.
const MAX_DURATION: u32 = u32::MAX - 480_000;

impl<'data> TimeRuns<'data> {
    /// Creates the table of durations. The last duration applies to all samples after the runs.
    pub(super) fn durations(entries: &'data [[u8; 8]]) -> Self {
        let runs = Self { entries, rest: 0, max: MAX_DURATION };
        let rest =
            runs.entries.len().checked_sub(1).and_then(|last| runs.get(last)).map_or(0, |(_, value)| value);
        Self { rest, ..runs }
    }

    /// Creates the table of composition offsets. Samples after the runs have none.
    pub(super) fn compositions(entries: &'data [[u8; 8]]) -> Self {
        Self { entries, rest: 0, max: u32::MAX }
    }

    /// Creates a table with one value for all samples.
    pub(super) fn all(value: u32) -> Self {
        Self { entries: &[], rest: value, max: u32::MAX }
    }

    /// Returns the number of samples of the runs.
    pub(in crate::media::mp4) fn samples(self) -> u64 {
        let counts =
            (0..self.entries.len()).filter_map(|run| self.get(run)).map(|(count, _)| u64::from(count));
        counts.fold(0, u64::saturating_add)
    }

    /// Returns the sum of the values of all samples of the runs.
    pub(in crate::media::mp4) fn total(self) -> u64 {
        (0..self.entries.len())
            .filter_map(|run| self.sum(run))
            .map(|sum| sum.amount)
            .fold(0, u64::saturating_add)
    }

    /// Returns the number of samples of a run, and their value.
    #[inline]
    pub(in crate::media::mp4) fn get(&self, run: usize) -> Option<(u32, u32)> {
        let [c0, c1, c2, c3, v0, v1, v2, v3] = *self.entries.get(run)?;
        let value = u32::from_be_bytes([v0, v1, v2, v3]);
        Some((u32::from_be_bytes([c0, c1, c2, c3]), if value > self.max { 1 } else { value }))
    }

    /// Whether a value exceeds the maximum.
    pub(super) fn has_negative(self) -> bool {
        self.entries.iter().any(|[.., v0, v1, v2, v3]| u32::from_be_bytes([*v0, *v1, *v2, *v3]) > self.max)
    }

    /// Returns the lowest composition offset; 0 if there are none.
    pub(in crate::media::mp4) fn least_offset(self) -> i32 {
        (0..self.entries.len())
            .filter_map(|run| self.get(run))
            .filter_map(|(_, offset)| composition_offset(offset))
            .min()
            .unwrap_or(0)
    }

    /// Whether there is exactly one run, with this duration.
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

/// Converts a composition offset; `None` for a sample that is not output, which has the lowest 32-bit value (ISO/IEC
/// 14496-15 §4.8).
///
/// Version 0 of the box has no negative offsets, but QuickTime writes them, and no file has positive offsets of that size.
pub(in crate::media::mp4) fn composition_offset(value: u32) -> Option<i32> {
    Some(value.cast_signed()).filter(|&offset| offset != i32::MIN)
}

/// `stsc`: runs of chunks with the same number of samples (§8.7.4).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct ChunkRuns<'data> {
    entries: &'data [[u8; 12]],
    /// Number of chunks.
    chunks: u32,
    /// Number of table samples per returned sample: more than 1 for frames of compressed audio.
    samples_per_frame: u32,
}

/// A run of chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ChunkRun {
    /// The first chunk, from 0.
    pub(super) first: u64,
    /// The number after the last chunk of the run.
    pub(super) end: u64,
    pub(super) samples_per_chunk: u32,
    /// `sample_description_index`, from 1.
    pub(super) description: u32,
}

impl<'data> ChunkRuns<'data> {
    pub(super) fn new(entries: &'data [[u8; 12]], chunks: u32) -> Self {
        Self { entries, chunks, samples_per_frame: 1 }
    }

    /// Counts frames in place of samples.
    pub(super) fn in_frames_of(self, samples_per_frame: u32) -> Self {
        Self { samples_per_frame: samples_per_frame.max(1), ..self }
    }

    /// Whether the chunks of every run but the last hold whole frames.
    pub(super) fn has_whole_frames(self) -> bool {
        let runs = self.entries.split_last().map_or(&[][..], |(_, runs)| runs);
        runs.iter().all(|run| fields(run)[1].is_multiple_of(self.samples_per_frame))
    }

    /// Whether each run but the last has chunks.
    pub(super) fn ascend(&self) -> bool {
        self.entries.windows(2).all(|pair| fields(&pair[0])[0] < fields(&pair[1])[0])
    }

    /// Returns a run; `None` if it does not exist, or its chunks do not follow those of the previous run. A run without chunks, whose
    /// first chunk is that of the next run too, is empty.
    #[inline]
    pub(super) fn get(&self, run: usize) -> Option<ChunkRun> {
        let [first, samples_per_chunk, description] = fields(self.entries.get(run)?);
        // Chunks are numbered from 1.
        let first = first.checked_sub(1)?;
        let end = match self.entries.get(run + 1).map(fields) {
            Some([next, ..]) => next.checked_sub(1)?.min(self.chunks),
            None => self.chunks,
        };
        let is_next = run > 0 || first == 0;
        if first > end || !is_next {
            return None;
        }
        let samples_per_chunk = samples_per_chunk / self.samples_per_frame;
        Some(ChunkRun { first: first.into(), end: end.into(), samples_per_chunk, description })
    }
}

/// Reads the three fields of a run of chunks.
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
