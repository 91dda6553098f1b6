//! Errors of Matroska.

use crate::error::{Error, ErrorKind, Result, Site};

/// Name of the format in errors.
pub(super) const FORMAT: &str = "matroska";

/// Creates an error in the input of a view, which does not know its record number.
#[cold]
pub(super) fn at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    let site =
        Site { format: FORMAT, offset, record_offset: offset, counted_from: u64::MAX, record: 0, line: None };
    Error::at(kind, site, found)
}

/// The first faults found, which do not stop the reading of an element.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Vec<Error>);

/// Maximum number of faults kept, so that a damaged input cannot exhaust memory.
const LIMIT: usize = 1000;

impl Faults {
    pub(super) fn push(&mut self, error: Error) {
        if self.0.len() < LIMIT {
            self.0.push(error);
        }
    }

    /// Returns the value, or records the error.
    pub(super) fn check<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(super) fn as_slice(&self) -> &[Error] {
        &self.0
    }

    pub(super) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|error| self.push(error));
    }

    pub(super) fn into_first(self) -> Option<Error> {
        self.0.into_iter().next()
    }
}
