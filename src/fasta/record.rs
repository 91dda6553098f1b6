//! A record and its fields.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::{Comments, Lines, ParLines, SplitLines};
use crate::sequence::{missing_eol, split_definition, without_eol};

/// A FASTA record, borrowed from the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record<'data> {
    bytes: &'data [u8],
    offset: u64,
    comments: Comments,
    /// Where the line behind the definition begins in `bytes`.
    sequence: usize,
    /// Letters of the sequence.
    len: usize,
}

impl<'data> Record<'data> {
    /// A record whose lines were looked at.
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

    /// The first line without `>`.
    #[must_use]
    pub fn definition(&self) -> &'data [u8] {
        without_eol(&self.bytes[1..self.sequence])
    }

    /// The definition up to the first space or tab; empty if the definition is.
    #[must_use]
    pub fn name(&self) -> &'data [u8] {
        split_definition(self.definition()).0
    }

    /// The definition behind the first space or tab.
    #[must_use]
    pub fn description(&self) -> Option<&'data [u8]> {
        split_definition(self.definition()).1
    }

    /// How many letters the sequence has: its bytes without the ends of its lines, and without comments.
    ///
    /// They were counted when the record was read.
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

    /// The lines of the sequence, without their ends; blank lines and comments are left out.
    #[must_use]
    pub fn lines(&self) -> Lines<'data> {
        Lines::new(self.comments, self.sequence_bytes())
    }

    /// The lines of the sequence in pieces of about `len` bytes, 0 standing for 1, to be worked on in any order.
    ///
    /// What [`par_lines`](Record::par_lines) does not tell is where in the sequence a line stands. With pieces it can be told:
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

    /// The lines of the sequence for rayon.
    ///
    /// A sequence that stands in one line is one item: it is split as any slice is, since
    /// [`to_contiguous`](Record::to_contiguous) borrows it.
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

    /// The letters one behind the other: borrowed if they stand in one line, joined if not.
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

    /// The sequence as it stands in the file: with the ends of its lines, with blank lines and comments between them.
    #[must_use]
    pub fn sequence_bytes(&self) -> &'data [u8] {
        &self.bytes[self.sequence..]
    }

    /// The whole record as it stands in the file, from `>` to the end of the last line that is not blank.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    /// What the last line of a file may lack.
    pub(super) fn missing_eol(&self) -> &'static [u8] {
        missing_eol(&self.bytes[..self.sequence], self.bytes)
    }

    /// Whether comments were left out when the record was read.
    pub(super) fn comments(&self) -> Comments {
        self.comments
    }

    /// Where the record lies, in bytes from the start of the input.
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
