//! How a mapping stands, and what it cost.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, ThreadId};

use super::sys;
use crate::record::Reading;

/// How a mapping stands at the moment it is asked, and what reading it has cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MmapStats {
    /// Length of the mapping in bytes.
    pub len: usize,
    /// Length of a page in bytes.
    pub page_size: usize,
    /// Bytes whose pages are mapped, so that touching them costs no fault; `None` where the system does not tell.
    pub resident: Option<u64>,
    /// Bytes that are mapped by huge pages; `None` where the system does not tell.
    pub huge: Option<u64>,
    /// Faults of the threads that read records through this reader, while they did, that found the page in memory. As the
    /// system counts them (`getrusage(2)`), so whatever else the thread does meanwhile is in it, and what is read from the
    /// slice itself is not.
    pub minor_faults: u64,
    /// The same, of faults that had to wait for the disk.
    pub major_faults: u64,
    /// Bytes that were read through this reader's iterators, windows and sources.
    pub bytes: u64,
    /// Stretches in which they were read.
    pub accesses: u64,
    /// Advice that the system took, options included.
    pub advice_granted: u64,
    /// Advice that the system refused, options included.
    pub advice_refused: u64,
    /// Bytes of the ranges that were released ([`Advice::DontNeed`](super::Advice::DontNeed)).
    pub dropped: u64,
}

/// Counts while the mapping is read. Cheap enough to be always on: a system call every mebibyte.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) minor_faults: AtomicU64,
    pub(super) major_faults: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) accesses: AtomicU64,
    pub(super) advice_granted: AtomicU64,
    pub(super) advice_refused: AtomicU64,
    pub(super) dropped: AtomicU64,
}

impl Counters {
    /// Counts what a worker reads from a position on.
    pub(super) fn begin(&self, range: &Range<usize>) -> Pass<'_> {
        if !range.is_empty() {
            self.accesses.fetch_add(1, Ordering::Relaxed);
        }
        let thread = thread::current().id();
        Pass { counters: self, position: range.start, thread, faults: sys::thread_faults() }
    }
}

/// A worker that reads.
pub(super) struct Pass<'map> {
    counters: &'map Counters,
    position: usize,
    /// On which thread it was, and how many faults that had had.
    thread: ThreadId,
    faults: (u64, u64),
}

impl Pass<'_> {
    /// Counts the faults of the thread since it was last asked, if it is still the same one.
    fn count_faults(&mut self) {
        let (thread, faults) = (thread::current().id(), sys::thread_faults());
        if thread == self.thread {
            self.counters.minor_faults.fetch_add(faults.0 - self.faults.0, Ordering::Relaxed);
            self.counters.major_faults.fetch_add(faults.1 - self.faults.1, Ordering::Relaxed);
        }
        (self.thread, self.faults) = (thread, faults);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.count_faults();
    }
}

impl Reading for Pass<'_> {
    fn at(&mut self, position: usize) {
        self.counters.bytes.fetch_add(position.saturating_sub(self.position) as u64, Ordering::Relaxed);
        self.position = position;
        self.count_faults();
    }
}
