//! Options for opening an input.

use crate::io::{Strategy, ZeroCopyConfig};

/// Options for opening an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SourceOptions {
    pub(super) config: ZeroCopyConfig,
    pub(super) threads: Option<usize>,
    pub(super) part_len: Option<usize>,
    pub(super) max_len: Option<u64>,
    pub(super) max_record_len: Option<u64>,
}

impl SourceOptions {
    /// Creates the default options: the fastest available backend, and the threads of the rayon pool that calls the source.
    pub const fn new() -> Self {
        Self {
            config: ZeroCopyConfig::new(),
            threads: None,
            part_len: None,
            max_len: None,
            max_record_len: None,
        }
    }

    /// Sets the allowed backends and their settings.
    pub const fn config(self, config: ZeroCopyConfig) -> Self {
        Self { config, ..self }
    }

    /// Sets the choice of the backend. Shorthand for that setting of [`config`](SourceOptions::config).
    pub const fn strategy(self, strategy: Strategy) -> Self {
        Self { config: self.config.strategy(strategy), ..self }
    }

    /// Allows or forbids mapping the input. Shorthand for that setting of [`config`](SourceOptions::config).
    pub const fn mmap(self, mmap: bool) -> Self {
        Self { config: self.config.mmap(mmap), ..self }
    }

    /// Sets the number of threads, at most 1024; 0 means one per core. They are started for each task that has more than one part.
    pub const fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Sets the approximate length of parts in bytes. By default it is at most 1 MiB.
    pub const fn part_len(self, len: usize) -> Self {
        Self { part_len: Some(len), ..self }
    }

    /// Limits the number of bytes read, counted after decompression. A longer input is an error,
    /// [`ErrorKind::InputTooLong`](crate::ErrorKind::InputTooLong), which follows the records within the limit.
    pub const fn max_len(self, len: u64) -> Self {
        Self { max_len: Some(len), ..self }
    }

    /// Limits the length of a record to `len` bytes, in an input that is read from its start: a stream or a compressed file. A longer
    /// record is an error, [`ErrorKind::TooLong`](crate::ErrorKind::TooLong), at its offset. A few compressed bytes can expand to a record
    /// of any length, so the default limit is that of [`max_len`](SourceOptions::max_len), or else half of the memory that the process may
    /// use. Reading a record takes up to twice its length in memory.
    pub const fn max_record_len(self, len: u64) -> Self {
        Self { max_record_len: Some(len), ..self }
    }

    /// Returns the maximum length in bytes of a record in memory.
    pub(super) fn record_limit(self) -> u64 {
        self.max_record_len.or(self.max_len).unwrap_or_else(|| crate::compress::memory::available() / 2)
    }

    /// Returns whether an input of this length may be read to its end.
    pub(super) fn allows(self, len: u64) -> bool {
        self.max_len.is_none_or(|max_len| len <= max_len)
    }
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self::new()
    }
}
