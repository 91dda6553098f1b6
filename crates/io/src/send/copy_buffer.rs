//! Copies through user space, for descriptors between which the kernel cannot move bytes.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use pagecut_core::error::Result;

use crate::{AlignedBuffer, Alignment};

/// Length of the buffer in bytes.
const BUFFER_LEN: usize = 256 << 10;

/// A buffer of bytes that were read and not yet written.
#[derive(Debug)]
pub(super) struct CopyBuffer {
    /// Allocated by the first read: most transfers do not need it.
    buffer: AlignedBuffer,
    unsent: Range<usize>,
}

impl CopyBuffer {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { buffer: AlignedBuffer::new(0, Alignment::page())?, unsent: 0..0 })
    }

    /// Returns the bytes that were read and not yet written.
    pub(super) fn unsent(&self) -> &[u8] {
        &self.buffer[self.unsent.clone()]
    }

    /// Writes the buffered bytes. If there are none, reads up to `len` bytes first: at an offset, or from the current
    /// position. Returns the number of written bytes, which is 0 only at the end of the source.
    pub(super) fn copy(
        &mut self,
        mut from: &File,
        offset: Option<u64>,
        mut to: &File,
        len: usize,
    ) -> io::Result<usize> {
        if self.unsent.is_empty() {
            self.buffer.resize(BUFFER_LEN).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            let room = &mut self.buffer[..len.min(BUFFER_LEN)];
            let read = match offset {
                Some(offset) => from.read_at(room, offset)?,
                None => from.read(room)?,
            };
            self.unsent = 0..read;
        }
        if self.unsent.is_empty() {
            return Ok(0);
        }
        match to.write(self.unsent())? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            written => {
                self.unsent.start += written;
                Ok(written)
            }
        }
    }
}
