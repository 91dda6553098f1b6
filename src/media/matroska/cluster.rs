//! The cluster and its blocks.

use std::iter::FusedIterator;
use std::ops::Range;

use super::{Block, Element, ElementId, Elements};
use crate::error::Result;

/// A `Cluster` (RFC 9559, section 5.1.3): some seconds of all tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster<'data> {
    element: Element<'data>,
}

impl<'data> Cluster<'data> {
    pub(super) fn new(element: Element<'data>) -> Self {
        Self { element }
    }

    /// The element. Its body is what there is of the cluster, whatever its size says.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        self.element
    }

    /// Where the cluster lies, in bytes from the start of the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.element.range()
    }

    /// Whether the size that the cluster says, if it says one, is that of the elements there are.
    #[must_use]
    pub fn size_is_right(&self) -> bool {
        self.element.size().is_none_or(|size| size == self.element.body().len() as u64)
    }

    /// `Timestamp` in ticks of the segment's [`timestamp_scale`](super::Info::timestamp_scale), if there is one before the first
    /// block.
    #[must_use]
    pub fn timestamp(&self) -> Option<u64> {
        let is_block = |id| matches!(id, ElementId::SIMPLE_BLOCK | ElementId::BLOCK_GROUP);
        let mut before =
            self.element.children().map_while(Result::ok).take_while(|child| !is_block(child.id()));
        before.find(|child| child.id() == ElementId::TIMESTAMP)?.unsigned().ok()
    }

    /// The blocks in their order, each `SimpleBlock` and `BlockGroup`.
    #[must_use]
    pub fn blocks(&self) -> Blocks<'data> {
        let size_fault = (!self.size_is_right()).then_some(self.element);
        Blocks { elements: self.element.children(), timestamp: self.timestamp(), size_fault }
    }
}

/// The blocks of a cluster.
///
/// Behind one that is damaged the iterator goes on if its size is right. If the size of the cluster is wrong, that is the last
/// item.
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'data> {
    elements: Elements<'data>,
    timestamp: Option<u64>,
    /// The cluster, if its size is wrong and that was not said yet.
    size_fault: Option<Element<'data>>,
}

impl<'data> Iterator for Blocks<'data> {
    type Item = Result<Block<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        for element in self.elements.by_ref() {
            match element.map(|element| (element.id(), element)) {
                Ok((ElementId::SIMPLE_BLOCK, element)) => {
                    return Some(Block::simple(element, self.timestamp));
                }
                Ok((ElementId::BLOCK_GROUP, group)) => return Some(Block::of_group(group, self.timestamp)),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Err(self.size_fault.take()?.wrong_size()))
    }
}

impl FusedIterator for Blocks<'_> {}
