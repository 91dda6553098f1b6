//! The ring, and the buffers that it owns while the kernel may write to them.

use std::ops::Range;

use crate::error::Result;
use crate::io::{AlignedBuffer, Alignment};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod ring;

pub(super) use ring::Ring;

/// Memory that is read into. Whoever has it may touch it: the kernel does not.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Its number among the buffers of its ring.
    pub(super) index: u16,
    pub(super) memory: AlignedBuffer,
}

impl Buffer {
    pub(super) fn new(index: u16, len: usize, alignment: Alignment) -> Result<Self> {
        Ok(Self { index, memory: AlignedBuffer::new(len, alignment)? })
    }
}

/// One read for the kernel to make.
#[derive(Debug)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no ring to make it"))]
pub(super) struct Request {
    pub(super) buffer: Buffer,
    /// Which bytes of the buffer are to be filled.
    pub(super) range: Range<usize>,
    /// Where in the file to read.
    pub(super) offset: u64,
    /// Whether a worker of the kernel is to make it from the start (`IOSQE_ASYNC`), which may wait.
    pub(super) by_worker: bool,
}
