//! Systems other than Linux: files are mapped, without control of their pages.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::{Mmap, MmapOptions, MmapRaw};

use crate::Advice;

/// Read-only memory with the contents of a file.
#[derive(Debug)]
pub(crate) struct Map(Mmap);

impl Map {
    /// Maps `len` bytes of a file at `offset`, which need not be a multiple of the page size.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is the one place that does it")]
    pub(crate) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable while the `Mmap` lives. The system cannot guarantee that no program changes
        // or truncates the file; the documentation of `mmap` states the consequences.
        unsafe { MmapOptions::new().offset(offset).len(len).map(file) }.map(Self)
    }

    /// Unsupported: the address of a mapping is chosen on Linux only.
    pub(crate) fn aligned(_: &File, _: u64, _: usize, _: usize, _: usize) -> io::Result<Self> {
        Err(unsupported("mapping at an aligned address is supported on Linux only"))
    }

    /// Unsupported.
    pub(crate) fn copy(_: &File, _: u64, _: usize, _: usize, _: impl FnOnce(&Self)) -> io::Result<Self> {
        Err(unsupported("copying to huge pages is supported on Linux only"))
    }

    /// Truncation is not detected here.
    pub(crate) fn lost_from(&self) -> Option<usize> {
        None
    }

    pub(crate) fn is_guarded(&self) -> bool {
        false
    }

    pub(crate) fn is_copy(&self) -> bool {
        false
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Truncation is not detected here.
#[derive(Debug)]
pub(crate) struct Guard;

impl Guard {
    pub(crate) fn of_writable(_: &File, _: *mut u8, _: usize) -> Option<Self> {
        None
    }

    pub(crate) fn lost_from(&self) -> Option<usize> {
        None
    }
}

/// Memory use of a mapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) resident: u64,
    pub(crate) huge: u64,
}

/// Smallest common page size.
pub(crate) fn page_size() -> usize {
    4096
}

pub(crate) fn advise(_: &Map, _: Range<usize>, _: Advice) -> io::Result<()> {
    Err(unsupported("memory advice is supported on Linux only"))
}

pub(crate) fn lock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(crate) fn unlock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(crate) fn cached(_: &File, _: &Range<u64>) -> io::Result<u64> {
    Err(unsupported("page cache residency is known on Linux only"))
}

pub(crate) fn is_cached_at(_: &File, _: u64) -> io::Result<bool> {
    Err(unsupported("page cache residency is known on Linux only"))
}

pub(crate) fn evict(_: &File, _: &Range<u64>) -> io::Result<()> {
    Err(unsupported("page cache eviction is supported on Linux only"))
}

/// Huge page size of most machines.
pub(crate) fn huge_page_size() -> usize {
    2 << 20
}

pub(crate) fn hugetlbfs_page(_: &File) -> Option<usize> {
    None
}

pub(crate) fn is_immutable(_: &File) -> bool {
    false
}

pub(crate) fn read_ahead_len(_: &File) -> Option<usize> {
    None
}

/// Page faults are not counted here.
pub(crate) fn thread_faults() -> (u64, u64) {
    (0, 0)
}

/// Read leases, which do not exist here.
pub(crate) mod lease {
    use std::fs::File;
    use std::io;
    use std::time::Duration;

    pub(crate) fn open_again(file: &File) -> io::Result<File> {
        file.try_clone()
    }

    pub(crate) fn take(_: &File) -> io::Result<()> {
        Err(super::unsupported("leases are supported on Linux only"))
    }

    pub(crate) fn release(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn is_held(_: &File) -> bool {
        false
    }

    pub(crate) fn break_time() -> Duration {
        Duration::ZERO
    }
}

pub(crate) fn usage(_: &Map) -> io::Result<Usage> {
    Err(unsupported("memory use is known on Linux only"))
}

pub(crate) fn reserve(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("space reservation is supported on Linux only"))
}

pub(crate) fn start_write_back(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("write-back is supported on Linux only"))
}

pub(crate) fn lock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(crate) fn unlock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
