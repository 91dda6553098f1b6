//! Systems other than Linux: files are mapped, and nothing is known or said about their pages.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::{Mmap, MmapOptions, MmapRaw};

use crate::mmap::Advice;

/// Memory that holds a file, to be read.
#[derive(Debug)]
pub(in crate::mmap) struct Map(Mmap);

impl Map {
    /// Maps `len` bytes of a file from `offset` on. The offset need not be that of a page.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is the one place that does it")]
    pub(in crate::mmap) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable for as long as the `Mmap` lives. That nobody changes or cuts the file cannot be
        // had of the system; the page of the module `mmap` says what that means and for whom.
        unsafe { MmapOptions::new().offset(offset).len(len).map(file) }.map(Self)
    }

    /// Mapped wherever the system likes: to choose the address is done on Linux only.
    pub(in crate::mmap) fn aligned(_: &File, _: u64, _: usize, _: usize, _: usize) -> io::Result<Self> {
        Err(unsupported("files are mapped at an aligned address on Linux only"))
    }

    /// Not done here.
    pub(in crate::mmap) fn copy(
        _: &File,
        _: u64,
        _: usize,
        _: usize,
        _: impl FnOnce(&Self),
    ) -> io::Result<Self> {
        Err(unsupported("files are copied to huge pages on Linux only"))
    }

    /// Losses are not noticed here.
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

/// Losses are not noticed here.
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

/// How much of a mapping is in memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::mmap) struct Usage {
    pub(in crate::mmap) resident: u64,
    pub(in crate::mmap) huge: u64,
}

/// The smallest length of a page in use.
pub(in crate::mmap) fn page_size() -> usize {
    4096
}

pub(in crate::mmap) fn advise(_: &Map, _: Range<usize>, _: Advice) -> io::Result<()> {
    Err(unsupported("advice on memory is given on Linux only"))
}

pub(in crate::mmap) fn lock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn unlock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn cached(_: &File, _: &Range<u64>) -> io::Result<u64> {
    Err(unsupported("the page cache is looked into on Linux only"))
}

pub(in crate::mmap) fn is_cached_at(_: &File, _: u64) -> io::Result<bool> {
    Err(unsupported("the page cache is looked into on Linux only"))
}

pub(in crate::mmap) fn evict(_: &File, _: &Range<u64>) -> io::Result<()> {
    Err(unsupported("pages are dropped from the page cache on Linux only"))
}

/// The size of a huge page on most machines.
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

/// Faults are not counted here.
pub(in crate::mmap) fn thread_faults() -> (u64, u64) {
    (0, 0)
}

/// Read leases, which there are none of here.
pub(in crate::mmap) mod lease {
    use std::fs::File;
    use std::io;
    use std::time::Duration;

    pub(in crate::mmap) fn open_again(file: &File) -> io::Result<File> {
        file.try_clone()
    }

    pub(in crate::mmap) fn take(_: &File) -> io::Result<()> {
        Err(super::unsupported("leases are taken on Linux only"))
    }

    pub(in crate::mmap) fn give_back(_: &File) -> io::Result<()> {
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
    Err(unsupported("the use of memory is known on Linux only"))
}

pub(in crate::mmap) fn reserve(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("space for a mapped file is reserved on Linux only"))
}

pub(in crate::mmap) fn start_write_back(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("write-back is started on Linux only"))
}

pub(in crate::mmap) fn lock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn unlock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
