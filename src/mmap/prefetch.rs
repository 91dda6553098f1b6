//! Reading ahead of the readers.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::{Advice, MmapReader, MmapWindow, sys};
use crate::error::Result;
use crate::record::{Backing, CheckedBytes, Format, ParRecords, Reading, Records, Resync};

/// A mapping that is read ahead of its readers.
///
/// Each reader has a window of `distance` bytes before it that rolls with it: one thread asks the kernel for the pages in it,
/// in pieces of what the kernel reads ahead for one hint, since it cuts longer ones. It asks for them to be mapped
/// ([`Advice::PopulateRead`]) and waits for each piece, so that the readers find them; kernels before 5.14 are asked to begin
/// reading ([`Advice::WillNeed`]). That is the weaker hint where files come in large folios: what it reads comes in small ones.
///
/// It is of use for a file that is not in the page cache, and costs little for one that is.
///
/// The readers are those of [`records`](PrefetchingMmap::records), [`par_records`](PrefetchingMmap::par_records) and
/// [`windows`](PrefetchingMmap::windows), or say themselves where they are ([`Backing::begin`]).
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
    /// How much one hint asks for.
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
    /// One for every reader under way.
    streams: Vec<Stream>,
    /// The number of the next one.
    next: u64,
    stop: bool,
}

/// A reader, and how far ahead of it was asked for.
struct Stream {
    number: u64,
    /// Where it will stop reading.
    end: usize,
    asked_to: usize,
    /// How far it is to be asked.
    wanted_to: usize,
}

/// What was read ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prefetched {
    /// Hints that the kernel took.
    pub hints: u64,
    /// Hints that it refused.
    pub refused: u64,
    /// Bytes that were asked for.
    pub bytes: u64,
    /// How far ahead of a reader it was asked at the least, in bytes, whenever one said where it is and was not at its start
    /// or near its end; `None` if none did. 0 says that the hints came too late.
    pub least_ahead: Option<usize>,
}

/// What the kernel reads ahead for one hint if it does not say: its own default.
const USUAL_READ_AHEAD: usize = 128 << 10;

impl PrefetchingMmap {
    /// Reads `distance` bytes ahead of every reader of a mapping.
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
        let thread = thread::Builder::new().name("pagecut-prefetch".into()).spawn(move || worker.ask())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The records of the mapping, read ahead.
    pub fn records<F: Format>(&self, format: &F) -> Records<'_, F> {
        format.records(self)
    }

    /// The records of the mapping for rayon, read ahead of every worker.
    pub fn par_records<F: Resync>(&self, format: &F) -> ParRecords<'_, F> {
        format.par_records(self)
    }

    /// The mapping in windows, read ahead.
    pub fn windows<F: Resync>(&self, format: F, len: usize) -> MmapWindow<'_, F> {
        MmapWindow::new(self, format, len).backed_by(self)
    }

    /// What was read ahead so far.
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

    /// Asks for what is wanted, until it is told to stop.
    fn ask(&self) {
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

    /// Notes that there is a new reader.
    fn begin(&self, range: &Range<usize>) -> u64 {
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.streams.push(Stream { number, end: range.end, asked_to: range.start, wanted_to: range.start });
        number
    }

    /// Notes where a reader is.
    fn at(&self, number: u64, position: usize) {
        let mut state = self.state();
        if let Some(stream) = state.streams.iter_mut().find(|stream| stream.number == number) {
            let begun = stream.wanted_to > stream.asked_to || stream.asked_to > position;
            if begun && stream.wanted_to < stream.end {
                let ahead = stream.asked_to.saturating_sub(position);
                self.least_ahead.fetch_min(ahead, Ordering::Relaxed);
            }
            // What the reader has reached by itself need not be asked for any more.
            stream.asked_to = stream.asked_to.max(position);
            stream.wanted_to = position.saturating_add(self.distance).min(stream.end);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Notes that a reader is no more.
    fn end(&self, number: u64) {
        self.state().streams.retain(|stream| stream.number != number);
    }
}

/// A reader that is read ahead of.
struct Follower<'map> {
    shared: &'map Shared,
    number: u64,
    counted: Option<Box<dyn Reading + 'map>>,
}

impl Reading for Follower<'_> {
    fn at(&mut self, position: usize) {
        self.shared.at(self.number, position);
        if let Some(counted) = &mut self.counted {
            counted.at(position);
        }
    }
}

impl Drop for Follower<'_> {
    fn drop(&mut self) {
        self.shared.end(self.number);
    }
}

impl State {
    /// The next piece to ask for: of the reader that has the least before it.
    fn next_hint(&mut self, hint_len: usize) -> Option<Range<usize>> {
        let behind = self.streams.iter_mut().filter(|stream| stream.asked_to < stream.wanted_to);
        let stream = behind.max_by_key(|stream| stream.wanted_to - stream.asked_to)?;
        let start = stream.asked_to;
        // Up to a multiple, so that hints begin with pages and none asks for a page twice.
        stream.asked_to = ((start / hint_len + 1) * hint_len).min(stream.wanted_to);
        Some(start..stream.asked_to)
    }
}

impl Backing for PrefetchingMmap {
    fn check(&self) -> Result<()> {
        self.shared.reader.check()
    }

    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        let number = self.shared.begin(&range);
        let counted = self.shared.reader.begin(range);
        Some(Box::new(Follower { shared: &self.shared, number, counted }))
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

    fn deref(&self) -> &MmapReader {
        &self.shared.reader
    }
}

impl Drop for PrefetchingMmap {
    fn drop(&mut self) {
        self.shared.state().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // The thread does nothing that panics; if it did, there is nothing left to do for it.
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
