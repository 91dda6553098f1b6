//! A writable mapping with borrow checks on ranges at run time.
//!
//! The table of borrows and the references that rely on it share this file, so that the safety argument is in one
//! place.

use std::fmt;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Range};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use memmap2::{MmapOptions, MmapRaw};
use pagecut_core::error::{ErrorKind, Result};

use super::{Guarded, os};

/// A writable mapping that hands out borrows of ranges.
pub(crate) struct SharedMap {
    map: Guarded<MmapRaw>,
    borrows: Mutex<BorrowTable>,
    /// Signalled when a borrow ends.
    ended: Condvar,
}

#[derive(Default)]
struct BorrowTable {
    active: Vec<Borrow>,
    /// Requests that wait for transient borrows.
    waiting: Vec<Borrow>,
    /// Identifiers ascend, so they give the order of requests.
    next: u64,
}

#[derive(Clone)]
struct Borrow {
    id: u64,
    range: Range<usize>,
    access: Access,
    /// Whether the borrow ends by itself: no code of the caller runs while it lasts.
    transient: bool,
}

impl Borrow {
    /// Returns whether the two borrows cannot be active together.
    fn conflicts_with(&self, other: &Self) -> bool {
        let overlap = self.range.start.max(other.range.start) < self.range.end.min(other.range.end);
        overlap && !self.access.is_compatible_with(other.access)
    }
}

/// Kind of access of a borrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
    /// Integers of this many bytes, each accessed atomically.
    Atomic(usize),
}

impl Access {
    /// Returns whether overlapping borrows of these kinds can be active together.
    fn is_compatible_with(self, other: Self) -> bool {
        self == other && self != Self::Write
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "for reading",
            Self::Write => "for writing",
            Self::Atomic(4) => "as 32-bit atomics",
            Self::Atomic(_) => "as 64-bit atomics",
        }
    }
}

impl SharedMap {
    /// Maps `len` bytes from the start of a file that is open for reading and writing.
    pub(crate) fn map(file: &File, len: usize) -> io::Result<Self> {
        let map = Guarded::raw(file, MmapOptions::new().len(len).map_raw(file)?);
        Ok(Self { map, borrows: Mutex::default(), ended: Condvar::new() })
    }

    /// Returns the position of the first byte that was lost by truncation.
    pub(crate) fn lost_from(&self) -> Option<usize> {
        self.map.lost_from()
    }

    /// Returns the length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Borrows a range for reading.
    pub(crate) fn view(&self, range: Range<usize>) -> Result<View<'_>> {
        Ok(View { borrow: self.borrow(range, Access::Read, false)? })
    }

    /// Borrows a range for writing.
    pub(crate) fn view_mut(&self, range: Range<usize>) -> Result<ViewMut<'_>> {
        Ok(ViewMut { borrow: self.borrow(range, Access::Write, false)? })
    }

    /// Borrows a range as atomic integers.
    pub(crate) fn atomics<A: Atomic>(&self, range: Range<usize>) -> Result<AtomicView<'_, A>> {
        let (start, end, align) = (range.start as u64, range.end as u64, size_of::<A>());
        let address = self.map.as_ptr().addr().wrapping_add(range.start);
        let borrow = self.borrow(range, Access::Atomic(size_of::<A>()), false)?;
        if !address.is_multiple_of(align) || !borrow.range.len().is_multiple_of(align) {
            return Err(ErrorKind::Misaligned { start, end, align: align as u64 }.into());
        }
        Ok(AtomicView { borrow, atomics: PhantomData })
    }

    /// Copies bytes of the mapping from `start` into `into`.
    pub(crate) fn copy_out(&self, start: usize, into: &mut [u8]) -> Result<()> {
        let range = start..start.saturating_add(into.len());
        let view = View { borrow: self.borrow(range, Access::Read, true)? };
        into.copy_from_slice(&view);
        Ok(())
    }

    /// Copies `from` to the mapping at `start`.
    pub(crate) fn copy_in(&self, start: usize, from: &[u8]) -> Result<()> {
        let range = start..start.saturating_add(from.len());
        let mut view = ViewMut { borrow: self.borrow(range, Access::Write, true)? };
        view.copy_from_slice(from);
        Ok(())
    }

    /// Flushes the dirty pages of a range to disk and waits: `msync(MS_SYNC)`.
    pub(crate) fn sync(&self, range: Range<usize>) -> io::Result<()> {
        self.map.flush_range(range.start, range.len())
    }

    /// Locks the pages of a range in memory.
    pub(crate) fn lock(&self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() { Ok(()) } else { os::lock_pages(&self.map, range) }
    }

    /// Unlocks the pages of a range.
    pub(crate) fn unlock(&self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() { Ok(()) } else { os::unlock_pages(&self.map, range) }
    }

    /// Registers a borrow if the range lies in the mapping and no active borrow conflicts.
    ///
    /// The call waits only for transient borrows, because they end by themselves; any other borrow may belong to the calling
    /// thread. Requests wait in order: otherwise readers in quick succession would starve a writer. The first request
    /// in the queue waits only for transient borrows, so the queue always advances.
    fn borrow(&self, range: Range<usize>, access: Access, transient: bool) -> Result<BorrowGuard<'_>> {
        let (start, end) = (range.start as u64, range.end as u64);
        if range.start > range.end || range.end > self.len() {
            return Err(ErrorKind::OutOfRange { start, end, len: self.len() as u64 }.into());
        }
        let mut borrows = self.borrows();
        let id = borrows.next;
        borrows.next += 1;
        let requested = Borrow { id, range: range.clone(), access, transient };
        let mut queued = false;
        let refused = loop {
            if let Some(held) =
                borrows.active.iter().find(|borrow| !borrow.transient && borrow.conflicts_with(&requested))
            {
                let (held_start, held_end) = (held.range.start as u64, held.range.end as u64);
                break Some(ErrorKind::RangeInUse {
                    start,
                    end,
                    held_start,
                    held_end,
                    held: held.access.name(),
                });
            }
            let first =
                !borrows.waiting.iter().any(|earlier| earlier.id < id && earlier.conflicts_with(&requested));
            if first && !borrows.active.iter().any(|borrow| borrow.conflicts_with(&requested)) {
                break None;
            }
            if !queued {
                borrows.waiting.push(requested.clone());
                queued = true;
            }
            borrows = self.ended.wait(borrows).unwrap_or_else(PoisonError::into_inner);
        };
        if queued {
            borrows.waiting.retain(|borrow| borrow.id != id);
            // Requests that waited for this one can continue, or can be refused.
            self.ended.notify_all();
        }
        if let Some(refused) = refused {
            return Err(refused.into());
        }
        // An empty range never overlaps another one.
        if !range.is_empty() {
            borrows.active.push(requested);
        }
        Ok(BorrowGuard { owner: self, id, range })
    }

    /// Locks the table. No code panics while it holds the lock, so the table is consistent even if the lock is
    /// poisoned.
    fn borrows(&self) -> MutexGuard<'_, BorrowTable> {
        self.borrows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a borrow on drop. If it is leaked, the range stays borrowed.
