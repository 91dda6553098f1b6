//! Queue depth and buffer length of a ring.

use pagecut_core::error::{ErrorKind, Result};

use super::sys::Buffer;
use crate::Alignment;

/// Queue depth, and length and alignment of buffers.
///
/// ```no_run
/// use pagecut::io::uring::{UringOptions, UringReader};
///
/// let reader = UringReader::open("reads.fastq", UringOptions::new().depth(32).buffer_len(1 << 20))?;
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct UringOptions {
    depth: usize,
    buffer_len: usize,
    alignment: Option<Alignment>,
}

impl UringOptions {
    /// Maximum number of reads in flight: 4096.
    pub const MAX_DEPTH: usize = 4096;

    /// Maximum buffer length: 1 GiB, the kernel's limit for a registered buffer.
    pub const MAX_BUFFER_LEN: usize = 1 << 30;

    /// 16 reads in flight of up to 256 KiB each: half of the memory that most systems allow unprivileged users to
    /// register.
    pub const fn new() -> Self {
        Self { depth: 16, buffer_len: 256 << 10, alignment: None }
    }

    /// Sets the maximum number of reads in flight. Each has one buffer.
    pub const fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// Sets the maximum length of a read in bytes.
    pub const fn buffer_len(self, buffer_len: usize) -> Self {
        Self { buffer_len, ..self }
    }

    /// Sets the alignment of buffers. It is at least a page, so that files opened with `O_DIRECT` can be read.
    pub const fn alignment(self, alignment: Alignment) -> Self {
        Self { alignment: Some(alignment), ..self }
    }

    /// Allocates the buffers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for values out of range; [`ErrorKind::Io`] if the allocation fails.
    pub(super) fn buffers(self) -> Result<Vec<Buffer>> {
        let setting =
            |name, value: usize, expected| ErrorKind::InvalidConfig { name, value: value as u64, expected };
        if !(1..=Self::MAX_DEPTH).contains(&self.depth) {
            return Err(setting("depth", self.depth, "1 to 4096").into());
        }
        if !(1..=Self::MAX_BUFFER_LEN).contains(&self.buffer_len) {
            return Err(setting("buffer_len", self.buffer_len, "1 byte to 1 GiB").into());
        }
        let page = Alignment::page();
        let alignment = self.alignment.map_or(page, |alignment| alignment.max(page));
        (0..=u16::MAX).take(self.depth).map(|index| Buffer::new(index, self.buffer_len, alignment)).collect()
    }
}

impl Default for UringOptions {
    fn default() -> Self {
        Self::new()
    }
}
