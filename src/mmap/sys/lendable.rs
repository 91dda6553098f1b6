//! A writable mapping that is lent out in pieces, and the table of what is lent.
//!
//! The table and the references that rest on it are one file, so that the argument for them can be read in one place.

use std::fmt;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Range};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use memmap2::{MmapOptions, MmapRaw};

use super::{Guarded, os};
use crate::error::{ErrorKind, Result};

/// A writable mapping that is lent out in pieces.
pub(in crate::mmap) struct Lendable {
    map: Guarded<MmapRaw>,
    loans: Mutex<Loans>,
    /// Signalled when a loan ends.
    ended: Condvar,
}

#[derive(Default)]
struct Loans {
    open: Vec<Loan>,
    /// Asked for, and kept waiting by brief ones.
    waiting: Vec<Loan>,
    /// Numbers go up, so that they tell who came first.
    next: u64,
}

#[derive(Clone)]
struct Loan {
    id: u64,
    range: Range<usize>,
    kind: Kind,
    /// Whether it ends by itself: no code of the caller runs while it lasts.
    brief: bool,
}

impl Loan {
    /// Whether the two cannot be open at a time.
    fn excludes(&self, other: &Self) -> bool {
        let overlap = self.range.start.max(other.range.start) < self.range.end.min(other.range.end);
        overlap && !self.kind.goes_with(other.kind)
    }
}

/// What a piece is lent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    /// Integers of this many bytes, each of which is read and written whole.
    Atomic(usize),
}

impl Kind {
    /// Whether two overlapping loans can be open at a time.
    fn goes_with(self, other: Self) -> bool {
        self == other && self != Self::Write
    }

    fn name(self) -> &'static str {
        match self {
            Self::Read => "to read",
            Self::Write => "to write",
            Self::Atomic(4) => "as 32-bit atomics",
            Self::Atomic(_) => "as 64-bit atomics",
        }
    }
}

impl Lendable {
    /// Maps `len` bytes from the start of a file that is open to read and write.
    pub(in crate::mmap) fn map(file: &File, len: usize) -> io::Result<Self> {
        let map = Guarded::raw(file, MmapOptions::new().len(len).map_raw(file)?);
        Ok(Self { map, loans: Mutex::default(), ended: Condvar::new() })
    }

    /// The first byte that was lost because the file was cut short.
    pub(in crate::mmap) fn lost_from(&self) -> Option<usize> {
        self.map.lost_from()
    }

    /// Length in bytes.
    pub(in crate::mmap) fn len(&self) -> usize {
        self.map.len()
    }

    /// Lends a range to read.
    pub(in crate::mmap) fn view(&self, range: Range<usize>) -> Result<View<'_>> {
        Ok(View { loan: self.lend(range, Kind::Read, false)? })
    }

    /// Lends a range to write.
    pub(in crate::mmap) fn view_mut(&self, range: Range<usize>) -> Result<ViewMut<'_>> {
        Ok(ViewMut { loan: self.lend(range, Kind::Write, false)? })
    }

    /// Lends a range as atomic integers.
    pub(in crate::mmap) fn atomics<A: Atomic>(&self, range: Range<usize>) -> Result<AtomicView<'_, A>> {
        let (start, end, align) = (range.start as u64, range.end as u64, size_of::<A>());
        let address = self.map.as_ptr().addr().wrapping_add(range.start);
        let loan = self.lend(range, Kind::Atomic(size_of::<A>()), false)?;
        if !address.is_multiple_of(align) || !loan.range.len().is_multiple_of(align) {
            return Err(ErrorKind::Misaligned { start, end, align: align as u64 }.into());
        }
        Ok(AtomicView { loan, atomics: PhantomData })
    }

    /// Copies bytes from `start` on out of the mapping.
    pub(in crate::mmap) fn copy_out(&self, start: usize, into: &mut [u8]) -> Result<()> {
        let range = start..start.saturating_add(into.len());
        let view = View { loan: self.lend(range, Kind::Read, true)? };
        into.copy_from_slice(&view);
        Ok(())
    }

    /// Copies bytes into the mapping, to `start` and on.
    pub(in crate::mmap) fn copy_in(&self, start: usize, from: &[u8]) -> Result<()> {
        let range = start..start.saturating_add(from.len());
        let mut view = ViewMut { loan: self.lend(range, Kind::Write, true)? };
        view.copy_from_slice(from);
        Ok(())
    }

    /// Writes the dirty pages of a range to the disk and waits for it: `msync(MS_SYNC)`.
    pub(in crate::mmap) fn sync(&self, range: Range<usize>) -> io::Result<()> {
        self.map.flush_range(range.start, range.len())
    }

    /// Keeps the pages of a range in memory.
    pub(in crate::mmap) fn lock(&self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() { Ok(()) } else { os::lock_pages(&self.map, range) }
    }

    /// Lets go of the pages of a range.
    pub(in crate::mmap) fn unlock(&self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() { Ok(()) } else { os::unlock_pages(&self.map, range) }
    }

    /// Enters a loan in the table, if the range lies in the mapping and nothing stands against it.
    ///
    /// A brief loan is waited for, for it ends by itself; every other one may be held by this very thread. Who waits, waits in
    /// line: readers that follow each other closely would keep a writer out for good otherwise. The first in line waits for
    /// brief loans only, so the line always moves.
    fn lend(&self, range: Range<usize>, kind: Kind, brief: bool) -> Result<Ticket<'_>> {
        let (start, end) = (range.start as u64, range.end as u64);
        if range.start > range.end || range.end > self.len() {
            return Err(ErrorKind::OutOfRange { start, end, len: self.len() as u64 }.into());
        }
        let mut loans = self.loans();
        let id = loans.next;
        loans.next += 1;
        let asked = Loan { id, range: range.clone(), kind, brief };
        let mut waits = false;
        let refused = loop {
            if let Some(held) = loans.open.iter().find(|loan| !loan.brief && loan.excludes(&asked)) {
                let (held_start, held_end) = (held.range.start as u64, held.range.end as u64);
                break Some(ErrorKind::Lent { start, end, held_start, held_end, held: held.kind.name() });
            }
            let first = !loans.waiting.iter().any(|before| before.id < id && before.excludes(&asked));
            if first && !loans.open.iter().any(|loan| loan.excludes(&asked)) {
                break None;
            }
            if !waits {
                loans.waiting.push(asked.clone());
                waits = true;
            }
            loans = self.ended.wait(loans).unwrap_or_else(PoisonError::into_inner);
        };
        if waits {
            loans.waiting.retain(|loan| loan.id != id);
            // Those behind in line go with this one, or it was refused.
            self.ended.notify_all();
        }
        if let Some(refused) = refused {
            return Err(refused.into());
        }
        // An empty range overlaps nothing, also not later.
        if !range.is_empty() {
            loans.open.push(asked);
        }
        Ok(Ticket { owner: self, id, range })
    }

    /// The table. Nothing panics while it is held, so it is whole even where a thread that held it has died.
    fn loans(&self) -> MutexGuard<'_, Loans> {
        self.loans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A loan that ends when this is dropped. Forgotten, it never ends, and the range stays lent.
