//! A search for adjacent records.

use super::first_line::FirstLine;
use super::record::{FourLineRules, FourLines};

/// Maximum number of records per run.
pub(super) const RECORDS: usize = 64;

/// A search for records from a position at which one may begin.
pub(super) struct Search<'data> {
    pub(super) bytes: &'data [u8],
    /// Start of the next record, if there is one.
    pub(super) start: usize,
    pub(super) until: usize,
    pub(super) rules: &'data FourLineRules,
    /// Most frequent length of the second and fourth lines.
    pub(super) usual: usize,
    /// The first line of the last record.
    pub(super) name: FirstLine,
    pub(super) records: &'data mut [FourLines; RECORDS],
    pub(super) found: usize,
}

impl Search<'_> {
    /// Whether to search for another record.
    #[inline(always)]
    pub(super) fn continues(&self) -> bool {
        self.found < RECORDS && self.start < self.until
    }

    #[inline(always)]
    pub(super) fn add(&mut self, record: FourLines) {
        self.records[self.found] = record;
        self.found += 1;
        self.start += record.end;
    }
}
