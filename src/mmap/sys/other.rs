//! Systems other than Linux: files are mapped, and nothing is known or said about their pages.

use std::fs::File;
use std::io;
use std::ops::Range;

use memmap2::{Mmap, MmapRaw};

use crate::mmap::Advice;

/// How much of a mapping is in memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::mmap) struct Usage {
    pub(in crate::mmap) resident: u64,
    pub(in crate::mmap) huge: u64,
}

/// The smallest length of a page in use.
pub(in crate::mmap) fn page_size() -> usize {
    4096
}

pub(in crate::mmap) fn advise(_: &Mmap, _: Range<usize>, _: Advice) -> io::Result<()> {
    Err(unsupported("advice on memory is given on Linux only"))
}

pub(in crate::mmap) fn lock(_: &Mmap, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn usage(_: &Mmap) -> io::Result<Usage> {
    Err(unsupported("the use of memory is known on Linux only"))
}

pub(in crate::mmap) fn reserve(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("space for a mapped file is reserved on Linux only"))
}

pub(in crate::mmap) fn start_write_back(_: &File, _: Range<u64>) -> io::Result<()> {
    Err(unsupported("write-back is started on Linux only"))
}

pub(in crate::mmap) fn lock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn unlock_pages(_: &MmapRaw, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
