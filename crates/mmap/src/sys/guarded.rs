//! Writable mappings whose vanished pages are replaced.

use std::fs::File;
use std::ops::{Deref, DerefMut};

use memmap2::{MmapMut, MmapRaw};

use super::os::Guard;

/// A writable mapping with a guard against truncation of its file, on systems that support one.
///
/// Writes to a vanished page are lost; [`lost_from`](Guarded::lost_from) reports them.
#[derive(Debug)]
pub(crate) struct Guarded<M> {
    /// Declared before the mapping, so it is dropped first.
    guard: Option<Guard>,
    map: M,
}

impl Guarded<MmapMut> {
    pub(crate) fn owned(file: &File, mut map: MmapMut) -> Self {
        Self { guard: Guard::of_writable(file, map.as_mut_ptr(), map.len()), map }
    }
}

impl Guarded<MmapRaw> {
    pub(super) fn raw(file: &File, map: MmapRaw) -> Self {
        Self { guard: Guard::of_writable(file, map.as_mut_ptr(), map.len()), map }
    }
}

impl<M> Guarded<M> {
    /// Returns the position of the first byte that was lost by truncation.
    pub(crate) fn lost_from(&self) -> Option<usize> {
        self.guard.as_ref()?.lost_from()
    }
}

impl<M> Deref for Guarded<M> {
    type Target = M;

    #[inline]
    fn deref(&self) -> &M {
        &self.map
    }
}

impl<M> DerefMut for Guarded<M> {
    #[inline]
    fn deref_mut(&mut self) -> &mut M {
        &mut self.map
    }
}
