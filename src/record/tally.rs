//! The account of the bytes.

use std::ops::{Add, AddAssign};

/// What the bytes of an input were.
///
/// Every byte is counted exactly once, so that for an input that was read to its end, [`bytes`](Tally::bytes) is its length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Records that were read.
    pub records: u64,
    /// Bytes of records, with their line ends.
    pub record_bytes: u64,
    /// Bytes that separate records: blank lines, and comments before the first record of a format that has such.
    pub blank_bytes: u64,
    /// Gaps: runs of bytes in which no record was found.
    pub gaps: u64,
    /// Bytes of gaps.
    pub gap_bytes: u64,
    /// Lines that were read, for a text format; 0 for a binary one.
    pub lines: u64,
}

impl Tally {
    /// All bytes that were counted.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.record_bytes + self.blank_bytes + self.gap_bytes
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.record_bytes += other.record_bytes;
        self.blank_bytes += other.blank_bytes;
        self.gaps += other.gaps;
        self.gap_bytes += other.gap_bytes;
        self.lines += other.lines;
    }
}

impl Add for Tally {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}
