//! The samples of a track in order.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Sample;
use super::fragment::FragmentCursor;
use super::table::{Entry, TableCursor};
use super::track::SampleSource;
use crate::error::Result;

/// The samples of a track in order: those of the sample table, then those of the fragments; ends at the first error.
#[derive(Debug, Clone)]
pub struct Samples<'data> {
    source: SampleSource<'data>,
    stage: Stage<'data>,
}

/// Where samples are read from.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one per walk")]
pub(super) enum Stage<'data> {
    Table(TableCursor<'data>),
    Fragments(FragmentCursor<'data>),
    Ended,
}

impl<'data> Samples<'data> {
    pub(super) fn new(source: SampleSource<'data>) -> Self {
        let stage = Stage::Table(source.table_cursor());
        Self { source, stage }
    }

    pub(super) fn at(source: SampleSource<'data>, stage: Stage<'data>) -> Self {
        Self { source, stage }
    }

    /// Where the next sample lies. After an error the walk is of no use.
    pub(super) fn next_entry(&mut self) -> Option<Result<Entry>> {
        loop {
            match &mut self.stage {
                Stage::Table(table) => match table.next() {
                    Some(entry) => return Some(entry),
                    None => {
                        let fragments = self.source.fragment_cursor(table.index(), table.decode_time());
                        self.stage = fragments.map_or(Stage::Ended, Stage::Fragments);
                    }
                },
                Stage::Fragments(fragments) => return fragments.next(),
                Stage::Ended => return None,
            }
        }
    }

    /// The next sample, wherever it is told of.
    #[inline(never)]
    fn next_of_any_stage(&mut self) -> Option<Result<Sample<'data>>> {
        let of_run = match &mut self.stage {
            Stage::Fragments(fragments) => fragments.next_of_run(),
            Stage::Table(_) | Stage::Ended => None,
        };
        let sample = match of_run {
            Some(entry) => self.sample(&entry),
            None => self.next_entry()?.and_then(|entry| self.sample(&entry)),
        };
        if sample.is_err() {
            self.end();
        }
        Some(sample)
    }

    /// The sample of an entry, if its bytes are there.
    #[inline]
    pub(super) fn sample(&self, entry: &Entry) -> Result<Sample<'data>> {
        Sample::new(&self.source, entry)
    }

    /// There are no more samples.
    #[cold]
    fn end(&mut self) {
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
        // What comes again and again by itself, a sample of which the tables tell: its entry is never put together in memory.
        let told = match &mut self.stage {
            Stage::Table(table) => table.next_told(),
            Stage::Fragments(_) | Stage::Ended => None,
        };
        let Some(entry) = told else { return self.next_of_any_stage() };
        let sample = self.sample(&entry);
        if sample.is_err() {
            self.end();
        }
        Some(sample)
    }
}

impl FusedIterator for Samples<'_> {}
