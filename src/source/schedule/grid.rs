//! Parts of a file, whose bytes can be had at any position.
//!
//! The file is a row of stretches, and each worker takes the next one that nobody has taken. The part of a stretch begins at the
//! first cut in it, and ends at the first cut behind it; where there is no cut in it, it has none. As workers find the same cut
//! from both sides ([`Boundaries::search_boundary`]), the parts lie end to end, though nobody waits for anybody, and though it is known
//! which bytes a worker will read before anybody has looked at them.
//!
//! Where a part is a piece of a mapping, all that follows is in view, and whoever wants nothing but records need not know where the
//! part ends before they are read ([`Boundaries::reads_past_end`]): the cursor arrives where it ends, at the next cut or before it.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::drive::{Outcome, Then};
use super::parts::{Advanced, Cutting, PartQueue};
use crate::error::{Error, ErrorKind, Result};
use crate::io::Backend;
use crate::record::{Boundaries, Format, Part, Search, is_at_fault};
use crate::source::access::{Opened, Reader, STRETCH_LEN, Window};

/// How long a stretch is at the least.
const STRETCH_MIN_LEN: u64 = 256 << 10;

/// How many stretches are taken as one at the most, where nothing is copied and nobody sees parts: enough that what is done once for
/// each part costs nothing.
const TOGETHER: u64 = 8;

/// Nobody takes as one more than what is left for a worker, divided by this, so that all end at about the same time.
const SHARES: u64 = 4;

/// How many bytes behind a stretch are read with it, in the hope that the end of its part is among them.
const AHEAD: u64 = 4 << 10;

/// A part whose end is not found is read to see whether it is at fault when so many times as much is in view as when that was done last.
const FAULT_LOOKED_FOR_EVERY: u64 = 8;

/// Parts of a file.
pub(in crate::source) struct Grid<'run, F> {
    format: F,
    cutting: Cutting,
    reader: &'run Reader,
    len: u64,
    stretch_len: u64,
    /// How long a stretch is at the most.
    longest: u64,
    workers: AtomicU64,
    /// Every stretch that starts before was taken, or has no cut.
    mark: AtomicU64,
    /// How many bytes are in parts that are done.
    done: &'run AtomicU64,
}

/// What a worker keeps from part to part.
pub(in crate::source) struct Worker<'run> {
    window: Window<'run>,
    /// The first cut behind the last stretch whose part was found. So it is the first one of a stretch that starts before it.
    cut: u64,
    /// Where the part starts of the stretch that is in view.
    start: u64,
    /// Whether the part that was given out last ends where its records do.
    is_open: bool,
    /// What lies between there and the cut, if that is not the same.
    rest: Option<Range<u64>>,
    /// The part that was given out last.
    part: Range<u64>,
}

impl<'run, F: Format> Grid<'run, F> {
    pub(in crate::source) fn new(
        format: &F,
        cutting: Cutting,
        reader: &'run Reader,
        part_len: Option<usize>,
        done: &'run AtomicU64,
    ) -> Self {
        let len = reader.len();
        // Sixteen parts or more, so that a file of a few megabytes is shared out too.
        let fitting = (len / 16).clamp(STRETCH_MIN_LEN, STRETCH_LEN);
        let stretch_len = part_len.map_or(fitting, |len| len as u64).max(1);
        let is_free = part_len.is_none() && cutting == Cutting::Records && !reader.prefetches();
        let together = if is_free { TOGETHER } else { 1 };
        let longest = stretch_len.saturating_mul(together);
        let (workers, mark) = (AtomicU64::new(0), AtomicU64::new(0));
        let format = format.clone();
        Self { format, cutting, reader, len, stretch_len, longest, workers, mark, done }
    }

