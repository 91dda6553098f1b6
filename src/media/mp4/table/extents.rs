//! The chunks of a sample table.

use std::ops::Range;

use super::SampleTable;
use super::runs::ChunkRun;
use super::sizes::Sizes;
use crate::error::Result;

/// The chunks of a sample table in order: their samples and their bytes.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct TableExtents<'data> {
    table: SampleTable<'data>,
    next_run: usize,
    run: ChunkRun,
    next_chunk: u64,
    next_sample: u64,
}

impl<'data> TableExtents<'data> {
    pub(in crate::media::mp4) fn new(table: SampleTable<'data>) -> Self {
        Self { table, next_run: 0, run: ChunkRun::default(), next_chunk: 0, next_sample: 0 }
    }

    /// Returns the next non-empty chunk; after the last one, an error if samples have no chunk.
    pub(in crate::media::mp4) fn next(&mut self) -> Option<Result<(Range<u64>, Range<u64>)>> {
        let count = self.table.sizes.count();
        if self.next_sample >= count {
            return None;
        }
        let offset = loop {
            if self.next_chunk < self.run.end
                && self.run.samples_per_chunk > 0
                && let Some(offset) = self.table.chunk_offsets.get(self.next_chunk)
            {
                break offset;
            }
            let Some(run) = self.table.chunks.get(self.next_run) else {
                let error = self.table.lacks_chunks();
                self.next_sample = count;
                return Some(Err(error));
            };
            (self.run, self.next_chunk) = (run, run.first);
            self.next_run += 1;
        };
        let start = self.next_sample;
        let end = start.saturating_add(self.run.samples_per_chunk.into()).min(count);
        (self.next_chunk, self.next_sample) = (self.next_chunk + 1, end);
        let len = match self.table.sizes {
            Sizes::Constant { len, .. } => (end - start).saturating_mul(len.into()),
            sizes => (start..end).filter_map(|sample| sizes.get(sample)).map(u64::from).sum(),
        };
        Some(Ok((start..end, offset..offset.saturating_add(len))))
    }
}
