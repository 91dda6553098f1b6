//! A FASTQ record and its fields.

use std::fmt;
use std::ops::Range;

use crate::sequence::{missing_eol, split_definition, without_eol};

/// A FASTQ record that borrows from the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record<'data> {
    bytes: &'data [u8],
    offset: u64,
    /// Start of the sequence in `bytes`; the definition line ends before it.
    sequence: usize,
    /// Start of the quality scores in `bytes`; the plus line ends before it.
    quality_scores: usize,
    /// Number of letters and of quality scores.
    len: usize,
}

impl<'data> Record<'data> {
    /// Creates a record whose structure was checked.
    #[inline]
    pub(super) fn new(
        bytes: &'data [u8],
        offset: u64,
        sequence: usize,
        quality_scores: usize,
        len: usize,
    ) -> Self {
        Self { bytes, offset, sequence, quality_scores, len }
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

    /// Returns the letters of the sequence.
    #[must_use]
    #[inline]
    pub fn sequence(&self) -> &'data [u8] {
        &self.bytes[self.sequence..self.sequence + self.len]
    }

    /// Returns the encoded quality scores, one byte for each letter of the sequence.
    ///
    /// The file does not name the encoding, which is nearly always Phred + 33.
    #[must_use]
    #[inline]
    pub fn quality_scores(&self) -> &'data [u8] {
        &self.bytes[self.quality_scores..self.quality_scores + self.len]
    }

    /// Returns the text after `+` on the third line: usually nothing, or a copy of the definition.
    pub(super) fn plus_definition(&self) -> &'data [u8] {
        let sequence_line = &self.bytes[self.sequence + self.len..self.quality_scores];
        let eol = if sequence_line.starts_with(b"\r") { 2 } else { 1 };
        without_eol(&sequence_line[eol + 1..])
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

    /// Returns the line end that the last line of a file may lack.
    pub(super) fn missing_eol(&self) -> &'static [u8] {
        missing_eol(&self.bytes[..self.sequence], &self.bytes[self.quality_scores + self.len..])
    }

    /// Returns the positions of the sequence and of the quality scores in `as_bytes`.
    pub(crate) fn field_starts(&self) -> (usize, usize) {
        (self.sequence, self.quality_scores)
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("range", &self.range())
            .field("definition", &format_args!("\"{}\"", self.definition().escape_ascii()))
            .field("sequence", &format_args!("\"{}\"", self.sequence().escape_ascii()))
            .field("quality_scores", &format_args!("\"{}\"", self.quality_scores().escape_ascii()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, fastq::Fastq};

    #[test]
    fn fields_exclude_both_kinds_of_line_end() {
        for eol in ["\n", "\r\n"] {
            let text = ["@r1 a b", "AC", "+r1 a b", "I@", ""].join(eol);
            for data in [text.as_str(), text.trim_end()] {
                let record = Fastq::new().records(data.as_bytes()).next().unwrap().unwrap();
                assert_eq!(record.definition(), b"r1 a b");
                assert_eq!(record.name(), b"r1");
                assert_eq!(record.description(), Some(b"a b".as_slice()));
                assert_eq!(record.sequence(), b"AC");
                assert_eq!(record.plus_definition(), b"r1 a b");
                assert_eq!(record.quality_scores(), b"I@");
                assert_eq!(record.as_bytes(), data.as_bytes());
                assert_eq!(record.range(), 0..data.len() as u64);
            }
        }
    }

    #[test]
    fn definitions_may_lack_name_and_description() {
        let mut records = Fastq::new().records(b"@\n\n+\n\n@r\tx\nA\n+\nI\n").map(Result::unwrap);
        let empty = records.next().unwrap();
        assert_eq!(
            (empty.name(), empty.description(), empty.sequence()),
            (b"".as_slice(), None, b"".as_slice())
        );
        assert_eq!(records.next().unwrap().description(), Some(b"x".as_slice()));
    }
}
