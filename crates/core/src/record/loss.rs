//! Bytes lost from the middle of an input.

use std::ops::Range;

use crate::error::Error;

/// Bytes of a compressed input that could not be decompressed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostBlock {
    /// Their position in the compressed input.
    pub compressed: Range<u64>,
    /// Position in the decompressed input of the bytes that the lost ones decompress to, counting all lost bytes. `None` if their
    /// number, or the number of bytes lost before them, is not certain.
    pub decompressed: Option<Range<u64>>,
}

/// A position in an input at which bytes are missing because they could not be decompressed.
#[derive(Debug, Clone)]
pub struct Loss {
    /// Position of the loss in a run of decompressed bytes, or in the view of a part.
    pub position: usize,
    /// The lost bytes of the compressed input.
    pub compressed: Range<u64>,
    /// Number of lost decompressed bytes, if it is certain.
    pub len: Option<u64>,
    /// Number of decompressed bytes before the loss, lost ones included. `None` if it is not known, or not yet.
    pub before: Option<u64>,
    /// The reason for the loss.
    pub error: Error,
}

impl Loss {
    /// Returns the public description of the loss.
    pub fn lost(&self) -> LostBlock {
        let decompressed = self.before.zip(self.len).map(|(before, len)| before..before.saturating_add(len));
        LostBlock { compressed: self.compressed.clone(), decompressed }
    }
}
