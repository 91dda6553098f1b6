//! Many reads that are begun together.

use std::io;

use super::buffer::UringBuffer;

/// A read of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOp {
    /// The first byte, counted from the start of the file.
    pub offset: u64,
    /// How many bytes; at most the length of a buffer.
    pub len: usize,
    /// What its [`Completion`] is to be known by.
    pub token: u64,
}

/// What became of a read of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Completion {
    /// That of the [`ReadOp`].
    pub token: u64,
    /// That of the [`ReadOp`].
    pub offset: u64,
    /// What was read, or why nothing could be.
    pub result: io::Result<UringBuffer>,
}
