//! The records of a file.

use std::ops::Range;

use super::{Cluster, Element, ElementId};

/// A top-level element (RFC 9559, section 5.1), or what stands before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopLevel<'data> {
    /// The ID and size of a `Segment`; what is in it follows.
    Segment(Element<'data>),
    /// A `Cluster`, or the whole elements that there are of it.
    Cluster(Cluster<'data>),
    /// Any other one, as a whole: the EBML header, `Tracks`, `Cues`, `Void`, ...
    Element(Element<'data>),
}

impl<'data> TopLevel<'data> {
    /// The element, whatever it is.
    #[must_use]
    pub fn element(&self) -> Element<'data> {
        match self {
            Self::Segment(element) | Self::Element(element) => *element,
            Self::Cluster(cluster) => cluster.element(),
        }
    }

    /// The ID of the element.
    #[must_use]
    pub fn id(&self) -> ElementId {
        self.element().id()
    }

    /// Where the record lies, in bytes from the start of the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.element().range()
    }
}
