//! Reads of a worker that are in flight: io_uring.

use std::collections::HashMap;
use std::fs::File;
use std::ops::Deref;

use crate::error::Result;
use crate::io::uring::{ReadOp, UringBuffer, UringOptions, UringReader};

/// Reads of a worker that are in flight, and those that have landed and were not asked for yet.
pub(in crate::source) struct Flight {
    ring: UringReader,
    buffer_len: usize,
    next: u64,
    landed: HashMap<u64, std::io::Result<UringBuffer>>,
}

impl Flight {
    /// So many reads at a time, of so many bytes at the most.
    pub(in crate::source) fn new(file: File, depth: usize, buffer_len: usize) -> Result<Self> {
        let options = UringOptions::new().depth(depth.min(UringOptions::MAX_DEPTH)).buffer_len(buffer_len);
        Ok(Self { ring: UringReader::new(file, options)?, buffer_len, next: 0, landed: HashMap::new() })
    }

    /// Why there can be none, if so.
    pub(in crate::source) fn refused(file: File) -> Option<String> {
        Self::new(file, 1, 4096).err().map(|error| error.to_string())
    }

    /// Whether another read of this length can be begun.
    pub(in crate::source) fn has_room(&self, len: usize) -> bool {
        len <= self.buffer_len && self.ring.free() > 0
    }

    /// Begins a read, for which there is room. Returns its number.
    pub(in crate::source) fn begin(&mut self, offset: u64, len: usize) -> Result<Option<u64>> {
        let token = self.next;
        let begun = self.ring.submit_batch(&[ReadOp { offset, len, token }])?;
        self.next += 1;
        Ok((begun == 1).then_some(token))
    }

    /// Waits for a read that was begun.
    pub(in crate::source) fn land(&mut self, token: u64) -> std::io::Result<Landed> {
        loop {
            if let Some(result) = self.landed.remove(&token) {
                return result.map(Landed);
            }
            let done = self.ring.complete_batch(1);
            if done.is_empty() {
                return Err(std::io::Error::other("the ring has lost a read"));
            }
            self.landed.extend(done.into_iter().map(|completion| (completion.token, completion.result)));
        }
    }
}

/// What was read.
pub(in crate::source) struct Landed(UringBuffer);

impl Deref for Landed {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
