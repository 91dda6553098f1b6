//! System calls for writing through a mapping: space reservation, write-back and page locks.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use memmap2::MmapRaw;

use super::page_size::page_size;

/// Allocates disk space for a range of a file and extends the file to contain it: `fallocate(2)`.
///
/// Writing to a mapped page without disk space raises `SIGBUS` on a full disk. With a reservation, a full disk is an
/// error instead. If the file system does not support the call, the range, which must lie after the end, is filled with
/// zeros.
#[expect(unsafe_code, reason = "a system call of a descriptor")]
pub(crate) fn reserve(file: &File, range: Range<u64>) -> io::Result<()> {
    let (offset, len) = signed(&range)?;
    if len == 0 {
        return Ok(());
    }
    loop {
        // SAFETY: the call takes a descriptor, which `file` keeps open, and numbers. It accesses no memory of this
        // process.
        let done = unsafe { libc::fallocate(file.as_raw_fd(), 0, offset, len) };
        if done == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EINTR) => {}
            Some(libc::EOPNOTSUPP) => return fill(file, range),
            _ => return Err(error),
        }
    }
}

/// Writes zeros, which allocates the space as well.
fn fill(file: &File, range: Range<u64>) -> io::Result<()> {
    let zeros = [0; 64 * 1024];
    let mut offset = range.start;
    while offset < range.end {
        let len = usize::try_from(range.end - offset).map_or(zeros.len(), |rest| rest.min(zeros.len()));
        file.write_all_at(&zeros[..len], offset)?;
        offset += len as u64;
    }
    Ok(())
}

/// Starts write-back of the dirty pages of a range without waiting: `sync_file_range(2)`.
///
/// `msync(MS_ASYNC)` has had no effect since Linux 2.6.19.
#[expect(unsafe_code, reason = "a system call of a descriptor")]
pub(crate) fn start_write_back(file: &File, range: Range<u64>) -> io::Result<()> {
    let (offset, len) = signed(&range)?;
    if len == 0 {
        // For the kernel, length 0 means the rest of the file.
        return Ok(());
    }
    // SAFETY: the call takes a descriptor, which `file` keeps open, and numbers. It accesses no memory of this process.
    let done = unsafe { libc::sync_file_range(file.as_raw_fd(), offset, len, libc::SYNC_FILE_RANGE_WRITE) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns offset and length of a range as signed integers for the kernel.
fn signed(range: &Range<u64>) -> io::Result<(libc::off_t, libc::off_t)> {
    let signed =
        |number: u64| libc::off_t::try_from(number).map_err(|_| io::Error::from_raw_os_error(libc::EFBIG));
    signed(range.end)?;
    Ok((signed(range.start)?, signed(range.end.saturating_sub(range.start))?))
}

/// Locks the pages of a range in memory: `mlock(2)`. A refusal includes the limit.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn lock_pages(map: &MmapRaw, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range)?;
    // SAFETY: `pages` and `len` span pages of `map`, which is borrowed and so stays mapped. The call maps pages and
    // changes none of their bytes.
    let done = unsafe { libc::mlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(with_limit(io::Error::last_os_error(), len)) }
}

/// Unlocks the pages of a range: `munlock(2)`.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn unlock_pages(map: &MmapRaw, range: Range<usize>) -> io::Result<()> {
    let (pages, len) = pages(map, range)?;
    // SAFETY: `pages` and `len` span pages of `map`, which is borrowed and so stays mapped. The call changes no bytes
    // and unmaps none.
    let done = unsafe { libc::munlock(pages, len) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns address and length of a range, extended to the start of its first page.
fn pages(map: &MmapRaw, range: Range<usize>) -> io::Result<(*mut libc::c_void, usize)> {
    if range.start > range.end || range.end > map.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // The mapping starts at a page boundary, so the start of the first page lies in it.
    let before = range.start % page_size();
    let first = map.as_mut_ptr().wrapping_add(range.start - before);
    Ok((first.cast(), range.len() + before))
}

/// Adds the limit, the possible reason, to a refused lock: `getrlimit(2)`.
#[expect(unsafe_code, reason = "a call of the C library that fills a struct")]
fn with_limit(refusal: io::Error, requested: usize) -> io::Error {
    // ENOMEM: above the limit; EPERM: the limit is 0; EAGAIN: some pages could not be locked.
    if !matches!(refusal.raw_os_error(), Some(libc::ENOMEM | libc::EPERM | libc::EAGAIN)) {
        return refusal;
    }
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a local `rlimit` that the call may write to.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_MEMLOCK, &raw mut limit) } == 0;
    let limit = match limit.rlim_cur {
        _ if !known => return refusal,
        libc::RLIM_INFINITY => "unlimited".to_owned(),
        bytes => format!("{bytes} bytes for all locks of the process"),
    };
    let message =
        format!("{requested} bytes of pages could not be locked: {refusal}; RLIMIT_MEMLOCK is {limit}");
    io::Error::new(refusal.kind(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_extends_the_file_with_zeros() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"kept", 0).unwrap();
        fill(&file, 4..150_001).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 150_001);
        let mut start = [1; 8];
        file.read_exact_at(&mut start, 0).unwrap();
        assert_eq!(&start, b"kept\0\0\0\0");
    }

    #[test]
    fn an_offset_beyond_i64_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        for range in [0..u64::MAX, u64::MAX - 1..u64::MAX, 1 << 63..(1 << 63) + 1] {
            assert_eq!(reserve(&file, range.clone()).unwrap_err().raw_os_error(), Some(libc::EFBIG));
            assert_eq!(start_write_back(&file, range).unwrap_err().raw_os_error(), Some(libc::EFBIG));
        }
        assert_eq!(file.metadata().unwrap().len(), 0);
    }
}
