//! Mapping options.

use std::io;

use pagecut_core::error::{ErrorKind, Result};

/// Options for mapping a file.
///
/// Every option is off by default. The kernel grants or refuses each requested option;
/// [`MmapReader::grants`](crate::MmapReader::grants) returns the answers with the reasons. The file is mapped
/// even if the kernel refuses an option.
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
    /// Maps the whole file without options.
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

    /// Maps every page before the reader is returned, and reads the missing ones ([`Advice::PopulateRead`]).
    ///
    /// This takes as long as reading the whole range. It does not make a first pass faster; it moves the cost to a
    /// predictable place.
    ///
    /// [`Advice::PopulateRead`]: crate::Advice::PopulateRead
    pub const fn populate(self, populate: bool) -> Self {
        Self { populate, ..self }
    }

    /// Locks every page in memory (`mlock(2)`). Most systems allow a few megabytes (`ulimit -l`).
    pub const fn lock(self, lock: bool) -> Self {
        Self { lock, ..self }
    }

    /// Announces sequential access ([`Advice::Sequential`](crate::Advice::Sequential)). The kernel then frees
    /// pages early. This helps with one pass over a file larger than memory, and costs time if the file is read again.
    pub const fn sequential(self, sequential: bool) -> Self {
        Self { sequential, ..self }
    }

    /// Starts reading the first pages ([`Advice::WillNeed`](crate::Advice::WillNeed)), limited to the kernel's
    /// read-ahead for one request.
    pub const fn prefetch(self, prefetch: bool) -> Self {
        Self { prefetch, ..self }
    }

    /// Prefers huge pages ([`Advice::HugePage`](crate::Advice::HugePage)). The kernel then reads pages that are
    /// not in the page cache as huge pages, if the file system supports them; [`MmapStats::huge`] returns the resulting
    /// number of bytes.
    ///
    /// [`MmapStats::huge`]: crate::MmapStats::huge
    pub const fn huge_pages(self, huge_pages: bool) -> Self {
        Self { huge_pages, ..self }
    }

    /// Takes a read lease on the file (`F_SETLEASE` of `fcntl(2)`). The kernel then blocks every process that opens the
    /// file for writing or truncates it, so the bytes of the mapping cannot change ([`Protection::Proven`]).
    ///
    /// The kernel grants a lease on a file of the same user that no process has open for writing. When another process
    /// waits for the file, readers get [`ErrorKind::LeaseBroken`](crate::ErrorKind::LeaseBroken) at their next step.
    /// The lease is released when the reader is dropped, or after half of the kernel's break time
    /// (`/proc/sys/fs/lease-break-time`, 45 seconds by default).
    pub const fn lease(self, lease: bool) -> Self {
        Self { lease, ..self }
    }

    /// Sets the file offset of the mapping in bytes. It need not be a multiple of the page size.
    pub const fn offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// Returns the end of the requested range in a file of this length.
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

    /// Sets the length of the mapping in bytes. Default: up to the end of the file.
    pub const fn len(self, len: usize) -> Self {
        Self { len: Some(len), ..self }
    }
}

/// An option that the kernel grants or refuses.
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

/// Protection of a mapping against changes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protection {
    /// The kernel guarantees that the file does not change: by a lease, because it is a sealed in-memory file, or
    /// because its file system is read-only.
    Proven,
    /// Vanished pages are replaced and reported; other changes are detected at the end.
    Guarded,
    /// The bytes are a private copy.
    Copied,
    /// No protection: access to a vanished page kills the process, or runs another `SIGBUS` handler that replaced the
    /// one of this module before the file was mapped. Changes are detected at the end.
    Unguarded,
}

/// The kernel's answer to a requested option.
#[derive(Debug)]
#[non_exhaustive]
pub struct Grant {
    /// The option.
    pub option: MmapOption,
    /// The reason of a refusal, or `None` if the option was granted.
    pub refused: Option<io::Error>,
}
