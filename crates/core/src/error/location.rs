//! Locations of errors.

use std::fmt;

use super::PairFile;

/// Location of an error: in the input, or, for a record that was not written, its intended place in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The format that was read or written, see [`Format::NAME`](crate::record::Format::NAME).
    pub format: &'static str,
    /// The file with the error, if two are read in pairs.
    pub file: Option<PairFile>,
    /// The byte at fault, counted from 0 at the start of the input, or of the output.
    pub offset: u64,
    /// The first byte of the record at fault.
    pub record_offset: u64,
    /// The record at fault, counted from 0. `None` if the earlier records were not read.
    pub record: Option<u64>,
    /// The line at fault, counted from 1; `None` for a binary format, for an output, and if the earlier records were
    /// not read.
    pub line: Option<u64>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.format)?;
        if let Some(file) = self.file {
            write!(f, "{file}, ")?;
        }
        if let Some(record) = self.record {
            write!(f, "record {record}, ")?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}, ")?;
        }
        write!(f, "byte {}", self.offset)
    }
}

/// A location in the terms of a parser of one chunk: records and lines are counted from the start of that chunk.
#[derive(Debug, Clone)]
pub struct Site {
    /// The format that was read or written.
    pub format: &'static str,
    /// The byte at fault.
    pub offset: u64,
    /// Start of the record.
    pub record_offset: u64,
    /// Offset of the byte from which `record` and `line` count.
    pub counted_from: u64,
    /// Number of the record.
    pub record: u64,
    /// Line ends between `counted_from` and the fault; `None` for formats without lines.
    pub line: Option<u64>,
}

impl Site {
    /// Returns the location. `file` is one of two files in pairs, or `None`.
    pub(super) fn location(&self, file: Option<PairFile>) -> Location {
        let counted = self.counted_from == 0;
        Location {
            format: self.format,
            file,
            offset: self.offset,
            record_offset: self.record_offset,
            record: counted.then_some(self.record),
            line: self.line.filter(|_| counted).map(|before| before + 1),
        }
    }
}
