//! Writable mappings with a single owner.

use std::fs::File;
use std::io;

use memmap2::{MmapMut, MmapOptions};

use super::Guarded;

/// Maps `len` bytes from the start of a file that is open for reading and writing. Writes go to the file.
#[expect(unsafe_code, reason = "mapping a file is unsafe")]
pub(crate) fn map_writable(file: &File, len: usize) -> io::Result<Guarded<MmapMut>> {
    // SAFETY: the mapping is readable and writable while the `MmapMut` lives, and only its owner can access the bytes
    // through it. The system cannot guarantee that no other program changes them; the documentation of `mmap` states
    // the consequences.
    unsafe { MmapOptions::new().len(len).map_mut(file) }.map(|map| Guarded::owned(file, map))
}

/// Maps `len` bytes from the start of a file. Writes stay in memory.
#[expect(unsafe_code, reason = "mapping a file is unsafe")]
pub(crate) fn map_private(file: &File, len: usize) -> io::Result<Guarded<MmapMut>> {
    // SAFETY: as for `map_writable`. A page that has been written to is private to this mapping; the others are those
    // of the file.
    unsafe { MmapOptions::new().len(len).map_copy(file) }.map(|map| Guarded::owned(file, map))
}
