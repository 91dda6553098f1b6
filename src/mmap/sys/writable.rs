//! Mappings that one owner writes to.

use std::fs::File;
use std::io;

use memmap2::{MmapMut, MmapOptions};

use super::Guarded;

/// Maps `len` bytes from the start of a file that is open to read and write. What is written is written to the file.
#[expect(unsafe_code, reason = "mapping a file is unsafe")]
pub(in crate::mmap) fn map_writable(file: &File, len: usize) -> io::Result<Guarded<MmapMut>> {
    // SAFETY: the mapping is readable and writable for as long as the `MmapMut` lives, and through it only its owner gets
    // at the bytes. That no other program changes them cannot be had of the system; the page of the module `mmap` says what
    // that means and for whom.
    unsafe { MmapOptions::new().len(len).map_mut(file) }.map(|map| Guarded::owned(file, map))
}

/// Maps `len` bytes from the start of a file. What is written stays in memory.
#[expect(unsafe_code, reason = "mapping a file is unsafe")]
pub(in crate::mmap) fn map_private(file: &File, len: usize) -> io::Result<Guarded<MmapMut>> {
    // SAFETY: as for `map_writable`. A page that was written to belongs to this mapping alone; the others are the file's.
    unsafe { MmapOptions::new().len(len).map_copy(file) }.map(|map| Guarded::owned(file, map))
}
