//! Counts of the bytes of an input by kind.

use std::ops::{Add, AddAssign};

/// Counts of the bytes of an input by kind.
///
/// Every byte is counted exactly once, so [`bytes`](Tally::bytes) is the length of an input that was read to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Number of records.
    pub records: u64,
    /// Bytes of records, line ends included.
    pub record_bytes: u64,
    /// Bytes between records: blank lines, and comments before the first record of a format that has comments.
    pub blank_bytes: u64,
    /// Number of gaps: runs of bytes that contain no valid record.
    pub gaps: u64,
    /// Bytes of gaps.
    pub gap_bytes: u64,
    /// Number of lines of a text format; 0 for a binary one.
    pub lines: u64,
}

impl Tally {
    /// Returns the number of all counted bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.record_bytes + self.blank_bytes + self.gap_bytes
    }
}

impl AddAssign for Tally {
    #[inline]
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

    #[inline]
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}
