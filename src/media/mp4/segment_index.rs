//! Segment indexes.

use std::iter::FusedIterator;

use super::{Children, Mp4Box, fields::Fields};
use crate::error::Result;

/// The segment indexes of an input in file order. Ends at the first error.
#[derive(Debug, Clone)]
pub struct SegmentIndexes<'data> {
    boxes: Children<'data>,
}

impl<'data> SegmentIndexes<'data> {
    pub(super) fn of(data: &'data [u8]) -> Self {
        Self { boxes: Children::of_input(data, 0) }
    }
}

impl<'data> Iterator for SegmentIndexes<'data> {
    type Item = Result<SegmentIndex<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let sidx = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"sidx"))?;
        Some(sidx.and_then(SegmentIndex::read))
    }
}

impl FusedIterator for SegmentIndexes<'_> {}

/// An index of the subsegments of a track: the box `sidx` (ISO/IEC 14496-12 §8.16.3).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SegmentIndex<'data> {
    /// `reference_ID`: the identifier of the track.
    pub track: u32,
    /// `timescale`: time units per second.
    pub timescale: u32,
    /// `earliest_presentation_time` of the first subsegment, in time units.
    pub earliest_presentation_time: u64,
    /// Start of the first subsegment, in bytes from the start of the input: `first_offset` after the box.
    pub first_offset: u64,
    sidx: Mp4Box<'data>,
    references: &'data [[u8; 12]],
}

/// A subsegment, or another segment index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentReference {
    /// `reference_type`: the target is a segment index.
    pub is_index: bool,
    /// Start of the target, in bytes from the start of the input.
    pub offset: u64,
    /// `referenced_size`: length in bytes.
    pub len: u32,
    /// `subsegment_duration`, in time units.
    pub duration: u32,
    /// `starts_with_SAP`: it begins with a stream access point.
    pub starts_with_sap: bool,
    /// `SAP_type` of the first stream access point, 0 to 6; 0 if unknown.
    pub sap_type: u8,
}

impl<'data> SegmentIndex<'data> {
    fn read(sidx: Mp4Box<'data>) -> Result<Self> {
        let (version, _, mut fields) = Fields::full(sidx)?;
        let (track, timescale) = (fields.u32()?, fields.u32()?);
        if timescale == 0 {
            return Err(fields.error("has a timescale of 0"));
        }
        let earliest_presentation_time = fields.long(version)?;
        let first_offset = sidx.range().end.saturating_add(fields.long(version)?);
        fields.skip(2)?;
        let count = fields.u16()?.into();
        let references = fields.entries(count)?;
        Ok(Self { track, timescale, earliest_presentation_time, first_offset, sidx, references })
    }

    /// Returns the box `sidx`.
    #[must_use]
    pub fn sidx(&self) -> Mp4Box<'data> {
        self.sidx
    }

    /// Returns the references in order.
    pub fn references(&self) -> impl ExactSizeIterator<Item = SegmentReference> + use<'data> {
        let mut offset = self.first_offset;
        self.references.iter().map(move |reference| {
            let (words, _) = reference.as_chunks();
            let [size, duration, sap] = [0, 1, 2].map(|word: usize| u32::from_be_bytes(words[word]));
            let found = SegmentReference {
                is_index: size >> 31 != 0,
                offset,
                len: size & 0x7fff_ffff,
                duration,
                starts_with_sap: sap >> 31 != 0,
                sap_type: (sap >> 28 & 7).to_le_bytes()[0],
            };
            offset = offset.saturating_add(found.len.into());
            found
        })
    }
}
