//! Systems other than Linux.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::fd::BorrowedFd;

use crate::ReadAhead;

/// The page size of most of these systems.
pub(crate) fn page_size() -> usize {
    if cfg!(all(target_vendor = "apple", target_arch = "aarch64")) { 16 << 10 } else { 4 << 10 }
}

/// Reads once at an offset.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, offset)
}

/// Reads once at an offset.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, offset)
}

pub(crate) fn read_uncached(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(unsupported("uncached reads are supported on Linux only"))
}

pub(crate) fn read_ahead(_: &File, _: u64, _: u64) -> io::Result<()> {
    Err(unsupported("read-ahead is supported on Linux only"))
}

pub(crate) fn set_read_ahead(_: &File, _: ReadAhead) -> io::Result<()> {
    Err(unsupported("read-ahead advice is supported on Linux only"))
}

pub(crate) fn open_direct(_: &File) -> io::Result<File> {
    Err(unsupported("direct reads are supported on Linux only"))
}

pub(crate) fn direct_alignment(_: &File) -> io::Result<(usize, usize)> {
    Err(unsupported("direct reads are supported on Linux only"))
}

/// Unsupported: a system call of Linux.
#[cfg(unix)]
pub(crate) fn copy_file_range(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("copy_file_range is supported on Linux only"))
}

/// Unsupported: other systems have a call of this name with different arguments, for sockets only.
#[cfg(unix)]
pub(crate) fn sendfile(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("sendfile is supported on Linux only"))
}

/// Unsupported: a system call of Linux.
#[cfg(unix)]
pub(crate) fn splice(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("splice is supported on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
