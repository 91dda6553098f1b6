//! Moving bytes from file to file.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

use super::signed;

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

/// What a call said: how many bytes, or that there is an error.
fn moved(answer: isize) -> io::Result<usize> {
    usize::try_from(answer).map_err(|_| io::Error::last_os_error())
}
