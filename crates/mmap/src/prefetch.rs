//! Prefetching for the readers of a mapping.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use pagecut_core::error::Result;
use pagecut_core::record::{Backing, CheckedBytes, Format, ParRecords, Reading, Records, Resync};

use super::{Advice, MmapReader, MmapWindow, sys};

/// A mapping with a prefetch thread.
///
/// The thread requests the next `distance` bytes ahead of each reader and keeps that lead while the reader advances. It
/// issues one hint per read-ahead window, because the kernel truncates longer ones. It maps the pages
/// ([`Advice::PopulateRead`]) and waits for each hint, so that readers find the pages mapped. On kernels before 5.14 it
/// only starts the reads ([`Advice::WillNeed`]). That hint is weaker on file systems with large folios: it reads into
/// small folios.
///
/// This helps with a file that is not in the page cache and costs little with one that is.
///
/// Readers are those of [`records`](PrefetchingMmap::records), [`par_records`](PrefetchingMmap::par_records) and
/// [`windows`](PrefetchingMmap::windows). Other readers report their positions through [`Backing::begin`].
///
/// ```
/// use pagecut::{fastq::Fastq, mmap::{MmapReader, PrefetchingMmap}};
/// use rayon::prelude::*;
///
/// let map = PrefetchingMmap::new(MmapReader::open("testdata/illumina.fastq")?, 16 << 20)?;
/// let records = map.par_records(&Fastq::new()).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(records.len(), 250);
/// println!("{:?}", map.prefetched());
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct PrefetchingMmap {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    reader: MmapReader,
    distance: usize,
    /// Length of one hint.
    hint_len: usize,
    state: Mutex<State>,
    wake: Condvar,
    hints: AtomicU64,
    refused: AtomicU64,
    bytes: AtomicU64,
    least_ahead: AtomicUsize,
}

#[derive(Default)]
struct State {
    /// One for each active reader.
    streams: Vec<Stream>,
    /// The number of the next stream.
    next: u64,
    stop: bool,
}

/// The prefetch state of one reader.
struct Stream {
    number: u64,
    /// End of the reader's range.
    end: usize,
    requested_to: usize,
    /// Target of prefetching.
    target: usize,
}

/// Statistics of prefetching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prefetched {
    /// Hints that the kernel accepted.
    pub hints: u64,
    /// Hints that the kernel refused.
    pub refused: u64,
    /// Requested bytes.
    pub bytes: u64,
    /// Smallest lead of the hints over a reader, in bytes, over all reported positions that are neither at the start
    /// nor near the end of the reader's range; `None` without such a position. 0 means that hints came too late.
    pub least_ahead: Option<usize>,
}

/// Assumed read-ahead window if the system does not report it: the kernel's default.
const USUAL_READ_AHEAD: usize = 128 << 10;

impl PrefetchingMmap {
    /// Starts a thread that prefetches `distance` bytes ahead of every reader of a mapping.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the thread cannot be started.
    pub fn new(reader: MmapReader, distance: usize) -> Result<Self> {
        let hint_len = reader.read_ahead_len().unwrap_or(USUAL_READ_AHEAD).next_multiple_of(sys::page_size());
        let shared = Arc::new(Shared {
            reader,
            distance,
            hint_len,
            state: Mutex::default(),
            wake: Condvar::new(),
            hints: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            least_ahead: AtomicUsize::new(usize::MAX),
        });
        let worker = Arc::clone(&shared);
        let thread = thread::Builder::new().name("pagecut-prefetch".into()).spawn(move || worker.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Returns an iterator over the records of the mapping, with prefetching.
    pub fn records<F: Format>(&self, format: &F) -> Records<'_, F> {
        format.records(self)
    }

    /// Returns a parallel iterator over the records of the mapping, with prefetching for every worker.
    pub fn par_records<F: Resync>(&self, format: &F) -> ParRecords<'_, F> {
        format.par_records(self)
    }

