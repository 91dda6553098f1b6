//! The io_uring read queue of a worker.

use std::collections::HashMap;
use std::fs::File;
use std::ops::Deref;

use crate::error::Result;
use crate::io::uring::{ReadOp, UringBuffer, UringOptions, UringReader};

/// The reads of a worker in flight, and completed reads that were not asked for yet.
pub(in crate::source) struct ReadQueue {
    ring: UringReader,
    buffer_len: usize,
    next: u64,
    completed: HashMap<u64, std::io::Result<UringBuffer>>,
}

impl ReadQueue {
    /// Creates a queue of `depth` reads of up to `buffer_len` bytes each.
    pub(in crate::source) fn new(file: File, depth: usize, buffer_len: usize) -> Result<Self> {
        let options = UringOptions::new().depth(depth.min(UringOptions::MAX_DEPTH)).buffer_len(buffer_len);
        Ok(Self { ring: UringReader::new(file, options)?, buffer_len, next: 0, completed: HashMap::new() })
    }

    /// Returns why io_uring is unavailable, if it is.
    pub(in crate::source) fn unavailable(file: File) -> Option<String> {
        Self::new(file, 1, 4096).err().map(|error| error.to_string())
    }

    /// Returns whether the queue accepts another read of this length.
    pub(in crate::source) fn has_room(&self, len: usize) -> bool {
        len <= self.buffer_len && self.ring.free() > 0
    }

    /// Submits a read, for which the queue has room. Returns its token.
    pub(in crate::source) fn submit(&mut self, offset: u64, len: usize) -> Result<Option<u64>> {
        let token = self.next;
        let submitted = self.ring.submit_batch(&[ReadOp { offset, len, token }])?;
        self.next += 1;
        Ok((submitted == 1).then_some(token))
    }

    /// Waits for a submitted read.
    pub(in crate::source) fn wait(&mut self, token: u64) -> std::io::Result<CompletedRead> {
        loop {
            if let Some(result) = self.completed.remove(&token) {
                return result.map(CompletedRead);
            }
            let done = self.ring.complete_batch(1);
            if done.is_empty() {
                return Err(std::io::Error::other("the ring has lost a read"));
            }
            self.completed.extend(done.into_iter().map(|completion| (completion.token, completion.result)));
        }
    }
}

/// The bytes of a completed read.
pub(in crate::source) struct CompletedRead(UringBuffer);

impl Deref for CompletedRead {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
