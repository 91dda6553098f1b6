//! What goes through memory of this program after all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use crate::error::Result;
use crate::io::{AlignedBuffer, Alignment};

/// How much is read at once, in bytes.
const LOT_LEN: usize = 256 << 10;

/// Bytes that were read and are being written.
#[derive(Debug)]
pub(super) struct Lot {
    /// Empty until something is read: most files are sent without.
    buffer: AlignedBuffer,
    unsent: Range<usize>,
}

impl Lot {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { buffer: AlignedBuffer::new(0, Alignment::page())?, unsent: 0..0 })
    }

    /// What was read and not written yet.
    pub(super) fn unsent(&self) -> &[u8] {
        &self.buffer[self.unsent.clone()]
    }

    /// Writes what is here, or else what it reads, up to `len` bytes: at an offset, or what comes next. Returns how many were
    /// written, which is none only where the source ends.
    pub(super) fn copy(
        &mut self,
        mut from: &File,
        offset: Option<u64>,
        mut to: &File,
        len: usize,
    ) -> io::Result<usize> {
        if self.unsent.is_empty() {
            self.buffer.resize(LOT_LEN).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
            let room = &mut self.buffer[..len.min(LOT_LEN)];
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
