//! The head of a segment: `Info` and `Tracks`.

use std::collections::HashSet;

use super::faults::Faults;
use super::{Element, ElementId, Info, Segment, Track};
use crate::error::Error;
use crate::record::Piece;

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
    fn add(&mut self, element: Element<'data>, earlier: &mut HashSet<u64>, faults: &mut Faults) {
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
    fn finish(&mut self) {
        self.by_number = self.tracks.iter().map(|track| track.number).zip(0..).collect();
        self.by_number.sort_unstable();
        self.left_out.sort_unstable();
    }
}

/// The head of a segment.
#[derive(Debug, Default)]
pub(super) struct Head<'data> {
    pub(super) info: Info<'data>,
    pub(super) tracks: Tracks<'data>,
    pub(super) has_info: bool,
    pub(super) has_tracks: bool,
    /// Faults in `Info` and `Tracks`.
    pub(super) faults: Faults,
    /// The first damage between the top-level elements.
    pub(super) damage: Option<Error>,
    /// The track numbers of each `Tracks` before the current one.
    earlier: HashSet<u64>,
}

impl<'data> Head<'data> {
    fn add_info(&mut self, element: Element<'data>) {
        self.has_info = true;
        self.info.add(element, &mut self.faults);
    }

    fn add_tracks(&mut self, element: Element<'data>) {
        self.has_tracks = true;
        self.tracks.add(element, &mut self.earlier, &mut self.faults);
    }
}

/// Reads the head of a segment: the listed elements, if `listed`; then, if `Info` or `Tracks` is still missing, all
/// elements.
pub(super) fn read<'data>(segment: &Segment<'data>, listed: bool) -> Head<'data> {
    let mut head = Head::default();
    if listed {
        segment.listed(ElementId::INFO).for_each(|info| head.add_info(info));
        segment.listed(ElementId::TRACKS).for_each(|tracks| head.add_tracks(tracks));
    }
    let (seek_info, seek_tracks) = (!head.has_info, !head.has_tracks);
    if seek_info || seek_tracks {
        for piece in segment.pieces() {
            match piece {
                Piece::Record(record) => match record.id() {
                    ElementId::INFO if seek_info => head.add_info(record.element()),
                    ElementId::TRACKS if seek_tracks => head.add_tracks(record.element()),
                    ElementId::SEGMENT => break,
                    // Elements after the first clusters are copies.
                    ElementId::CLUSTER if head.has_info && head.has_tracks => break,
                    _ => {}
                },
                Piece::Gap(gap) => head.damage = head.damage.or(Some(gap.error)),
            }
        }
    }
    head.tracks.finish();
    head
}
