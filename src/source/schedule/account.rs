//! What an input came to.

use crate::compress::CompressionStats;
use crate::error::Error;
use crate::record::Tally;

/// What an input came to: the account of its bytes, and the first error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Account {
    /// What was read; up to the first error, if there is one and reading did not go on behind it.
    pub tally: Tally,
    /// The first error, in the order of the input.
    pub error: Option<Error>,
    /// Whether the input was read to its end.
    pub complete: bool,
    /// What was decompressed, if the input is compressed.
    pub packed: Option<CompressionStats>,
}

impl Account {
    /// Of an input that could not be read at all.
    pub(in crate::source) fn refused(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), complete: false, packed: None }
    }
}
