//! Checks of an element and its descendants.

use std::fmt;
use std::iter::FusedIterator;

use super::tree::MAX_DEPTH;
use super::{Element, ElementId, ElementType, Node, Occurrences, Tree};
use crate::error::{Error, Result};

/// The faults of an element and its descendants ([`Element::checks`]).
pub struct Checks<'data> {
    /// The element itself, until it is checked.
    first: Option<Element<'data>>,
    tree: Tree<'data>,
    /// The children found so far in each ancestor of the next element, by depth.
    children: [Occurrences; MAX_DEPTH + 1],
    /// A second fault of the last element.
    second: Option<Error>,
}

impl<'data> Element<'data> {
    /// Returns the faults of the element and its descendants: sizes that exceed the parent, a wrong `CRC-32`, a
    /// floating-point number out of range, and a second element of a kind that may occur once (`maxOccurs` 1). The contents
    /// of blocks are not checked.
    ///
    /// ```
    /// use pagecut::{Format, media::matroska::Matroska};
    ///
    /// let data = std::fs::read("testdata/media/clusters.mkv")?;
    /// for record in Matroska.records(&data) {
    ///     assert_eq!(record?.element().checks().count(), 0);
    /// }
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn checks(&self) -> Checks<'data> {
        Checks::new(*self)
    }
}

impl<'data> Checks<'data> {
    fn new(element: Element<'data>) -> Self {
        Self {
            first: Some(element),
            tree: element.descendants(),
            children: [Occurrences::default(); MAX_DEPTH + 1],
            second: None,
        }
    }

    /// Checks a descendant.
    #[inline]
    fn check(&mut self, node: Node<'data>) -> Result<()> {
        let Node { element, depth } = node;
        // Most elements are blocks, which have nothing to check here.
        if matches!(element.id(), ElementId::SIMPLE_BLOCK | ElementId::BLOCK) {
            return Ok(());
        }
        let element_type = element.id().element_type();
        if element_type == Some(ElementType::Master)
            && let Some(met) = self.children.get_mut(depth + 1)
        {
            *met = Occurrences::default();
        }
        let occurrence = self.children.get_mut(depth).map_or(Ok(()), |met| met.add(&element));
        let value = match element_type {
            Some(ElementType::Float) => element.check_range(),
            _ => element.check_crc32(),
        };
        if occurrence.is_err() {
            self.second = value.err();
            return occurrence;
        }
        value
    }
}

impl Iterator for Checks<'_> {
    type Item = Error;

    fn next(&mut self) -> Option<Error> {
        if let Some(error) = self.second.take() {
            return Some(error);
        }
        if let Some(error) = self.first.take().and_then(|first| first.check_crc32().err()) {
            return Some(error);
        }
        loop {
            if let Err(error) = self.tree.next()?.and_then(|node| self.check(node)) {
                return Some(error);
            }
        }
    }
}

impl FusedIterator for Checks<'_> {}

impl fmt::Debug for Checks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checks").field("tree", &self.tree).finish_non_exhaustive()
    }
}
