//! Systems other than Linux: files are mapped, and nothing is known or said about their pages.

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};

use memmap2::{Mmap, MmapOptions};

use crate::mmap::Advice;

/// Memory that holds a file, to be read.
#[derive(Debug)]
pub(in crate::mmap) struct Map(Mmap);

impl Map {
    /// Maps `len` bytes of a file from `offset` on. The offset need not be that of a page.
    #[expect(unsafe_code, reason = "mapping a file is unsafe, and this is the one place that does it")]
    pub(in crate::mmap) fn file(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        // SAFETY: the mapping is readable for as long as the `Mmap` lives. That nobody changes or cuts the file cannot be
        // had of the system; the page of the module `mmap` says what that means and for whom.
        unsafe { MmapOptions::new().offset(offset).len(len).map(file) }.map(Self)
    }

    /// Losses are not noticed here.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        None
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

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

pub(in crate::mmap) fn advise(_: &Map, _: Range<usize>, _: Advice) -> io::Result<()> {
    Err(unsupported("advice on memory is given on Linux only"))
}

pub(in crate::mmap) fn lock(_: &Map, _: Range<usize>) -> io::Result<()> {
    Err(unsupported("memory is locked on Linux only"))
}

pub(in crate::mmap) fn usage(_: &Map) -> io::Result<Usage> {
    Err(unsupported("the use of memory is known on Linux only"))
}

fn unsupported(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, what)
}
