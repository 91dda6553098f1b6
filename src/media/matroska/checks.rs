//! What is wrong in an element and in those that it holds.

use std::fmt;
use std::iter::FusedIterator;

use super::tree::MAX_DEPTH;
use super::{Element, ElementId, ElementType, Node, Occurrences, Tree};
use crate::error::{Error, Result};

/// The faults of an element and of those in it ([`Element::checks`]).
pub struct Checks<'data> {
    /// The element itself, until it is checked.
    first: Option<Element<'data>>,
    tree: Tree<'data>,
    /// What was met in each of the elements that the next one is in, by depth.
    met: [Occurrences; MAX_DEPTH + 1],
    /// Another fault of the last element.
    second: Option<Error>,
}

impl<'data> Checks<'data> {
    pub(super) fn new(element: Element<'data>) -> Self {
        Self {
            first: Some(element),
            tree: element.descendants(),
            met: [Occurrences::default(); MAX_DEPTH + 1],
            second: None,
        }
    }

    /// Checks an element in the first one.
    #[inline]
    fn check(&mut self, node: Node<'data>) -> Result<()> {
        let Node { element, depth } = node;
        // Almost all, of which nothing is checked here.
        if matches!(element.id(), ElementId::SIMPLE_BLOCK | ElementId::BLOCK) {
            return Ok(());
        }
        let element_type = element.id().element_type();
        if element_type == Some(ElementType::Master)
            && let Some(met) = self.met.get_mut(depth + 1)
        {
            *met = Occurrences::default();
        }
        let occurrence = self.met.get_mut(depth).map_or(Ok(()), |met| met.add(&element));
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
