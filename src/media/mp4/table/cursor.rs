//! Steps from sample to sample of the sample table.

use super::runs::{ChunkRun, Sum};
use super::{SampleTable, TimeRuns};
use crate::error::Result;
use crate::media::mp4::lookup::{Checkpoints, TableMarks};

/// Where a sample lies and when it is due, as the tables tell it.
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct Entry {
    pub(in crate::media::mp4) index: u64,
    pub(in crate::media::mp4) offset: u64,
    pub(in crate::media::mp4) len: u32,
    pub(in crate::media::mp4) decode_time: u64,
    pub(in crate::media::mp4) composition_offset: i32,
    pub(in crate::media::mp4) duration: u32,
    pub(in crate::media::mp4) is_sync: bool,
    pub(in crate::media::mp4) description: u32,
    /// How many samples of its chunk come behind it; 0 in fragments, which have no chunks.
    pub(in crate::media::mp4) left_in_chunk: u32,
}

/// Walks over the samples of a sample table: one place in each table, and each goes on by itself.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct TableCursor<'data> {
    table: SampleTable<'data>,
    /// The next sample.
    index: u64,
    decode_time: u64,
    durations: RunCursor,
    compositions: RunCursor,
    chunks: ChunkCursor,
    /// How many of the numbers of sync samples are those of samples before.
    sync: usize,
}

/// A place in a table of durations or offsets.
#[derive(Debug, Clone, Copy, Default)]
struct RunCursor {
    next_run: usize,
    /// Samples of the run that are still to come.
    left: u32,
    value: u32,
}

impl RunCursor {
    /// At a sample.
    fn at(runs: TimeRuns<'_>, checkpoints: &Checkpoints, sample: u64) -> (Self, Sum) {
        let (run, before) = checkpoints.find(&runs, sample);
        let (count, value) = runs.get(run).unwrap_or_default();
        let into = sample - before.samples;
        let left = u32::try_from(into).ok().and_then(|into| count.checked_sub(into)).unwrap_or(0);
        let amount = into.saturating_mul(value.into());
        (Self { next_run: run + 1, left, value }, before.plus(Sum { samples: into, amount }))
    }

    /// The value of the next sample.
    #[inline]
    fn next(&mut self, runs: TimeRuns<'_>) -> Option<u32> {
        while self.left == 0 {
            (self.left, self.value) = runs.get(self.next_run)?;
            self.next_run += 1;
        }
        self.left -= 1;
        Some(self.value)
    }
}

/// A place in the chunks.
#[derive(Debug, Clone, Copy, Default)]
struct ChunkCursor {
    next_run: usize,
    run: ChunkRun,
    /// Chunks of the run that are still to come.
    chunks_left: u64,
    /// Samples of the chunk that are still to come.
    samples_left: u32,
    /// Where the next sample of the chunk begins.
    offset: u64,
}

impl ChunkCursor {
    /// At a sample.
    fn at(table: &SampleTable<'_>, marks: &TableMarks, sample: u64) -> Self {
        let (run_index, before) = marks.chunks.find(&table.chunks, sample);
        let Some(run) = table.chunks.get(run_index).filter(|run| run.samples_per_chunk > 0) else {
            return Self { next_run: run_index, ..Self::default() };
        };
        let into = sample - before.samples;
        let per_chunk = u64::from(run.samples_per_chunk);
        let (chunk, in_chunk) = (into / per_chunk, into % per_chunk);
        let start = table.chunk_offsets.get(run.first + chunk).unwrap_or(u64::MAX);
        let bytes = marks.bytes(&table.sizes, sample - in_chunk..sample);
        let samples_left = u32::try_from(per_chunk - in_chunk).unwrap_or(u32::MAX);
        let chunks_left = run.chunks.saturating_sub(chunk + 1);
        let offset = start.saturating_add(bytes);
        Self { next_run: run_index + 1, run, chunks_left, samples_left, offset }
    }

