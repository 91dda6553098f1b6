//! Clusters and their blocks.

use std::iter::FusedIterator;
use std::ops::Range;

use super::{Block, Element, ElementId, Elements};
use crate::error::{Error, Result};

/// A `Cluster` (RFC 9559, section 5.1.3): a few seconds of all tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster<'data> {
    element: Element<'data>,
}

impl<'data> Cluster<'data> {
    pub(super) fn new(element: Element<'data>) -> Self {
        Self { element }
    }

    /// Returns the element. Its body holds the readable part of the cluster, whatever size it declares.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        self.element
    }

    /// Returns the byte range of the cluster in the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.element.range()
    }

    /// Whether the declared size of the cluster, if there is one, matches its elements.
    #[must_use]
    pub fn size_is_right(&self) -> bool {
        self.element.size().is_none_or(|size| size == self.element.body().len() as u64)
    }

    /// Returns `Timestamp` in ticks of the segment's [`timestamp_scale`](super::Info::timestamp_scale), at any position in
    /// the cluster; `None` if it is missing or unreadable.
    #[must_use]
    pub fn timestamp(&self) -> Option<u64> {
        self.read_timestamp().ok()
    }

    fn read_timestamp(&self) -> Result<u64> {
        // Almost always the first child.
        let mut children = self.element.children().map_while(Result::ok);
        match children.find(|child| child.id() == ElementId::TIMESTAMP) {
            Some(timestamp) => timestamp.unsigned(),
            None => Err(self.element.damaged("it has no Timestamp")),
        }
    }

    /// Returns the blocks in order: each `SimpleBlock` and `BlockGroup`.
    #[must_use]
    pub fn blocks(&self) -> Blocks<'data> {
        let timestamp = self.timestamp();
        Blocks {
            elements: self.element.children(),
            timestamp,
            cluster: *self,
            lacks_timestamp: timestamp.is_none(),
            has_wrong_size: !self.size_is_right(),
        }
    }
}

/// The blocks of a cluster.
///
/// After a damaged block, the iterator continues if the size of that block is right. A missing `Timestamp` or a wrong size
/// of the cluster is the last item.
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'data> {
    elements: Elements<'data>,
    timestamp: Option<u64>,
    cluster: Cluster<'data>,
    /// The timestamp is missing, and the error is still to be returned.
    lacks_timestamp: bool,
    /// The size of the cluster is wrong, and the error is still to be returned.
    has_wrong_size: bool,
}

impl<'data> Blocks<'data> {
    /// Returns the next fault of the cluster itself.
    #[cold]
    fn fault(&mut self) -> Option<Error> {
        if std::mem::take(&mut self.lacks_timestamp) {
            return self.cluster.read_timestamp().err();
        }
        std::mem::take(&mut self.has_wrong_size).then(|| self.cluster.element.wrong_size())
    }
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
        if self.lacks_timestamp || self.has_wrong_size { self.fault().map(Err) } else { None }
    }
}

impl FusedIterator for Blocks<'_> {}
