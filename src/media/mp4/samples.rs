//! The samples of a track in order.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Sample;
use super::fragment::FragmentCursor;
use super::sample_run::SampleRun;
use super::sample_source::SampleSource;
use super::table::{TableCursor, TableMarks};
use crate::error::Result;

/// The samples of a track in order: those of the sample table, then those of the fragments. Ends at the first error.
#[derive(Debug, Clone)]
pub struct Samples<'data> {
    source: SampleSource<'data>,
    /// The next samples.
    sample_run: SampleRun<'data>,
    /// The source of the samples after them.
    stage: Stage<'data>,
}

/// The source of samples.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one per walk")]
enum Stage<'data> {
    Table(TableCursor<'data>),
    Fragments(FragmentCursor<'data>),
    /// All samples were returned; the fault of the track is next.
    Fault,
    Ended,
}

impl<'data> Samples<'data> {
    pub(super) fn new(source: SampleSource<'data>) -> Self {
        let (table, sample_run) = TableCursor::new(source.table);
        Self { source, sample_run, stage: Stage::Table(table) }
    }

    /// Starts at a sample that all tables cover.
    pub(super) fn at_table(source: SampleSource<'data>, marks: &TableMarks, sample: u64) -> Self {
        let (table, sample_run) = TableCursor::at(source.table, marks, sample);
        Self { source, sample_run, stage: Stage::Table(table) }
    }

    /// Starts at a position in the fragments.
    pub(super) fn at_fragment(source: SampleSource<'data>, fragments: FragmentCursor<'data>) -> Self {
        Self { source, sample_run: SampleRun::default(), stage: Stage::Fragments(fragments) }
    }

    /// Returns the number of samples of the current chunk after the last one; 0 in fragments, which have no chunks.
    pub(super) fn left_in_chunk(&self) -> u64 {
        match &self.stage {
            Stage::Table(table) => table.chunk_end().saturating_sub(self.sample_run.index),
            Stage::Fragments(_) | Stage::Fault | Stage::Ended => 0,
        }
    }

    /// Whether the last sample was the first one of a run of a fragment.
    pub(super) fn has_begun_run(&self) -> bool {
        matches!(&self.stage, Stage::Fragments(fragments) if fragments.has_begun_run())
    }

    /// Whether the last sample is in a fragment.
    pub(super) fn is_in_fragments(&self) -> bool {
        matches!(&self.stage, Stage::Fragments(_))
    }

    /// Continues with the next run when the current one has no readable sample left; `None` at the end.
    #[inline(never)]
    fn advance(&mut self) -> Option<Result<()>> {
        let next = if self.sample_run.has_more() {
            Some(Err(self.sample_run.outside(&self.source)))
        } else {
            self.next_sample_run()
        };
        if !matches!(next, Some(Ok(()))) {
            self.end();
        }
        next
    }

    fn next_sample_run(&mut self) -> Option<Result<()>> {
        loop {
            match &mut self.stage {
                Stage::Table(table) => match table.next(&mut self.sample_run) {
                    Some(next) => return Some(next),
                    None => {
                        let SampleRun { index, decode_time, .. } = self.sample_run;
                        let fragments = FragmentCursor::new(&self.source, index, decode_time);
                        self.stage = fragments.map_or(Stage::Fault, Stage::Fragments);
                    }
                },
                Stage::Fragments(fragments) => match fragments.next(&mut self.sample_run) {
                    Some(next) => return Some(next),
                    None => self.stage = Stage::Fault,
                },
                Stage::Fault => return self.source.fault().map(Err),
                Stage::Ended => return None,
            }
        }
    }

    /// Ends the iteration.
    #[cold]
    fn end(&mut self) {
        self.sample_run = SampleRun::default();
        self.stage = Stage::Ended;
    }

    /// Returns bytes of the input.
    pub(super) fn bytes(&self, range: Range<u64>) -> Option<&'data [u8]> {
        self.source.data.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }
}

impl<'data> Iterator for Samples<'data> {
    type Item = Result<Sample<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // All samples are created here, so that the compiler can keep the fields a caller uses in registers.
            if let Some(sample) = self.sample_run.next(&self.source) {
                return Some(Ok(sample));
            }
            if !self.sample_run.has_more()
                && let Stage::Table(table) = &mut self.stage
                && table.next_chunk(&mut self.sample_run)
            {
                continue;
            }
            if let Err(error) = self.advance()? {
                return Some(Err(error));
            }
        }
    }
}

impl FusedIterator for Samples<'_> {}
