//! Residency of files in the page cache.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;

use super::page_size::page_size;

/// System call number of `cachestat(2)`, the same on every architecture except Alpha.
const SYS_CACHESTAT: libc::c_long = 451;

/// `struct cachestat_range` of `linux/mman.h`.
#[repr(C)]
struct CachestatRange {
    off: u64,
    len: u64,
}

/// `struct cachestat` of `linux/mman.h`; all fields count pages.
#[repr(C)]
#[derive(Default)]
struct Cachestat {
    nr_cache: u64,
    nr_dirty: u64,
    nr_writeback: u64,
    nr_evicted: u64,
    nr_recently_evicted: u64,
}

/// Returns the number of cached bytes of a range: `cachestat(2)`, Linux 6.5. The kernel requires write permission to
/// the file.
pub(crate) fn cached(file: &File, range: &Range<u64>) -> io::Result<u64> {
    let page = page_size() as u64;
    // The kernel counts whole pages; the range may contain only a part of its first and last page.
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

/// Returns the number of cached pages that contain bytes of `off..off + len`. `off` is a multiple of the page size.
#[expect(unsafe_code, reason = "a system call that takes addresses")]
fn cached_pages(file: &File, off: u64, len: u64) -> io::Result<u64> {
    if len == 0 {
        // For the kernel, length 0 means the rest of the file.
        return Ok(0);
    }
    let request = CachestatRange { off, len };
    let mut found = Cachestat::default();
    let (request, answer) = (&raw const request, &raw mut found);
    // SAFETY: reads one structure and writes another, both with the kernel's layout.
    let done = unsafe { libc::syscall(SYS_CACHESTAT, file.as_raw_fd(), request, answer, 0) };
    if done == 0 { Ok(found.nr_cache) } else { Err(io::Error::last_os_error()) }
}

/// Returns whether the byte at `offset` can be read without waiting for the disk: `preadv2(2)` with `RWF_NOWAIT`. The
/// call may start a read.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn is_cached_at(file: &File, offset: u64) -> io::Result<bool> {
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

/// Evicts the clean pages of a range from the page cache, except those that another process maps: `posix_fadvise(2)`.
#[expect(unsafe_code, reason = "a system call")]
pub(crate) fn evict(file: &File, range: &Range<u64>) -> io::Result<()> {
    let number = |n| libc::off_t::try_from(n).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    let (offset, len) = (number(range.start)?, number(range.end - range.start)?);
    // SAFETY: takes numbers and accesses no memory of this process.
    let error = unsafe { libc::posix_fadvise(file.as_raw_fd(), offset, len, libc::POSIX_FADV_DONTNEED) };
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}
