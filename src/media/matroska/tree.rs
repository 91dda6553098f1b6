//! The element tree of an input.

use std::fmt;
use std::iter::FusedIterator;

use super::{Element, ElementId, ElementType, Elements, Matroska};
use crate::error::Result;
use crate::record::{Piece, Pieces, Resync};

/// An element and its depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node<'data> {
    /// The element; for a `Segment`, its ID and size only: its children follow.
    pub element: Element<'data>,
    /// Number of ancestors: 0 for the EBML header and the `Segment`, 1 for a top-level element, ...
    pub depth: usize,
}

/// Maximum depth of elements. The standard nests six levels, and chapters and tags without a limit.
pub(super) const MAX_DEPTH: usize = 32;

/// Returns all elements of an input in file order, parents before children.
///
/// Damage is an item. The iterator then continues after the element that contains the damage, or with the next record.
///
/// ```
/// use pagecut::media::matroska::{ElementId, tree};
///
/// let data = std::fs::read("testdata/media/live.mkv")?;
/// let nodes = tree(&data).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!((nodes[0].element.id(), nodes[0].depth), (ElementId::EBML, 0));
/// let blocks = nodes.iter().filter(|node| node.element.id() == ElementId::SIMPLE_BLOCK).count();
/// assert_eq!(blocks, 145);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[must_use]
pub fn tree(data: &[u8]) -> Tree<'_> {
    Tree { pieces: Matroska.pieces(data), open: [None; MAX_DEPTH], depth: 0 }
}

/// All elements of an input ([`tree`]), or the descendants of an element ([`Element::descendants`]).
pub struct Tree<'data> {
    pieces: Pieces<'data, Matroska>,
    /// The remaining children of each ancestor of the next element, by depth.
    open: [Option<Elements<'data>>; MAX_DEPTH],
    /// Maximum depth of the next element.
    depth: usize,
}

impl<'data> Element<'data> {
    /// Returns all descendants, at any depth; its children have depth 1.
    ///
    /// Damage is an item. The iterator then continues after the element that contains the damage.
    #[must_use]
    pub fn descendants(&self) -> Tree<'data> {
        Tree::within(*self)
    }
}

impl<'data> Tree<'data> {
    /// Returns the descendants of an element.
    fn within(element: Element<'data>) -> Self {
        let mut tree = tree(b"");
        // Only master elements have children.
        let _ = tree.enter(element, 0);
        tree
    }

    /// Returns the element, and queues its children.
    fn enter(&mut self, element: Element<'data>, depth: usize) -> Result<Node<'data>> {
        if element.id().element_type() == Some(ElementType::Master) {
            let Some(open) = self.open.get_mut(depth + 1) else {
                return Err(element.damaged("it is nested too deeply"));
            };
            *open = Some(element.children());
            self.depth = depth + 1;
        }
        Ok(Node { element, depth })
    }
}

impl<'data> Iterator for Tree<'data> {
    type Item = Result<Node<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.depth > 0 {
            let depth = self.depth;
            match self.open[depth].as_mut().and_then(Iterator::next) {
                Some(Ok(element)) => return Some(self.enter(element, depth)),
                Some(Err(error)) => return Some(Err(error)),
                None => self.depth -= 1,
            }
        }
        Some(match self.pieces.next()? {
            Piece::Record(record) => {
                let is_outside = matches!(record.id(), ElementId::EBML | ElementId::SEGMENT);
                self.enter(record.element(), usize::from(!is_outside))
            }
            Piece::Gap(gap) => Err(gap.error),
        })
    }
}

impl FusedIterator for Tree<'_> {}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("pieces", &self.pieces).field("depth", &self.depth).finish()
    }
}
