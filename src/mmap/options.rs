//! How a file is mapped.

use std::io;

/// How a file is mapped.
///
/// Nothing is asked for unless it is said. Each option that is asked for is either granted or refused by the system, and
/// [`MmapReader::grants`](crate::mmap::MmapReader::grants) tells which, with the system's reason; a refusal does not keep the
/// file from being mapped.
///
/// ```no_run
/// use pagecut::mmap::{MmapOptions, MmapReader};
///
/// let reader = MmapReader::with_options("reads.fastq", MmapOptions::new().huge_pages(true).lock(true))?;
/// for grant in reader.grants() {
///     match &grant.refused {
///         None => println!("{:?}: granted", grant.option),
///         Some(reason) => println!("{:?}: {reason}", grant.option),
///     }
/// }
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct MmapOptions {
    pub(super) populate: bool,
    pub(super) lock: bool,
    pub(super) sequential: bool,
    pub(super) prefetch: bool,
    pub(super) huge_pages: bool,
    pub(super) offset: u64,
    pub(super) len: Option<usize>,
}

impl MmapOptions {
    /// The whole file, and nothing asked for.
    pub const fn new() -> Self {
        Self {
            populate: false,
            lock: false,
            sequential: false,
            prefetch: false,
            huge_pages: false,
            offset: 0,
            len: None,
        }
    }

    /// Map every page before the reader is returned, reading the file if need be ([`Advice::PopulateRead`]).
    ///
    /// This takes as long as reading the whole range. It does not make a first pass faster than touching the pages does;
    /// it moves the cost to where it can be planned for.
    ///
    /// [`Advice::PopulateRead`]: crate::mmap::Advice::PopulateRead
    pub const fn populate(self, populate: bool) -> Self {
        Self { populate, ..self }
    }

    /// Keep every page in memory (`mlock(2)`). Most systems allow a few megabytes (`ulimit -l`).
    pub const fn lock(self, lock: bool) -> Self {
        Self { lock, ..self }
    }

    /// Say that pages will be used in order ([`Advice::Sequential`](crate::mmap::Advice::Sequential)). Pages are then dropped
    /// early, which is of use for one pass over a file larger than the memory and a loss where somebody reads it again.
    pub const fn sequential(self, sequential: bool) -> Self {
        Self { sequential, ..self }
    }

    /// Begin to read the first pages at once ([`Advice::WillNeed`](crate::mmap::Advice::WillNeed)), as many as the kernel
    /// reads ahead for one request.
    pub const fn prefetch(self, prefetch: bool) -> Self {
        Self { prefetch, ..self }
    }

    /// Prefer huge pages ([`Advice::HugePage`](crate::mmap::Advice::HugePage)). A file that is not in the page cache yet is
    /// then read into it in huge pages, if its file system has them; how much it came to, [`MmapStats::huge`] tells.
    ///
    /// [`MmapStats::huge`]: crate::mmap::MmapStats::huge
    pub const fn huge_pages(self, huge_pages: bool) -> Self {
        Self { huge_pages, ..self }
    }

    /// Map from this byte of the file on; it need not be the start of a page.
    pub const fn offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Map this many bytes; all from `offset` on unless it is said.
    pub const fn len(self, len: usize) -> Self {
        Self { len: Some(len), ..self }
    }
}

/// One of the options that the system grants or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MmapOption {
    /// [`MmapOptions::populate`].
    Populate,
    /// [`MmapOptions::lock`].
    Lock,
    /// [`MmapOptions::sequential`].
    Sequential,
    /// [`MmapOptions::prefetch`].
    Prefetch,
    /// [`MmapOptions::huge_pages`].
    HugePages,
}

/// What became of an option that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The option.
    pub option: MmapOption,
    /// Why the system refused it; `None` if it was granted.
    pub refused: Option<io::Error>,
}
