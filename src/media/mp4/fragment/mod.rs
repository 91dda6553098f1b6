//! Movie fragments (ISO/IEC 14496-12 §8.8).

mod cursor;
mod defaults;
mod index;
mod marks;
mod track_fragment;
mod track_run;

pub(super) use cursor::FragmentCursor;
pub(super) use defaults::Defaults;
pub(super) use marks::FragmentMarks;
pub use track_fragment::{TrackFragment, TrackFragments};
pub use track_run::{TrackRun, TrackRuns};

use std::iter::FusedIterator;

use super::{Children, Mp4Box, fields::Fields};
use crate::error::Result;

/// The movie fragments of an input, in the order of the file; ends at the first error.
///
/// Boxes between them are stepped over by their headers.
#[derive(Debug, Clone)]
pub struct MovieFragments<'data> {
    boxes: Children<'data>,
    defaults: Option<Defaults<'data>>,
}

impl<'data> MovieFragments<'data> {
    /// The fragments from the box that begins at `offset`.
    pub(super) fn new(data: &'data [u8], offset: u64, defaults: Option<Defaults<'data>>) -> Self {
        Self { boxes: Children::of_input(data, offset), defaults }
    }

    /// Of a movie that has none.
    pub(super) fn none() -> Self {
        Self { boxes: Children::default(), defaults: None }
    }
}

impl<'data> Iterator for MovieFragments<'data> {
    type Item = Result<MovieFragment<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let moof = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"moof"))?;
        Some(moof.map(|moof| MovieFragment { moof, defaults: self.defaults.clone() }))
    }
}

impl FusedIterator for MovieFragments<'_> {}

/// A movie fragment: the box `moof` (§8.8.4).
#[derive(Debug, Clone)]
pub struct MovieFragment<'data> {
    moof: Mp4Box<'data>,
    defaults: Option<Defaults<'data>>,
}

impl<'data> MovieFragment<'data> {
    /// The box `moof`.
    #[must_use]
    pub fn moof(&self) -> Mp4Box<'data> {
        self.moof
    }

    /// `sequence_number` of `mfhd`: ascends from fragment to fragment.
    ///
    /// # Errors
    ///
    /// If there is no `mfhd`, or if it ends too early.
    pub fn sequence_number(&self) -> Result<u32> {
        let (_, _, mut fields) = Fields::full(self.moof.get(b"mfhd")?)?;
        fields.u32()
    }

    /// The track fragments (`traf`) of the fragment, one or more of each track that has samples in it.
    #[must_use]
    pub fn track_fragments(&self) -> TrackFragments<'data> {
        TrackFragments::new(self.moof, self.defaults.clone())
    }
}
