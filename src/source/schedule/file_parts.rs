//! The parts of a file with positions.
//!
//! The file is divided into chunks of fixed length, and each worker claims the next free one. The part of a chunk starts at the first
//! boundary in the chunk, and ends at the first boundary after the chunk; a chunk without a boundary has no part. Since the search for a
//! boundary gives the same result from both sides ([`Boundaries::search_boundary`]), the parts follow each other without gap or overlap, no
//! worker waits for another, and the bytes that a worker will read are known before any are read.
//!
//! If the file is mapped, all bytes after the part are in view. A caller that needs only records then need not know the end of the part in
//! advance ([`Boundaries::reads_past_end`]): the cursor reaches it, at the next boundary or before it.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::outcome::{Outcome, Then};
use super::parts::{Advanced, Division, PartQueue};
use crate::error::{Error, ErrorKind, Result};
use crate::io::Backend;
use crate::record::{Boundaries, Format, Part, Search, is_at_fault};
use crate::source::access::{CHUNK_LEN, Opened, Reader, Window};

/// Minimum length of a chunk in bytes.
const MIN_CHUNK_LEN: u64 = 256 << 10;

/// Maximum number of chunks claimed at once, if nothing is copied and the caller does not see parts. It is large enough that the cost of
/// each part is negligible.
const MAX_CHUNKS_PER_CLAIM: u64 = 8;

/// Number of claims into which the share of a worker in the rest of the file is divided, so that all workers finish at about the same time.
const CLAIMS_PER_WORKER: u64 = 4;

/// Number of bytes read after a chunk. The end of its part usually lies among them.
const LOOKAHEAD: u64 = 4 << 10;

/// Factor by which the view grows between two searches for a fault in a part whose end is not found.
const FAULT_SEARCH_GROWTH: u64 = 8;

/// The parts of a file.
pub(in crate::source) struct FileParts<'run, F> {
    format: F,
    division: Division,
    reader: &'run Reader,
    len: u64,
    chunk_len: u64,
    /// Maximum number of bytes claimed at once.
    max_claim_len: u64,
    workers: AtomicU64,
    /// Offset of the next chunk to claim. Every chunk before it was claimed, or contains no boundary.
    claimed_to: AtomicU64,
    /// Number of bytes in parts that are done.
    done: &'run AtomicU64,
}

/// The state of a worker.
pub(in crate::source) struct Worker<'run> {
    window: Window<'run>,
    /// The first boundary after the last chunk whose part was found. It is also the first boundary in or after any later chunk that starts
    /// before it.
    boundary: u64,
    /// Start of the part of the chunk in view.
    start: u64,
    /// Whether the current part ends where its records end.
    is_open: bool,
    /// The range from the end of the records to the next boundary, if it is not empty.
    rest: Option<Range<u64>>,
    /// The current part.
    part: Range<u64>,
}

impl<'run, F: Format> FileParts<'run, F> {
    pub(in crate::source) fn new(
        format: &F,
        division: Division,
        reader: &'run Reader,
        part_len: Option<usize>,
        done: &'run AtomicU64,
    ) -> Self {
        let len = reader.len();
        // At least sixteen parts, so that a file of a few megabytes is shared among workers too.
        let fitting = (len / 16).clamp(MIN_CHUNK_LEN, CHUNK_LEN);
        let chunk_len = part_len.map_or(fitting, |len| len as u64).max(1);
        let is_flexible = part_len.is_none() && division == Division::Records && !reader.prefetches();
        let max_chunks = if is_flexible { MAX_CHUNKS_PER_CLAIM } else { 1 };
        let max_claim_len = chunk_len.saturating_mul(max_chunks);
        let (workers, claimed_to) = (AtomicU64::new(0), AtomicU64::new(0));
        let format = format.clone();
        Self { format, division, reader, len, chunk_len, max_claim_len, workers, claimed_to, done }
    }

