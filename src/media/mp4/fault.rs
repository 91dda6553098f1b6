//! Errors of MP4.

use crate::error::{Error, ErrorKind, Result, Site};

/// Name of the format in errors.
pub(super) const FORMAT: &str = "mp4";

/// Creates an error at `offset`, the start of a box or sample; `found` are the bytes there.
#[cold]
#[inline(never)]
pub(super) fn at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    // Records are top-level boxes. Only the number of the first is known here.
    let (record_offset, counted_from, record) = (offset, offset, 0);
    let site = Site { format: FORMAT, offset, record_offset, counted_from, record, line: None };
    Error::at(kind, site, found)
}

/// Keeps the error with the lower offset.
pub(super) fn keep_earlier(kept: &mut Option<Error>, error: Error) {
    if kept.as_ref().is_none_or(|kept| error.offset() < kept.offset()) {
        *kept = Some(error);
    }
}

/// The first fault of boxes that are read as far as possible.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstFault(Option<Error>);

impl FirstFault {
    /// Keeps an error, unless there is one already.
    pub(super) fn note(&mut self, fault: Option<Error>) {
        if self.0.is_none() {
            self.0 = fault;
        }
    }

    /// Returns the value, or keeps the error.
    pub(super) fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.note(Some(error))).ok()
    }

    pub(super) fn get(&self) -> Option<&Error> {
        self.0.as_ref()
    }
}
