//! PES packets: what elementary streams are cut into.

mod header;
mod packet;
mod unit;

pub use header::PesHeader;
pub use packet::{PesPacket, PesPieces};

use std::collections::VecDeque;
use std::fmt;

use super::{NULL_PID, PIDS, Packets, TsPacket, error_at};
use crate::error::{ErrorKind, Result};
use crate::record::{Piece, Pieces, Resync};
use unit::{Begun, Taken, Unit};

impl Packets {
    /// The PES packets of the stream that `data` is, of all PIDs that have some.
    ///
    /// ```
    /// use pagecut::media::mpegts::Packets;
    ///
    /// let data = std::fs::read("testdata/small.ts")?;
    /// let mut pictures = 0;
    /// for packet in Packets::new().pes_packets(&data).of_pids([0x100]) {
    ///     let packet = packet?;
    ///     assert_eq!(packet.pieces().map(<[u8]>::len).sum::<usize>() as u64, packet.len());
    ///     pictures += 1;
    /// }
    /// assert_eq!(pictures, 50);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pes_packets<'data>(&self, data: &'data [u8]) -> PesPackets<'data> {
        PesPackets {
            format: *self,
            data,
            packets: self.pieces(data),
            wanted: None,
            places: Box::new([0; PIDS]),
            streams: Vec::new(),
            ready: VecDeque::new(),
            at_end: None,
        }
    }
}

/// The PES packets of a stream (§2.4.3.6), each when it is complete; see [`Packets::pes_packets`].
///
/// One that says how long it is ends there; one that does not, which only video may, ends where the next one of its PID begins.
/// Those that the stream ends in come last, in the order of their PIDs.
///
/// An error does not end the iteration: it is a [`Gap`](crate::Gap) between transport packets, or a PES packet without a header
/// that could be read ([`ErrorKind::DamagedPes`]). A PES packet of which transport packets are missing is given, and says so
/// ([`PesPacket::is_damaged`]).
///
/// A PID has PES packets if what begins in it begins with `packet_start_code_prefix`; sections do not. What is scrambled is
/// left out. For each PID, a few hundred bytes are kept, and nothing for the packets of it.
pub struct PesPackets<'data> {
    format: Packets,
    data: &'data [u8],
    packets: Pieces<'data, Packets>,
    /// The PIDs asked for, a bit each; all of them if `None`.
    wanted: Option<Box<[u64; PIDS / 64]>>,
    /// By PID: one more than the place in `streams`, or 0.
    places: Box<[u16; PIDS]>,
    streams: Vec<Stream<'data>>,
    /// What is complete and was not given yet.
    ready: VecDeque<Result<PesPacket<'data>>>,
    /// When the input has ended: the PID that is looked at next.
    at_end: Option<u16>,
}

/// A PID.
#[derive(Debug, Clone)]
struct Stream<'data> {
    unit: Unit<'data>,
    begun: Option<Begun<'data>>,
    /// It had a PES packet.
    is_pes: bool,
    /// Bytes of payload that belong to no PES packet.
    left_over: u64,
}

impl<'data> PesPackets<'data> {
    /// Those of these PIDs only. What begins in one of them and is no PES packet is then an error.
    #[must_use]
    pub fn of_pids(mut self, pids: impl IntoIterator<Item = u16>) -> Self {
        let mut wanted = Box::new([0; PIDS / 64]);
        for pid in pids {
            if let Some(bits) = wanted.get_mut(usize::from(pid / 64)) {
                *bits |= 1 << (pid % 64);
            }
        }
        self.wanted = Some(wanted);
        self
    }

    /// Bytes of payload so far that belong to no PES packet although their PID has some: before the first one, behind the length
    /// that one says it has, and in those that were errors.
    #[must_use]
    pub fn left_over(&self) -> u64 {
        let has_pes = |stream: &&Stream<'_>| stream.is_pes || self.wanted.is_some();
        self.streams.iter().filter(has_pes).map(|stream| stream.left_over).sum()
    }

