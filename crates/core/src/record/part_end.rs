//! The search for the end of a part.

use super::{Boundaries, Cursor, Format, Loss, Part, Resync, Search};
use crate::error::EXCERPT_LEN;

/// Result of a search for the end of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The part ends at this boundary.
    Boundary(usize),
    /// The part extends to the end of the input.
    Rest,
    /// The decision needs more bytes in view.
    Unknown,
}

/// Finds the end of a part that starts with `view`, at `offset` in the input: the first boundary at `from` or later.
///
/// Where there is no boundary and the first invalid record is invalid whatever follows, searching further is useless unless reading
/// continues after a fault (`recover`): the part is then the rest of the input.
fn part_end<F: Format>(
    format: &F,
    boundaries: &dyn Boundaries,
    view: &[u8],
    offset: u64,
    complete: bool,
    from: usize,
    recover: bool,
) -> End {
    if let Some(boundary) = boundaries.find_boundary(view, from.max(1)) {
        return End::Boundary(boundary);
    }
    if complete || (!recover && is_at_fault(format, view, offset)) { End::Rest } else { End::Unknown }
}

/// Whether a record in `view`, which begins at a boundary at `offset` in the input, is invalid whatever follows the view.
pub fn is_at_fault<F: Format>(format: &F, view: &[u8], offset: u64) -> bool {
    let mut cursor = Cursor::new(format, Part::from_view(view, view.len(), offset, false));
    while cursor.next().is_some() {}
    let Some(stop) = cursor.take_stop().filter(|stop| !stop.is_more_needed()) else { return false };
    // The excerpt must not depend on the length of the view, nor on whether its last byte is a carriage return that belongs to the
    // line end: that takes two more bytes.
    let error = cursor.error(stop);
    let quoted_to = error.location().map_or(0, |location| location.offset - offset + EXCERPT_LEN as u64 + 2);
    quoted_to <= view.len() as u64
}

/// Finds the end of a part of an input in memory. The part starts at the boundary `start` and ends at the first boundary after
/// `len` bytes. A longer record is not split.
pub fn part_end_in<F: Resync>(format: &F, data: &[u8], start: usize, len: usize, recover: bool) -> usize {
    let mut view_len = len.max(1);
    loop {
        // Doubling keeps the search linear for very long records.
        view_len = view_len.saturating_mul(2);
        let view = &data[start..];
        let view = &view[..view.len().min(view_len)];
        match part_end(format, format, view, start as u64, start + view.len() == data.len(), len, recover) {
            End::Boundary(at) => return start + at,
            End::Rest => return data.len(),
            End::Unknown => {}
        }
    }
}

/// Distance in bytes from the end of the view at which the search for the last boundary begins. Longer records take a few more steps.
const BOUNDARY_SEARCH: usize = 64;

/// State of the search for the end of a part while the view grows.
#[derive(Debug, Default)]
pub struct PartEndSearch {
    /// There is no boundary before this position, except at the start of the part.
    no_boundary_before: usize,
    /// Whether `no_boundary_before` is the end of the last view.
    is_certain: bool,
    /// Length of the view in bytes at which the next search is due.
    look_from: usize,
}

impl PartEndSearch {
    /// Finds the end of a part that contains as much of `view` as possible. `view` begins at `offset` in the input, with the bytes of the
    /// last view. Bytes are lost at `losses`.
    ///
    /// Repeated calls examine each byte only a few times.
    pub fn last_part_end<F: Format>(
        &mut self,
        format: &F,
        view: &[u8],
        offset: u64,
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
        let boundaries = format
            .boundaries()
            .filter(|boundaries| losses.is_empty() && boundaries.look_behind() < usize::MAX);
        let Some(boundaries) = boundaries.filter(|_| !complete && self.no_boundary_before > 0) else {
            let end = last_part_end(format, view, offset, losses, complete, recover);
            return match boundaries.filter(|_| end == End::Unknown) {
                Some(boundaries) => self.next_boundary(boundaries, view).map_or(End::Unknown, End::Boundary),
                None => end,
            };
        };
        let last = last_boundary_from(boundaries, view, self.no_boundary_before.min(view.len()));
        if let Some(boundary) = last.or_else(|| self.next_boundary(boundaries, view)) {
            return End::Boundary(boundary);
        }
        if is_due && !recover && is_at_fault(format, view, offset) { End::Rest } else { End::Unknown }
    }

    /// Returns the first boundary after the searched bytes, or notes that the view contains none.
    fn next_boundary(&mut self, boundaries: &dyn Boundaries, view: &[u8]) -> Option<usize> {
        let from = self.no_boundary_before.max(1).min(view.len());
        let found = boundaries.search_boundary(view, from..view.len());
        self.is_certain = found == Search::NoBoundary;
        match found {
            Search::Boundary(boundary) => return Some(boundary),
            Search::NoBoundary => self.no_boundary_before = view.len(),
            Search::Unknown => {}
        }
        None
    }
}

/// Finds the end of a part that contains as much of `view` as possible. `view` begins at `offset` in the input. Bytes are lost at `losses`.
pub fn last_part_end<F: Format>(
    format: &F,
    view: &[u8],
    offset: u64,
    losses: &[Loss],
    complete: bool,
    recover: bool,
) -> End {
    if complete {
        return End::Rest;
    }
    let Some(boundaries) = format.boundaries() else { return last_record_end(format, view, offset) };
    if !losses.is_empty() && boundaries.look_behind() == usize::MAX {
        return End::Unknown;
    }
    let mut end = view.len();
    for Loss { position, .. } in losses.iter().rev() {
        // The bytes before the first one are unknown, so it is no boundary.
        let segment = &view[*position..end];
        if let Some(boundary) =
            last_boundary(boundaries, segment).or_else(|| boundaries.find_boundary(segment, 1))
        {
            return End::Boundary(position + boundary);
        }
        end = *position;
    }
    let first = &view[..end];
    last_boundary(boundaries, first)
        .map_or_else(|| part_end(format, boundaries, first, offset, false, 0, recover), End::Boundary)
}

/// Finds a boundary near the end of the view, after its first byte.
fn last_boundary(boundaries: &dyn Boundaries, view: &[u8]) -> Option<usize> {
    last_boundary_from(boundaries, view, 0)
}

/// Finds a boundary near the end of the view, at `from` or later and after the first byte.
fn last_boundary_from(boundaries: &dyn Boundaries, view: &[u8], from: usize) -> Option<usize> {
    let mut back = BOUNDARY_SEARCH;
    while back < view.len() - from {
        if let Some(boundary) = boundaries.find_boundary(view, view.len() - back) {
            return Some(boundary);
        }
        back = back.saturating_mul(4);
    }
    None
}

/// Finds the end of the last whole record of `view`, which begins at `offset` in the input, by reading it from the start.
fn last_record_end<F: Format>(format: &F, view: &[u8], offset: u64) -> End {
    let mut cursor = Cursor::new(format, Part::from_view(view, view.len(), offset, false));
    let mut end = 0;
    while cursor.next().is_some() {
        end = cursor.position();
    }
    match cursor.take_stop() {
        None => End::Boundary(view.len()),
        Some(stop) if stop.is_more_needed() && end > 0 => End::Boundary(end),
        // The error precedes everything that follows.
        Some(stop) if !stop.is_more_needed() && is_at_fault(format, view, offset) => End::Rest,
        Some(_) => End::Unknown,
    }
}
