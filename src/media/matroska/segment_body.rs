//! The elements of a segment by position.

use super::step::View;
use super::{Element, ElementId, Matroska};
use crate::record::{Format, Part, Pieces, Records, Resync};

/// The input from the body of a `Segment`.
#[derive(Debug, Clone, Copy)]
pub(super) struct SegmentBody<'data> {
    /// The whole input.
    pub(super) data: &'data [u8],
    /// ID and size of the `Segment`.
    pub(super) element: Element<'data>,
}

impl<'data> SegmentBody<'data> {
    /// Returns the records after the ID and size of the `Segment`, up to the first error or the end of the input.
    pub(super) fn records(&self) -> Records<'data, Matroska> {
        Matroska.records_of(self.part())
    }

    /// Returns the records after the ID and size of the `Segment`, and the gaps between them.
    pub(super) fn pieces(&self) -> Pieces<'data, Matroska> {
        Matroska.pieces_of(self.part())
    }

    fn part(&self) -> Part<'data> {
        // Offsets in memory fit into `usize`.
        let start = usize::try_from(self.element.body_offset()).unwrap_or(usize::MAX);
        Part::from_range(self.data, start.min(self.data.len())..self.data.len())
    }

    /// Returns the element at a position relative to the body of the `Segment`, as in `SeekHead` and `Cues`; `None` if no
    /// element with this ID begins there.
    pub(super) fn element_at(&self, position: u64, id: ElementId) -> Option<Element<'data>> {
        let offset = self.element.body_offset().checked_add(position)?;
        let at = usize::try_from(offset).ok()?;
        match (View { bytes: self.data, complete: true }).record(at) {
            Ok((header, end)) if header.id == id => {
                Some(Element::new(header, offset, self.data.get(at + header.len..end)?))
            }
            _ => None,
        }
    }
}
