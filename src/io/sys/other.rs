//! Systems other than Linux.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::fd::BorrowedFd;

use crate::io::ReadAhead;

/// The length of a page on most of them.
pub(in crate::io) fn page_size() -> usize {
    if cfg!(all(target_vendor = "apple", target_arch = "aarch64")) { 16 << 10 } else { 4 << 10 }
}

/// Reads once at a position.
#[cfg(unix)]
pub(in crate::io) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, offset)
}

/// Reads once at a position.
#[cfg(windows)]
pub(in crate::io) fn read_at(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, offset)
}

pub(in crate::io) fn read_uncached(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(unsupported("reads that leave no trace in the page cache are made on Linux only"))
}

pub(in crate::io) fn read_ahead(_: &File, _: u64, _: u64) -> io::Result<()> {
    Err(unsupported("the kernel is asked to read ahead on Linux only"))
}

pub(in crate::io) fn set_read_ahead(_: &File, _: ReadAhead) -> io::Result<()> {
    Err(unsupported("the kernel is told how far to read ahead on Linux only"))
}

pub(in crate::io) fn open_direct(_: &File) -> io::Result<File> {
    Err(unsupported("direct reads are made on Linux only"))
}

pub(in crate::io) fn direct_alignment(_: &File) -> io::Result<(usize, usize)> {
    Err(unsupported("direct reads are made on Linux only"))
}

/// Refused: a call of Linux.
#[cfg(unix)]
pub(in crate::io) fn copy_file_range(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("copy_file_range is used on Linux only"))
}

/// Refused: other systems have a call of this name, with other arguments and for sockets only.
#[cfg(unix)]
pub(in crate::io) fn sendfile(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("sendfile is used on Linux only"))
}

/// Refused: a call of Linux.
#[cfg(unix)]
pub(in crate::io) fn splice(
    _from: BorrowedFd<'_>,
    _offset: Option<u64>,
    _to: BorrowedFd<'_>,
    _len: usize,
) -> io::Result<usize> {
    Err(unsupported("splice is used on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
