//! The cursor over the samples of a sample table.

use super::runs::{ChunkRun, Sum, TimeRuns, composition_offset};
use super::{SampleTable, TableMarks};
use crate::error::Result;
use crate::media::mp4::checkpoints::Checkpoints;
use crate::media::mp4::sample_run::SampleRun;

/// A cursor over the samples of a sample table: a position in each table, which advance independently.
///
/// The properties of the next samples are kept in a [`SampleRun`], which belongs to the cursor.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct TableCursor<'data> {
    table: SampleTable<'data>,
    durations: RunCursor,
    compositions: RunCursor,
    chunks: ChunkCursor,
    sync: SyncCursor,
    /// Position among samples besides sync samples where a decoder can start.
    open_sync: OpenSyncCursor<'data>,
    /// Index of the first sample with another value in a table other than those of chunks and sizes.
    changes_at: u64,
}

/// A position in a table of durations or offsets.
#[derive(Debug, Clone, Copy, Default)]
struct RunCursor {
    next_run: usize,
    /// Index after the last sample of the run.
    end: u64,
    value: u32,
}

impl RunCursor {
    /// For a missing table: every sample has the value 0.
    const NONE: Self = Self { next_run: 0, end: u64::MAX, value: 0 };

    /// Returns the position of a sample.
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

    /// Advances to the next non-empty run, whose first sample is `sample`; or past the last run.
    #[inline]
    fn advance_to(&mut self, runs: TimeRuns<'_>, sample: u64) {
        while self.end <= sample {
            // A run begins at the end of the previous one, which is `sample`.
            (self.end, self.value) = match runs.get(self.next_run) {
                Some((count, value)) => (sample + u64::from(count), value),
                None => (u64::MAX, runs.rest),
            };
            self.next_run += 1;
        }
    }
}

/// A position in the chunks.
#[derive(Debug, Clone, Copy, Default)]
struct ChunkCursor {
    next_run: usize,
    run: ChunkRun,
    next_chunk: u64,
    /// Index after the last sample of the chunk.
    end: u64,
}

impl ChunkCursor {
    /// Returns the position of a sample, and its offset.
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

    /// Advances to the next chunk of the run, which begins with the next sample; returns whether there is one.
    #[inline(always)]
    fn advance(&mut self, table: &SampleTable<'_>, sample_run: &mut SampleRun<'_>) -> bool {
        if self.next_chunk >= self.run.end {
            return false;
        }
        let Some(offset) = table.chunk_offsets.get(self.next_chunk) else { return false };
        sample_run.offset = offset;
        self.next_chunk += 1;
        self.end = sample_run.index + u64::from(self.run.samples_per_chunk);
        true
    }

    /// Advances to the next non-empty chunk, which begins with the next sample; returns whether there is one.
    fn advance_to(&mut self, table: &SampleTable<'_>, sample_run: &mut SampleRun<'_>) -> bool {
        (self.next_chunk < self.run.end || self.next_run(table)) && self.advance(table, sample_run)
    }

    /// Advances to the next run of non-empty chunks; returns whether there is one.
    fn next_run(&mut self, table: &SampleTable<'_>) -> bool {
        while let Some(run) = table.chunks.get(self.next_run) {
            self.next_run += 1;
            if run.samples_per_chunk > 0 && run.first < run.end {
                (self.run, self.next_chunk) = (run, run.first);
                return true;
            }
        }
        false
    }
}

/// A position in the numbers of sync samples.
#[derive(Debug, Clone, Copy)]
struct SyncCursor {
    /// Count of the numbers before the current sample.
    before: usize,
    /// Index of the current or next sync sample; `u64::MAX` if there is none, or if all samples are sync samples.
    next: u64,
}

impl SyncCursor {
    /// Returns the position of a sample.
    fn at(numbers: Option<&[[u8; 4]]>, sample: u64) -> Self {
        let numbers = numbers.unwrap_or_default();
        let before = numbers.partition_point(|&number| u64::from(u32::from_be_bytes(number)) <= sample);
        let mut cursor = Self { before, next: u64::MAX };
        cursor.read(numbers);
        cursor
    }

    /// Advances past the sync sample.
    #[cold]
    fn advance(&mut self, numbers: Option<&[[u8; 4]]>) {
        self.before += 1;
        self.read(numbers.unwrap_or_default());
    }

    fn read(&mut self, numbers: &[[u8; 4]]) {
        // The numbers start at 1.
        let number = numbers.get(self.before).and_then(|&number| u32::from_be_bytes(number).checked_sub(1));
        self.next = number.map_or(u64::MAX, u64::from);
    }
}

/// A position among the samples besides sync samples where a decoder can start.
#[derive(Debug, Clone, Copy)]
struct OpenSyncCursor<'data> {
    numbers: &'data [[u8; 4]],
    number: SyncCursor,
    groups: TimeRuns<'data>,
    group: RunCursor,
    /// The last result, valid for the samples before `changes_at`.
    is_sync: bool,
    changes_at: u64,
}

