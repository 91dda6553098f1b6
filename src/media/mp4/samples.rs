//! The samples of a track in order.

use std::iter::FusedIterator;

use super::Sample;
use super::fragment::FragmentCursor;
use super::table::TableCursor;
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
}

impl<'data> Iterator for Samples<'data> {
    type Item = Result<Sample<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match &mut self.stage {
                Stage::Table(table) => match table.next() {
                    Some(entry) => entry,
                    None => {
                        let fragments = self.source.fragment_cursor(table.index(), table.decode_time());
                        self.stage = fragments.map_or(Stage::Ended, Stage::Fragments);
                        continue;
                    }
                },
                Stage::Fragments(fragments) => fragments.next()?,
                Stage::Ended => return None,
            };
            let sample = entry.and_then(|entry| Sample::new(&self.source, &entry));
            if sample.is_err() {
                self.stage = Stage::Ended;
            }
            return Some(sample);
        }
    }
}

impl FusedIterator for Samples<'_> {}
