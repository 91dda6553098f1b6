//! Pieces of an input for workers.

use std::fmt;
use std::ops::Range;

use super::{Boundaries, Cursor, Format, Loss, Resync, Search};
use crate::error::EXCERPT_LEN;

/// A piece of an input that starts at a record boundary.
///
/// A part ends at a boundary too, and holds whole records only. It may have bytes of the next part in view, for a format
/// that has to look ahead. The part of a format that [reads on](super::Boundaries::reads_on) may end inside of a record, if all that follows is in
/// view and nobody but a cursor sees the part.
#[derive(Clone, Copy)]
pub struct Part<'data> {
    /// The bytes of the part, then those in view behind it.
    view: &'data [u8],
    len: usize,
    offset: u64,
    /// Whether `view` ends where the input ends.
    complete: bool,
    /// Where bytes are lost in it, in their order.
    losses: &'data [Loss],
}

impl<'data> Part<'data> {
    /// A whole input as one part.
    #[must_use]
    pub fn whole(data: &'data [u8]) -> Self {
        Self { view: data, len: data.len(), offset: 0, complete: true, losses: &[] }
    }

    /// The part of an input from one boundary to another, with everything behind it in view.
    ///
    /// # Panics
    ///
    /// If `range` does not lie in `data`.
    #[must_use]
    pub fn of(data: &'data [u8], range: Range<usize>) -> Self {
        assert!(range.end <= data.len(), "the part ends at {} of {} bytes", range.end, data.len());
        Self {
            view: &data[range.start..],
            len: range.len(),
            offset: range.start as u64,
            complete: true,
            losses: &[],
        }
    }

    /// A part of an input that is read piece by piece: the first `len` bytes of `view`, which lie `offset` bytes behind
    /// the start of the input. `complete` says that the input ends where `view` does.
    ///
    /// # Panics
    ///
    /// If `view` is shorter than `len`, or ends beyond what can be counted in 64 bits.
    #[must_use]
    pub fn read(view: &'data [u8], len: usize, offset: u64, complete: bool) -> Self {
        assert!(len <= view.len(), "the part has {len} bytes, but only {} are there", view.len());
        assert!(offset.checked_add(view.len() as u64).is_some(), "the part ends beyond 64 bits");
        Self { view, len, offset, complete, losses: &[] }
    }

    /// The part with places in it where bytes are lost, in their order. Only [`Pieces`](super::Pieces) are read of it.
    pub(crate) fn with_losses(self, losses: &'data [Loss]) -> Self {
        Self { losses, ..self }
    }

    /// Where bytes are lost.
    pub(crate) fn losses(&self) -> &'data [Loss] {
        self.losses
    }

    /// The bytes of the part.
    #[must_use]
    pub fn as_bytes(&self) -> &'data [u8] {
        &self.view[..self.len]
    }

    /// The bytes of the part and those in view behind it.
    #[must_use]
    pub fn view(&self) -> &'data [u8] {
        self.view
    }

    /// Whether the input ends where [`view`](Part::view) does.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Length of the part in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the part has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the part starts, in bytes from the start of the input.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the part lies in the input.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.len as u64
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("range", &self.range())
            .field("in_view", &self.view.len())
            .field("complete", &self.complete)
            .finish()
    }
}

/// Where a part may end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// At this cut.
    Cut(usize),
    /// Not before the input does.
    Rest,
    /// More bytes have to be in view to tell.
    Unknown,
}

/// Where a part may end that starts at the boundary `start` in `view`: at the first cut from `from` on.
///
/// Where there is no cut and the first record that is not right is at fault beyond doubt, it makes no sense to look for one
/// further on, unless reading goes on behind a fault (`recover`): the part is then all the rest.
fn part_end<F: Format>(
    format: &F,
    cuts: &dyn Boundaries,
    view: &[u8],
    complete: bool,
    start: usize,
    from: usize,
    recover: bool,
) -> End {
    if let Some(cut) = cuts.find_boundary(view, from.max(start + 1)) {
        return End::Cut(cut);
    }
    if complete || (!recover && is_at_fault(format, &view[start..])) { End::Rest } else { End::Unknown }
}

/// Whether a record in `view`, which begins at a boundary, is at fault whatever may follow.
pub(crate) fn is_at_fault<F: Format>(format: &F, view: &[u8]) -> bool {
    let mut cursor = Cursor::new(format, Part::read(view, view.len(), 0, false));
    while cursor.next().is_some() {}
    let Some(stop) = cursor.take_stop().filter(|stop| !stop.is_more_needed()) else { return false };
    // The excerpt must not depend on how much is in view; nor on whether its last byte is a carriage return that belongs to the end of
    // the line, for which two more bytes have to be.
    let error = cursor.error(stop);
    let quoted_to = error.location().map_or(0, |location| location.offset + EXCERPT_LEN as u64 + 2);
    quoted_to <= view.len() as u64
}