    /// Searches for a cut. A format without cuts has one part.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        self.format.boundaries().map_or(Search::NoBoundary, |cuts| cuts.search_boundary(data, range))
    }

    /// Takes the next stretch, which is to be had this way.
    fn take(&self, backend: Backend) -> Option<Range<u64>> {
        let mut end = 0;
        let behind = |mark: u64| {
            // Kept, since asked again it may be another one.
            end = mark.saturating_add(self.len_from(mark, backend)).min(self.len);
            (mark < self.len).then_some(end)
        };
        let start = self.mark.fetch_update(Ordering::Relaxed, Ordering::Relaxed, behind).ok()?;
        Some(start..end)
    }

    /// How long the stretch is that begins at `mark`: a multiple of the shortest.
    fn len_from(&self, mark: u64, backend: Backend) -> u64 {
        // While the ways are tried, all of them are on stretches that are alike.
        if backend != Backend::Mapped || !self.reader.has_chosen() {
            return self.stretch_len;
        }
        let share = self.len.saturating_sub(mark) / (SHARES * self.workers.load(Ordering::Relaxed).max(1));
        (share.min(self.longest) / self.stretch_len).max(1) * self.stretch_len
    }

    /// Takes the next stretch for a worker, and as many more as it has reads in flight; brings the first of them in view.
    fn open_next(&self, worker: &mut Worker<'run>, stop_from: &AtomicU64) -> Option<Opened> {
        while worker.window.wants_more() {
            let backend = self.reader.next_way();
            let Some(stretch) = self.take(backend) else { break };
            if stretch.start > stop_from.load(Ordering::Relaxed) {
                break;
            }
            let start = worker.cut.clamp(stretch.start, stretch.end);
            let look_behind = self.format.boundaries().map_or(0, Boundaries::look_behind);
            let first = start.saturating_sub(look_behind as u64);
            let view = first..stretch.end.saturating_add(AHEAD).min(self.len);
            if let Err(error) = worker.window.ask(stretch.clone(), view, backend) {
                return Some(Err((stretch, error)));
            }
        }
        worker.window.open_next()
    }

    /// Finds the part of a stretch that is in view.
    fn find_part(&self, worker: &mut Worker<'run>, stretch: Range<u64>) -> Result<Option<Range<u64>>> {
        // The search for cuts touches pages too.
        let _search = worker.window.begin(stretch.start..stretch.start);
        let known = Some(worker.cut).filter(|&cut| cut >= stretch.start);
        let start = match known {
            Some(cut) => Some(cut).filter(|&cut| cut < stretch.end),
            None => self.find_start(&mut worker.window, &stretch)?,
        };
        let Some(start) = start else { return Ok(None) };
        worker.start = start;
        if stretch.end == self.len {
            return Ok(Some(start..self.len));
        }
        self.find_end(worker, start, stretch.end).map(|end| Some(start..end))
    }

    /// The first cut in a stretch.
    fn find_start(&self, window: &mut Window<'run>, stretch: &Range<u64>) -> Result<Option<u64>> {
        loop {
            let range = window.position(stretch.start)..window.position(stretch.end);
            match self.search_boundary(window.as_slice(), range) {
                Search::Boundary(cut) => return Ok(Some(window.offset() + cut as u64)),
                Search::NoBoundary => return Ok(None),
                // There will be no more bytes, so that is no cut.
                Search::Unknown if window.end() == self.len => return Ok(None),
                Search::Unknown => self.look_further(window, stretch.end)?,
            }
        }
    }

    /// Where the part ends that starts at `start`: at the first cut from `stretch_end` on, or else where the file does. If it ends where
    /// its records do, `stretch_end` stands for that.
    ///
    /// Where there is no cut and the first record that is not right is at fault beyond doubt, it makes no sense to look for one
    /// further on, unless reading goes on behind a fault: the part is then all that is in view.
    fn find_end(&self, worker: &mut Worker<'run>, start: u64, stretch_end: u64) -> Result<u64> {
        let reads_past_end = self.format.boundaries().is_some_and(Boundaries::reads_past_end);
        let window = &mut worker.window;
        let mut from = stretch_end;
        // To look for a fault is to read the part, which is worth while when otherwise as much again would be looked at.
        let mut read_from = self.stretch_len;
        loop {
            if self.cutting == Cutting::Records && reads_past_end && window.is_mapped() {
                worker.is_open = true;
                window.extend(self.len)?;
                return Ok(stretch_end);
            }
            let view = window.as_slice();
            match self.search_boundary(view, window.position(from)..view.len()) {
                Search::Boundary(cut) => {
                    self.note(&mut worker.cut, window.offset() + cut as u64);
                    return Ok(worker.cut);
                }
                Search::NoBoundary => from = window.end(),
                Search::Unknown => {}
            }
            if window.end() == self.len {
                self.note(&mut worker.cut, self.len);
                return Ok(self.len);
            }
            let ahead = window.end() - stretch_end;
            if self.cutting != Cutting::Recovering && ahead >= read_from {
                if is_at_fault(&self.format, &view[window.position(start)..]) {
                    return Ok(window.end());
                }
                read_from = ahead.saturating_mul(FAULT_LOOKED_FOR_EVERY);
            }
            self.look_further(window, stretch_end)?;
        }
    }

    /// Finds what lies between the end of the records of a part, all of which is in view with what follows, and the next cut. That is
    /// nothing, unless a format has boundaries that are no cuts.
    fn find_rest(&self, worker: &mut Worker<'run>, end: u64) {
        let window = &worker.window;
        let (view, from) = (window.as_slice(), window.position(end));
        let cut = self.format.boundaries().and_then(|cuts| cuts.find_boundary(view, from));
        let cut = cut.map_or(self.len, |cut| window.offset() + cut as u64);
        worker.rest = Some(end..cut).filter(|rest| !rest.is_empty());
        self.note(&mut worker.cut, cut);
    }

    /// Gives an error of memory the place of the record in which what is in view ends.
    #[cold]
    fn at_record(&self, worker: &Worker<'run>, stretch_start: u64, error: Error) -> Error {
        let (window, start) = (&worker.window, worker.start.max(stretch_start));
        let view = window.as_slice().get(window.position(start)..).unwrap_or_default();
        let cut =
            self.format.records_of(Part::from_view(view, view.len(), start, false)).find_map(Result::err);
        let error = match cut.filter(|cut| matches!(cut.kind(), ErrorKind::Incomplete { .. })) {
            Some(cut) if start == worker.start => error.of_record_at(&cut),
            _ => error,
        };
        error.of_bytes_at(F::NAME, start)
    }

    /// A worker has found the first cut behind its stretch. No stretch that ends before it has one.
    fn note(&self, known: &mut u64, cut: u64) {
        *known = cut;
        self.mark.fetch_max(cut / self.stretch_len * self.stretch_len, Ordering::Relaxed);
    }

    /// Makes the window longer: doubles what it has behind the stretch, so that a very long record does not make the search
    /// quadratic.
    fn look_further(&self, window: &mut Window<'run>, stretch_end: u64) -> Result<()> {
        let ahead = window.end() - stretch_end;
        window.extend(self.len.min(window.end().saturating_add(ahead.max(AHEAD))))
    }
}

impl<'run, F: Format> PartQueue<'run> for Grid<'run, F> {
    type Worker = Worker<'run>;

    fn new_worker(&self) -> Worker<'run> {
        self.workers.fetch_add(1, Ordering::Relaxed);
        // The file starts with a part, so that counts as a cut.
        Worker { window: Window::of(self.reader), cut: 0, start: 0, is_open: false, rest: None, part: 0..0 }
    }

    fn advance(&self, worker: &mut Worker<'run>, stop_from: &AtomicU64) -> Advanced<'run> {
        let found = loop {
            if let Some(rest) = worker.rest.take() {
                break Ok(rest);
            }
            match self.open_next(worker, stop_from)? {
                Ok(stretch) => match self.find_part(worker, stretch.clone()) {
                    Ok(None) => {}
                    Ok(Some(part)) => break Ok(part),
                    Err(error) => break Err((stretch.start, self.at_record(worker, stretch.start, error))),
                },
                Err((stretch, error)) => {
                    break Err((stretch.start, error.of_bytes_at(F::NAME, stretch.start)));
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
        self.len <= self.stretch_len
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
