//! The account of an input.

use crate::compress::CompressionStats;
use crate::error::Error;
use crate::record::Tally;

/// The account of the bytes of an input, and the first error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Account {
    /// Counts of the bytes read; up to the first error, unless reading continued after it.
    pub tally: Tally,
    /// The first error, in the order of the input.
    pub error: Option<Error>,
    /// Whether the input was read to its end.
    pub complete: bool,
    /// Statistics of the decompression, if the input is compressed.
    pub compression: Option<CompressionStats>,
}

impl Account {
    /// The account of an input that could not be read at all.
    pub(in crate::source) fn refused(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), complete: false, compression: None }
    }
}
