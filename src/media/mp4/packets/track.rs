//! The packets of a track.

use super::Packet;
use super::edit::Edit;
use super::media::MediaPackets;
use crate::error::Error;
use crate::media::Times;
use crate::media::mp4::{Movie, Track};

/// The remaining packets of a track.
#[derive(Debug)]
pub(super) struct TrackPackets<'data> {
    media: MediaPackets<'data>,
    /// The shifts of decode times and of composition times.
    shifts: (i64, i64),
    /// The only effective edit.
    edit: Option<Edit>,
    head: Option<Packet<'data>>,
    error: Option<Error>,
}

impl<'data> TrackPackets<'data> {
    /// Creates the state before the first packet: the first call of `advance` returns `None`.
    pub(super) fn new(movie: &Movie<'data>, index: usize, track: &Track<'data>, times: Times) -> Self {
        let media = MediaPackets::new(index, track);
        let (mut shifts, mut edit) = ((0, 0), None);
        if times == Times::Presentation {
            let advance = track.greatest_advance();
            edit = Edit::only_one(movie, track, &media);
            shifts = match &edit {
                Some(edit) => (edit.shift().saturating_sub(advance), edit.shift()),
                None => {
                    let timescale = track.media().timescale;
                    let shift = track.edits().presentation_shift(movie.header().timescale, timescale);
                    let (earlier, later) = if movie.is_fragmented() { (0, advance) } else { (advance, 0) };
                    (shift.saturating_sub(earlier), shift.saturating_add(later))
                }
            };
        }
        Self { media, shifts, edit, head: None, error: None }
    }

    /// Returns the time units per second.
    pub(super) fn timescale(&self) -> u32 {
        self.media.timescale
    }

    /// Returns the next packet.
    pub(super) fn head(&self) -> Option<&Packet<'data>> {
        self.head.as_ref()
    }

    /// Takes the error that ended the packets.
    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Takes the next packet, and reads the one after it.
    pub(super) fn advance(&mut self) -> Option<Packet<'data>> {
        let next = self.media.next();
        if let Some(error) = self.media.take_error() {
            self.error = Some(error);
        }
        let next = next.map(|mut packet| {
            if let Some(edit) = &mut self.edit {
                edit.place(&mut packet);
            }
            packet.dts = packet.dts.saturating_add(self.shifts.0);
            packet.pts = packet.pts.saturating_add(self.shifts.1);
            packet
        });
        std::mem::replace(&mut self.head, next)
    }
}