    /// Returns windows of the mapping, with prefetching.
    pub fn windows<F: Resync>(&self, format: F, len: usize) -> MmapWindow<'_, F> {
        MmapWindow::new(self, format, len).backed_by(self)
    }

    /// Returns the statistics so far.
    #[must_use]
    pub fn prefetched(&self) -> Prefetched {
        let least_ahead = self.shared.least_ahead.load(Ordering::Relaxed);
        Prefetched {
            hints: self.shared.hints.load(Ordering::Relaxed),
            refused: self.shared.refused.load(Ordering::Relaxed),
            bytes: self.shared.bytes.load(Ordering::Relaxed),
            least_ahead: (least_ahead != usize::MAX).then_some(least_ahead),
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues hints until the mapping is dropped.
    fn run(&self) {
        let mut state = self.state();
        while !state.stop {
            match state.next_hint(self.hint_len) {
                Some(hint) => {
                    drop(state);
                    self.hint(hint);
                    state = self.state();
                }
                None => state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn hint(&self, range: Range<usize>) {
        let len = range.len() as u64;
        let populated = self.reader.advise_range(range.clone(), Advice::PopulateRead);
        if populated.or_else(|_| self.reader.advise_range(range, Advice::WillNeed)).is_ok() {
            self.hints.fetch_add(1, Ordering::Relaxed);
            self.bytes.fetch_add(len, Ordering::Relaxed);
        } else {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Registers a reader.
    fn begin(&self, range: &Range<usize>) -> u64 {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.streams.push(Stream { number, end: range.end, requested_to: range.start, target: range.start });
        number
    }

    /// Records the position of a reader.
    fn at(&self, number: u64, position: usize) {
        let mut state = self.state();
        if let Some(stream) = state.streams.iter_mut().find(|stream| stream.number == number) {
            let begun = stream.target > stream.requested_to || stream.requested_to > position;
            if begun && stream.target < stream.end {
                let ahead = stream.requested_to.saturating_sub(position);
                self.least_ahead.fetch_min(ahead, Ordering::Relaxed);
            }
            // Pages that the reader has already passed need no hint.
            stream.requested_to = stream.requested_to.max(position);
            stream.target = position.saturating_add(self.distance).min(stream.end);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Removes a reader.
    fn end(&self, number: u64) {
        self.state().streams.retain(|stream| stream.number != number);
    }
}

/// Reports the positions of one reader to the prefetch thread.
struct PrefetchedReading<'map> {
    shared: &'map Shared,
    number: u64,
    counted: Option<Box<dyn Reading + 'map>>,
}

impl Reading for PrefetchedReading<'_> {
    fn at(&mut self, position: usize) {
        self.shared.at(self.number, position);
        if let Some(counted) = &mut self.counted {
            counted.at(position);
        }
    }
}

impl Drop for PrefetchedReading<'_> {
    fn drop(&mut self) {
        self.shared.end(self.number);
    }
}

impl State {
    /// Returns the next hint, for the reader with the smallest lead.
    fn next_hint(&mut self, hint_len: usize) -> Option<Range<usize>> {
        let lagging = self.streams.iter_mut().filter(|stream| stream.requested_to < stream.target);
        let stream = lagging.max_by_key(|stream| stream.target - stream.requested_to)?;
        let start = stream.requested_to;
        // The end is a multiple of the hint length, so hints start at page boundaries and do not overlap.
        stream.requested_to = ((start / hint_len + 1) * hint_len).min(stream.target);
        Some(start..stream.requested_to)
    }
}

impl Backing for PrefetchingMmap {
    fn check(&self) -> Result<()> {
        self.shared.reader.check()
    }

    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        let number = self.shared.begin(&range);
        let counted = self.shared.reader.begin(range);
        Some(Box::new(PrefetchedReading { shared: &self.shared, number, counted }))
    }
}

/// The bytes of the mapping, which are checked after they are read.
impl<'data> From<&'data PrefetchingMmap> for CheckedBytes<'data> {
    fn from(mapping: &'data PrefetchingMmap) -> Self {
        Self::new(mapping.as_slice(), mapping)
    }
}

impl Deref for PrefetchingMmap {
    type Target = MmapReader;

    #[inline]
    fn deref(&self) -> &MmapReader {
        &self.shared.reader
    }
}

impl Drop for PrefetchingMmap {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread does not panic. If it did, nothing would remain to be cleaned up.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for PrefetchingMmap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrefetchingMmap")
            .field("reader", &self.shared.reader)
            .field("distance", &self.shared.distance)
            .field("hint_len", &self.shared.hint_len)
            .field("prefetched", &self.prefetched())
            .finish_non_exhaustive()
    }
}
