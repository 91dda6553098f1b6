//! Linux.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

/// Length of a page in bytes: `sysconf(3)`.
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::io) fn page_size() -> usize {
    // SAFETY: asks for a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
}

/// Moves up to `len` bytes from a file to the position of another one: `copy_file_range(2)`. Returns how many.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::io) fn copy_file_range(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the offset, which lives in this
    // function, or is given none; it touches no other memory of ours.
    moved(unsafe { libc::copy_file_range(from, offset, to, ptr::null_mut(), len, 0) })
}

/// Moves up to `len` bytes from a file to whatever `to` is: `sendfile(2)`. Returns how many.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::io) fn sendfile(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the offset, which lives in this
    // function, or is given none; it touches no other memory of ours.
    moved(unsafe { libc::sendfile(to, from, offset, len) })
}

/// Moves up to `len` bytes where one of both is a pipe: `splice(2)`. Returns how many.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(in crate::io) fn splice(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the offset, which lives in this
    // function, or is given none; it touches no other memory of ours.
    moved(unsafe { libc::splice(from, offset, to, ptr::null_mut(), len, 0) })
}

/// An offset as the kernel counts. That there is none so large is told by the words of the kernel.
fn signed<T: TryFrom<u64>>(offset: u64) -> io::Result<T> {
    T::try_from(offset).map_err(|_| io::Error::from_raw_os_error(libc::EOVERFLOW))
}

/// What a call said: how many bytes, or that there is an error.
fn moved(answer: isize) -> io::Result<usize> {
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}
