//! Counts of letters.

use crate::scan::Histogram;

/// How often each letter occurs.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    /// Of letters and the ends of lines.
    bytes: Histogram,
    /// How many of the bytes are ends of lines.
    eol_bytes: u64,
}

impl Letters {
    /// Takes in lines, with their ends or without, in which there are `len` letters.
    #[inline]
    pub(crate) fn add(&mut self, lines: &[u8], len: usize) {
        self.bytes.add(lines);
        self.eol_bytes += (lines.len() - len) as u64;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.bytes.merge(&other.bytes);
        self.eol_bytes += other.eol_bytes;
    }

    /// How often the letters of `set` occur, as they are written.
    #[must_use]
    pub fn of(&self, set: &[u8]) -> u64 {
        let mut counts = self.bytes.counts();
        // A line feed always ends a line. A carriage return does if it stands before one, else it is a letter.
        let [line_feeds, carriage_returns] = [b'\n', b'\r'].map(usize::from);
        let ends = self.eol_bytes.saturating_sub(counts[line_feeds]);
        counts[carriage_returns] = counts[carriage_returns].saturating_sub(ends);
        counts[line_feeds] = 0;
        set.iter().map(|&letter| counts[usize::from(letter)]).sum()
    }

    /// G and C, in either case.
    #[must_use]
    pub fn gc(&self) -> u64 {
        self.of(b"GCgc")
    }

    /// N, in either case: an unknown nucleotide.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.of(b"Nn")
    }

    /// X, in either case: an unknown amino acid.
    #[must_use]
    pub fn x(&self) -> u64 {
        self.of(b"Xx")
    }

    /// Gaps: `-`, `.` and spaces.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.of(b"- .")
    }
}
