//! Errors of this format.

use super::Boxes;
use crate::error::{Error, ErrorKind, Result, Site};
use crate::record::Format;

/// An error at `offset`, where a box or a sample begins; `found` are the bytes there.
#[cold]
#[inline(never)]
pub(super) fn at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    // The boxes of the input are its records. Which one this is in is only known of the first.
    let (record_offset, counted_from, record) = (offset, offset, 0);
    let site = Site { format: Boxes::NAME, offset, record_offset, counted_from, record, line: None };
    Error::at(kind, site, found)
}

/// Keeps an error, unless the one that is kept comes first in the input.
pub(super) fn keep_earlier(kept: &mut Option<Error>, error: Error) {
    if kept.as_ref().is_none_or(|kept| error.offset() < kept.offset()) {
        *kept = Some(error);
    }
}

/// The first fault of boxes that are read as far as they can be.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstFault(Option<Error>);

impl FirstFault {
    /// Keeps an error, unless there was one before.
    pub(super) fn note(&mut self, fault: Option<Error>) {
        if self.0.is_none() {
            self.0 = fault;
        }
    }

    /// The value; of an error nothing, and the error is kept.
    pub(super) fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.note(Some(error))).ok()
    }

    pub(super) fn get(&self) -> Option<&Error> {
        self.0.as_ref()
    }
}
