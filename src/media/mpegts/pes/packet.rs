//! A PES packet, and where its payload is.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::iter::FusedIterator;
use std::ops::Range;

use super::super::{Packets, error_at};
use super::header::PesHeader;
use super::unit::{self, Begun, Unit};
use crate::error::{ErrorKind, Result};
use crate::record::{Part, Piece, Pieces, Resync};

/// A PES packet (§2.4.3.6), borrowed from the input.
///
/// Its payload lies in the input in pieces of 184 bytes or less, among those of other PIDs. No list of them is kept: they are found
/// again when they are asked for.
#[derive(Clone, Copy)]
pub struct PesPacket<'data> {
    format: Packets,
    data: &'data [u8],
    pid: u16,
    start: u64,
    end: u64,
    header: PesHeader,
    header_len: usize,
    packet_length: Option<u16>,
    len: u64,
    random_access: bool,
    is_damaged: bool,
}

impl<'data> PesPacket<'data> {
    /// What was begun, if its header can be read.
    pub(super) fn of(format: Packets, data: &'data [u8], begun: &Begun<'data>) -> Result<Self> {
        let &Begun { pid, start, end, first, random_access, is_damaged, .. } = begun;
        let (header, header_len) = PesHeader::read(begun.head())
            .map_err(|why| error_at(ErrorKind::DamagedPes { pid, why }, start, first))?;
        let len = begun.pes_len();
        Ok(Self {
            format,
            data,
            pid,
            start,
            end,
            header,
            header_len,
            packet_length: begun.packet_length(),
            len: len - header_len as u64,
            random_access,
            is_damaged: is_damaged || begun.missing().is_some_and(|missing| missing > 0),
        })
    }

    /// The PID of its transport packets.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// What its header says.
    #[must_use]
    pub fn header(&self) -> &PesHeader {
        &self.header
    }

    /// `PTS` as it stands, in units of 90 kHz.
    #[must_use]
    pub fn pts(&self) -> Option<u64> {
        self.header.pts
    }

    /// When it is decoded, as it stands, in units of 90 kHz: `DTS`, or `PTS` if there is no other time.
    #[must_use]
    pub fn dts(&self) -> Option<u64> {
        self.header.dts.or(self.header.pts)
    }

    /// `PES_packet_length`: how many bytes follow that field; `None` if it does not say.
    #[must_use]
    pub fn packet_length(&self) -> Option<u16> {
        self.packet_length
    }

    /// Where it lies: from its first transport packet to the end of its last one. Those of other PIDs lie between them.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.start..self.end
    }

    /// Length of the payload in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Where the first byte of its payload is, in bytes from the start of the input; `None` if it has none.
    #[must_use]
    pub fn payload_offset(&self) -> Option<u64> {
        let piece = self.pieces().find(|piece| !piece.is_empty())?;
        Some((piece.as_ptr().addr() - self.data.as_ptr().addr()) as u64)
    }

    /// Whether it has no payload.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `random_access_indicator` of its first transport packet: decoding can begin here.
    #[must_use]
    pub fn random_access(&self) -> bool {
        self.random_access
    }

    /// Transport packets of it are missing, cannot be read or hold a wrong bit, or it ends before the length that it says it has.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The payload, piece by piece. This goes over all transport packets of the range again.
    #[must_use]
    pub fn pieces(&self) -> PesPieces<'data> {
        PesPieces::new(self.format, self.data, self.range(), self.pid, self.header_len, self.len)
    }

    /// The payload, piece by piece, up to so many bytes of the input after the start of the packet.
    pub(in crate::media::mpegts) fn pieces_within(&self, most: u64) -> PesPieces<'data> {
        let range = self.start..self.end.min(self.start + most);
        PesPieces::new(self.format, self.data, range, self.pid, self.header_len, self.len)
    }

    /// The payload in one piece: a copy, unless it lies in a single transport packet.
    ///
    /// # Errors
    ///
    /// There is no memory for a copy.
    pub fn to_contiguous(&self) -> Result<Cow<'data, [u8]>> {
        let mut pieces = self.pieces();
        let first = pieces.next().unwrap_or_default();
        if first.len() as u64 == self.len {
            return Ok(Cow::Borrowed(first));
        }
        let no_memory = || io::Error::from(io::ErrorKind::OutOfMemory);
        // As long as what is there, not as what the header says.
        let mut all = Vec::new();
        all.try_reserve_exact(usize::try_from(self.len).map_err(|_| no_memory())?)
            .map_err(|_| no_memory())?;
        all.extend_from_slice(first);
        pieces.for_each(|piece| all.extend_from_slice(piece));
        Ok(Cow::Owned(all))
    }
}

impl fmt::Debug for PesPacket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PesPacket")
            .field("range", &self.range())
            .field("pid", &format_args!("{:#06x}", self.pid))
            .field("header", &self.header)
            .field("packet_length", &self.packet_length)
            .field("len", &self.len)
            .field("random_access", &self.random_access)
            .field("is_damaged", &self.is_damaged)
            .finish()
    }
}

/// The payload of a PES packet, piece by piece; see [`PesPacket::pieces`].
#[derive(Debug)]
pub struct PesPieces<'data> {
    packets: Pieces<'data, Packets>,
    pid: u16,
    unit: Unit<'data>,
    /// Bytes of the header that come first.
    skip: usize,
    /// Bytes that follow.
    left: u64,
}

impl<'data> PesPieces<'data> {
    fn new(format: Packets, data: &'data [u8], range: Range<u64>, pid: u16, skip: usize, left: u64) -> Self {
        // The range lies in the input.
        let place = |offset: u64| usize::try_from(offset).unwrap_or(data.len());
        let part = Part::from_range(data, place(range.start)..place(range.end));
        Self { packets: format.pieces_of(part), pid, unit: Unit::new(), skip, left }
    }
}

impl<'data> Iterator for PesPieces<'data> {
    type Item = &'data [u8];

    fn next(&mut self) -> Option<&'data [u8]> {
        while self.left > 0 {
            let packet = match self.packets.next()? {
                Piece::Record(packet) if packet.pid() == self.pid => packet,
                _ => continue,
            };
            let unit::Piece::Bytes(payload) = self.unit.take(packet).piece else { continue };
            let (skipped, payload) = payload.split_at(self.skip.min(payload.len()));
            self.skip -= skipped.len();
            let len = usize::try_from(self.left).unwrap_or(usize::MAX).min(payload.len());
            if len > 0 {
                self.left -= len as u64;
                return Some(&payload[..len]);
            }
        }
        None
    }
}

impl FusedIterator for PesPieces<'_> {}
