//! How an input is opened.

use crate::io::{Strategy, ZeroCopyConfig};

/// How an input is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct SourceOptions {
    pub(super) config: ZeroCopyConfig,
    pub(super) threads: Option<usize>,
    pub(super) part_len: Option<usize>,
}

impl SourceOptions {
    /// The fastest way that can be had, with the threads of the rayon pool that the work is started in.
    pub const fn new() -> Self {
        Self { config: ZeroCopyConfig::new(), threads: None, part_len: None }
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
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self::new()
    }
}
