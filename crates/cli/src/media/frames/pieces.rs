//! Output of decompressors in pieces.

use pagecut::Result;

/// Receives a piece of a frame.
pub(super) type Put<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// Compressed data is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// The result of decompression: the outer error is that of `put`, the inner one that of the data.
pub(super) type Decompressed = Result<std::result::Result<(), Damaged>>;
