//! How files are read, and which ways there are.

use std::fmt;

use super::Alignment;
use crate::error::{ErrorKind, Result};

/// A way to the bytes of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Backend {
    /// The file is mapped into memory.
    Mapped,
    /// The file is read at positions, through the page cache, into buffers that are used again.
    Read,
    /// The file is read at positions, past the page cache, into buffers that are used again.
    Direct,
    /// Reads of the file are in flight while others are worked on: io_uring.
    Uring,
    /// The input is read from the left, one buffer at a time: a pipe, or whatever else has no positions.
    Stream,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mapped, Self::Read, Self::Direct, Self::Uring, Self::Stream];

    /// The name of the way, in lower case.
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

/// Which way to take to the bytes of a file. Each but the first is taken where it can be, and [`Backend::Read`] where not.
///
/// A format that cannot be cut ([`Boundaries`](crate::Boundaries)) is read from the left: out of the mapping if there is one, and at
/// positions by one read after the other if not, also where reads in flight were asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strategy {
    /// Try mapping and positioned reads on the first stretches of the file and stay with the faster one, until it is not any more
    /// what it was, or for a while if there is little between them: then try again. (Direct reads and io_uring are taken when they
    /// are asked for only: they pass by what is in the page cache, or gain nothing where it is.)
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

/// How far the kernel reads ahead of what is read or touched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadAhead {
    /// As far as is set for the device.
    #[default]
    Normal,
    /// Twice as far (`POSIX_FADV_SEQUENTIAL` of `posix_fadvise(2)`).
    Sequential,
    /// Not at all (`POSIX_FADV_RANDOM`), for bytes here and there.
    None,
}

/// One configuration for every way of reading files.
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

/// Files that are shorter are read: to map one costs more (`docs/measurements.md`).
const THRESHOLD: u64 = 64 << 10;

impl ZeroCopyConfig {
    /// The farthest that reads can be ahead, in bytes.
    pub const MAX_PREFETCH_SIZE: usize = 1 << 30;

    /// Every way is allowed, and the faster one of mapping and reading is taken.
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

    /// Which way to take.
    pub const fn strategy(self, strategy: Strategy) -> Self {
        Self { strategy, ..self }
    }

    /// Whether files may be mapped.
    pub const fn mmap(self, mmap: bool) -> Self {
        Self { mmap, ..self }
    }

    /// Whether files may be read by io_uring. (That needs the feature `io-uring` too.)
    pub const fn io_uring(self, io_uring: bool) -> Self {
        Self { io_uring, ..self }
    }

    /// Whether files may be read past the page cache.
    pub const fn direct(self, direct: bool) -> Self {
        Self { direct, ..self }
    }

    /// Drop what is read at positions from the page cache again, unless it was there before
    /// ([`PositionedReader::uncached`](super::PositionedReader::uncached)).
    pub const fn uncached(self, uncached: bool) -> Self {
        Self { uncached, ..self }
    }

    /// Where buffers begin: at a page unless it is said, or at more if direct reads ask for it.
    pub const fn alignment(self, alignment: Alignment) -> Self {
        Self { alignment: Some(alignment), ..self }
    }

    /// How many bytes ahead of each worker are asked for: with io_uring, by reads that are in flight, 4 MiB unless it is said; of a
    /// file that is read or mapped, by advice to the kernel, which is given only if it is said.
    pub const fn prefetch_size(self, bytes: usize) -> Self {
        Self { prefetch_size: Some(bytes), ..self }
    }

    /// How far the kernel reads ahead by itself.
    pub const fn read_ahead(self, read_ahead: ReadAhead) -> Self {
        Self { read_ahead, ..self }
    }

    /// Read files that are shorter than so many bytes, where the way is not said; 64 KiB unless it is said.
    pub const fn threshold(self, bytes: u64) -> Self {
        Self { threshold: bytes, ..self }
    }

    /// Map no file that is longer than so many bytes. (What is longer can be mapped window by window:
    /// [`MmapStream`](crate::mmap::MmapStream).)
    pub const fn max_map_bytes(self, bytes: u64) -> Self {
        Self { max_map_bytes: bytes, ..self }
    }

    /// Whether the settings go together.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for the first that does not.
    pub fn validate(&self) -> Result<()> {
        let refuse = |name, value, expected| Err(ErrorKind::InvalidConfig { name, value, expected }.into());
        match self.strategy {
            Strategy::Mapped if !self.mmap => refuse("mmap", 0, "1 where the strategy is `Mapped`"),
            Strategy::Direct if !self.direct => refuse("direct", 0, "1 where the strategy is `Direct`"),
            Strategy::Uring if !self.io_uring => refuse("io_uring", 0, "1 where the strategy is `Uring`"),
            _ if self.prefetch_size.is_some_and(|size| size > Self::MAX_PREFETCH_SIZE) => {
                refuse("prefetch_size", self.prefetch_size.unwrap_or(0) as u64, "1 GiB at the most")
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
