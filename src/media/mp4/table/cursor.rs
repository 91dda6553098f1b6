//! Steps from sample to sample of the sample table.

use super::runs::{ChunkRun, Sum, composition_offset};
use super::{SampleTable, TimeRuns};
use crate::error::Result;
use crate::media::mp4::lookup::{Checkpoints, TableMarks};
use crate::media::mp4::stretch::Stretch;

/// Walks over the samples of a sample table: one place in each table, and each goes on by itself.
///
/// What the next samples are is kept in a [`Stretch`], which goes with the cursor.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct TableCursor<'data> {
    table: SampleTable<'data>,
    durations: RunCursor,
    compositions: RunCursor,
    chunks: ChunkCursor,
    sync: SyncCursor,
    /// Samples besides sync samples at which decoding can start.
    open_sync: OpenSyncCursor<'data>,
    /// From this sample on another table than those of chunks and of sizes has something else to tell than of the one before.
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
        let into = sample - before.samples;
        let (end, value) = match runs.get(run) {
            Some((count, value)) => (before.samples.saturating_add(count.into()), value),
            None => (u64::MAX, runs.rest),
        };
        let amount = into.saturating_mul(value.into());
        (Self { next_run: run + 1, end, value }, before.plus(Sum { samples: into, amount }))
    }

    /// Goes on to the next run that has samples, of which this is the first; or to the samples after the last run.
    #[inline]
    fn go_to(&mut self, runs: TimeRuns<'_>, sample: u64) {
        while self.end <= sample {
            // A run begins where the one before ends, which is at the sample.
            (self.end, self.value) = match runs.get(self.next_run) {
                Some((count, value)) => (sample + u64::from(count), value),
                None => (u64::MAX, runs.rest),
            };
            self.next_run += 1;
        }
    }
}

/// A place in the chunks.
#[derive(Debug, Clone, Copy, Default)]
struct ChunkCursor {
    next_run: usize,
    run: ChunkRun,
    next_chunk: u64,
    /// The first sample behind the chunk.
    end: u64,
}

impl ChunkCursor {
    /// At a sample; and where that begins.
    fn at(table: &SampleTable<'_>, marks: &TableMarks, sample: u64) -> (Self, u64) {
        let (run_index, before) = marks.chunks.find(&table.chunks, sample);
        let Some(run) = table.chunks.get(run_index).filter(|run| run.samples_per_chunk > 0) else {
            return (Self { next_run: run_index, ..Self::default() }, 0);
        };
        let into = sample - before.samples;
        let per_chunk = u64::from(run.samples_per_chunk);
        let (chunk, in_chunk) = (into / per_chunk, into % per_chunk);
        let start = table.chunk_offsets.get(run.first + chunk).unwrap_or(u64::MAX);
        let bytes = marks.bytes(&table.sizes, sample - in_chunk..sample);
        let end = sample + (per_chunk - in_chunk);
        let next_chunk = run.first + chunk + 1;
        (Self { next_run: run_index + 1, run, next_chunk, end }, start.saturating_add(bytes))
    }

    /// Goes on to the next chunk of the run, of which the next sample is the first; whether there is one.
    #[inline(always)]
    fn go_on(&mut self, table: &SampleTable<'_>, stretch: &mut Stretch<'_>) -> bool {
        if self.next_chunk >= self.run.end {
            return false;
        }
        let Some(offset) = table.chunk_offsets.get(self.next_chunk) else { return false };
        stretch.offset = offset;
        self.next_chunk += 1;
        self.end = stretch.index + u64::from(self.run.samples_per_chunk);
        true
    }

    /// Goes on to the first chunk behind that has samples, of which the next one is the first; whether there is one.
    fn go_to(&mut self, table: &SampleTable<'_>, stretch: &mut Stretch<'_>) -> bool {
        (self.next_chunk < self.run.end || self.next_run(table)) && self.go_on(table, stretch)
    }

