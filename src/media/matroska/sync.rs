//! Where reading goes on behind a fault, and where an input can be cut.

use std::ops::Range;

use memchr::memmem;

use super::ElementId;
use super::step::View;
use crate::record::Search;

/// What reading can go on with: elements with an ID of four bytes, clusters before others.
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

/// Where reading goes on behind a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    At(usize),
    /// Nowhere in view.
    None,
    /// That depends on bytes that are not in view.
    Unknown,
}

/// How many bytes are looked at first.
const WINDOW: usize = 256;

/// The first position from `from` on at which a record is provable.
pub(super) fn search_start(view: View<'_>, mut from: usize) -> Start {
    // Longer and longer ones, so that the nearest start is found at the cost of its distance, whatever ID it has.
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

/// The first position in a range at which a record is provable.
fn search_window(view: View<'_>, range: Range<usize>) -> Start {
    let mut found = Start::None;
    // Those of the other IDs are of interest only before what was found.
    let mut end = range.end;
    for id in STARTS {
        #[cfg(test)]
        super::linear::count((end - range.start).div_ceil(64));
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

/// The first cut in `range`: a provable cluster at which reading `data` from its start, with gaps, arrives.
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
