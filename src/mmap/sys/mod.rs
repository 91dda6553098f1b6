//! What only the system can do, a file for each kind of system. The only place that names `libc` for mappings.
//!
//! Every function takes the mapping itself and a range that lies inside of it.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;

mod lendable;
mod writable;

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

pub(super) use lendable::Lendable;
pub use lendable::{Atomic, AtomicView, View, ViewMut};
pub(super) use os::{advise, lock, page_size, usage};
pub(super) use os::{reserve, start_write_back};
pub(super) use writable::{map_private, map_writable};

/// Maps `len` bytes of a file from `offset` on, to be read only and shared with everybody else who maps it.
///
/// The offset need not be that of a page.
#[expect(unsafe_code, reason = "mapping a file is unsafe, and this is the one place that does it")]
pub(super) fn map(file: &File, offset: u64, len: usize) -> io::Result<Mmap> {
    // SAFETY: the mapping is readable for as long as the `Mmap` lives, whatever becomes of `file`. That nobody changes
    // the bytes cannot be had of the system; the page of the module `mmap` says what that means and for whom.
    unsafe { MmapOptions::new().offset(offset).len(len).map(file) }
}
