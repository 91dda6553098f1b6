//! Packets of all tracks for decoders, in the order that reads a file best.

mod edit;
mod order;
mod track;

use std::collections::TryReserveError;
use std::iter::FusedIterator;

use super::Movie;
use crate::error::{Error, Result};
use order::{Head, Order, SECOND};
use track::TrackPackets;

/// The kind of packet times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Times {
    /// Presentation times as in libavformat: edits are applied as far as a single shift can do it, and no packet is decoded
    /// after it is shown. The shift moves the first presented frame, or the audio at the start of the edit, to 0 or to the
    /// end of the empty edits.
    #[default]
    Presentation,
    /// Media times, from the tables and fragments.
    Media,
}

/// A sample; or several contiguous samples of PCM audio or frames of compressed QuickTime audio, that last at most 1,024
/// time units.
///
/// Times are in time units of the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Movie::tracks`].
    pub track: usize,
    /// Index of its first sample in the track.
    pub index: u64,
    /// Number of samples: 1, except for PCM audio.
    pub samples: u32,
    /// Offset of its bytes from the start of the input.
    pub offset: u64,
    /// Decode time.
    pub dts: i64,
    /// Presentation time.
    pub pts: i64,
    /// Duration up to the decode time of the next packet.
    pub duration: u64,
    /// Whether a decoder can start here.
    pub is_sync: bool,
    /// Whether it is not presented: it is not output, or lies entirely outside of the only edit of its track, or, in a
    /// fragment, its decode time is not after the last sample of the previous run. [`Times::Media`] ignores the edit.
    pub is_discarded: bool,
    /// Whether libavformat skips it, since the presentation does not need it: it precedes the sync sample where decoding of
    /// the edit starts, precedes the first audio by more than a second, or follows the end of the edit and the sync samples
    /// there. Only for tracks with one edit besides empty ones, in movies without fragments, with [`Times::Presentation`].
    pub is_left_out: bool,
    /// Whether the decoder outputs it; if not, `pts` is not a presentation time.
    pub is_output: bool,
    /// Its bytes.
    pub data: &'data [u8],
}

/// The packets of all tracks of a movie.
///
/// Of two packets that are due within a second of each other, the one with the lower offset is first; otherwise the one that
/// is due first. So an interleaved file is read sequentially. Order and packets match libavformat. With more than 16 tracks,
/// the next packet is the one with the lowest offset among those due within a second of the earliest.
///
/// [Left out](Packet::is_left_out) packets are next to the other packets of their track, whatever the other tracks.
///
/// An error ends its track only; it is an item after the packets of all tracks. If a track ends with the same error as the
/// previous one, such as a fault of a movie fragment that may belong to any track, the error is not repeated.
#[derive(Debug)]
pub struct Packets<'data> {
    tracks: Vec<TrackPackets<'data>>,
    order: Order,
    /// The track that has the next packet in any case, and the first of those whose first packet was not requested.
    next_track: Option<usize>,
    not_asked: usize,
    /// Tracks before this one have no error.
    next_error: usize,
    /// The last error returned.
    given: Option<Error>,
    error: Option<Error>,
}

impl<'data> Packets<'data> {
    pub(super) fn new(movie: &Movie<'data>, times: Times) -> Self {
        let (tracks, order, error) = match Self::prepare(movie, times) {
            Ok((tracks, order)) => (tracks, order, None),
            Err(_) => {
                let error = movie.moov().error("has too many tracks for the available memory");
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

    /// Takes the next packet of a track, and inserts the one after it into the order.
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
                // Request the first packet of each track.
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

/// Whether two errors report the same fault.
fn is_same(left: &Error, right: &Error) -> bool {
    left.offset() == right.offset() && left.message() == right.message()
}

/// Returns `value * to / from`, rounded to the nearest, ties away from 0.
pub(super) fn rescale(value: i64, to: i64, from: u32) -> i64 {
    let (product, from) = (i128::from(value) * i128::from(to), i128::from(from.max(1)));
    let half = if product < 0 { -(from / 2) } else { from / 2 };
    i64::try_from((product + half) / from).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}
