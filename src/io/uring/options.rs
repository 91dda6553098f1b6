//! How many reads are made at a time, and of what length.

use super::sys::Buffer;
use crate::error::{ErrorKind, Result};
use crate::io::Alignment;

/// How many reads are made at a time, and of what length.
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
    /// The most reads at a time: 4096.
    pub const MAX_DEPTH: usize = 4096;

    /// The longest buffer: 1 GiB, which is the most that the kernel registers in one piece.
    pub const MAX_BUFFER_LEN: usize = 1 << 30;

    /// 16 reads at a time, of up to 256 KiB each: half of the memory that most systems allow anybody to register.
    pub const fn new() -> Self {
        Self { depth: 16, buffer_len: 256 << 10, alignment: None }
    }

    /// Make up to this many reads at a time. There is one buffer for each.
    pub const fn depth(self, depth: usize) -> Self {
        Self { depth, ..self }
    }

    /// How many bytes one read can ask for.
    pub const fn buffer_len(self, buffer_len: usize) -> Self {
        Self { buffer_len, ..self }
    }

    /// Where buffers begin. It is the start of a page at least, so that files that are opened with `O_DIRECT` can be read.
    pub const fn alignment(self, alignment: Alignment) -> Self {
        Self { alignment: Some(alignment), ..self }
    }

    /// The buffers that these options ask for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for what cannot be; [`ErrorKind::Io`] if there is not so much memory.
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
