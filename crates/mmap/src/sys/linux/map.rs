//! Read-only memory with the contents of a file: mapped at any address, mapped at an aligned address, or copied
//! (`mmap(2)`).

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};

use memmap2::{Mmap, MmapOptions};

use super::file::page_size_of;
use super::page_size::page_size;
use super::sigbus::Guard;

/// Read-only memory with the contents of a file.
#[derive(Debug)]
pub(crate) struct Map {
    /// Declared before the memory, so it is dropped first.
    guard: Option<Guard>,
    memory: Memory,
}

#[derive(Debug)]
enum Memory {
    File(Mmap),
    Range(Range),
}

impl Map {
    /// Maps `len` bytes of a file at `offset`, which need not be a multiple of the page size.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is one of the places that do it")]
    pub(crate) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable while the `Mmap` lives, whatever happens to `file`: the guard replaces
        // vanished pages. The system cannot guarantee in general that no program changes the bytes; the documentation
        // of `mmap` states the consequences.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(file) }?;
        Ok(Self::guarded(Memory::File(map), page_size_of(file)))
    }

    /// Maps `len` bytes of a file at `offset` to an address that is a multiple of `align`. `offset` must be one, too.
    /// `page` is the page size of the file.
    pub(crate) fn aligned(
        file: &File,
        offset: u64,
        len: usize,
        align: usize,
        page: usize,
    ) -> io::Result<Self> {
        let mut range = Range::reserve(len, align)?;
        range.map_file(file, offset)?;
        Ok(Self::guarded(Memory::Range(range), page))
    }

    /// Copies `len` bytes of a file at `offset` to anonymous memory at a multiple of `align`. Calls `prepare` with the
    /// memory before the bytes are read.
    pub(crate) fn copy(
        file: &File,
        offset: u64,
        len: usize,
        align: usize,
        prepare: impl FnOnce(&Self),
    ) -> io::Result<Self> {
        let mut map = Self { guard: None, memory: Memory::Range(Range::reserve(len, align)?) };
        prepare(&map);
        if let Memory::Range(range) = &mut map.memory {
            file.read_exact_at(range.writable()?, offset)?;
            range.read_only()?;
        }
        Ok(map)
    }

    fn guarded(memory: Memory, page: usize) -> Self {
        let mut map = Self { guard: None, memory };
        let start = map.as_ptr().expose_provenance();
        let before = start % page;
        // If the handler cannot be installed, the mapping is unguarded and `is_guarded` returns false.
        map.guard = Guard::new(start - before, map.len() + before, page, libc::PROT_READ).ok();
        map
    }

    /// Returns whether vanished pages are replaced.
    pub(crate) fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    /// Returns whether the bytes are a copy.
    pub(crate) fn is_copy(&self) -> bool {
        matches!(&self.memory, Memory::Range(range) if range.is_copy)
    }

    /// Returns the position of the first byte that was lost by truncation. It and all later bytes read as zero.
    #[inline]
    pub(crate) fn lost_from(&self) -> Option<usize> {
        let before = self.as_ptr().addr() % page_size();
        self.guard.as_ref()?.lost_from().map(|lost| lost.saturating_sub(before))
    }
}

impl Deref for Map {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.memory {
            Memory::File(map) => map,
            Memory::Range(range) => range,
        }
    }
}

/// An owned range of addresses.
#[derive(Debug)]
struct Range {
    start: NonNull<u8>,
    len: usize,
    /// Whether the memory is anonymous, not a file mapping.
    is_copy: bool,
}

// SAFETY: only the owner of a range unmaps its memory, and a shared borrow only reads it.
#[expect(unsafe_code, reason = "a range is a pointer that is owned")]
unsafe impl Send for Range {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a range is a pointer that is owned")]
unsafe impl Sync for Range {}

impl Range {
    /// Reserves `len` zero bytes at an address that is a multiple of `align`, a power of two.
    #[expect(unsafe_code, reason = "system calls that take addresses")]
    fn reserve(len: usize, align: usize) -> io::Result<Self> {
        let page = page_size();
        let too_long = || io::Error::from(io::ErrorKind::OutOfMemory);
        let len_in_pages = len.checked_next_multiple_of(page).ok_or_else(too_long)?;
        let with_slack = len_in_pages.checked_add(align).ok_or_else(too_long)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: maps new memory at an address that the kernel chooses.
        let reserved = unsafe { libc::mmap(ptr::null_mut(), with_slack, libc::PROT_READ, flags, -1, 0) };
        if reserved == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let before = reserved.addr().next_multiple_of(align) - reserved.addr();
        let start = reserved.wrapping_byte_add(before);
        let after = with_slack - before - len_in_pages;
        if before > 0 {
            // SAFETY: the slack before the range, mapped above and not used.
            unsafe { libc::munmap(reserved, before) };
        }
        if after > 0 {
            // SAFETY: the slack after the range, likewise.
            unsafe { libc::munmap(start.wrapping_byte_add(len_in_pages), after) };
        }
        let start = NonNull::new(start.cast()).ok_or_else(too_long)?;
        Ok(Self { start, len, is_copy: true })
    }

    /// Replaces the range by a mapping of a file at `offset`.
    #[expect(unsafe_code, reason = "a system call that takes an address")]
    fn map_file(&mut self, file: &File, offset: u64) -> io::Result<()> {
        let offset =
            libc::off_t::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let flags = libc::MAP_SHARED | libc::MAP_FIXED;
        let start = self.start.as_ptr().cast();
        // SAFETY: replaces the pages of the range, which this value owns and nothing borrows yet.
        let mapped = unsafe { libc::mmap(start, self.len, libc::PROT_READ, flags, file.as_raw_fd(), offset) };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        self.is_copy = false;
        Ok(())
    }

    /// Makes the bytes writable and returns them.
    #[expect(unsafe_code, reason = "a system call that takes an address, and a slice of the memory there")]
    fn writable(&mut self) -> io::Result<&mut [u8]> {
        self.protect(libc::PROT_READ | libc::PROT_WRITE)?;
        // SAFETY: the range is mapped and was made writable, anonymous memory is initialised, and it is borrowed
        // exclusively.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) })
    }

    fn read_only(&mut self) -> io::Result<()> {
        self.protect(libc::PROT_READ)
    }

    #[expect(unsafe_code, reason = "a system call that takes an address")]
    fn protect(&mut self, protection: i32) -> io::Result<()> {
        // SAFETY: the pages of the range, which is borrowed exclusively.
        let done = unsafe { libc::mprotect(self.start.as_ptr().cast(), self.len, protection) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

impl Deref for Range {
    type Target = [u8];

    #[inline]
    #[expect(unsafe_code, reason = "a slice of memory that was mapped")]
    fn deref(&self) -> &[u8] {
        // SAFETY: the range is mapped readable while it lives: as zeros, as a file whose vanished pages the guard
        // replaces, or as a copy. The statement on changes at `Map::file` applies.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Range {
    #[expect(unsafe_code, reason = "a system call that takes an address")]
    fn drop(&mut self) {
        let len = self.len.next_multiple_of(page_size());
        // SAFETY: this value owns the range, and nothing borrows it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), len) };
    }
}
