//! Packets: what is handed to a decoder at once, of all tracks, in the order in which a file is best read.

mod edit;
mod order;
mod track;

use std::collections::TryReserveError;
use std::iter::FusedIterator;

use super::Movie;
use crate::error::{Error, Result};
use order::{Head, Order, SECOND};
use track::TrackPackets;

/// Which times packets have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Times {
    /// Those of the presentation as libavformat has them: edits are applied as far as one shift does it, and no packet is decoded after it is
    /// shown. The shift makes the first picture that is presented, or the sound at the start of the edit, come at 0, or where empty edits end.
    #[default]
    Presentation,
    /// Those of the tables and fragments.
    Media,
}

/// A sample; or several samples of plain sound, or frames of compressed sound of QuickTime, that lie one after the other and last 1,024
/// time units or less.
///
/// Times are in time units of the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Movie::tracks`].
    pub track: usize,
    /// The first of its samples, counted from 0 in the track.
    pub index: u64,
    /// How many samples it has: 1, if they are not of plain sound.
    pub samples: u32,
    /// Where it lies, in bytes from the start of the input.
    pub offset: u64,
    /// When it is decoded.
    pub dts: i64,
    /// When it is shown.
    pub pts: i64,
    /// Until the next one is decoded.
    pub duration: u64,
    /// Decoding can start here.
    pub is_sync: bool,
    /// It is not presented: it is not output, or all of it lies outside of the only edit of its track, or, in a fragment, it is decoded no
    /// later than the last sample of the run before. With [`Times::Media`] the edit does not count.
    pub is_discarded: bool,
    /// It is not needed for the presentation, and libavformat leaves it out: it comes before the sync sample from which the first picture of
    /// the edit is decoded, more than a second before the first sound, or after the end of the edit and the sync samples there. Only of tracks
    /// with one edit besides empty ones, in movies without fragments, with [`Times::Presentation`].
    pub is_left_out: bool,
    /// The decoder outputs it; if not, `pts` is no time at which it is shown.
    pub is_output: bool,
    /// Its bytes.
    pub data: &'data [u8],
}

/// The packets of all tracks of a movie.
///
/// Of two that are due within a second of each other, the one that comes first in the file is first; of others the one that is
/// due first. So a file that is interleaved is read from front to back. That is the order of libavformat, and so are the packets. Of more
/// than 16 tracks, the packet that comes first in the file is next, of those that are due within a second of the earliest.
///
/// Packets that are [left out](Packet::is_left_out) come next to those of their track, whatever the others.
///
/// An error ends its track, not the others: it is an item after the packets of all tracks. A track that ends with the same error as the one
/// before, such as a fault of a movie fragment that may be of any track, adds none.
#[derive(Debug)]
pub struct Packets<'data> {
    tracks: Vec<TrackPackets<'data>>,
    order: Order,
    /// The track that has the next packet whatever the order, and the first of those that have not been asked for one.
    next_track: Option<usize>,
    not_asked: usize,
    /// Tracks before this one have no error.
    next_error: usize,
    /// The last error that was given.
    given: Option<Error>,
    error: Option<Error>,
}

impl<'data> Packets<'data> {
    pub(super) fn new(movie: &Movie<'data>, times: Times) -> Self {
        let (tracks, order, error) = match Self::prepare(movie, times) {
            Ok((tracks, order)) => (tracks, order, None),
            Err(_) => {
                let error = movie.moov().error("has more tracks than there is memory for");
                (Vec::new(), Order::none(), Some(error))
            }
        };
        Self { tracks, order, next_track: None, not_asked: 0, next_error: 0, given: None, error }
    }

    fn prepare(
        movie: &Movie<'data>,
        times: Times,
    ) -> std::result::Result<(Vec<TrackPackets<'data>>, Order), TryReserveError> {
        let order = Order::new(movie.tracks().len())?;
        let mut tracks = Vec::new();
        tracks.try_reserve_exact(movie.tracks().len())?;
        let of_movie = movie.tracks().iter().enumerate();
        tracks.extend(of_movie.map(|(index, track)| TrackPackets::new(movie, index, track, times)));
        Ok((tracks, order))
    }

    /// Takes the next packet of a track, and puts the one after it in its order.
    fn advance(&mut self, track: usize) -> Option<Packet<'data>> {
        let packets = &mut self.tracks[track];
        let taken = packets.advance();
        self.next_track = None;
        match packets.head() {
            Some(head) if head.is_left_out => self.next_track = Some(track),
            Some(head) => {
                let time = rescale(head.dts, SECOND, packets.timescale());
                self.order.set(track, Head { time, offset: head.offset });
            }
            None => {}
        }
        taken
    }
}

impl<'data> Iterator for Packets<'data> {
    type Item = Result<Packet<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let track = match self.next_track {
                Some(track) => Some(track),
                // Each track is asked for its first packet, before which it has none.
                None if self.not_asked < self.tracks.len() => {
                    self.not_asked += 1;
                    Some(self.not_asked - 1)
                }
                None => self.order.take(),
            };
            match track {
                Some(track) => {
                    if let Some(packet) = self.advance(track) {
                        return Some(Ok(packet));
                    }
                }
                None => break,
            }
        }
        while let Some(packets) = self.tracks.get_mut(self.next_error) {
            self.next_error += 1;
            let Some(error) = packets.take_error() else { continue };
            if !self.given.as_ref().is_some_and(|given| is_same(given, &error)) {
                self.given = Some(error.clone());
                return Some(Err(error));
            }
        }
        self.error.take().map(Err)
    }
}

impl FusedIterator for Packets<'_> {}

/// Whether two errors tell of the same fault.
fn is_same(left: &Error, right: &Error) -> bool {
    left.offset() == right.offset() && left.message() == right.message()
}

/// `value * to / from`, rounded to the nearest, away from 0 if there are two.
pub(super) fn rescale(value: i64, to: i64, from: u32) -> i64 {
    let (product, from) = (i128::from(value) * i128::from(to), i128::from(from.max(1)));
    let half = if product < 0 { -(from / 2) } else { from / 2 };
    i64::try_from((product + half) / from).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}
