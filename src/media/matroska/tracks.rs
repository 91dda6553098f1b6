//! The tracks of a segment.

use std::collections::HashSet;

use super::fault::Faults;
use super::{Element, ElementId, Track};

/// Maximum number of tracks kept, so that a damaged input cannot exhaust memory. FFmpeg reads 1,000.
const MAX_TRACKS: usize = 10_000;

/// The tracks of a segment.
#[derive(Debug, Clone, Default)]
pub(super) struct Tracks<'data> {
    tracks: Vec<Track<'data>>,
    /// Number and index of each track, by number.
    by_number: Vec<(u64, usize)>,
    /// Numbers of tracks that are too damaged to be listed, sorted.
    left_out: Vec<u64>,
    /// The file has more tracks than the limit.
    has_more: bool,
}

impl<'data> Tracks<'data> {
    pub(super) fn as_slice(&self) -> &[Track<'data>] {
        &self.tracks
    }

    /// Returns the index of the track with a number; of the first one if several have it.
    #[inline]
    pub(super) fn index(&self, number: u64) -> Option<usize> {
        let found = self.by_number.partition_point(|&(other, _)| other < number);
        self.by_number.get(found).filter(|(other, _)| *other == number).map(|&(_, index)| index)
    }

    /// Whether the blocks of an unlisted track are skipped without an error.
    pub(super) fn is_left_out(&self, number: u64) -> bool {
        self.has_more || self.left_out.binary_search(&number).is_ok()
    }

    /// Adds the tracks of a `Tracks`. A later `Tracks` may be a copy (RFC 9559, section 5.1: `Tracks` is "recurring"), so
    /// tracks with a number of an earlier `Tracks` are skipped.
    pub(super) fn add(&mut self, element: Element<'data>, earlier: &mut HashSet<u64>, faults: &mut Faults) {
        let known = self.tracks.len();
        for child in element.children() {
            let Some(child) = faults.check(child) else { continue };
            if child.id() != ElementId::TRACK_ENTRY || self.has_more {
                continue;
            }
            let is_full = self.tracks.len() + self.left_out.len() == MAX_TRACKS;
            match Track::read_entry(child, faults) {
                Ok(track) if earlier.contains(&track.number) => {}
                Ok(_) | Err(Some(_)) if is_full => {
                    self.has_more = true;
                    faults.push(child.damaged("there are more than 10,000 tracks; it is skipped"));
                }
                Ok(track) => self.tracks.push(track),
                Err(number) => self.left_out.extend(number),
            }
        }
        earlier.extend(self.tracks[known..].iter().map(|track| track.number));
    }

    /// Sorts the tables by number.
    pub(super) fn finish(&mut self) {
        self.by_number = self.tracks.iter().map(|track| track.number).zip(0..).collect();
        self.by_number.sort_unstable();
        self.left_out.sort_unstable();
    }
}
