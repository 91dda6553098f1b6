//! Systems other than Linux: files are mapped, without control of their pages.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::{Mmap, MmapOptions, MmapRaw};

use crate::mmap::Advice;

/// Read-only memory with the contents of a file.
#[derive(Debug)]
pub(in crate::mmap) struct Map(Mmap);

impl Map {
    /// Maps `len` bytes of a file at `offset`, which need not be a multiple of the page size.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is the one place that does it")]
    pub(in crate::mmap) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable while the `Mmap` lives. The system cannot guarantee that no program changes
        // or truncates the file; the documentation of `mmap` states the consequences.
        unsafe { MmapOptions::new().offset(offset).len(len).map(file) }.map(Self)
    }

    /// Unsupported: the address of a mapping is chosen on Linux only.
    pub(in crate::mmap) fn aligned(_: &File, _: u64, _: usize, _: usize, _: usize) -> io::Result<Self> {
        Err(unsupported("mapping at an aligned address is supported on Linux only"))
    }

    /// Unsupported.
    pub(in crate::mmap) fn copy(
        _: &File,
        _: u64,
        _: usize,
        _: usize,
        _: impl FnOnce(&Self),
    ) -> io::Result<Self> {
        Err(unsupported("copying to huge pages is supported on Linux only"))
    }

    /// Truncation is not detected here.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        None
    }

    pub(in crate::mmap) fn is_guarded(&self) -> bool {
        false
    }

    pub(in crate::mmap) fn is_copy(&self) -> bool {
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
pub(in crate::mmap) struct Guard;

impl Guard {
    pub(in crate::mmap) fn of_writable(_: &File, _: *mut u8, _: usize) -> Option<Self> {
        None
    }

    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        None
    }
}

/// Memory use of a mapping.
#[derive(Debug, Clone, Copy)]
pub(in crate::mmap) struct Usage {
    pub(in crate::mmap) resident: u64,
    pub(in crate::mmap) huge: u64,
}

/// Smallest common page size.
pub(in crate::mmap) fn page_size() -> usize {
    4096
}

pub(in crate::mmap) fn advise(_: &Map, _: Range<usize>, _: Advice) -> io::Result<()> {
    Err(unsupported("memory advice is supported on Linux only"))
}

pub(in crate::mmap) fn lock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(in crate::mmap) fn unlock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(in crate::mmap) fn cached(_: &File, _: &Range<u64>) -> io::Result<u64> {
    Err(unsupported("page cache residency is known on Linux only"))
}

pub(in crate::mmap) fn is_cached_at(_: &File, _: u64) -> io::Result<bool> {
    Err(unsupported("page cache residency is known on Linux only"))
}

pub(in crate::mmap) fn evict(_: &File, _: &Range<u64>) -> io::Result<()> {
    Err(unsupported("page cache eviction is supported on Linux only"))
}

/// Huge page size of most machines.
pub(in crate::mmap) fn huge_page_size() -> usize {
    2 << 20
}

pub(in crate::mmap) fn hugetlbfs_page(_: &File) -> Option<usize> {
    None
}

pub(in crate::mmap) fn is_immutable(_: &File) -> bool {
    false
}

pub(in crate::mmap) fn read_ahead_len(_: &File) -> Option<usize> {
    None
}

/// Page faults are not counted here.
pub(in crate::mmap) fn thread_faults() -> (u64, u64) {
    (0, 0)
}

/// Read leases, which do not exist here.
pub(in crate::mmap) mod lease {
    use std::fs::File;
    use std::io;
    use std::time::Duration;

    pub(in crate::mmap) fn open_again(file: &File) -> io::Result<File> {
        file.try_clone()
    }

    pub(in crate::mmap) fn take(_: &File) -> io::Result<()> {
        Err(super::unsupported("leases are supported on Linux only"))
    }

    pub(in crate::mmap) fn release(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub(in crate::mmap) fn is_held(_: &File) -> bool {
        false
    }

    pub(in crate::mmap) fn break_time() -> Duration {
        Duration::ZERO
    }
}

pub(in crate::mmap) fn usage(_: &Map) -> io::Result<Usage> {
    Err(unsupported("memory use is known on Linux only"))
}

pub(in crate::mmap) fn reserve(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("space reservation is supported on Linux only"))
}

pub(in crate::mmap) fn start_write_back(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("write-back is supported on Linux only"))
}

pub(in crate::mmap) fn lock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

pub(in crate::mmap) fn unlock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory locks are supported on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
