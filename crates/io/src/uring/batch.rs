//! Batches of reads.

use std::io;

use super::buffer::UringBuffer;

/// A read of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOp {
    /// File offset of the first byte.
    pub offset: u64,
    /// Number of bytes; at most the length of a buffer.
    pub len: usize,
    /// Identifier that its [`Completion`] repeats.
    pub token: u64,
}

/// The result of a read of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Completion {
    /// The token of the [`ReadOp`].
    pub token: u64,
    /// The offset of the [`ReadOp`].
    pub offset: u64,
    /// The bytes, or the error.
    pub result: io::Result<UringBuffer>,
}
