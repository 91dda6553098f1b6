//! How BGZF is written.

use std::num::NonZero;
use std::thread;

use crate::compress::deflate::Deflater;
use crate::error::{ErrorKind, Result};

/// No more threads are started.
const MOST_THREADS: usize = 1024;

/// How BGZF is written.
///
/// The bytes that are written depend on the level, not on the number of threads.
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

    /// How hard to try: from 0, which stores the bytes as they are, and 1, which is fastest, to 9.
    pub const fn level(self, level: u8) -> Self {
        Self { level, ..self }
    }

    /// Deflate with so many threads, of which the one that writes is the first; 1024 at the most. 0 stands for one for each
    /// core.
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

    /// How many threads that is on this machine.
    pub(super) fn thread_count(self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads.min(MOST_THREADS),
        }
    }
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self::new()
    }
}
