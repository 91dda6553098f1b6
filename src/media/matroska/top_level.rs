//! The records of a file.

use std::ops::Range;

use super::{Cluster, Element, ElementId};

/// A top-level element (RFC 9559, section 5.1), the EBML header, or the header of a `Segment`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopLevel<'data> {
    /// The ID and size of a `Segment`; its children follow.
    Segment(Element<'data>),
    /// A `Cluster`, or the complete elements of a damaged one.
    Cluster(Cluster<'data>),
    /// Any other element as a whole: the EBML header, `Tracks`, `Cues`, `Void`, ...
    Element(Element<'data>),
}

impl<'data> TopLevel<'data> {
    /// Returns the element.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        match self {
            Self::Segment(element) | Self::Element(element) => *element,
            Self::Cluster(cluster) => cluster.element(),
        }
    }

    /// Returns the ID of the element.
    #[must_use]
    pub fn id(&self) -> ElementId {
        self.element().id()
    }

    /// Returns the byte range of the record in the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.element().range()
    }
}