    #[inline]
    fn is_wanted(&self, pid: u16) -> bool {
        match &self.wanted {
            None => pid != NULL_PID,
            Some(wanted) => wanted[usize::from(pid / 64)] & 1 << (pid % 64) != 0,
        }
    }

    fn place_of(&mut self, pid: u16) -> usize {
        let place = &mut self.places[usize::from(pid)];
        if *place == 0 {
            self.streams.push(Stream { unit: Unit::new(), begun: None, is_pes: false, left_over: 0 });
            *place = self.streams.len() as u16;
        }
        usize::from(*place) - 1
    }

    /// Takes in a transport packet.
    fn take(&mut self, packet: TsPacket<'data>) {
        let place = self.place_of(packet.pid());
        let stream = &mut self.streams[place];
        let Taken { payload, is_missing } = stream.unit.take(packet);
        if let Some(begun) = stream.begun.as_mut().filter(|_| is_missing) {
            begun.is_damaged = true;
        }
        let Some(payload) = payload else { return };
        if packet.payload_unit_start() {
            let before = stream.begun.replace(Begun::new(packet, payload));
            if let Some(before) = before {
                self.finish(place, before);
            }
        }
        self.go_on(place, packet, payload);
    }

    /// Goes on with what was begun in a PID.
    fn go_on(&mut self, place: usize, packet: TsPacket<'data>, payload: &'data [u8]) {
        let stream = &mut self.streams[place];
        let Some(begun) = &mut stream.begun else {
            stream.left_over += payload.len() as u64;
            return;
        };
        begun.go_on(packet, payload);
        if !begun.may_be_pes() {
            let (offset, first, len) = (begun.start, begun.first, begun.len);
            let is_wrong = stream.is_pes || self.wanted.is_some();
            stream.begun = None;
            stream.left_over += len;
            if is_wrong {
                let why = "it does not begin with the start code prefix";
                let kind = ErrorKind::DamagedPes { pid: packet.pid(), why };
                self.ready.push_back(Err(error_at(kind, offset, first)));
            }
        } else if begun.missing() == Some(0) {
            if let Some(begun) = stream.begun.take() {
                self.finish(place, begun);
            }
        }
    }

    /// Makes what was begun ready, as it is.
    fn finish(&mut self, place: usize, begun: Begun<'data>) {
        let stream = &mut self.streams[place];
        // A unit too short to tell is none.
        stream.is_pes |= begun.has_prefix();
        if !stream.is_pes {
            stream.left_over += begun.len;
            return;
        }
        stream.left_over += begun.left_over();
        let packet = PesPacket::of(self.format, self.data, &begun);
        if packet.is_err() {
            stream.left_over += begun.pes_len();
        }
        self.ready.push_back(packet);
    }

    /// Makes ready what the stream ends in of the next PID that has something.
    fn finish_next(&mut self) -> Option<()> {
        loop {
            let pid = self.at_end.unwrap_or(0);
            let place = usize::from(*self.places.get(usize::from(pid))?);
            self.at_end = Some(pid + 1);
            let Some(place) = place.checked_sub(1) else { continue };
            if let Some(begun) = self.streams[place].begun.take() {
                self.finish(place, begun);
                return Some(());
            }
        }
    }
}

impl<'data> Iterator for PesPackets<'data> {
    type Item = Result<PesPacket<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            match self.packets.next() {
                Some(Piece::Record(packet)) => {
                    if self.is_wanted(packet.pid()) {
                        self.take(packet);
                    }
                }
                Some(Piece::Gap(gap)) => return Some(Err(gap.error)),
                None => self.finish_next()?,
            }
        }
    }
}

impl std::iter::FusedIterator for PesPackets<'_> {}

impl fmt::Debug for PesPackets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PesPackets")
            .field("packets", &self.packets)
            .field("pids", &self.streams.len())
            .finish()
    }
}