    /// Searches for a boundary. If the format has none, the file is one part.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        self.format
            .boundaries()
            .map_or(Search::NoBoundary, |boundaries| boundaries.search_boundary(data, range))
    }

    /// Claims the next chunk, to be read with `backend`.
    fn claim(&self, backend: Backend) -> Option<Range<u64>> {
        let mut end = 0;
        let claim = |claimed_to: u64| {
            // Computed once: a second call may give another length.
            end = claimed_to.saturating_add(self.claim_len(claimed_to, backend)).min(self.len);
            (claimed_to < self.len).then_some(end)
        };
        let start = self.claimed_to.fetch_update(Ordering::Relaxed, Ordering::Relaxed, claim).ok()?;
        Some(start..end)
    }

    /// Returns the number of bytes to claim at `claimed_to`: a multiple of the chunk length.
    fn claim_len(&self, claimed_to: u64, backend: Backend) -> u64 {
        // During a trial, all backends read chunks of the same length.
        if backend != Backend::Mapped || !self.reader.has_chosen() {
            return self.chunk_len;
        }
        let share = self.len.saturating_sub(claimed_to)
            / (CLAIMS_PER_WORKER * self.workers.load(Ordering::Relaxed).max(1));
        (share.min(self.max_claim_len) / self.chunk_len).max(1) * self.chunk_len
    }

    /// Claims chunks for a worker until its read queue is full, and brings the first of them into view.
    fn open_next(&self, worker: &mut Worker<'run>, stop_from: &AtomicU64) -> Option<Opened> {
        while worker.window.needs_request() {
            let backend = self.reader.next_backend();
            let Some(chunk) = self.claim(backend) else { break };
            if chunk.start > stop_from.load(Ordering::Relaxed) {
                break;
            }
            let start = worker.boundary.clamp(chunk.start, chunk.end);
            let look_behind = self.format.boundaries().map_or(0, Boundaries::look_behind);
            let first = start.saturating_sub(look_behind as u64);
            let view = first..chunk.end.saturating_add(LOOKAHEAD).min(self.len);
            if let Err(error) = worker.window.request(chunk.clone(), view, backend) {
                return Some(Err((chunk, error)));
            }
        }
        worker.window.open_next()
    }

    /// Finds the part of the chunk in view.
    fn find_part(&self, worker: &mut Worker<'run>, chunk: Range<u64>) -> Result<Option<Range<u64>>> {
        // The search for boundaries reads pages too.
        let _search = worker.window.begin(chunk.start..chunk.start);
        let known = Some(worker.boundary).filter(|&boundary| boundary >= chunk.start);
        let start = match known {
            Some(boundary) => Some(boundary).filter(|&boundary| boundary < chunk.end),
            None => self.find_start(&mut worker.window, &chunk)?,
        };
        let Some(start) = start else { return Ok(None) };
        worker.start = start;
        if chunk.end == self.len {
            return Ok(Some(start..self.len));
        }
        self.find_end(worker, start, chunk.end).map(|end| Some(start..end))
    }

    /// Finds the first boundary in a chunk.
    fn find_start(&self, window: &mut Window<'run>, chunk: &Range<u64>) -> Result<Option<u64>> {
        loop {
            let range = window.position(chunk.start)..window.position(chunk.end);
            match self.search_boundary(window.as_slice(), range) {
                Search::Boundary(boundary) => return Ok(Some(window.offset() + boundary as u64)),
                Search::NoBoundary => return Ok(None),
                // At the end of the file, an undecided position is no boundary.
                Search::Unknown if window.end() == self.len => return Ok(None),
                Search::Unknown => self.extend_view(window, chunk.end)?,
            }
        }
    }

    /// Finds the end of the part that starts at `start`: the first boundary from `chunk_end` on, or the end of the file. For a part that
    /// ends where its records end, returns `chunk_end`.
    ///
    /// If no boundary is in view and the first bad record is certainly at fault, a later boundary is not searched for, unless reading
    /// continues after faults: the part is then everything in view.
    fn find_end(&self, worker: &mut Worker<'run>, start: u64, chunk_end: u64) -> Result<u64> {
        let reads_past_end = self.format.boundaries().is_some_and(Boundaries::reads_past_end);
        let window = &mut worker.window;
        let mut from = chunk_end;
        // The search for a fault reads the part, so it pays only once as many bytes were searched for a boundary.
        let mut next_fault_search = self.chunk_len;
        loop {
            if self.division == Division::Records && reads_past_end && window.is_mapped() {
                worker.is_open = true;
                window.extend(self.len)?;
                return Ok(chunk_end);
            }
            let view = window.as_slice();
            match self.search_boundary(view, window.position(from)..view.len()) {
                Search::Boundary(boundary) => {
                    self.note_boundary(&mut worker.boundary, window.offset() + boundary as u64);
                    return Ok(worker.boundary);
                }
                Search::NoBoundary => from = window.end(),
                Search::Unknown => {}
            }
            if window.end() == self.len {
                self.note_boundary(&mut worker.boundary, self.len);
                return Ok(self.len);
            }
            let ahead = window.end() - chunk_end;
            if self.division != Division::Recovering && ahead >= next_fault_search {
                if is_at_fault(&self.format, &view[window.position(start)..], start) {
                    return Ok(window.end());
                }
                next_fault_search = ahead.saturating_mul(FAULT_SEARCH_GROWTH);
            }
            self.extend_view(window, chunk_end)?;
        }
    }

    /// Finds the range between the end of the records of a part and the next boundary. It is empty unless records can end where the search
    /// finds no boundary.
    fn find_rest(&self, worker: &mut Worker<'run>, end: u64) {
        let window = &worker.window;
        let (view, from) = (window.as_slice(), window.position(end));
        let boundary = self.format.boundaries().and_then(|boundaries| boundaries.find_boundary(view, from));
        let boundary = boundary.map_or(self.len, |boundary| window.offset() + boundary as u64);
        worker.rest = Some(end..boundary).filter(|rest| !rest.is_empty());
        self.note_boundary(&mut worker.boundary, boundary);
    }

    /// Locates an out-of-memory error at the record that is incomplete in the view.
    #[cold]
    fn locate_error(&self, worker: &Worker<'run>, chunk_start: u64, error: Error) -> Error {
        let (window, start) = (&worker.window, worker.start.max(chunk_start));
        let view = window.as_slice().get(window.position(start)..).unwrap_or_default();
        let incomplete =
            self.format.records_of(Part::from_view(view, view.len(), start, false)).find_map(Result::err);
        let error = match incomplete.filter(|error| matches!(error.kind(), ErrorKind::Incomplete { .. })) {
            Some(incomplete) if start == worker.start => error.of_record_at(&incomplete),
            _ => error,
        };
        error.of_bytes_at(F::NAME, start)
    }

    /// Notes the first boundary after the chunk of a worker. No chunk that ends before it contains a boundary.
    fn note_boundary(&self, known: &mut u64, boundary: u64) {
        *known = boundary;
        self.claimed_to.fetch_max(boundary / self.chunk_len * self.chunk_len, Ordering::Relaxed);
    }

    /// Extends the window. The lookahead doubles, so that a very long record does not make the search quadratic.
    fn extend_view(&self, window: &mut Window<'run>, chunk_end: u64) -> Result<()> {
        let ahead = window.end() - chunk_end;
        window.extend(self.len.min(window.end().saturating_add(ahead.max(LOOKAHEAD))))
    }
}

