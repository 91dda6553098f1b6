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
    pub(in crate::media::mp4) left_in_chunk: u64,
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
    sync: SyncCursor,
    /// From this sample on a table has something else to tell than of the one before.
    changes_at: u64,
}

/// A place in a table of durations or offsets.
#[derive(Debug, Clone, Copy, Default)]
struct RunCursor {
    next_run: usize,
    /// The first sample behind the run.
    end: u64,
    value: u32,
}

impl RunCursor {
    /// Where there is no table: every sample has the value 0.
    const NONE: Self = Self { next_run: 0, end: u64::MAX, value: 0 };

    /// At a sample.
    fn at(runs: TimeRuns<'_>, checkpoints: &Checkpoints, sample: u64) -> (Self, Sum) {
        let (run, before) = checkpoints.find(&runs, sample);
        let (count, value) = runs.get(run).unwrap_or_default();
        let into = sample - before.samples;
        let end = before.samples.saturating_add(count.into());
        let amount = into.saturating_mul(value.into());
        (Self { next_run: run + 1, end, value }, before.plus(Sum { samples: into, amount }))
    }

    /// Goes on to the first run behind that has samples, of which this is the first; whether there is one.
    #[inline]
    fn go_to(&mut self, runs: TimeRuns<'_>, sample: u64) -> bool {
        while self.end <= sample {
            let Some((count, value)) = runs.get(self.next_run) else { return false };
            // It begins where the one before ends, which is at the sample.
            (self.end, self.value) = (sample + u64::from(count), value);
            self.next_run += 1;
        }
        true
    }
}

/// A place in the chunks.
#[derive(Debug, Clone, Copy, Default)]
struct ChunkCursor {
    next_run: usize,
    run: ChunkRun,
    /// Chunks of the run that are still to come.
    chunks_left: u64,
    next_chunk: u64,
    /// The first sample behind the chunk.
    end: u64,
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
        let end = sample + (per_chunk - in_chunk);
        let chunks_left = run.chunks.saturating_sub(chunk + 1);
        let next_chunk = run.first + chunk + 1;
        let offset = start.saturating_add(bytes);
        Self { next_run: run_index + 1, run, chunks_left, next_chunk, end, offset }
    }

    /// Goes on to the first chunk behind that has samples, of which this is the first; whether there is one.
    #[inline]
    fn go_to(&mut self, table: &SampleTable<'_>, sample: u64) -> bool {
        if self.chunks_left == 0 && !self.next_run(table) {
            return false;
        }
        let Some(offset) = table.chunk_offsets.get(self.next_chunk) else { return false };
        self.offset = offset;
        self.next_chunk += 1;
        self.chunks_left -= 1;
        self.end = sample + u64::from(self.run.samples_per_chunk);
        true
    }

    /// Goes on to the next run of chunks that have samples; whether there is one.
    #[cold]
    fn next_run(&mut self, table: &SampleTable<'_>) -> bool {
        while let Some(run) = table.chunks.get(self.next_run) {
            self.next_run += 1;
            if run.samples_per_chunk > 0 {
                (self.run, self.chunks_left, self.next_chunk) = (run, run.chunks, run.first);
                return true;
            }
        }
        false
    }
}

/// A place in the numbers of sync samples.
#[derive(Debug, Clone, Copy)]
struct SyncCursor {
    /// How many of the numbers are those of samples before.
    before: usize,
    /// The sync sample that is the next one or comes behind it; `u64::MAX` if there is none, or if all are.
    next: u64,
}

impl SyncCursor {
    /// At a sample.
    fn at(numbers: Option<&[[u8; 4]]>, sample: u64) -> Self {
        let numbers = numbers.unwrap_or_default();
        let before = numbers.partition_point(|&number| u64::from(u32::from_be_bytes(number)) <= sample);
        let mut cursor = Self { before, next: u64::MAX };
        cursor.read(numbers);
        cursor
    }

    /// Goes on behind the sync sample.
    #[cold]
    fn go_on(&mut self, numbers: Option<&[[u8; 4]]>) {
        self.before += 1;
        self.read(numbers.unwrap_or_default());
    }

