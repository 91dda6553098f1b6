//! How much of a file is in the page cache.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;

use super::pages::page_size;

/// Number of the system call `cachestat(2)`, which is the same on every architecture but Alpha.
const SYS_CACHESTAT: libc::c_long = 451;

/// `struct cachestat_range` of `linux/mman.h`.
#[repr(C)]
struct CachestatRange {
    off: u64,
    len: u64,
}

/// `struct cachestat` of `linux/mman.h`: numbers of pages.
#[repr(C)]
#[derive(Default)]
struct Cachestat {
    nr_cache: u64,
    nr_dirty: u64,
    nr_writeback: u64,
    nr_evicted: u64,
    nr_recently_evicted: u64,
}

/// Bytes of a range that are in the page cache: `cachestat(2)`, Linux 6.5. It is told to those who may write to the file only.
pub(in crate::mmap) fn cached(file: &File, range: &Range<u64>) -> io::Result<u64> {
    let page = page_size() as u64;
    // Whole pages are counted. Of those at the ends, the range may have a part.
    let (first, last) = (range.start / page * page, range.end / page * page);
    let mut bytes = cached_pages(file, first, range.end - first)? * page;
    if first < range.start {
        bytes -= cached_pages(file, first, 1)? * (range.start - first);
    }
    if last < range.end {
        bytes -= cached_pages(file, last, 1)? * (last + page - range.end);
    }
    Ok(bytes)
}

/// How many pages that hold one of `len` bytes from `off` on, the start of a page, are in the page cache.
#[expect(unsafe_code, reason = "a system call that takes addresses")]
fn cached_pages(file: &File, off: u64, len: u64) -> io::Result<u64> {
    if len == 0 {
        // For the kernel, that is all that follows.
        return Ok(0);
    }
    let asked = CachestatRange { off, len };
    let mut found = Cachestat::default();
    let (asked, answer) = (&raw const asked, &raw mut found);
    // SAFETY: reads one structure and writes another one, both of the layout that the kernel has.
    let done = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), asked, answer, 0) };
    if done == 0 { Ok(found.nr_cache) } else { Err(io::Error::last_os_error()) }
}

/// Whether the byte at `offset` can be read without waiting for the disk: `preadv2(2)` with `RWF_NOWAIT`. Asking may start a
/// read.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::mmap) fn is_cached_at(file: &File, offset: u64) -> io::Result<bool> {
    let offset = libc::off_t::try_from(offset).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut byte = [0u8];
    let buffer = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    // SAFETY: writes one byte to a buffer of one byte.
    let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const buffer, 1, offset, libc::RWF_NOWAIT) };
    match read {
        0.. => Ok(read == 1),
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            error => Err(error),
        },
    }
}

/// Drops the clean pages of a range from the page cache, unless somebody maps them: `posix_fadvise(2)`.
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::mmap) fn evict(file: &File, range: &Range<u64>) -> io::Result<()> {
    let number = |n| libc::off_t::try_from(n).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    let (offset, len) = (number(range.start)?, number(range.end - range.start)?);
    // SAFETY: takes numbers, and touches no memory of ours.
    let error = unsafe { libc::posix_fadvise(file.as_raw_fd(), offset, len, libc::POSIX_FADV_DONTNEED) };
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}