impl<'data> OpenSyncCursor<'data> {
    /// Returns the position of a sample.
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
        cursor.advance_to(sample);
        cursor
    }

    /// Finds whether a decoder can start at a sample, and the index where that changes.
    #[cold]
    fn advance_to(&mut self, sample: u64) {
        while self.number.next < sample {
            self.number.advance(Some(self.numbers));
        }
        if self.group.end <= sample {
            self.group.advance_to(self.groups, sample);
        }
        let is_numbered = self.number.next == sample;
        let number_changes_at = if is_numbered { sample + 1 } else { self.number.next };
        self.is_sync = is_numbered || self.group.value > 0;
        self.changes_at = number_changes_at.min(self.group.end);
    }
}

impl<'data> TableCursor<'data> {
    /// Starts at the first sample.
    pub(in crate::media::mp4) fn new(table: SampleTable<'data>) -> (Self, SampleRun<'data>) {
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
        (cursor, SampleRun { lens: table.sizes.entries(), ..SampleRun::default() })
    }

    /// Starts at a sample that all tables cover.
    pub(in crate::media::mp4) fn at(
        table: SampleTable<'data>,
        marks: &TableMarks,
        sample: u64,
    ) -> (Self, SampleRun<'data>) {
        let (durations, before) = RunCursor::at(table.durations, &marks.durations, sample);
        let compositions = match (table.compositions, &marks.compositions) {
            (Some(runs), Some(checkpoints)) => RunCursor::at(runs, checkpoints, sample).0,
            _ => RunCursor::NONE,
        };
        let (chunks, offset) = ChunkCursor::at(&table, marks, sample);
        let sync = SyncCursor::at(table.sync, sample);
        let open_sync = OpenSyncCursor::at(&table, marks.open_sync.as_ref(), sample);
        let cursor = Self { durations, compositions, chunks, sync, open_sync, changes_at: sample, table };
        let sample_run = SampleRun {
            index: sample,
            end: sample,
            lens: table.sizes.entries(),
            offset,
            decode_time: before.amount,
            ..SampleRun::default()
        };
        (cursor, sample_run)
    }

    /// Returns the index after the last sample of the current chunk.
    pub(in crate::media::mp4) fn chunk_end(&self) -> u64 {
        self.chunks.end
    }

    /// Advances at the end of a run of samples if only the chunk changes; returns whether it did.
    #[inline(always)]
    pub(in crate::media::mp4) fn next_chunk(&mut self, sample_run: &mut SampleRun<'data>) -> bool {
        let sample = sample_run.index;
        let changes = sample < self.changes_at
            && self.chunks.end <= sample
            && self.chunks.advance(&self.table, sample_run);
        if changes {
            sample_run.end = self.changes_at.min(self.chunks.end);
        }
        changes
    }

    /// Advances at the end of a run of samples, in all tables. After an error, the cursor is invalid.
    pub(in crate::media::mp4) fn next(&mut self, sample_run: &mut SampleRun<'data>) -> Option<Result<()>> {
        let sample = sample_run.index;
        let len = self.table.sizes.get(sample)?;
        if self.durations.end <= sample {
            self.durations.advance_to(self.table.durations, sample);
        }
        if let Some(runs) = self.table.compositions.filter(|_| self.compositions.end <= sample) {
            self.compositions.advance_to(runs, sample);
        }
        if self.chunks.end <= sample && !self.chunks.advance_to(&self.table, sample_run) {
            return Some(Err(self.table.lacks_chunks()));
        }
        if self.sync.next < sample {
            self.sync.advance(self.table.sync);
        }
        let is_next = self.sync.next == sample;
        let sync_changes_at = if is_next { sample + 1 } else { self.sync.next };
        // Sizes of fewer than 32 bits, which are rare, are read one by one.
        let sizes_change_at =
            if self.table.sizes.is_compact() { sample + 1 } else { self.table.sizes.count() };
        if self.open_sync.changes_at <= sample {
            self.open_sync.advance_to(sample);
        }
        let sync_changes_at = sync_changes_at.min(self.open_sync.changes_at);
        let changes_at = self.durations.end.min(self.compositions.end).min(sync_changes_at);
        self.changes_at = changes_at.min(sizes_change_at);
        sample_run.end = self.changes_at.min(self.chunks.end);
        sample_run.len = len;
        let offset = composition_offset(self.compositions.value);
        sample_run.composition_offset = offset.unwrap_or(0);
        sample_run.is_output = offset.is_some();
        sample_run.duration = self.durations.value;
        sample_run.is_sync = is_next || self.open_sync.is_sync || self.table.sync.is_none();
        sample_run.description = self.chunks.run.description;
        Some(Ok(()))
    }
}
