//! Counts of letters.

use crate::scan::Histogram;

/// How often each letter occurs.
#[derive(Debug, Clone, Default)]
pub struct Letters(Histogram);

impl Letters {
    pub(super) fn add(&mut self, sequence: &[u8]) {
        self.0.add_nucleotides(sequence);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// How often the letters of `set` occur, as they are written.
    #[must_use]
    pub fn of(&self, set: &[u8]) -> u64 {
        set.iter().map(|&letter| self.0.of(letter)).sum()
    }

    /// G and C, in either case.
    #[must_use]
    pub fn gc(&self) -> u64 {
        self.of(b"GCgc")
    }

    /// N, in either case.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.of(b"Nn")
    }

    /// Gaps: `-`, `.` and spaces.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.of(b"- .")
    }
}
