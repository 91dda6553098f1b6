//! Memory that holds a file: mapped wherever the kernel likes, mapped at an aligned address, or copied (`mmap(2)`).

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};

use memmap2::{Mmap, MmapOptions};

use super::file::page_size_of;
use super::pages::page_size;
use super::sigbus::Guard;

/// Memory that holds a file, to be read.
#[derive(Debug)]
pub(in crate::mmap) struct Map {
    /// Before the memory, so that it is dropped before.
    guard: Option<Guard>,
    memory: Memory,
}

#[derive(Debug)]
enum Memory {
    File(Mmap),
    Range(Range),
}

impl Map {
    /// Maps `len` bytes of a file from `offset` on. The offset need not be that of a page.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is one of the places that do it")]
    pub(in crate::mmap) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable for as long as the `Mmap` lives, whatever becomes of `file`: pages that vanish
        // are replaced by the guard. That nobody changes the bytes cannot be had of the system in general; the page of
        // the module `mmap` says what that means and for whom.
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map(file) }?;
        Ok(Self::guarded(Memory::File(map), page_size_of(file)))
    }

    /// Maps `len` bytes of a file from `offset` on, which has to be a multiple of `align`, at an address that is one too.
    /// `page` is the size of the pages that the file comes in.
    pub(in crate::mmap) fn aligned(
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

    /// Reads `len` bytes of a file from `offset` on into memory of its own at an address that is a multiple of `align`, which
    /// `prepare` is called with before the bytes are there.
    pub(in crate::mmap) fn copy(
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
        // Where no handler can be set up, the mapping is not guarded, and says so.
        map.guard = Guard::new(start - before, map.len() + before, page, libc::PROT_READ).ok();
        map
    }

    /// Whether pages that vanish are replaced.
    pub(in crate::mmap) fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }

    /// Whether the bytes are a copy of the file's.
    pub(in crate::mmap) fn is_copy(&self) -> bool {
        matches!(&self.memory, Memory::Range(range) if range.is_copy)
    }

    /// The first byte that was lost, and is read as zero, because the file was cut short.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
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

/// A range of addresses of our own.
#[derive(Debug)]
struct Range {
    start: NonNull<u8>,
    len: usize,
    /// Whether it is memory of its own, and not a file's.
    is_copy: bool,
}

// SAFETY: a range is memory that its owner alone unmaps, and that is only read through a shared borrow.
#[expect(unsafe_code, reason = "a range is a pointer that is owned")]
unsafe impl Send for Range {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a range is a pointer that is owned")]
unsafe impl Sync for Range {}

impl Range {
    /// Reserves `len` bytes, which are readable as zeros, at an address that is a multiple of `align`, a power of two.
    #[expect(unsafe_code, reason = "system calls that take addresses")]
    fn reserve(len: usize, align: usize) -> io::Result<Self> {
        let page = page_size();
        let too_long = || io::Error::from(io::ErrorKind::OutOfMemory);
        let len_in_pages = len.checked_next_multiple_of(page).ok_or_else(too_long)?;
        let with_slack = len_in_pages.checked_add(align).ok_or_else(too_long)?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: maps new memory at an address of the kernel's choice.
        let reserved = unsafe { libc::mmap(ptr::null_mut(), with_slack, libc::PROT_READ, flags, -1, 0) };
        if reserved == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let before = reserved.addr().next_multiple_of(align) - reserved.addr();
        let start = reserved.wrapping_byte_add(before);
        let behind = with_slack - before - len_in_pages;
        if before > 0 {
            // SAFETY: the slack before the range, which was mapped above and is used by nobody.
            unsafe { libc::munmap(reserved, before) };
        }
        if behind > 0 {
            // SAFETY: the slack behind the range, likewise.
            unsafe { libc::munmap(start.wrapping_byte_add(len_in_pages), behind) };
        }
        let start = NonNull::new(start.cast()).ok_or_else(too_long)?;
        Ok(Self { start, len, is_copy: true })
    }

    /// Puts a file, from `offset` on, where the range is.
    #[expect(unsafe_code, reason = "a system call that takes an address")]
    fn map_file(&mut self, file: &File, offset: u64) -> io::Result<()> {
        let offset =
            libc::off_t::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let flags = libc::MAP_SHARED | libc::MAP_FIXED;
        let start = self.start.as_ptr().cast();
        // SAFETY: replaces the pages of the range, which are ours and which nobody has borrowed yet.
        let mapped = unsafe { libc::mmap(start, self.len, libc::PROT_READ, flags, file.as_raw_fd(), offset) };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        self.is_copy = false;
        Ok(())
    }

    /// The bytes, to be written to.
    #[expect(unsafe_code, reason = "a system call that takes an address, and a slice of what it is about")]
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
        // SAFETY: the range is mapped readable for as long as it lives: as zeros, as a file whose vanished pages the guard
        // replaces, or as a copy. What is said of changes at `Map::file` holds here.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Range {
    #[expect(unsafe_code, reason = "a system call that takes an address")]
    fn drop(&mut self) {
        let len = self.len.next_multiple_of(page_size());
        // SAFETY: the range is ours, and nobody borrows it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), len) };
    }
}
