//! The samples of a track in order.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Sample;
use super::fragment::FragmentCursor;
use super::lookup::TableMarks;
use super::stretch::Stretch;
use super::table::TableCursor;
use super::track::SampleSource;
use crate::error::Result;

/// The samples of a track in order: those of the sample table, then those of the fragments; ends at the first error.
#[derive(Debug, Clone)]
pub struct Samples<'data> {
    source: SampleSource<'data>,
    /// The next samples.
    stretch: Stretch<'data>,
    /// Where those behind them are read from.
    stage: Stage<'data>,
}

/// Where samples are read from.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one per walk")]
enum Stage<'data> {
    Table(TableCursor<'data>),
    Fragments(FragmentCursor<'data>),
    /// All samples were given; the fault of the track is not yet.
    Fault,
    Ended,
}

impl<'data> Samples<'data> {
    pub(super) fn new(source: SampleSource<'data>) -> Self {
        let (table, stretch) = TableCursor::new(source.table);
        Self { source, stretch, stage: Stage::Table(table) }
    }

    /// From a sample on that all tables know.
    pub(super) fn at_table(source: SampleSource<'data>, marks: &TableMarks, sample: u64) -> Self {
        let (table, stretch) = TableCursor::at(source.table, marks, sample);
        Self { source, stretch, stage: Stage::Table(table) }
    }

    /// From a place in the fragments on.
    pub(super) fn at_fragment(source: SampleSource<'data>, fragments: FragmentCursor<'data>) -> Self {
        Self { source, stretch: Stretch::default(), stage: Stage::Fragments(fragments) }
    }

    /// How many samples of its chunk come behind the last one; 0 in fragments, which have no chunks.
    pub(super) fn left_in_chunk(&self) -> u64 {
        match &self.stage {
            Stage::Table(table) => table.chunk_end().saturating_sub(self.stretch.index),
            Stage::Fragments(_) | Stage::Fault | Stage::Ended => 0,
        }
    }

    /// Whether the last sample was the first one of a run of a fragment.
    pub(super) fn has_begun_run(&self) -> bool {
        matches!(&self.stage, Stage::Fragments(fragments) if fragments.has_begun_run())
    }

    /// Whether the last sample is one of a fragment.
    pub(super) fn is_in_fragments(&self) -> bool {
        matches!(&self.stage, Stage::Fragments(_))
    }

    /// Goes on to the next stretch when the next sample cannot be had; `None` if there is none.
    #[inline(never)]
    fn go_on(&mut self) -> Option<Result<()>> {
        let next = if self.stretch.has_more() {
            Some(Err(self.stretch.outside(&self.source)))
        } else {
            self.next_stretch()
        };
        if !matches!(next, Some(Ok(()))) {
            self.end();
        }
        next
    }

    fn next_stretch(&mut self) -> Option<Result<()>> {
        loop {
            match &mut self.stage {
                Stage::Table(table) => match table.next(&mut self.stretch) {
                    Some(next) => return Some(next),
                    None => {
                        let Stretch { index, decode_time, .. } = self.stretch;
                        let fragments = self.source.fragment_cursor(index, decode_time);
                        self.stage = fragments.map_or(Stage::Fault, Stage::Fragments);
                    }
                },
                Stage::Fragments(fragments) => match fragments.next(&mut self.stretch) {
                    Some(next) => return Some(next),
                    None => self.stage = Stage::Fault,
                },
                Stage::Fault => return self.source.fault().map(Err),
                Stage::Ended => return None,
            }
        }
    }

    /// There are no more samples.
    #[cold]
    fn end(&mut self) {
        self.stretch = Stretch::default();
        self.stage = Stage::Ended;
    }

    /// Bytes of the input.
    pub(super) fn bytes(&self, range: Range<u64>) -> Option<&'data [u8]> {
        self.source.data.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }
}

impl<'data> Iterator for Samples<'data> {
    type Item = Result<Sample<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // Samples come from here alone, so that a caller that looks at some of their fields need not have them in memory.
            if let Some(sample) = self.stretch.next(&self.source) {
                return Some(Ok(sample));
            }
            if !self.stretch.has_more()
                && let Stage::Table(table) = &mut self.stage
                && table.next_chunk(&mut self.stretch)
            {
                continue;
            }
            if let Err(error) = self.go_on()? {
                return Some(Err(error));
            }
        }
    }
}

impl FusedIterator for Samples<'_> {}
