//! How a file is mapped.

use std::io;

use crate::error::{ErrorKind, Result};

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
    pub(super) lease: bool,
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
            lease: false,
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

    /// Take a read lease on the file (`F_SETLEASE` of `fcntl(2)`), under which the kernel holds back whoever would write to it
    /// or cut it: the bytes of the mapping are then proven not to change ([`Protection::Proven`]).
    ///
    /// It is granted for a file of one's own that nobody has open for writing. When somebody waits to write, readers get
    /// [`ErrorKind::LeaseBroken`](crate::ErrorKind::LeaseBroken) at their next step, and the lease is given back when the
    /// reader is dropped, or after half of the time that the kernel grants (`/proc/sys/fs/lease-break-time`, 45 seconds).
    pub const fn lease(self, lease: bool) -> Self {
        Self { lease, ..self }
    }

    /// Map from this byte of the file on; it need not be the start of a page.
    pub const fn offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Where the range ends that is to be mapped, of a file of this length.
    pub(super) fn end_in(&self, file_len: u64) -> Result<u64> {
        let end = self.len.map_or(Some(file_len.max(self.offset)), |len| self.offset.checked_add(len as u64));
        match end {
            Some(end) if self.offset <= file_len && end <= file_len => Ok(end),
            _ => {
                let end = end.unwrap_or(u64::MAX);
                Err(ErrorKind::OutOfRange { start: self.offset, end, len: file_len }.into())
            }
        }
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
    /// [`MmapOptions::lease`].
    Lease,
}

/// What keeps the bytes of a mapping from changing or vanishing under a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protection {
    /// The kernel keeps the file as it is: by a lease, since it is a sealed file in memory, or since its file system is never
    /// written to.
    Proven,
    /// A page that vanishes is replaced and the loss is reported; a change is noticed at the end.
    Guarded,
    /// The bytes are a copy of our own.
    Copied,
    /// Nothing: a page that vanishes ends the process, or is left to another handler of `SIGBUS`, which replaced that of this module
    /// before the file was mapped. A change is noticed at the end.
    Unguarded,
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
