//! Where the mate of a record is.

use std::fmt;

use super::EXCERPT_LEN;

/// One of the two files that are read in pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PairFile {
    /// The file of the first mates.
    First,
    /// The file of the second mates.
    Second,
}

impl fmt::Display for PairFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first file",
            Self::Second => "second file",
        })
    }
}

/// Where the other record of a pair is, and how it begins.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatePlace {
    /// The file that it is in; `None` if both mates are in one.
    pub file: Option<PairFile>,
    /// Its number in that file, counted from 0.
    pub record: u64,
    /// Its first byte, counted from 0 at the start of that file.
    pub offset: u64,
    /// Its first line, 60 bytes of it at most.
    pub header: Box<[u8]>,
}

impl MatePlace {
    pub(crate) fn new(file: Option<PairFile>, record: u64, offset: u64, header: &[u8]) -> Self {
        Self { file, record, offset, header: header[..header.len().min(EXCERPT_LEN)].into() }
    }
}

impl fmt::Display for MatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" (", self.header.escape_ascii())?;
        if let Some(file) = self.file {
            write!(f, "{file}, ")?;
        }
        write!(f, "record {}, byte {})", self.record, self.offset)
    }
}

impl fmt::Debug for MatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MatePlace")
            .field("file", &self.file)
            .field("record", &self.record)
            .field("offset", &self.offset)
            .field("header", &format_args!("\"{}\"", self.header.escape_ascii()))
            .finish()
    }
}

/// A file in the middle of a sentence.
pub(super) struct TheFile(pub(super) Option<PairFile>);

impl fmt::Display for TheFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(file) => write!(f, "the {file}"),
            None => f.write_str("the input"),
        }
    }
}
