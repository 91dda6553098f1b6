//! The ring, and the buffers that it owns while the kernel may write to them.

use std::ops::Range;

use pagecut_core::error::Result;

use crate::{AlignedBuffer, Alignment};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod ring;

pub(super) use ring::Ring;

/// A read buffer. Its owner may access the memory; the kernel does not.
#[derive(Debug)]
pub(super) struct Buffer {
    /// Index among the buffers of the ring.
    pub(super) index: u16,
    pub(super) memory: AlignedBuffer,
}

impl Buffer {
    pub(super) fn new(index: u16, len: usize, alignment: Alignment) -> Result<Self> {
        Ok(Self { index, memory: AlignedBuffer::new(len, alignment)? })
    }
}

/// A read request to the kernel.
#[derive(Debug)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is no ring to make it"))]
pub(super) struct Request {
    pub(super) buffer: Buffer,
    /// Range of the buffer to fill.
    pub(super) range: Range<usize>,
    /// File offset of the read.
    pub(super) offset: u64,
    /// Whether a kernel worker, which may block, executes the read from the start (`IOSQE_ASYNC`).
    pub(super) by_worker: bool,
}
