//! System calls that move bytes between descriptors.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use super::signed;

/// Moves up to `len` bytes from a file to the position of another one: `copy_file_range(2)`. Returns the number of
/// bytes.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn copy_file_range(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the local offset, or gets a
    // null pointer; it accesses no other memory of this process.
    moved(unsafe { libc::copy_file_range(from, offset, to, ptr::null_mut(), len, 0) })
}

/// Moves up to `len` bytes from a file to any descriptor: `sendfile(2)`. Returns the number of bytes.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn sendfile(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the local offset, or gets a
    // null pointer; it accesses no other memory of this process.
    moved(unsafe { libc::sendfile(to, from, offset, len) })
}

/// Moves up to `len` bytes between two descriptors, one of which is a pipe: `splice(2)`. Returns the number of bytes.
#[expect(unsafe_code, reason = "a system call that takes an address")]
pub(crate) fn splice(
    from: BorrowedFd<'_>,
    offset: Option<u64>,
    to: BorrowedFd<'_>,
    len: usize,
) -> io::Result<usize> {
    let (from, to) = (from.as_raw_fd(), to.as_raw_fd());
    let mut offset = offset.map(signed).transpose()?;
    let offset = offset.as_mut().map_or(ptr::null_mut(), ptr::from_mut);
    // SAFETY: both descriptors are open, since they are borrowed. The call reads and writes the local offset, or gets a
    // null pointer; it accesses no other memory of this process.
    moved(unsafe { libc::splice(from, offset, to, ptr::null_mut(), len, 0) })
}

/// Converts the result of a call to a number of bytes or an error.
fn moved(answer: isize) -> io::Result<usize> {
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}
