//! Counts of letters.

use crate::scan::Histogram;

/// Counts of each letter.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    /// Counts of letters and of line end bytes.
    bytes: Histogram,
    /// Number of bytes in `bytes` that belong to line ends.
    eol_bytes: u64,
}

impl Letters {
    /// Adds lines that contain `len` letters, with line ends or without.
    #[inline]
    pub(crate) fn add(&mut self, lines: &[u8], len: usize) {
        self.bytes.add(lines);
        self.eol_bytes += (lines.len() - len) as u64;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.bytes.merge(&other.bytes);
        self.eol_bytes += other.eol_bytes;
    }

    /// Returns the number of letters in `set`, case-sensitive.
    #[must_use]
    pub fn count(&self, set: &[u8]) -> u64 {
        let mut counts = self.bytes.counts();
        // A line feed always ends a line. A carriage return belongs to a line end if a line feed follows, and is a letter
        // otherwise.
        let [line_feeds, carriage_returns] = [b'\n', b'\r'].map(usize::from);
        let ends = self.eol_bytes.saturating_sub(counts[line_feeds]);
        counts[carriage_returns] = counts[carriage_returns].saturating_sub(ends);
        counts[line_feeds] = 0;
        set.iter().map(|&letter| counts[usize::from(letter)]).sum()
    }

    /// Returns the number of G and C in either case.
    #[must_use]
    pub fn gc(&self) -> u64 {
        self.count(b"GCgc")
    }

    /// Returns the number of N in either case: unknown nucleotides.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.count(b"Nn")
    }

    /// Returns the number of X in either case: unknown amino acids.
    #[must_use]
    pub fn x(&self) -> u64 {
        self.count(b"Xx")
    }

    /// Returns the number of gaps: `-`, `.` and spaces.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.count(b"- .")
    }
}