    /// Goes on to the next chunk that has samples.
    #[inline]
    fn next_chunk(&mut self, table: &SampleTable<'_>) -> Option<()> {
        while self.samples_left == 0 {
            while self.chunks_left == 0 {
                self.run = table.chunks.get(self.next_run)?;
                self.next_run += 1;
                self.chunks_left = if self.run.samples_per_chunk > 0 { self.run.chunks } else { 0 };
            }
            let chunk = self.run.first + self.run.chunks - self.chunks_left;
            self.offset = table.chunk_offsets.get(chunk)?;
            self.chunks_left -= 1;
            self.samples_left = self.run.samples_per_chunk;
        }
        Some(())
    }
}

impl<'data> TableCursor<'data> {
    pub(in crate::media::mp4) fn new(table: SampleTable<'data>) -> Self {
        Self {
            table,
            index: 0,
            decode_time: 0,
            durations: RunCursor::default(),
            compositions: RunCursor::default(),
            chunks: ChunkCursor::default(),
            sync: 0,
        }
    }

    /// At a sample that all tables know.
    pub(in crate::media::mp4) fn at(table: SampleTable<'data>, marks: &TableMarks, sample: u64) -> Self {
        let (durations, before) = RunCursor::at(table.durations, &marks.durations, sample);
        let compositions = match (table.compositions, &marks.compositions) {
            (Some(runs), Some(checkpoints)) => RunCursor::at(runs, checkpoints, sample).0,
            _ => RunCursor::default(),
        };
        let sync = table.sync.unwrap_or_default();
        let sync = sync.partition_point(|&number| u64::from(u32::from_be_bytes(number)) <= sample);
        let chunks = ChunkCursor::at(&table, marks, sample);
        Self { table, index: sample, decode_time: before.amount, durations, compositions, chunks, sync }
    }

    /// Where the next sample is due to be decoded, in time units of the track: behind the last one, where the table ends.
    pub(in crate::media::mp4) fn decode_time(&self) -> u64 {
        self.decode_time
    }

    /// The number of the next sample.
    pub(in crate::media::mp4) fn index(&self) -> u64 {
        self.index
    }

    /// The next sample. After an error the cursor is of no use.
    #[inline]
    pub(in crate::media::mp4) fn next(&mut self) -> Option<Result<Entry>> {
        let len = self.table.sizes.get(self.index)?;
        let (duration, composition_offset) = match self.step() {
            Ok(step) => step,
            Err(why) => return Some(Err(self.table.error(why))),
        };
        let entry = Entry {
            index: self.index,
            offset: self.chunks.offset,
            len,
            decode_time: self.decode_time,
            composition_offset,
            duration,
            is_sync: self.next_is_sync(),
            description: self.chunks.run.description,
            left_in_chunk: self.chunks.samples_left,
        };
        self.index += 1;
        self.decode_time = self.decode_time.saturating_add(duration.into());
        self.chunks.offset = self.chunks.offset.saturating_add(len.into());
        Some(Ok(entry))
    }

    /// Goes on in all tables. Returns duration and composition offset of the sample, or why there are none, in words that go on
    /// after the name of the table.
    #[inline]
    fn step(&mut self) -> std::result::Result<(u32, i32), &'static str> {
        if let Some(why) = self.table.unreadable {
            return Err(why);
        }
        let Some(duration) = self.durations.next(self.table.durations) else {
            return Err("tells the durations of fewer samples than it has");
        };
        // Version 0 of the box has no negative offsets, but QuickTime writes them as such, and no file has such long ones.
        let offset = match self.table.compositions {
            None => 0,
            Some(runs) => match self.compositions.next(runs) {
                Some(offset) => offset.cast_signed(),
                None => return Err("tells the composition times of fewer samples than it has"),
            },
        };
        if self.chunks.next_chunk(&self.table).is_none() {
            return Err("has chunks for fewer samples than it has, or out of order");
        }
        self.chunks.samples_left -= 1;
        Ok((duration, offset))
    }

    #[inline]
    fn next_is_sync(&mut self) -> bool {
        let Some(numbers) = self.table.sync else { return true };
        let number = numbers.get(self.sync).map(|&number| u32::from_be_bytes(number));
        let is_sync = number.is_some_and(|number| u64::from(number) == self.index + 1);
        self.sync += usize::from(is_sync);
        is_sync
    }
}
