//! Four-line records and their rules.

use super::super::class::ByteRange;
use super::super::instruction_set::AsciiSet;

/// The rules for a four-line record. The first line begins with `first`, the third with `third`, and the second with neither. The
/// second and fourth lines have the same number of bytes, and these belong to classes, if classes are given. No class contains a
/// line feed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FourLineRules {
    pub(crate) first: u8,
    pub(crate) third: u8,
    /// Class of the bytes in the second line.
    pub(crate) letters: Option<AsciiSet>,
    /// Class of the bytes in the fourth line.
    pub(crate) scores: Option<ByteRange>,
    /// Whether the third line must be a single byte, or repeat the first line after that byte.
    pub(crate) third_repeats_first: bool,
}

/// A four-line record. Positions count from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FourLines {
    /// Start of the second line.
    pub(crate) second: usize,
    /// Start of the fourth line.
    pub(crate) fourth: usize,
    /// Number of bytes in the second line, and in the fourth, without line ends.
    pub(crate) len: usize,
    /// Start of the next line.
    pub(crate) end: usize,
}
