//! The box tree of an input.

use std::iter::FusedIterator;

use super::{Children, Mp4Box};
use crate::error::Result;

/// Maximum nesting depth of boxes. Files have about ten levels.
const MAX_DEPTH: usize = 32;

/// A box and its depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'data> {
    /// Number of ancestors: 0 at top level.
    pub depth: usize,
    /// The box.
    pub mp4_box: Mp4Box<'data>,
}

/// All boxes of an input in file order, parents before children.
///
/// After an error inside a box, the walk continues after that box; after an error at top level, it ends.
///
/// ```
/// use pagecut::media::mp4::Tree;
///
/// let data = b"\0\0\0\x08free\0\0\0\x10moov\0\0\0\x08trak";
/// let mut lines = Vec::new();
/// for node in Tree::new(data) {
///     let node = node?;
///     lines.push(format!("{:indent$}{} {:?}", "", node.mp4_box.kind(), node.mp4_box.range(), indent = node.depth));
/// }
/// assert_eq!(lines, ["free 0..8", "moov 8..24", " trak 16..24"]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree<'data> {
    /// The remaining boxes of each level, top level first.
    levels: Vec<Children<'data>>,
    /// The last box, if its children are still to come.
    last: Option<Mp4Box<'data>>,
}

impl<'data> Tree<'data> {
    /// Returns the boxes of a whole input.
    #[must_use]
    pub fn new(data: &'data [u8]) -> Self {
        Self { levels: vec![Children::of_input(data, 0)], last: None }
    }

    /// Descends into the last box.
    fn descend(&mut self) -> Result<()> {
        let Some((last, children)) = self.last.take().and_then(|last| Some((last, last.children()?))) else {
            return Ok(());
        };
        if self.levels.len() == MAX_DEPTH {
            return Err(last.error("is nested too deeply"));
        }
        self.levels.push(children);
        Ok(())
    }
}

impl<'data> Iterator for Tree<'data> {
    type Item = Result<Node<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.descend() {
            return Some(Err(error));
        }
        while let Some(level) = self.levels.last_mut() {
            if let Some(next) = level.next() {
                self.last = next.as_ref().ok().copied();
                let depth = self.levels.len() - 1;
                return Some(next.map(|mp4_box| Node { depth, mp4_box }));
            }
            self.levels.pop();
        }
        None
    }
}

impl FusedIterator for Tree<'_> {}
