//! Results of reads: buffers, and completions of a batch.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;

use super::queue::Queue;
use super::state::Filled;

/// The bytes of a read, in a buffer of the reader.
///
/// Drop returns the buffer to the reader for the next read. It may outlive the reader.
pub struct UringBuffer {
    /// `None` only during drop.
    filled: Option<Filled>,
    queue: Arc<Queue>,
}

impl UringBuffer {
    pub(super) fn new(filled: Filled, queue: &Arc<Queue>) -> Self {
        Self { filled: Some(filled), queue: Arc::clone(queue) }
    }
}

impl Deref for UringBuffer {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.filled.as_ref().map_or(&[], |filled| &filled.buffer.memory[..filled.len])
    }
}

impl AsRef<[u8]> for UringBuffer {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for UringBuffer {
    fn drop(&mut self) {
        if let Some(filled) = self.filled.take() {
            self.queue.release(filled.buffer);
        }
    }
}

impl fmt::Debug for UringBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UringBuffer").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The result of a read of a batch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Completion {
    /// The token of the [`ReadOp`](super::ReadOp).
    pub token: u64,
    /// The offset of the [`ReadOp`](super::ReadOp).
    pub offset: u64,
    /// The bytes, or the error.
    pub result: io::Result<UringBuffer>,
}
