//! State and cost of a mapping.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, ThreadId};

use pagecut_core::record::Reading;

use super::sys;

/// The current state of a mapping and the cost of reading it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MmapStats {
    /// Length of the mapping in bytes.
    pub len: usize,
    /// Page size in bytes.
    pub page_size: usize,
    /// Bytes on mapped pages, which cause no page fault; `None` if the system does not report it.
    pub resident: Option<u64>,
    /// Bytes mapped with huge pages; `None` if the system does not report it.
    pub huge: Option<u64>,
    /// Minor page faults (page already in memory) of threads while they read records through this reader. The system
    /// counts faults per thread (`getrusage(2)`): other work of the thread in that time is included, and direct reads
    /// from the slice are not.
    pub minor_faults: u64,
    /// Major page faults (page read from disk), counted in the same manner.
    pub major_faults: u64,
    /// Bytes read through iterators, windows and sources of this reader.
    pub bytes: u64,
    /// Number of ranges in which they were read.
    pub accesses: u64,
    /// Accepted advice, including options.
    pub advice_granted: u64,
    /// Refused advice, including options.
    pub advice_refused: u64,
    /// Bytes of ranges released with [`Advice::DontNeed`](super::Advice::DontNeed).
    pub dropped: u64,
}

/// Counters of a mapping. They are always on: the cost is one system call per mebibyte.
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
    /// Starts counting for a worker that reads a range.
    pub(super) fn begin(&self, range: &Range<usize>) -> Pass<'_> {
        if !range.is_empty() {
            self.accesses.fetch_add(1, Ordering::Relaxed);
        }
        let thread = thread::current().id();
        Pass { counters: self, position: range.start, thread, faults: sys::thread_faults() }
    }
}

/// One worker's pass over a range.
pub(super) struct Pass<'map> {
    counters: &'map Counters,
    position: usize,
    /// The thread at the last report, and its fault counts then.
    thread: ThreadId,
    faults: (u64, u64),
}

impl Pass<'_> {
    /// Adds the faults since the last report, if the thread is the same.
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