/// Where a part of an input in memory ends that starts at the boundary `start` and is to have about `len` bytes: at the
/// first cut behind that many. A record that is longer is not cut.
pub(crate) fn part_end_in<F: Resync>(
    format: &F,
    data: &[u8],
    start: usize,
    len: usize,
    recover: bool,
) -> usize {
    let mut in_view = len.max(1);
    loop {
        // Doubled, so that a very long record does not make the search quadratic.
        in_view = in_view.saturating_mul(2);
        let view = &data[start..];
        let view = &view[..view.len().min(in_view)];
        match part_end(format, format, view, start + view.len() == data.len(), 0, len, recover) {
            End::Cut(at) => return start + at,
            End::Rest => return data.len(),
            End::Unknown => {}
        }
    }
}

/// How far from the end of what is in view the last cut is looked for first. Longer records take a few steps more.
const CUT_SEARCH: usize = 64;

/// What is known of where a part may end, while more and more bytes come in view.
#[derive(Default)]
pub(crate) struct Sought {
    /// There is no cut before this position, but for that where the part begins.
    no_cut_before: usize,
    /// Whether that is the end of what was in view last.
    is_certain: bool,
    /// What is in view is looked at again when it has so many bytes.
    look_from: usize,
}

impl Sought {
    /// Where a part ends that is to be as much of `view` as possible, in which bytes are lost at `losses`. `view` begins with what was
    /// in view before.
    ///
    /// Each byte is looked at few times, however often this is asked.
    pub(crate) fn last_part_end<F: Format>(
        &mut self,
        format: &F,
        view: &[u8],
        losses: &[Loss],
        complete: bool,
        recover: bool,
    ) -> End {
        let is_due = complete || view.len() >= self.look_from;
        if !is_due && !self.is_certain {
            return End::Unknown;
        }
        if is_due {
            self.look_from = view.len().saturating_add(view.len() / 2);
        }
        let cuts = format.boundaries().filter(|cuts| losses.is_empty() && cuts.look_behind() < usize::MAX);
        let Some(cuts) = cuts.filter(|_| !complete && self.no_cut_before > 0) else {
            let end = last_part_end(format, view, losses, complete, recover);
            return match cuts.filter(|_| end == End::Unknown) {
                Some(cuts) => self.next_cut(cuts, view).map_or(End::Unknown, End::Cut),
                None => end,
            };
        };
        let last = last_cut_behind(cuts, view, self.no_cut_before.min(view.len()));
        if let Some(cut) = last.or_else(|| self.next_cut(cuts, view)) {
            return End::Cut(cut);
        }
        if is_due && !recover && is_at_fault(format, view) { End::Rest } else { End::Unknown }
    }

    /// The first cut that is not passed yet; or passes over what has none, whatever follows.
    fn next_cut(&mut self, cuts: &dyn Boundaries, view: &[u8]) -> Option<usize> {
        let from = self.no_cut_before.max(1).min(view.len());
        let found = cuts.search_boundary(view, from..view.len());
        self.is_certain = found == Search::NoBoundary;
        match found {
            Search::Boundary(cut) => return Some(cut),
            Search::NoBoundary => self.no_cut_before = view.len(),
            Search::Unknown => {}
        }
        None
    }
}

/// Where a part ends that is to be as much of `view` as possible, in which bytes are lost at `losses`.
pub(crate) fn last_part_end<F: Format>(
    format: &F,
    view: &[u8],
    losses: &[Loss],
    complete: bool,
    recover: bool,
) -> End {
    if complete {
        return End::Rest;
    }
    let Some(cuts) = format.boundaries() else { return last_boundary(format, view) };
    if !losses.is_empty() && cuts.look_behind() == usize::MAX {
        return End::Unknown;
    }
    let mut end = view.len();
    for Loss { position, .. } in losses.iter().rev() {
        // What is before the first byte is not known, so no cut is there.
        let stretch = &view[*position..end];
        if let Some(cut) = last_cut(cuts, stretch).or_else(|| cuts.find_boundary(stretch, 1)) {
            return End::Cut(position + cut);
        }
        end = *position;
    }
    let first = &view[..end];
    last_cut(cuts, first).map_or_else(|| part_end(format, cuts, first, false, 0, 0, recover), End::Cut)
}

/// A cut near the end of what is in view, behind its first byte.
fn last_cut(cuts: &dyn Boundaries, view: &[u8]) -> Option<usize> {
    last_cut_behind(cuts, view, 0)
}

/// A cut near the end of what is in view, from the position `from` on and behind the first byte.
fn last_cut_behind(cuts: &dyn Boundaries, view: &[u8], from: usize) -> Option<usize> {
    let mut back = CUT_SEARCH;
    while back < view.len() - from {
        if let Some(cut) = cuts.find_boundary(view, view.len() - back) {
            return Some(cut);
        }
        back = back.saturating_mul(4);
    }
    None
}

/// Where the last record ends that is whole in `view`, read from the left.
fn last_boundary<F: Format>(format: &F, view: &[u8]) -> End {
    let mut cursor = Cursor::new(format, Part::read(view, view.len(), 0, false));
    let mut end = 0;
    while cursor.next().is_some() {
        end = cursor.position();
    }
    match cursor.take_stop() {
        None => End::Cut(view.len()),
        Some(stop) if stop.is_more_needed() && end > 0 => End::Cut(end),
        // The error comes before everything that follows.
        Some(stop) if !stop.is_more_needed() && is_at_fault(format, view) => End::Rest,
        Some(_) => End::Unknown,
    }
}
