//! A wrapped FASTQ record and its fields.

use std::borrow::Cow;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use crate::sequence::{split_definition, without_eol};

/// A FASTQ record whose sequence and quality scores may span several lines. It borrows from the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record<'data> {
    bytes: &'data [u8],
    offset: u64,
    /// Starts in `bytes` of the line after the definition, of the plus line, and of the line after the plus line.
    sequence: usize,
    plus: usize,
    quality_scores: usize,
    len: usize,
}

impl<'data> Record<'data> {
    /// Creates a record whose structure was checked. `starts` are the positions of the sequence, the plus line and the quality
    /// scores.
    pub(super) fn new(bytes: &'data [u8], offset: u64, starts: [usize; 3], len: usize) -> Self {
        let [sequence, plus, quality_scores] = starts;
        Self { bytes, offset, sequence, plus, quality_scores, len }
    }

    /// Returns the first line without `@`.
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

    /// Returns the number of letters, which is also the number of quality scores.
    #[must_use]
    pub fn sequence_len(&self) -> usize {
        self.len
    }

    /// Returns the lines of the sequence without line ends, except blank lines.
    #[must_use]
    pub fn sequence_lines(&self) -> Lines<'data> {
        Lines { rest: &self.bytes[self.sequence..self.plus] }
    }

    /// Returns the lines of quality scores without line ends, except blank lines.
    #[must_use]
    pub fn quality_lines(&self) -> Lines<'data> {
        Lines { rest: &self.bytes[self.quality_scores..] }
    }

    /// Returns the letters without line ends: borrowed if they are in one line, copied if not.
    #[must_use]
    pub fn sequence(&self) -> Cow<'data, [u8]> {
        self.join(self.sequence_lines())
    }

    /// Returns the quality scores without line ends, one byte for each letter: borrowed if they are in one line, copied if not.
    #[must_use]
    pub fn quality_scores(&self) -> Cow<'data, [u8]> {
        self.join(self.quality_lines())
    }

    fn join(&self, mut lines: Lines<'data>) -> Cow<'data, [u8]> {
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

    /// Returns the text after `+` on the plus line: usually nothing, or a copy of the definition.
    pub(in crate::fastq) fn plus_definition(&self) -> &'data [u8] {
        without_eol(&self.bytes[self.plus + 1..self.quality_scores])
    }

    /// Returns the positions of the sequence, the plus line and the quality scores in [`as_bytes`](Record::as_bytes).
    pub(crate) fn starts(&self) -> [usize; 3] {
        [self.sequence, self.plus, self.quality_scores]
    }

    /// Returns the bytes of the whole record, line ends included.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        self.bytes
    }

    /// Returns the range of the record in bytes from the start of the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.bytes.len() as u64
    }

    /// Whether the sequence or the quality scores span more than one line.
    #[must_use]
    pub fn is_wrapped(&self) -> bool {
        self.sequence_lines().nth(1).is_some() || self.quality_lines().nth(1).is_some()
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

/// An iterator over lines without line ends, except blank lines.
#[derive(Clone)]
pub struct Lines<'data> {
    /// From the start of a line to the end of a line.
    rest: &'data [u8],
}

impl<'data> Iterator for Lines<'data> {
    type Item = &'data [u8];

    fn next(&mut self) -> Option<&'data [u8]> {
        while !self.rest.is_empty() {
            let end = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |end| end + 1);
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest;
            let line = without_eol(line);
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    }
}

impl FusedIterator for Lines<'_> {}

impl fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("left", &self.rest.len()).finish()
    }
}
