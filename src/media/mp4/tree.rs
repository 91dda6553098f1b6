//! All boxes of an input.

use std::iter::FusedIterator;

use super::{Children, Mp4Box};
use crate::error::Result;

/// How many boxes can be in each other. Files have ten or so.
const MAX_DEPTH: usize = 32;

/// A box and how many boxes it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'data> {
    /// How many boxes it is in: 0 for one that is in none.
    pub depth: usize,
    /// The box.
    pub mp4_box: Mp4Box<'data>,
}

/// All boxes of an input in the order in which they begin, each before those that it holds.
///
/// After an error the walk goes on behind the box in which it is; after one that is in no box, it ends.
///
/// ```
/// use pagecut::media::mp4::Tree;
///
/// let data = b"\0\0\0\x08free\0\0\0\x10moov\0\0\0\x08trak";
/// let mut lines = Vec::new();
/// for node in Tree::of(data) {
///     let node = node?;
///     lines.push(format!("{:indent$}{} {:?}", "", node.mp4_box.kind(), node.mp4_box.range(), indent = node.depth));
/// }
/// assert_eq!(lines, ["free 0..8", "moov 8..24", " trak 16..24"]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tree<'data> {
    /// The boxes that are still to come, in the input and in each box that the last one is in.
    levels: Vec<Children<'data>>,
    /// The box that was given last, if what it holds is still to come.
    last: Option<Mp4Box<'data>>,
}

impl<'data> Tree<'data> {
    /// Of a whole input.
    #[must_use]
    pub fn of(data: &'data [u8]) -> Self {
        Self { levels: vec![Children::of_input(data, 0)], last: None }
    }

    /// Goes down into the last box.
    fn descend(&mut self) -> Result<()> {
        let Some((last, children)) = self.last.take().and_then(|last| Some((last, last.children()?))) else {
            return Ok(());
        };
        if self.levels.len() == MAX_DEPTH {
            return Err(last.error("is in too many boxes"));
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
