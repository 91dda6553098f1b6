//! Reports with an error.

use std::cell::RefCell;

use crate::error::{Error, Result};

/// Keeps a report that has an error: the variant of the records depends on the error, and the report is needed too.
pub(super) struct Kept<R>(RefCell<Option<R>>);

impl<R> Default for Kept<R> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<R> Kept<R> {
    /// Returns the report if it is complete, and keeps it otherwise.
    ///
    /// # Errors
    ///
    /// The error of the report.
    pub(super) fn keep(&self, report: R, error: Option<Error>) -> Result<R> {
        match error {
            None => Ok(report),
            Some(error) => {
                self.0.replace(Some(report));
                Err(error)
            }
        }
    }

    /// Returns the report of the work in the right variant, with the error that ended it.
    ///
    /// # Errors
    ///
    /// The error of work that made no report.
    pub(super) fn outcome(self, done: Result<R>) -> Result<(R, Option<Error>)> {
        match (done, self.0.into_inner()) {
            (Ok(report), _) => Ok((report, None)),
            (Err(error), Some(report)) => Ok((report, Some(error))),
            (Err(error), None) => Err(error),
        }
    }
}