    /// Goes on to the next run of chunks that have samples; whether there is one.
    fn next_run(&mut self, table: &SampleTable<'_>) -> bool {
        while let Some(run) = table.chunks.get(self.next_run) {
            self.next_run += 1;
            if run.samples_per_chunk > 0 {
                (self.run, self.next_chunk) = (run, run.first);
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

/// A place among the samples besides sync samples at which decoding can start.
#[derive(Debug, Clone, Copy)]
struct OpenSyncCursor<'data> {
    numbers: &'data [[u8; 4]],
    number: SyncCursor,
    groups: TimeRuns<'data>,
    group: RunCursor,
    /// The last answer, which holds for the samples before `changes_at`.
    is_sync: bool,
    changes_at: u64,
}

impl<'data> OpenSyncCursor<'data> {
    /// At a sample.
    fn at(table: &SampleTable<'data>, checkpoints: Option<&Checkpoints>, sample: u64) -> Self {
        let (numbers, groups) = table.open_sync();
        let group = match (groups, checkpoints) {
            (Some(groups), Some(checkpoints)) => RunCursor::at(groups, checkpoints, sample).0,
            (Some(_), None) => RunCursor::default(),
            (None, _) => RunCursor::NONE,
        };
        let groups = groups.unwrap_or(TimeRuns::all(0));
        let number = SyncCursor::at(Some(numbers), sample);
        let mut cursor = Self { numbers, number, groups, group, is_sync: false, changes_at: 0 };
        cursor.go_to(sample);
        cursor
    }

    /// Finds whether decoding can start at a sample, and the sample at which that changes.
    #[cold]
    fn go_to(&mut self, sample: u64) {
        while self.number.next < sample {
            self.number.go_on(Some(self.numbers));
        }
        if self.group.end <= sample {
            self.group.go_to(self.groups, sample);
        }
        let is_numbered = self.number.next == sample;
        let number_changes_at = if is_numbered { sample + 1 } else { self.number.next };
        self.is_sync = is_numbered || self.group.value > 0;
        self.changes_at = number_changes_at.min(self.group.end);
    }
}

impl<'data> TableCursor<'data> {
    /// At the first sample.
    pub(in crate::media::mp4) fn new(table: SampleTable<'data>) -> (Self, Stretch<'data>) {
        let compositions = table.compositions.map_or(RunCursor::NONE, |_| RunCursor::default());
        let cursor = Self {
            durations: RunCursor::default(),
            compositions,
            chunks: ChunkCursor::default(),
            sync: SyncCursor::at(table.sync, 0),
            open_sync: OpenSyncCursor::at(&table, None, 0),
            changes_at: 0,
            table,
        };
        (cursor, Stretch { lens: table.sizes.entries(), ..Stretch::default() })
    }

    /// At a sample that all tables know.
    pub(in crate::media::mp4) fn at(
        table: SampleTable<'data>,
        marks: &TableMarks,
        sample: u64,
    ) -> (Self, Stretch<'data>) {
        let (durations, before) = RunCursor::at(table.durations, &marks.durations, sample);
        let compositions = match (table.compositions, &marks.compositions) {
            (Some(runs), Some(checkpoints)) => RunCursor::at(runs, checkpoints, sample).0,
            _ => RunCursor::NONE,
        };
        let (chunks, offset) = ChunkCursor::at(&table, marks, sample);
        let sync = SyncCursor::at(table.sync, sample);
        let open_sync = OpenSyncCursor::at(&table, marks.open_sync.as_ref(), sample);
        let cursor = Self { durations, compositions, chunks, sync, open_sync, changes_at: sample, table };
        let stretch = Stretch {
            index: sample,
            end: sample,
            lens: table.sizes.entries(),
            offset,
            decode_time: before.amount,
            ..Stretch::default()
        };
        (cursor, stretch)
    }

    /// The first sample behind the chunk of the last one.
    pub(in crate::media::mp4) fn chunk_end(&self) -> u64 {
        self.chunks.end
    }

    /// Goes on when no sample of the stretch is left, if the next chunk is all that changes; whether it is.
    #[inline(always)]
    pub(in crate::media::mp4) fn next_chunk(&mut self, stretch: &mut Stretch<'data>) -> bool {
        let sample = stretch.index;
        let changes =
            sample < self.changes_at && self.chunks.end <= sample && self.chunks.go_on(&self.table, stretch);
        if changes {
            stretch.end = self.changes_at.min(self.chunks.end);
        }
        changes
    }

    /// Goes on when no sample of the stretch is left: in all tables to what they have to tell of the next one. After an error the cursor is
    /// of no use.
    pub(in crate::media::mp4) fn next(&mut self, stretch: &mut Stretch<'data>) -> Option<Result<()>> {
        let sample = stretch.index;
        let len = self.table.sizes.get(sample)?;
        if self.durations.end <= sample {
            self.durations.go_to(self.table.durations, sample);
        }
        if let Some(runs) = self.table.compositions.filter(|_| self.compositions.end <= sample) {
            self.compositions.go_to(runs, sample);
        }
        if self.chunks.end <= sample && !self.chunks.go_to(&self.table, stretch) {
            return Some(Err(self.table.lacks_chunks()));
        }
        if self.sync.next < sample {
            self.sync.go_on(self.table.sync);
        }
        let is_next = self.sync.next == sample;
        let sync_changes_at = if is_next { sample + 1 } else { self.sync.next };
        // Sizes of fewer than 32 bits are read one by one, which is rare.
        let sizes_change_at =
            if self.table.sizes.is_compact() { sample + 1 } else { self.table.sizes.count() };
        if self.open_sync.changes_at <= sample {
            self.open_sync.go_to(sample);
        }
        let sync_changes_at = sync_changes_at.min(self.open_sync.changes_at);
        let changes_at = self.durations.end.min(self.compositions.end).min(sync_changes_at);
        self.changes_at = changes_at.min(sizes_change_at);
        stretch.end = self.changes_at.min(self.chunks.end);
        stretch.len = len;
        let offset = composition_offset(self.compositions.value);
        stretch.composition_offset = offset.unwrap_or(0);
        stretch.is_output = offset.is_some();
        stretch.duration = self.durations.value;
        stretch.is_sync = is_next || self.open_sync.is_sync || self.table.sync.is_none();
        stretch.description = self.chunks.run.description;
        Some(Ok(()))
    }
}
