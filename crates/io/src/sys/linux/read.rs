//! System calls for positioned reads.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use super::{page_size, signed};
use crate::ReadAhead;

/// Reads once at an offset: `pread(2)`.
pub(crate) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    FileExt::read_at(file, into, offset)
}

/// Reads once at an offset and evicts pages that were not in the page cache before: `preadv2(2)` with `RWF_DONTCACHE`.
///
/// # Errors
///
/// `Unsupported` if the kernel (before 6.14) or the file system lacks such reads.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn read_uncached(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let offset = signed(offset)?;
    let buffer = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    // SAFETY: writes at most `iov_len` bytes to `iov_base`, which is all of `into`.
    let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const buffer, 1, offset, libc::RWF_DONTCACHE) };
    usize::try_from(read).map_err(|_| match io::Error::last_os_error() {
        // Kernels that do not know the flag return one of these errors.
        error if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ENOSYS)) => {
            io::ErrorKind::Unsupported.into()
        }
        error => error,
    })
}

/// Starts reading a range into the page cache.
pub(crate) fn read_ahead(file: &File, offset: u64, len: u64) -> io::Result<()> {
    advise(file, offset, len, libc::POSIX_FADV_WILLNEED)
}

/// Sets the kernel's read-ahead for the file.
pub(crate) fn set_read_ahead(file: &File, read_ahead: ReadAhead) -> io::Result<()> {
    let advice = match read_ahead {
        ReadAhead::Normal => libc::POSIX_FADV_NORMAL,
        ReadAhead::Sequential => libc::POSIX_FADV_SEQUENTIAL,
        ReadAhead::None => libc::POSIX_FADV_RANDOM,
    };
    advise(file, 0, 0, advice)
}

/// Advises the kernel about a range of a file; length 0 means up to the end: `posix_fadvise(2)`.
#[expect(unsafe_code, reason = "a system call")]
fn advise(file: &File, offset: u64, len: u64, advice: libc::c_int) -> io::Result<()> {
    let (offset, len) = (signed(offset)?, signed(len)?);
    // SAFETY: takes numbers and accesses no memory of this process.
    let error = unsafe { libc::posix_fadvise(file.as_raw_fd(), offset, len, advice) };
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error)) }
}

/// Opens a file again for direct reads: `O_DIRECT` of `open(2)`.
pub(crate) fn open_direct(file: &File) -> io::Result<File> {
    // This path opens the same file even if its name has changed.
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    OpenOptions::new().read(true).custom_flags(libc::O_DIRECT).open(path)
}

/// Returns the alignment of memory and of offsets that direct reads of a file require: `STATX_DIOALIGN` of `statx(2)`.
#[expect(unsafe_code, reason = "a system call that fills a structure")]
pub(crate) fn direct_alignment(file: &File) -> io::Result<(usize, usize)> {
    let mut found = MaybeUninit::<libc::statx>::zeroed();
    let (flags, mask) = (libc::AT_EMPTY_PATH, libc::STATX_DIOALIGN);
    // SAFETY: reads an empty, zero-terminated path and writes to a structure of the right type.
    let done = unsafe { libc::statx(file.as_raw_fd(), c"".as_ptr(), flags, mask, found.as_mut_ptr()) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: all zeros is a valid `statx`, and so is the value that the call wrote.
    let found = unsafe { found.assume_init() };
    let (memory, offset) = (found.stx_dio_mem_align as usize, found.stx_dio_offset_align as usize);
    match found.stx_mask & libc::STATX_DIOALIGN {
        // Before Linux 6.1. A page suffices for every file system.
        0 => Ok((page_size(), page_size())),
        _ if memory == 0 || offset == 0 => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "the file system does not support direct reads of this file",
        )),
        _ => Ok((memory, offset)),
    }
}