struct BorrowGuard<'a> {
    owner: &'a SharedMap,
    id: u64,
    /// Lies in the mapping.
    range: Range<usize>,
}

impl BorrowGuard<'_> {
    /// Returns the address of the first byte of the range.
    fn start(&self) -> *mut u8 {
        self.owner.map.as_mut_ptr().wrapping_add(self.range.start)
    }
}

impl Drop for BorrowGuard<'_> {
    fn drop(&mut self) {
        self.owner.borrows().active.retain(|borrow| borrow.id != self.id);
        self.owner.ended.notify_all();
    }
}

impl fmt::Debug for BorrowGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.range)
    }
}

/// A range of a [`MmapShared`](crate::MmapShared), borrowed for reading until this is dropped.
#[derive(Debug)]
pub struct View<'a> {
    borrow: BorrowGuard<'a>,
}

impl Deref for View<'_> {
    type Target = [u8];

    #[inline]
    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[u8] {
        // SAFETY: `borrow` checked that the range lies in the mapping, and the guard borrows the mapping, so the bytes
        // are mapped and readable while the reference lives; memmap2 maps no more than `isize::MAX` bytes. The table
        // contains no overlapping borrow for writing or as atomics and admits none before this one is dropped, so no
        // code writes to the bytes through this mapping. Other programs can; the documentation of `mmap` states the
        // consequences.
        unsafe { std::slice::from_raw_parts(self.borrow.start(), self.borrow.range.len()) }
    }
}

/// A range of a [`MmapShared`](crate::MmapShared), borrowed for reading and writing until this is dropped.
#[derive(Debug)]
pub struct ViewMut<'a> {
    borrow: BorrowGuard<'a>,
}

impl Deref for ViewMut<'_> {
    type Target = [u8];

    #[inline]
    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[u8] {
        // SAFETY: as for `View`: in the mapping, mapped, readable. The table contains no other overlapping borrow, and
        // the only way to write through this one is `deref_mut`, which borrows it mutably.
        unsafe { std::slice::from_raw_parts(self.borrow.start(), self.borrow.range.len()) }
    }
}

impl DerefMut for ViewMut<'_> {
    #[inline]
    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `View`: in the mapping, mapped, and writable, since it was mapped for writing. The table
        // contains no other overlapping borrow and admits none before this one is dropped, and this one is borrowed
        // mutably: the reference is the only one to these bytes.
        unsafe { std::slice::from_raw_parts_mut(self.borrow.start(), self.borrow.range.len()) }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::sync::atomic::AtomicU32 {}
    impl Sealed for std::sync::atomic::AtomicU64 {}
}

/// An atomic integer of an [`AtomicView`]: [`AtomicU32`] or [`AtomicU64`].
pub trait Atomic: sealed::Sealed {}
impl Atomic for AtomicU32 {}
impl Atomic for AtomicU64 {}

/// A range of a [`MmapShared`](crate::MmapShared), borrowed as atomic integers in native byte order until this is
/// dropped.
pub struct AtomicView<'a, A> {
    borrow: BorrowGuard<'a>,
    atomics: PhantomData<&'a [A]>,
}

impl<A: Atomic> Deref for AtomicView<'_, A> {
    type Target = [A];

    #[inline]
    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[A] {
        let integers = self.borrow.range.len() / size_of::<A>();
        // SAFETY: as for `View`: in the mapping, mapped, readable and writable. `A` is `AtomicU32` or `AtomicU64`, for
        // which every bit pattern is valid; `SharedMap::atomics` checked the alignment of the address. Overlapping
        // borrows can only be atomics of the same width, so every access to these bytes through this mapping is atomic
        // and of the same size. Atomics may be written through a shared reference.
        unsafe { std::slice::from_raw_parts(self.borrow.start().cast::<A>(), integers) }
    }
}

impl<A> fmt::Debug for AtomicView<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicView").field("borrow", &self.borrow).finish()
    }
}
