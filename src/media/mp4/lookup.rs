//! Lookups of samples by index.
//!
//! The tables have an entry for each run of samples, so the start of a run is only known from the sum of all runs before it.
//! The sums at some places of the table are computed once; then each lookup is a binary search and a short walk. The number
//! of stored sums is limited, whatever the file declares.

use super::Samples;
use super::fragment::{FragmentCursor, FragmentMarks};
use super::sample_source::SampleSource;
use super::table::{TableCursor, TableMarks};

/// The checkpoints of the tables and fragments of a track.
#[derive(Debug, Clone)]
pub(super) struct Lookup<'data> {
    table: TableMarks,
    /// `None` if there are none, or if a damaged sample table precedes them.
    fragments: Option<FragmentMarks<'data>>,
}

impl<'data> Lookup<'data> {
    pub(super) fn new(source: &SampleSource<'data>) -> Self {
        let table = TableMarks::new(&source.table);
        let is_whole = table.count == source.table.sizes.count();
        let decode_time = TableCursor::at(source.table, &table, table.count).1.decode_time;
        let fragments = FragmentCursor::new(source, table.count, decode_time).filter(|_| is_whole);
        Self { table, fragments: fragments.map(FragmentMarks::new) }
    }

    /// Returns the number of samples before the first error in tables or fragments.
    pub(super) fn count(&self) -> u64 {
        self.fragments.as_ref().map_or(self.table.count, FragmentMarks::count)
    }

    /// Returns the samples from `index`; from the end if there are fewer, where an error may follow.
    pub(super) fn samples_from(&self, source: &SampleSource<'data>, index: u64) -> Samples<'data> {
        match &self.fragments {
            Some(fragments) if index >= self.table.count => {
                Samples::at_fragment(source.clone(), fragments.find(index))
            }
            _ => Samples::at_table(source.clone(), &self.table, index.min(self.table.count)),
        }
    }
}
