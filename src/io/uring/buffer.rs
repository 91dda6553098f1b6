//! What was read.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::queue::Queue;
use super::state::Filled;

/// The bytes that were read, in a buffer of the reader's.
///
/// The buffer is the reader's again, for the next read, when this is dropped. It may be held for as long as anybody likes, also
/// when the reader is no more.
pub struct UringBuffer {
    /// There until it is dropped.
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

    fn deref(&self) -> &[u8] {
        self.filled.as_ref().map_or(&[], |filled| &filled.buffer.memory[..filled.len])
    }
}

impl AsRef<[u8]> for UringBuffer {
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
