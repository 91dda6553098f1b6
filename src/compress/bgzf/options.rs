//! Options for writing BGZF.

use std::num::NonZero;
use std::thread;

use crate::compress::deflate::Deflater;
use crate::error::{ErrorKind, Result};

/// Maximum number of threads.
const MAX_THREADS: usize = 1024;

/// Options for writing BGZF.
///
/// The written bytes depend on the level, not on the number of threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct WriterOptions {
    pub(super) level: u8,
    threads: usize,
}

impl WriterOptions {
    /// Level 6, on all cores.
    pub const fn new() -> Self {
        Self { level: 6, threads: 0 }
    }

    /// Sets the compression level: 0 stores the bytes uncompressed, 1 is the fastest, 9 the strongest.
    pub const fn level(self, level: u8) -> Self {
        Self { level, ..self }
    }

    /// Sets the number of threads, including the calling one; at most 1024. 0 means one per core.
    pub const fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    pub(super) fn check(self) -> Result<()> {
        let value = self.level.into();
        if self.level > Deflater::MAX_LEVEL {
            return Err(ErrorKind::InvalidConfig { name: "level", value, expected: "0 to 9" }.into());
        }
        Ok(())
    }

    /// Returns the number of threads on this machine.
    pub(super) fn thread_count(self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads.min(MAX_THREADS),
        }
    }
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self::new()
    }
}
