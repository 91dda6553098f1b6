//! The packets of all tracks of a movie, in the order that reads the file best.

use std::collections::TryReserveError;
use std::iter::FusedIterator;

use super::Packet;
use super::order::{Head, Order, SECOND};
use super::track::TrackPackets;
use crate::error::{Error, Result};
use crate::media::Times;
use crate::media::mp4::Movie;
use crate::media::time_base::rescale;

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

impl<'data> Movie<'data> {
    /// Returns the packets of all tracks for decoders, in the order that reads the file best.
    ///
    /// ```
    /// use pagecut::media::mp4::{Movie, Times};
    ///
    /// let data = std::fs::read("testdata/media/mp4/pcm.mov")?;
    /// let movie = Movie::read(&data)?;
    /// let packets = movie.packets(Times::Presentation).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(packets.len(), 66);
    /// assert_eq!((packets[0].track, packets[0].pts, packets[0].dts), (0, 0, -1024));
    /// assert_eq!((packets[3].track, packets[3].samples, packets[3].data.len()), (1, 1024, 2048));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn packets(&self, times: Times) -> Packets<'data> {
        Packets::new(self, times)
    }
}

impl<'data> Packets<'data> {
    fn new(movie: &Movie<'data>, times: Times) -> Self {
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
                let time = rescale(head.dts, SECOND.into(), packets.timescale().max(1).into());
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
