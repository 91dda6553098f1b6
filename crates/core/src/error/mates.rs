//! Locations of mates.

use std::fmt;

use super::excerpt::EXCERPT_LEN;

/// One of two files that are read in pairs.
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

/// The other record of a pair: its location and its first line.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MatePlace {
    /// The file; `None` if both mates are in one file.
    pub file: Option<PairFile>,
    /// Its number in that file, counted from 0.
    pub record: u64,
    /// Its first byte, counted from 0 at the start of that file.
    pub offset: u64,
    /// Its first line, at most 60 bytes.
    pub header: Box<[u8]>,
}

impl MatePlace {
    #[doc(hidden)]
    #[must_use]
    pub fn new(file: Option<PairFile>, record: u64, offset: u64, header: &[u8]) -> Self {
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

/// Displays a file inside of a sentence.
pub(super) struct TheFile(pub(super) Option<PairFile>);

impl fmt::Display for TheFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(file) => write!(f, "the {file}"),
            None => f.write_str("the input"),
        }
    }
}
