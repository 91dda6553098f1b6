//! How a mapping stands, and what it cost.

use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sys;

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
    /// system counts them (`getrusage(2)`); what is read from the slice itself is not in it.
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

/// Where a thread was when it last said so.
#[derive(Clone, Copy)]
struct Reading {
    /// Address of the counters of the mapping that it reads.
    counters: usize,
    position: usize,
    end: usize,
    faults: (u64, u64),
}

thread_local! {
    static READING: Cell<Option<Reading>> = const { Cell::new(None) };
}

impl Counters {
    /// This thread is at the start of `range` and reads on to its end; it is done if the range is empty.
    pub(super) fn reading(&self, range: &Range<usize>) {
        let counters = std::ptr::from_ref(self).addr();
        let faults = sys::thread_faults();
        let before = READING.get().filter(|reading| reading.counters == counters);
        if let Some(before) = before {
            self.minor_faults.fetch_add(faults.0 - before.faults.0, Ordering::Relaxed);
            self.major_faults.fetch_add(faults.1 - before.faults.1, Ordering::Relaxed);
        }
        // A thread that is in another stretch all of a sudden has left the last one.
        if let Some(before) =
            before.filter(|before| before.end == range.end && before.position <= range.start)
        {
            self.bytes.fetch_add((range.start - before.position) as u64, Ordering::Relaxed);
        }
        if range.is_empty() {
            self.accesses.fetch_add(1, Ordering::Relaxed);
        }
        READING.set((!range.is_empty()).then_some(Reading {
            counters,
            position: range.start,
            end: range.end,
            faults,
        }));
    }
}
