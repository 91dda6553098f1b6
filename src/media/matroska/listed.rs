//! Top-level elements that are found without reading the clusters.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::iter::FusedIterator;

use super::element::Each;
use super::segment_body::SegmentBody;
use super::{Element, ElementId, Matroska, Seek};
use crate::record::{Piece, Pieces};

/// Maximum number of pending `SeekHead`s, and of elements found through them, so that a damaged input cannot exhaust memory.
const MAX_FOUND: usize = 10_000;

/// The top-level elements with one ID that lie before the clusters or are listed in a `SeekHead`
/// ([`Segment::listed`](super::Segment::listed)).
///
/// A `SeekHead` may point to another one. Each element is returned once, and only the first of overlapping ones, so the work
/// is linear in the length of the input for any pointers. At most 10,000 elements are followed.
pub struct Listed<'segment, 'data> {
    segment: &'segment SegmentBody<'data>,
    id: ElementId,
    /// The elements before the clusters; `None` once they are read.
    before: Option<Pieces<'data, Matroska>>,
    /// Offset of the first cluster.
    before_end: u64,
    /// `SeekHead`s still to be read.
    seek_heads: VecDeque<Element<'data>>,
    seeks: Option<Each<'data, Seek>>,
    /// Start and end of each element that a `SeekHead` pointed to.
    found: BTreeMap<u64, u64>,
}

impl<'segment, 'data> Listed<'segment, 'data> {
    pub(super) fn new(segment: &'segment SegmentBody<'data>, id: ElementId) -> Self {
        Self {
            segment,
            id,
            before: Some(segment.pieces()),
            before_end: u64::MAX,
            seek_heads: VecDeque::new(),
            seeks: None,
            found: BTreeMap::new(),
        }
    }

    /// Returns the next element before the clusters.
    fn next_before(&mut self) -> Option<Element<'data>> {
        for piece in self.before.as_mut()? {
            let Piece::Record(record) = piece else { continue };
            let element = record.element();
            match record.id() {
                ElementId::CLUSTER | ElementId::SEGMENT => {
                    self.before_end = element.offset();
                    break;
                }
                ElementId::SEEK_HEAD => push(&mut self.seek_heads, element),
                _ => {}
            }
            if element.id() == self.id {
                return Some(element);
            }
        }
        self.before = None;
        None
    }

    /// Returns the next element that a `SeekHead` points to.
    fn next_sought(&mut self) -> Option<Element<'data>> {
        loop {
            let Some(seek) = self.seeks.as_mut().and_then(Iterator::next) else {
                let seek_head = self.seek_heads.pop_front()?;
                self.seeks = Some(seek_head.children().each(ElementId::SEEK, Seek::read));
                continue;
            };
            let Some(element) = seek.ok().and_then(|seek| self.follow(seek)) else { continue };
            if element.id() == ElementId::SEEK_HEAD {
                push(&mut self.seek_heads, element);
            }
            if element.id() == self.id {
                return Some(element);
            }
        }
    }

    /// Returns the element at a position, if it is new and has a requested ID.
    fn follow(&mut self, seek: Seek) -> Option<Element<'data>> {
        let is_wanted = seek.id == self.id || seek.id == ElementId::SEEK_HEAD;
        let offset = self.segment.element.body_offset().checked_add(seek.position)?;
        if self.found.len() == MAX_FOUND
            || !is_wanted
            || seek.id == ElementId::CLUSTER
            || offset < self.before_end
        {
            return None;
        }
        if self.found.range(..=offset).next_back().is_some_and(|(_, &end)| end > offset) {
            return None;
        }
        let element = self.segment.element_at(seek.position, seek.id)?;
        let end = element.range().end;
        if self.found.range(offset..end).next().is_some() {
            return None;
        }
        self.found.insert(offset, end);
        Some(element)
    }
}

fn push<'data>(seek_heads: &mut VecDeque<Element<'data>>, element: Element<'data>) {
    if seek_heads.len() < MAX_FOUND {
        seek_heads.push_back(element);
    }
}

impl<'data> Iterator for Listed<'_, 'data> {
    type Item = Element<'data>;

    fn next(&mut self) -> Option<Element<'data>> {
        self.next_before().or_else(|| self.next_sought())
    }
}

impl FusedIterator for Listed<'_, '_> {}

impl fmt::Debug for Listed<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listed").field("id", &self.id).finish_non_exhaustive()
    }
}
