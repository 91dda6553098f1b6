//! Reading files at positions.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use super::{page_size, signed};
use crate::io::ReadAhead;

/// Reads once at a position: `pread(2)`.
pub(in crate::io) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    FileExt::read_at(file, into, offset)
}

/// The same, and drops from the page cache what was not there before: `preadv2(2)` with `RWF_DONTCACHE`.
///
/// # Errors
///
/// Of the kind `Unsupported` if the kernel (before 6.14) or the file system has no such reads.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::io) fn read_uncached(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let offset = signed(offset)?;
    let buffer = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    // SAFETY: writes at most `iov_len` bytes to where `iov_base` points, which is all of `into`.
    let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const buffer, 1, offset, libc::RWF_DONTCACHE) };
    usize::try_from(read).map_err(|_| match io::Error::last_os_error() {
        // A kernel that does not know the flag says so in one of these ways.
        error if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ENOSYS)) => {
            io::ErrorKind::Unsupported.into()
        }
        error => error,
    })
}

/// Has the kernel read a range into the page cache.
pub(in crate::io) fn read_ahead(file: &File, offset: u64, len: u64) -> io::Result<()> {
    advise(file, offset, len, libc::POSIX_FADV_WILLNEED)
}

/// Tells the kernel how far to read ahead of every read.
pub(in crate::io) fn set_read_ahead(file: &File, read_ahead: ReadAhead) -> io::Result<()> {
    let advice = match read_ahead {
        ReadAhead::Normal => libc::POSIX_FADV_NORMAL,
        ReadAhead::Sequential => libc::POSIX_FADV_SEQUENTIAL,
        ReadAhead::None => libc::POSIX_FADV_RANDOM,
    };
    advise(file, 0, 0, advice)
}

/// Tells the kernel how a range of a file will be read; a length of 0 stands for all the rest: `posix_fadvise(2)`.
#[expect(unsafe_code, reason = "a system call")]
fn advise(file: &File, offset: u64, len: u64, advice: libc::c_int) -> io::Result<()> {
    let (offset, len) = (signed(offset)?, signed(len)?);
    // SAFETY: takes numbers, and touches no memory of ours.
    let error = unsafe { libc::posix_fadvise(file.as_raw_fd(), offset, len, advice) };
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

/// Opens a file once more, for direct reads: `O_DIRECT` of `open(2)`.
pub(in crate::io) fn open_direct(file: &File) -> io::Result<File> {
    // The file itself, whatever has become of its name.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    OpenOptions::new().read(true).custom_flags(libc::O_DIRECT).open(path)
}

/// Which alignment direct reads of a file need, of memory and of offsets: `STATX_DIOALIGN` of `statx(2)`.
#[expect(unsafe_code, reason = "a system call that fills a structure")]
pub(in crate::io) fn direct_alignment(file: &File) -> io::Result<(usize, usize)> {
    let mut found = MaybeUninit::<libc::statx>::zeroed();
    let (flags, mask) = (libc::AT_EMPTY_PATH, libc::STATX_DIOALIGN);
    // SAFETY: reads a path that is empty and ends with a zero, and writes to a structure of the right type.
    let done = unsafe { libc::statx(file.as_raw_fd(), c"".as_ptr(), flags, mask, found.as_mut_ptr()) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all zeros is a valid `statx`, and so is what the call wrote.
    let found = unsafe { found.assume_init() };
    let (memory, offset) = (found.stx_dio_mem_align as usize, found.stx_dio_offset_align as usize);
    match found.stx_mask & libc::STATX_DIOALIGN {
        // Before Linux 6.1. A page is enough for every file system.
        0 => Ok((page_size(), page_size())),
        _ if memory == 0 || offset == 0 => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the file system makes no direct reads of this file",
        )),
        _ => Ok((memory, offset)),
    }
}
