//! Movie fragments in file order.

use std::iter::FusedIterator;

use super::{Defaults, TrackFragments};
use crate::error::Result;
use crate::media::mp4::{Children, Mp4Box, fields::Fields};

/// The movie fragments of an input in file order. Ends at the first error.
///
/// Boxes between them are skipped.
#[derive(Debug, Clone)]
pub struct MovieFragments<'data> {
    boxes: Children<'data>,
    defaults: Option<Defaults<'data>>,
}

impl<'data> MovieFragments<'data> {
    /// Returns the fragments from the box at `offset`.
    pub(in crate::media::mp4) fn new(
        data: &'data [u8],
        offset: u64,
        defaults: Option<Defaults<'data>>,
    ) -> Self {
        Self { boxes: Children::of_input(data, offset), defaults }
    }

    /// Returns no fragments.
    pub(in crate::media::mp4) fn none() -> Self {
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

/// A movie fragment: the box `moof` (ISO/IEC 14496-12 §8.8.4).
#[derive(Debug, Clone)]
pub struct MovieFragment<'data> {
    moof: Mp4Box<'data>,
    defaults: Option<Defaults<'data>>,
}

impl<'data> MovieFragment<'data> {
    /// Returns the box `moof`.
    #[must_use]
    pub fn moof(&self) -> Mp4Box<'data> {
        self.moof
    }

    /// `sequence_number` of `mfhd`, which increases from fragment to fragment.
    ///
    /// # Errors
    ///
    /// If `mfhd` is missing or truncated.
    pub fn sequence_number(&self) -> Result<u32> {
        let (_, _, mut fields) = Fields::full(self.moof.get(b"mfhd")?)?;
        fields.u32()
    }

    /// Returns the track fragments (`traf`), one or more for each track with samples in the fragment.
    #[must_use]
    pub fn track_fragments(&self) -> TrackFragments<'data> {
        TrackFragments::new(self.moof, self.defaults.clone())
    }
}
