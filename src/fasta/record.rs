//! A FASTA record and its fields.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::lines::{Lines, SplitLines};
use super::options::Comments;
use super::par_lines::ParLines;
use crate::sequence::{missing_eol, split_definition, without_eol};

/// A FASTA record that borrows from the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record<'data> {
    bytes: &'data [u8],
    offset: u64,
    comments: Comments,
    /// Start of the line after the definition in `bytes`.
    sequence: usize,
    /// Number of letters.
    len: usize,
}

impl<'data> Record<'data> {
    /// Creates a record whose lines were scanned.
    #[inline]
    pub(super) fn new(
        bytes: &'data [u8],
        offset: u64,
        comments: Comments,
        sequence: usize,
        len: usize,
    ) -> Self {
        Self { bytes, offset, comments, sequence, len }
    }

    /// Returns the first line without `>`.
    #[must_use]
    pub fn definition(&self) -> &'data [u8] {
        without_eol(&self.bytes[1..self.sequence])
    }

    /// Returns the definition up to the first space or tab, which may be empty.
    #[must_use]
    pub fn name(&self) -> &'data [u8] {
        split_definition(self.definition()).0
    }

    /// Returns the definition after the first space or tab, if it has one.
    #[must_use]
    pub fn description(&self) -> Option<&'data [u8]> {
        split_definition(self.definition()).1
    }

    /// Returns the number of letters: the bytes of the sequence without line ends and comments.
    ///
    /// They were counted when the record was read, so the call is cheap.
    #[must_use]
    #[inline]
    pub fn sequence_len(&self) -> usize {
        self.len
    }

    /// Whether the sequence has no letters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns an iterator over the lines of the sequence without line ends, except blank lines and comments.
    #[must_use]
    pub fn lines(&self) -> Lines<'data> {
        Lines::new(self.comments, self.sequence_bytes())
    }

    /// Returns an iterator over pieces of the sequence, each of about `len` bytes (0 counts as 1) and of whole lines, for
    /// processing in any order.
    ///
    /// [`par_lines`](Record::par_lines) does not give the position of a line in the sequence. The lengths of the pieces give it:
    ///
    /// ```
    /// use pagecut::fasta;
    /// use rayon::prelude::*;
    ///
    /// let record = fasta::records(b">chr1\nACGT\nACNN\nAC\n").next().unwrap()?;
    /// let pieces: Vec<_> = record.split_lines(1).collect();
    /// let lens: Vec<usize> = pieces.par_iter().map(|lines| lines.clone().map(<[u8]>::len).sum()).collect();
    /// let starts: Vec<usize> = lens
    ///     .iter()
    ///     .scan(0, |sum, len| Some(std::mem::replace(sum, *sum + len)))
    ///     .collect();
    /// assert_eq!(starts, [0, 4, 8]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn split_lines(&self, len: usize) -> SplitLines<'data> {
        SplitLines::new(self.lines(), len)
    }

    /// Returns a rayon parallel iterator over the lines of the sequence.
    ///
    /// A sequence in one line is one item: split it like any slice, since [`to_contiguous`](Record::to_contiguous) borrows it.
    ///
    /// ```
    /// use pagecut::fasta;
    /// use rayon::prelude::*;
    ///
    /// let record = fasta::records(b">chr1\nACGT\nACNN\nAC\n").next().unwrap()?;
    /// let gc = |line: &[u8]| line.iter().filter(|letter| b"GCgc".contains(letter)).count();
    /// assert_eq!(record.par_lines().map(gc).sum::<usize>(), 4);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn par_lines(&self) -> ParLines<'data> {
        ParLines::new(self.lines())
    }

    /// Returns the letters without line ends: borrowed if they are in one line, copied if not.
    #[must_use]
    pub fn to_contiguous(&self) -> Cow<'data, [u8]> {
        let mut lines = self.lines();
        match lines.next() {
            None => Cow::Borrowed(&[]),
            Some(line) if line.len() == self.len => Cow::Borrowed(line),
            Some(line) => {
                let mut joined = Vec::with_capacity(self.len);
                joined.extend_from_slice(line);
                lines.for_each(|line| joined.extend_from_slice(line));
                Cow::Owned(joined)
            }
        }
    }

    /// Returns the bytes of the sequence with line ends, blank lines and comments.
    #[must_use]
    pub fn sequence_bytes(&self) -> &'data [u8] {
        &self.bytes[self.sequence..]
    }

    /// Returns the bytes of the whole record, from `>` to the end of the last line that is not blank.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    /// Returns the line end that the last line of a file may lack.
    pub(super) fn missing_eol(&self) -> &'static [u8] {
        missing_eol(&self.bytes[..self.sequence], self.bytes)
    }

    /// Whether comments were enabled when the record was read.
    pub(super) fn comments(&self) -> Comments {
        self.comments
    }

    /// Returns the range of the record in bytes from the start of the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.bytes.len() as u64
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("range", &self.range())
            .field("definition", &format_args!("\"{}\"", self.definition().escape_ascii()))
            .field("sequence_len", &self.len)
            .finish()
    }
}
