//! Systems other than Linux.

#[cfg(unix)]
use std::{io, os::fd::BorrowedFd};

/// The length of a page on most of them.
pub(in crate::io) fn page_size() -> usize {
    if cfg!(all(target_vendor = "apple", target_arch = "aarch64")) { 16 << 10 } else { 4 << 10 }
}

/// Refused: a call of Linux.
#[cfg(unix)]
pub(in crate::io) fn copy_file_range(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(of_linux("copy_file_range"))
}

/// Refused: other systems have a call of this name, with other arguments and for sockets only.
#[cfg(unix)]
pub(in crate::io) fn sendfile(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(of_linux("sendfile"))
}

/// Refused: a call of Linux.
#[cfg(unix)]
pub(in crate::io) fn splice(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(of_linux("splice"))
}

#[cfg(unix)]
fn of_linux(call: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("{call} is used on Linux only"))
}
