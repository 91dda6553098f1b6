//! Errors in JSON.

use pagecut::Error;
use serde::Serialize;

use crate::input;

/// An error in JSON.
#[derive(Clone, Serialize)]
pub(super) struct Fault {
    kind: &'static str,
    offset: Option<u64>,
    message: String,
}

impl Fault {
    pub(super) fn new(error: &Error) -> Self {
        Self { kind: error.kind().name(), offset: error.offset(), message: error.message() }
    }

    /// The fault of BGZF without an end-of-file block.
    pub(super) fn of_unclosed() -> Self {
        Self { kind: "unclosed", offset: None, message: input::UNCLOSED.into() }
    }
}
