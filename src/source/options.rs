//! How an input is opened.

use crate::io::{Strategy, ZeroCopyConfig};

/// How an input is opened.
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
    /// The fastest way that can be had, with the threads of the rayon pool that the work is started in.
    pub const fn new() -> Self {
        Self {
            config: ZeroCopyConfig::new(),
            threads: None,
            part_len: None,
            max_len: None,
            max_record_len: None,
        }
    }

    /// The ways that may be taken, and how.
    pub const fn config(self, config: ZeroCopyConfig) -> Self {
        Self { config, ..self }
    }

    /// Which way to take. Short for that setting of [`config`](SourceOptions::config).
    pub const fn strategy(self, strategy: Strategy) -> Self {
        Self { config: self.config.strategy(strategy), ..self }
    }

    /// Whether the input may be mapped. Short for that setting of [`config`](SourceOptions::config).
    pub const fn mmap(self, mmap: bool) -> Self {
        Self { config: self.config.mmap(mmap), ..self }
    }

    /// Work with so many threads, started for the work if there is more than one part; 1024 at the most. 0 stands for one for
    /// each core.
    pub const fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Make parts of about so many bytes, 1 MiB at the most unless it is said.
    pub const fn part_len(self, len: usize) -> Self {
        Self { part_len: Some(len), ..self }
    }

    /// Read no more than so many bytes of the input, decompressed if it is compressed. If it has more, that is an error,
    /// [`ErrorKind::InputTooLong`](crate::ErrorKind::InputTooLong), which comes behind the records that are among them.
    pub const fn max_len(self, len: u64) -> Self {
        Self { max_len: Some(len), ..self }
    }

    /// Hold records of no more than `len` bytes in memory, of an input that is read from the left: a stream, or a compressed file. A
    /// longer one is an error, [`ErrorKind::TooLong`](crate::ErrorKind::TooLong), at its place. A few compressed bytes can stand for a
    /// record of any length, so there is a bound of half the memory that the process may use unless this or
    /// [`max_len`](SourceOptions::max_len) sets another one. A record takes up to twice its length.
    pub const fn max_record_len(self, len: u64) -> Self {
        Self { max_record_len: Some(len), ..self }
    }

    /// How many bytes a record may have that is held in memory.
    pub(super) fn most_of_record(self) -> u64 {
        self.max_record_len.or(self.max_len).unwrap_or_else(|| crate::compress::memory::available() / 2)
    }

    /// Whether an input of so many bytes may be read to its end.
    pub(super) fn allows(self, len: u64) -> bool {
        self.max_len.is_none_or(|max_len| len <= max_len)
    }
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self::new()
    }
}
