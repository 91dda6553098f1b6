//! An entry of an index of names.

use crate::error::{Error, ErrorKind};

/// The entry of a record in an index of names (`faidx(5)`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Entry {
    /// The definition up to the first white space, without leading white space.
    pub name: Box<[u8]>,
    /// Number of letters of the sequence.
    pub length: u64,
    /// Position of the first letter in bytes from the start of the input.
    pub offset: u64,
    /// Number of letters in each line but the last.
    pub line_bases: u64,
    /// Number of bytes in each line but the last, line end included.
    pub line_width: u64,
    /// Position of the first quality score, for FASTQ.
    pub quality_offset: Option<u64>,
}

impl Entry {
    /// Returns the offset of letter `number`, counted from 0; `first` is the offset of the first one. Returns `None` if the lines of
    /// the entry are impossible.
    pub(super) fn offset_of(&self, first: u64, number: u64) -> Option<u64> {
        let lines = number.checked_div(self.line_bases)?;
        let before = lines.checked_mul(self.line_width)?.checked_add(number % self.line_bases)?;
        first.checked_add(before)
    }
}

/// Returns the error of an entry that does not fit the input.
pub(super) fn stale(difference: &'static str) -> Error {
    ErrorKind::StaleIndex { difference }.into()
}
