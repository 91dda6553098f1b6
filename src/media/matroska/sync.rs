//! Resynchronisation after a fault, and boundaries.

use std::ops::Range;

use memchr::memmem;

use super::ElementId;
use super::step::View;
use crate::record::Search;

/// Elements where reading can resume, with IDs of four bytes; clusters first.
const STARTS: [ElementId; 9] = [
    ElementId::CLUSTER,
    ElementId::EBML,
    ElementId::SEEK_HEAD,
    ElementId::INFO,
    ElementId::TRACKS,
    ElementId::CHAPTERS,
    ElementId::CUES,
    ElementId::ATTACHMENTS,
    ElementId::TAGS,
];

/// Length of their IDs in bytes.
const ID_LEN: usize = 4;

/// The position where reading resumes after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    At(usize),
    /// Nowhere in view.
    None,
    /// Depends on bytes out of view.
    Unknown,
}

/// Length of the first search window in bytes.
const WINDOW: usize = 256;

/// Finds the first position from `from` with a provable record.
pub(super) fn search_start(view: View<'_>, mut from: usize) -> Start {
    // The window doubles, so that the cost is proportional to the distance of the nearest start, whatever its ID.
    let mut len = WINDOW;
    while from < view.bytes.len() {
        let end = from.saturating_add(len).min(view.bytes.len());
        match search_window(view, from..end) {
            Start::None => (from, len) = (end, len.saturating_mul(2)),
            found => return found,
        }
    }
    Start::None
}

/// Finds the first position in a range with a provable record.
fn search_window(view: View<'_>, range: Range<usize>) -> Start {
    let mut found = Start::None;
    // Later IDs matter only before the position found so far.
    let mut end = range.end;
    for id in STARTS {
        #[cfg(test)]
        super::step_count::count((end - range.start).div_ceil(64));
        let with_last_id = end.saturating_add(ID_LEN - 1).min(view.bytes.len());
        for position in memmem::find_iter(&view.bytes[range.start..with_last_id], &id.0.to_be_bytes()) {
            let at = range.start + position;
            match view.is_provable(at) {
                Some(false) => continue,
                Some(true) => found = Start::At(at),
                None => found = Start::Unknown,
            }
            end = at;
            break;
        }
    }
    found
}

/// Finds the first boundary in `range`: a provable cluster that a reader of `data` reaches from its start, over gaps.
pub(super) fn search_boundary(data: &[u8], range: Range<usize>) -> Search {
    let view = View { bytes: data, complete: false };
    let mut at = 0;
    while at < range.end {
        if at >= range.start && view.id(at) == Some(ElementId::CLUSTER) {
            match view.is_provable(at) {
                Some(true) => return Search::Boundary(at),
                Some(false) => {}
                None => return Search::Unknown,
            }
        }
        at = match view.record(at) {
            Ok((_, end)) => end,
            Err(stop) if stop.is_more_needed() => return Search::Unknown,
            Err(_) => match search_start(view, at + 1) {
                Start::At(start) => start,
                // An ID may begin with the last bytes in view.
                Start::None if range.end + ID_LEN <= data.len() => return Search::NoBoundary,
                Start::None | Start::Unknown => return Search::Unknown,
            },
        };
    }
    Search::NoBoundary
}
