//! Parts of a file, whose bytes can be had at any position.
//!
//! The file is a row of stretches of equal length, and each worker takes the next one that nobody has taken. The part of a
//! stretch begins at the first cut in it, and ends at the first cut behind it; where there is no cut in it, it has none. As
//! workers find the same cut from both sides ([`Cuts::search_cut`]), the parts lie end to end, though nobody waits for
//! anybody, and though it is known which bytes a worker will read before anybody has looked at them.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::drive::Done;
use super::parts::{Next, Parts};
use super::reader::{Reader, STRETCH_LEN};
use super::window::{Opened, Window};
use crate::error::Result;
use crate::record::{Cuts, End, Format, Part, Search, part_end};

/// How long a stretch is at the least.
const STRETCH_MIN_LEN: u64 = 256 << 10;

/// How many bytes behind a stretch are read with it, in the hope that the end of its part is among them.
const AHEAD: u64 = 4 << 10;

/// Parts of a file.
pub(super) struct Grid<'run, F> {
    format: &'run F,
    cuts: &'run dyn Cuts,
    recover: bool,
    reader: &'run Reader,
    len: u64,
    stretch_len: u64,
    /// Every stretch that starts before was taken.
    mark: AtomicU64,
    /// How many bytes are in parts that are done.
    done: &'run AtomicU64,
}

impl<'run, F: Format> Grid<'run, F> {
    pub(super) fn new(
        format: &'run F,
        cuts: &'run dyn Cuts,
        recover: bool,
        reader: &'run Reader,
        part_len: Option<usize>,
        done: &'run AtomicU64,
    ) -> Self {
        let len = reader.len();
        // Sixteen parts or more, so that a file of a few megabytes is shared out too.
        let fitting = (len / 16).clamp(STRETCH_MIN_LEN, STRETCH_LEN);
        let stretch_len = part_len.map_or(fitting, |len| len as u64).max(1);
        Self { format, cuts, recover, reader, len, stretch_len, mark: AtomicU64::new(0), done }
    }

    /// Takes the next stretch.
    fn take(&self) -> Option<Range<u64>> {
        let behind = |mark| (mark < self.len).then(|| self.len.min(self.stretch_len.saturating_add(mark)));
        let start = self.mark.fetch_update(Ordering::Relaxed, Ordering::Relaxed, behind).ok()?;
        behind(start).map(|end| start..end)
    }

    /// Takes the next stretch for a worker, and as many more as it has reads in flight; brings the first of them in view.
    fn open_next(&self, window: &mut Window<'run>, stop_from: &AtomicU64) -> Option<Opened> {
        while window.wants_more() {
            let Some(stretch) = self.take() else { break };
            if stretch.start > stop_from.load(Ordering::Relaxed) {
                break;
            }
            let first = stretch.start.saturating_sub(self.cuts.look_behind() as u64);
            let view = first..stretch.end.saturating_add(AHEAD).min(self.len);
            if let Err(error) = window.ask(stretch.clone(), view) {
                return Some(Err((stretch, error)));
            }
        }
        window.open_next()
    }

    /// Finds the part of a stretch that is in view.
    fn find_part(&self, window: &mut Window<'run>, stretch: Range<u64>) -> Result<Option<Range<u64>>> {
        // The search for cuts touches pages too.
        let _search = window.begin(stretch.start..stretch.start);
        let Some(start) = self.find_start(window, &stretch)? else { return Ok(None) };
        if stretch.end == self.len {
            return Ok(Some(start..self.len));
        }
        loop {
            let complete = window.end() == self.len;
            let (start_at, from) = (window.position(start), window.position(stretch.end));
            // To look for a fault is to read the part, which is worth while when otherwise as much again would be looked at.
            let go_on = self.recover || window.end() - stretch.end < self.stretch_len;
            let end =
                match part_end(self.format, self.cuts, window.as_slice(), complete, start_at, from, go_on) {
                    End::Cut(cut) => window.offset() + cut as u64,
                    End::Rest => window.end(),
                    End::Unknown => {
                        self.look_further(window, stretch.end)?;
                        continue;
                    }
                };
            return Ok(Some(start..end));
        }
    }

    /// The first cut in a stretch.
    fn find_start(&self, window: &mut Window<'run>, stretch: &Range<u64>) -> Result<Option<u64>> {
        if stretch.start == 0 {
            return Ok(Some(0));
        }
        loop {
            let range = window.position(stretch.start)..window.position(stretch.end);
            match self.cuts.search_cut(window.as_slice(), range) {
                Search::Cut(cut) => return Ok(Some(window.offset() + cut as u64)),
                Search::NoCut => return Ok(None),
                // There will be no more bytes, so that is no cut.
                Search::Unknown if window.end() == self.len => return Ok(None),
                Search::Unknown => self.look_further(window, stretch.end)?,
            }
        }
    }

    /// Makes the window longer: doubles what it has behind the stretch, so that a very long record does not make the search
    /// quadratic.
    fn look_further(&self, window: &mut Window<'run>, stretch_end: u64) -> Result<()> {
        let ahead = window.end() - stretch_end;
        window.extend(self.len.min(window.end().saturating_add(ahead.max(AHEAD))))
    }
}

impl<'run, F: Format> Parts for Grid<'run, F> {
    type Hand = Window<'run>;

    fn hand(&self) -> Window<'run> {
        Window::of(self.reader)
    }

    fn next<'part>(&self, window: &'part mut Window<'run>, stop_from: &AtomicU64) -> Next<'_, 'part> {
        let found = loop {
            match self.open_next(window, stop_from)? {
                Ok(stretch) => match self.find_part(window, stretch.clone()) {
                    Ok(None) => {}
                    Ok(Some(part)) => break Ok(part),
                    Err(error) => break Err((stretch.start, error)),
                },
                Err((stretch, error)) => break Err((stretch.start, error)),
            }
        };
        Some(found.map(|part| {
            let view = &window.as_slice()[window.position(part.start)..];
            let len = window.position(part.end) - window.position(part.start);
            let part = Part::read(view, len, part.start, window.end() == self.len);
            (part, window.begin(part.range()))
        }))
    }

    fn is_single(&self) -> bool {
        self.len <= self.stretch_len
    }

    fn check(&self) -> Result<()> {
        self.reader.check()
    }

    fn end(&self, window: &mut Window<'run>, part: Range<u64>, done: Done) -> Done {
        self.done.fetch_add(part.end - part.start, Ordering::Relaxed);
        match window.close(part) {
            Ok(()) => done,
            Err(error) => Done { error: Some(error), stop: true, ..done },
        }
    }
}