struct Ticket<'a> {
    owner: &'a Lendable,
    id: u64,
    /// Lies in the mapping.
    range: Range<usize>,
}

impl Ticket<'_> {
    /// The first byte of the range.
    fn start(&self) -> *mut u8 {
        self.owner.map.as_mut_ptr().wrapping_add(self.range.start)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.owner.loans().open.retain(|loan| loan.id != self.id);
        self.owner.ended.notify_all();
    }
}

impl fmt::Debug for Ticket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.range)
    }
}

/// A range of a [`MmapShared`](crate::mmap::MmapShared), lent to read. The loan ends when it is dropped.
#[derive(Debug)]
pub struct View<'a> {
    loan: Ticket<'a>,
}

impl Deref for View<'_> {
    type Target = [u8];

    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[u8] {
        // SAFETY: `lend` found the range to lie in the mapping, which the loan borrows, so the bytes are mapped and readable
        // for as long as the reference lives; memmap2 maps no more than `isize::MAX` bytes. The table has no loan to write or of
        // atomics that overlaps, and grants none before this one is dropped, so nobody writes to the bytes through this
        // mapping. That no other program does cannot be had; the page of `mmap` says what that means and for whom.
        unsafe { std::slice::from_raw_parts(self.loan.start(), self.loan.range.len()) }
    }
}

/// A range of a [`MmapShared`](crate::mmap::MmapShared), lent to read and write. The loan ends when it is dropped.
#[derive(Debug)]
pub struct ViewMut<'a> {
    loan: Ticket<'a>,
}

impl Deref for ViewMut<'_> {
    type Target = [u8];

    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[u8] {
        // SAFETY: as for `View`: in the mapping, mapped, readable. The table has no other loan at all that overlaps, and the
        // only way to write through this one is `deref_mut`, which borrows it mutably.
        unsafe { std::slice::from_raw_parts(self.loan.start(), self.loan.range.len()) }
    }
}

impl DerefMut for ViewMut<'_> {
    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `View`: in the mapping, mapped, and writable, since it was mapped so. The table has no other loan at
        // all that overlaps and grants none before this one is dropped, and this one is borrowed mutably: the reference is
        // the only one to these bytes.
        unsafe { std::slice::from_raw_parts_mut(self.loan.start(), self.loan.range.len()) }
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::sync::atomic::AtomicU32 {}
    impl Sealed for std::sync::atomic::AtomicU64 {}
}

/// An integer that an [`AtomicView`] is made of: [`AtomicU32`] or [`AtomicU64`].
pub trait Atomic: sealed::Sealed {}
impl Atomic for AtomicU32 {}
impl Atomic for AtomicU64 {}

/// A range of a [`MmapShared`](crate::mmap::MmapShared), lent as atomic integers in the byte order of the machine. The loan
/// ends when it is dropped.
pub struct AtomicView<'a, A> {
    loan: Ticket<'a>,
    atomics: PhantomData<&'a [A]>,
}

impl<A: Atomic> Deref for AtomicView<'_, A> {
    type Target = [A];

    #[expect(unsafe_code, reason = "a reference into a mapping")]
    fn deref(&self) -> &[A] {
        let integers = self.loan.range.len() / size_of::<A>();
        // SAFETY: as for `View`: in the mapping, mapped, readable and writable. `A` is `AtomicU32` or `AtomicU64`, for which
        // every pattern of bits is a value; `Lendable::atomics` found the address to be aligned for it. The only loans that
        // overlap are of atomics of the same width, so that every access to these bytes through this mapping is atomic and
        // of the same size. Writing through a shared reference is what atomics are for.
        unsafe { std::slice::from_raw_parts(self.loan.start().cast::<A>(), integers) }
    }
}

impl<A> fmt::Debug for AtomicView<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtomicView").field("loan", &self.loan).finish()
    }
}
