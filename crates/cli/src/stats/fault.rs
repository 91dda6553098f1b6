//! Errors in JSON.

use pagecut::Error;
use serde::Serialize;

/// An error in JSON.
#[derive(Serialize)]
pub(super) struct Fault {
    kind: &'static str,
    offset: Option<u64>,
    message: String,
}

impl Fault {
    pub(super) fn new(error: &Error) -> Self {
        Self { kind: error.kind().name(), offset: error.offset(), message: error.message() }
    }
}
