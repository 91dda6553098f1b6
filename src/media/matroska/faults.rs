//! Faults of elements that are read all the same.

use crate::error::{Error, Result};

/// The faults that were found, the first ones of very many.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Vec<Error>);

/// The number of faults that are kept, so that a damaged input does not fill the memory.
const MOST: usize = 1000;

impl Faults {
    pub(super) fn push(&mut self, error: Error) {
        if self.0.len() < MOST {
            self.0.push(error);
        }
    }

    /// The value, if there is one; the error is kept.
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
