//! The head of a segment: `Info` and `Tracks`.

use std::collections::HashSet;

use super::fault::Faults;
use super::listed::Listed;
use super::segment_body::SegmentBody;
use super::tracks::Tracks;
use super::{Element, ElementId, Info};
use crate::error::Error;
use crate::record::Piece;

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
pub(super) fn read<'data>(segment: &SegmentBody<'data>, listed: bool) -> Head<'data> {
    let mut head = Head::default();
    if listed {
        Listed::new(segment, ElementId::INFO).for_each(|info| head.add_info(info));
        Listed::new(segment, ElementId::TRACKS).for_each(|tracks| head.add_tracks(tracks));
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
