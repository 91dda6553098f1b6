//! Where an error lies.

use std::fmt;

use super::PairFile;

/// Where an error lies: in the input, or, of a record that is not written, where it would have been in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Location {
    /// The format that was being read or written, as [`Format::NAME`](crate::Format::NAME) has it.
    pub format: &'static str,
    /// The file that is meant, where two are read in pairs.
    pub file: Option<PairFile>,
    /// The byte at fault, counted from 0 at the start of the input, or of the output.
    pub offset: u64,
    /// The first byte of the record at fault.
    pub record_offset: u64,
    /// The record at fault, counted from 0. Unknown where the records before were not read.
    pub record: Option<u64>,
    /// The line at fault, counted from 1; `None` for a binary format, in an output, and where the records before were not read.
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

/// A location as the parser of one part knows it: records and lines are counted from the start of that part.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) format: &'static str,
    pub(crate) offset: u64,
    pub(crate) record_offset: u64,
    /// Offset of the byte from which `record` and `line` count.
    pub(crate) counted_from: u64,
    pub(crate) record: u64,
    /// Line ends between `counted_from` and the fault; `None` where the format has no lines.
    pub(crate) line: Option<u64>,
}

impl Site {
    /// The location, in one of two files that are read in pairs or in the only one.
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