    fn read(&mut self, numbers: &[[u8; 4]]) {
        // They count from 1.
        let number = numbers.get(self.before).and_then(|&number| u32::from_be_bytes(number).checked_sub(1));
        self.next = number.map_or(u64::MAX, u64::from);
    }
}

impl<'data> TableCursor<'data> {
    pub(in crate::media::mp4) fn new(table: SampleTable<'data>) -> Self {
        let compositions = table.compositions.map_or(RunCursor::NONE, |_| RunCursor::default());
        Self {
            index: 0,
            decode_time: 0,
            durations: RunCursor::default(),
            compositions,
            chunks: ChunkCursor::default(),
            sync: SyncCursor::at(table.sync, 0),
            changes_at: 0,
            table,
        }
    }

    /// At a sample that all tables know.
    pub(in crate::media::mp4) fn at(table: SampleTable<'data>, marks: &TableMarks, sample: u64) -> Self {
        let (durations, before) = RunCursor::at(table.durations, &marks.durations, sample);
        let compositions = match (table.compositions, &marks.compositions) {
            (Some(runs), Some(checkpoints)) => RunCursor::at(runs, checkpoints, sample).0,
            _ => RunCursor::NONE,
        };
        Self {
            index: sample,
            decode_time: before.amount,
            durations,
            compositions,
            chunks: ChunkCursor::at(&table, marks, sample),
            sync: SyncCursor::at(table.sync, sample),
            changes_at: sample,
            table,
        }
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
    pub(in crate::media::mp4) fn next(&mut self) -> Option<Result<Entry>> {
        self.table.sizes.get(self.index)?;
        if self.index >= self.changes_at
            && let Err(why) = self.go_to(self.index)
        {
            return Some(Err(self.table.error(why)));
        }
        self.next_told().map(Ok)
    }

    /// The next sample, if all tables tell of it.
    #[inline]
    pub(in crate::media::mp4) fn next_told(&mut self) -> Option<Entry> {
        let index = self.index;
        let len = self.table.sizes.get(index)?;
        if index >= self.changes_at && self.go_to(index).is_err() {
            return None;
        }
        let entry = Entry {
            index,
            offset: self.chunks.offset,
            len,
            decode_time: self.decode_time,
            // Version 0 of the box has no negative offsets, but QuickTime writes them as such, and no file has such long ones.
            composition_offset: self.compositions.value.cast_signed(),
            duration: self.durations.value,
            is_sync: self.sync.next == index || self.table.sync.is_none(),
            description: self.chunks.run.description,
            left_in_chunk: self.chunks.end - index - 1,
        };
        self.index = index + 1;
        self.decode_time = self.decode_time.saturating_add(entry.duration.into());
        self.chunks.offset = self.chunks.offset.saturating_add(len.into());
        Some(entry)
    }

    /// Goes on in all tables to what they have to tell of a sample. Returns why they tell nothing, in words that go on after the name of
    /// the table.
    #[inline(never)]
    fn go_to(&mut self, sample: u64) -> std::result::Result<(), &'static str> {
        if let Some(why) = self.table.unreadable {
            return Err(why);
        }
        if self.durations.end <= sample && !self.durations.go_to(self.table.durations, sample) {
            return Err("tells the durations of fewer samples than it has");
        }
        if self.compositions.end <= sample
            && !self.table.compositions.is_some_and(|runs| self.compositions.go_to(runs, sample))
        {
            return Err("tells the composition times of fewer samples than it has");
        }
        if self.chunks.end <= sample && !self.chunks.go_to(&self.table, sample) {
            return Err("has chunks for fewer samples than it has, or out of order");
        }
        if self.sync.next < sample {
            self.sync.go_on(self.table.sync);
        }
        let behind_sync = self.sync.next.saturating_add(1);
        self.changes_at = self.durations.end.min(self.compositions.end).min(self.chunks.end).min(behind_sync);
        Ok(())
    }
}
