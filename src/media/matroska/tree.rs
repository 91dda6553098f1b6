//! Every element there is.

use std::fmt;
use std::iter::FusedIterator;

use super::{Element, ElementId, ElementType, Elements, Matroska};
use crate::error::Result;
use crate::record::{Piece, Pieces, Resync};

/// An element and how deep it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node<'data> {
    /// The element; of a `Segment` its ID and size, what is in it follows.
    pub element: Element<'data>,
    /// How many elements it is in: 0 for the EBML header and the `Segment`, 1 for a top-level element, ...
    pub depth: usize,
}

/// How deep elements are followed. The standard nests six of them, and chapters and tags as deep as they like.
pub(super) const MAX_DEPTH: usize = 32;

/// Every element of an input, from the outside to the inside, in the order of the file.
///
/// Damage is an item. Behind it the iterator goes on: with what follows the element that it is in, or with the next
/// record.
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

/// Every element of an input ([`tree`]), or of another element ([`Element::descendants`]).
pub struct Tree<'data> {
    pieces: Pieces<'data, Matroska>,
    /// What is to follow in each of the elements that the next one is in, by depth.
    open: [Option<Elements<'data>>; MAX_DEPTH],
    /// How deep the next element lies at the most.
    depth: usize,
}

impl<'data> Tree<'data> {
    /// Every element in this one.
    pub(super) fn within(element: Element<'data>) -> Self {
        let mut tree = tree(b"");
        // What is no master holds no elements.
        let _ = tree.enter(element, 0);
        tree
    }

    /// Gives the element, and next what is in it.
    fn enter(&mut self, element: Element<'data>, depth: usize) -> Result<Node<'data>> {
        if element.id().element_type() == Some(ElementType::Master) {
            let Some(open) = self.open.get_mut(depth + 1) else {
                return Err(element.damaged("it lies deeper than elements do"));
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
