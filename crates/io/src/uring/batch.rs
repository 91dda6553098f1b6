//! Reads of a batch.

/// A read of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOp {
    /// File offset of the first byte.
    pub offset: u64,
    /// Number of bytes; at most the length of a buffer.
    pub len: usize,
    /// Identifier that its [`Completion`](super::Completion) repeats.
    pub token: u64,
}
