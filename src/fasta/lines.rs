//! The lines of a sequence.

use std::fmt;
use std::iter::FusedIterator;

use super::options::Comments;
use crate::sequence::without_eol;

/// An iterator over the lines of a sequence without line ends, except blank lines and comments.
#[derive(Clone)]
pub struct Lines<'data> {
    comments: Comments,
    /// From the start of a line to the end of a line.
    rest: &'data [u8],
}

impl<'data> Lines<'data> {
    pub(super) fn new(comments: Comments, bytes: &'data [u8]) -> Self {
        Self { comments, rest: bytes }
    }

    /// Returns the bytes of the lines that are left, line ends included.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.rest
    }

    /// Splits the lines at `position`, where a line begins.
    pub(super) fn split_at(&self, position: usize) -> (Self, Self) {
        let (left, right) = self.rest.split_at(position);
        (Self::new(self.comments, left), Self::new(self.comments, right))
    }
}

impl<'data> Iterator for Lines<'data> {
    type Item = &'data [u8];

    #[inline]
    fn next(&mut self) -> Option<&'data [u8]> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |end| end + 1);
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest;
            let line = without_eol(line);
            if line.first().is_some_and(|&byte| !self.comments.begin_with(byte)) {
                return Some(line);
            }
        }
        None
    }
}

impl FusedIterator for Lines<'_> {}

impl fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("left", &self.rest.len()).finish_non_exhaustive()
    }
}

/// An iterator over pieces of a sequence, each of about the same length and of whole lines.
///
/// A piece ends with the line that reaches the length, so a longer line is a piece of its own, or the end of one.
#[derive(Debug, Clone)]
pub struct SplitLines<'data> {
    lines: Lines<'data>,
    len: usize,
}

impl<'data> SplitLines<'data> {
    pub(super) fn new(lines: Lines<'data>, len: usize) -> Self {
        Self { lines, len: len.max(1) }
    }
}

impl<'data> Iterator for SplitLines<'data> {
    type Item = Lines<'data>;

    fn next(&mut self) -> Option<Lines<'data>> {
        let bytes = self.lines.as_bytes();
        if bytes.is_empty() {
            return None;
        }
        let last = bytes.get(self.len - 1..).and_then(|after| memchr::memchr(b'\n', after));
        let end = last.map_or(bytes.len(), |at| self.len + at);
        let (piece, rest) = self.lines.split_at(end);
        self.lines = rest;
        Some(piece)
    }
}

impl FusedIterator for SplitLines<'_> {}
