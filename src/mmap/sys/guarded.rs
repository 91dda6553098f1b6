//! A mapping whose vanished pages are replaced, of any kind.

use std::fs::File;
use std::ops::{Deref, DerefMut};

use memmap2::{MmapMut, MmapRaw};

use super::os::Guard;

/// A writable mapping that is guarded against its file being cut short, where the system can do that.
///
/// What is written to a page that vanished is written to nothing; [`lost_from`](Guarded::lost_from) tells.
#[derive(Debug)]
pub(in crate::mmap) struct Guarded<M> {
    /// Before the mapping, so that it is dropped before.
    guard: Option<Guard>,
    map: M,
}

impl Guarded<MmapMut> {
    pub(in crate::mmap) fn owned(file: &File, mut map: MmapMut) -> Self {
        Self { guard: Guard::of_writable(file, map.as_mut_ptr(), map.len()), map }
    }
}

impl Guarded<MmapRaw> {
    pub(super) fn raw(file: &File, map: MmapRaw) -> Self {
        Self { guard: Guard::of_writable(file, map.as_mut_ptr(), map.len()), map }
    }
}

impl<M> Guarded<M> {
    /// The first byte that was lost because the file was cut short.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        self.guard.as_ref()?.lost_from()
    }
}

impl<M> Deref for Guarded<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.map
    }
}

impl<M> DerefMut for Guarded<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.map
    }
}