impl<'run, F: Format> PartQueue<'run> for FileParts<'run, F> {
    type Worker = Worker<'run>;

    fn new_worker(&self) -> Worker<'run> {
        self.workers.fetch_add(1, Ordering::Relaxed);
        // The start of the file counts as a boundary.
        Worker {
            window: Window::new(self.reader),
            boundary: 0,
            start: 0,
            is_open: false,
            rest: None,
            part: 0..0,
        }
    }

    fn advance(&self, worker: &mut Worker<'run>, stop_from: &AtomicU64) -> Advanced<'run> {
        let found = loop {
            if let Some(rest) = worker.rest.take() {
                break Ok(rest);
            }
            match self.open_next(worker, stop_from)? {
                Ok(chunk) => match self.find_part(worker, chunk.clone()) {
                    Ok(None) => {}
                    Ok(Some(part)) => break Ok(part),
                    Err(error) => break Err((chunk.start, self.locate_error(worker, chunk.start, error))),
                },
                Err((chunk, error)) => {
                    break Err((chunk.start, error.of_bytes_at(F::NAME, chunk.start)));
                }
            }
        };
        Some(found.map(|part| {
            worker.part = part;
            worker.window.begin(worker.part.clone())
        }))
    }

    fn part<'part>(&self, worker: &'part Worker<'run>) -> Part<'part> {
        let Worker { window, part, .. } = worker;
        let view = &window.as_slice()[window.position(part.start)..];
        let len = window.position(part.end) - window.position(part.start);
        Part::from_view(view, len, part.start, window.end() == self.len)
    }

    fn is_single(&self) -> bool {
        self.len <= self.chunk_len
    }

    fn check(&self) -> Result<()> {
        self.reader.check()
    }

    fn check_part(&self, worker: &Worker<'run>) -> Result<()> {
        worker.window.check()
    }

    fn end(&self, worker: &mut Worker<'run>, part: Range<u64>, done: Outcome) -> (Range<u64>, Outcome) {
        let is_open = std::mem::take(&mut worker.is_open) && !done.stops();
        let end = if is_open { part.start + done.tally.bytes() } else { part.end };
        let part = part.start..end;
        self.done.fetch_add(part.end - part.start, Ordering::Relaxed);
        if let Err(error) = worker.window.check() {
            return (part, Outcome { error: Some(error), then: Then::Stop, ..done });
        }
        if is_open {
            self.find_rest(worker, part.end);
        }
        if worker.rest.is_none() {
            worker.window.report(worker.start..part.end);
        }
        (part, done)
    }
}
