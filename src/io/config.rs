//! I/O backends and their configuration.

use std::fmt;

use pagecut_io::{Alignment, ReadAhead};

use crate::error::{ErrorKind, Result};

/// A backend: a method of reading the bytes of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Backend {
    /// The file is mapped into memory.
    Mapped,
    /// Positioned reads (`pread(2)`) through the page cache into reused buffers.
    Read,
    /// Positioned reads that bypass the page cache (`O_DIRECT`), into reused buffers.
    Direct,
    /// Asynchronous reads with io_uring: reads are in flight while earlier ones are processed.
    Uring,
    /// Sequential reads into one buffer, for pipes and other inputs that are not seekable.
    Stream,
}

impl Backend {
    /// All backends.
    pub const ALL: [Self; 5] = [Self::Mapped, Self::Read, Self::Direct, Self::Uring, Self::Stream];

    /// Returns the name of the backend in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Read => "read",
            Self::Direct => "direct",
            Self::Uring => "uring",
            Self::Stream => "stream",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Choice of a backend for a file. If the chosen backend cannot be used, [`Backend::Read`] is used instead.
///
/// A format without [`Boundaries`](crate::record::Boundaries) is read sequentially: from the mapping if there is one, otherwise
/// with one positioned read after another, even if io_uring was requested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Measures mapping and positioned reads on the first chunks of the file and uses the faster one until its
    /// throughput drops, or for a limited time if the difference is small; then it measures again. Direct reads and
    /// io_uring are used only on request: direct reads bypass cached pages, and io_uring gains nothing for them.
    #[default]
    Auto,
    /// [`Backend::Mapped`].
    Mapped,
    /// [`Backend::Read`].
    Read,
    /// [`Backend::Direct`].
    Direct,
    /// [`Backend::Uring`].
    Uring,
}

/// Configuration of all backends.
///
/// ```
/// use pagecut::io::{Strategy, Backend, ZeroCopyConfig};
/// use pagecut::open_reader;
///
/// let config = ZeroCopyConfig::new().strategy(Strategy::Read);
/// let reader = open_reader("testdata/two.fastq", &config)?;
/// assert_eq!(reader.backend(), Backend::Read);
/// assert_eq!(&*reader.bytes_at(24..27)?, b"@r2");
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct ZeroCopyConfig {
    pub(crate) strategy: Strategy,
    pub(crate) mmap: bool,
    pub(crate) io_uring: bool,
    pub(crate) direct: bool,
    pub(crate) uncached: bool,
    pub(crate) alignment: Option<Alignment>,
    pub(crate) prefetch_size: Option<usize>,
    pub(crate) read_ahead: ReadAhead,
    pub(crate) threshold: u64,
    pub(crate) max_map_bytes: u64,
}

/// Shorter files are read: mapping them costs more (`docs/performance/backends.md`).
const THRESHOLD: u64 = 64 << 10;

impl ZeroCopyConfig {
    /// Maximum prefetch distance in bytes.
    pub const MAX_PREFETCH_SIZE: usize = 1 << 30;

    /// Allows every backend and selects the faster one of mapping and reading.
    pub const fn new() -> Self {
        Self {
            strategy: Strategy::Auto,
            mmap: true,
            io_uring: true,
            direct: true,
            uncached: false,
            alignment: None,
            prefetch_size: None,
            read_ahead: ReadAhead::Normal,
            threshold: THRESHOLD,
            max_map_bytes: u64::MAX,
        }
    }

    /// Sets the strategy for choosing a backend.
    pub const fn strategy(self, strategy: Strategy) -> Self {
        Self { strategy, ..self }
    }

    /// Allows or forbids mapping.
    pub const fn mmap(self, mmap: bool) -> Self {
        Self { mmap, ..self }
    }

    /// Allows or forbids io_uring, which also needs the feature `io-uring`.
    pub const fn io_uring(self, io_uring: bool) -> Self {
        Self { io_uring, ..self }
    }

    /// Allows or forbids direct reads.
    pub const fn direct(self, direct: bool) -> Self {
        Self { direct, ..self }
    }

    /// Evicts pages after positioned reads, unless they were in the page cache before
    /// ([`PositionedReader::uncached`](super::PositionedReader::uncached)).
    pub const fn uncached(self, uncached: bool) -> Self {
        Self { uncached, ..self }
    }

    /// Sets the alignment of buffers. Default: a page, or more if direct reads require it.
    pub const fn alignment(self, alignment: Alignment) -> Self {
        Self { alignment: Some(alignment), ..self }
    }

    /// Sets the prefetch distance of each worker in bytes. With io_uring, it is the amount of reads in flight, 4 MiB by
    /// default. For a file that is read or mapped, the kernel gets hints for this distance; there are none by default.
    pub const fn prefetch_size(self, bytes: usize) -> Self {
        Self { prefetch_size: Some(bytes), ..self }
    }

    /// Sets the read-ahead of the kernel.
    pub const fn read_ahead(self, read_ahead: ReadAhead) -> Self {
        Self { read_ahead, ..self }
    }

    /// Sets the length in bytes below which [`Strategy::Auto`] reads files instead of mapping them. Default: 64 KiB.
    pub const fn threshold(self, bytes: u64) -> Self {
        Self { threshold: bytes, ..self }
    }

    /// Sets the maximum length in bytes of a mapped file. ([`MmapStream`](crate::mmap::MmapStream) maps longer files
    /// window by window.)
    pub const fn max_map_bytes(self, bytes: u64) -> Self {
        Self { max_map_bytes: bytes, ..self }
    }

    /// Checks that the settings are consistent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for the first inconsistent setting.
    pub fn validate(&self) -> Result<()> {
        let refuse = |name, value, expected| Err(ErrorKind::InvalidConfig { name, value, expected }.into());
        match self.strategy {
            Strategy::Mapped if !self.mmap => refuse("mmap", 0, "1 with strategy `Mapped`"),
            Strategy::Direct if !self.direct => refuse("direct", 0, "1 with strategy `Direct`"),
            Strategy::Uring if !self.io_uring => refuse("io_uring", 0, "1 with strategy `Uring`"),
            _ if self.prefetch_size.is_some_and(|size| size > Self::MAX_PREFETCH_SIZE) => {
                refuse("prefetch_size", self.prefetch_size.unwrap_or(0) as u64, "at most 1 GiB")
            }
            _ => Ok(()),
        }
    }
}

impl Default for ZeroCopyConfig {
    fn default() -> Self {
        Self::new()
    }
}
