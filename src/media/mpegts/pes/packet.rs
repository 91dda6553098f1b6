//! A PES packet and its payload.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::iter::FusedIterator;
use std::ops::Range;

use super::super::Packets;
use super::super::fault::error_at;
use super::assembly::{self, PartialPes, PayloadFilter};
use super::header::PesHeader;
use crate::allocation;
use crate::error::{ErrorKind, Result};
use crate::record::{Part, Piece, Pieces, Resync};

/// A PES packet (§2.4.3.6), borrowed from the input.
///
/// Its payload is scattered over the input in pieces of at most 184 bytes, between packets of other PIDs. No list of pieces
/// is kept; [`pieces`](Self::pieces) finds them again.
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
    /// Creates the packet from its collected parts, if its header is valid.
    pub(super) fn of(format: Packets, data: &'data [u8], partial: &PartialPes<'data>) -> Result<Self> {
        let &PartialPes { pid, start, end, first, random_access, is_damaged, .. } = partial;
        let (header, header_len) = PesHeader::read(partial.head())
            .map_err(|why| error_at(ErrorKind::DamagedPes { pid, why }, start, first))?;
        let len = partial.pes_len();
        Ok(Self {
            format,
            data,
            pid,
            start,
            end,
            header,
            header_len,
            packet_length: partial.packet_length(),
            len: len - header_len as u64,
            random_access,
            is_damaged: is_damaged || partial.missing().is_some_and(|missing| missing > 0),
        })
    }

    /// Returns the PID of its transport packets.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// Returns its header.
    #[must_use]
    pub fn header(&self) -> &PesHeader {
        &self.header
    }

    /// Returns the raw `PTS` in units of 90 kHz.
    #[must_use]
    pub fn pts(&self) -> Option<u64> {
        self.header.pts
    }

    /// Returns the raw decoding time in units of 90 kHz: `DTS`, or `PTS` if there is no `DTS`.
    #[must_use]
    pub fn dts(&self) -> Option<u64> {
        self.header.dts.or(self.header.pts)
    }

    /// Returns `PES_packet_length`, the number of bytes after that field; `None` if it is 0, which means unknown.
    #[must_use]
    pub fn packet_length(&self) -> Option<u16> {
        self.packet_length
    }

    /// Returns its byte range, from its first transport packet to the end of its last. Packets of other PIDs lie between.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.start..self.end
    }

    /// Returns the length of the payload in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Returns the offset of the first payload byte from the start of the input; `None` if the payload is empty.
    #[must_use]
    pub fn payload_offset(&self) -> Option<u64> {
        let piece = self.pieces().find(|piece| !piece.is_empty())?;
        Some((piece.as_ptr().addr() - self.data.as_ptr().addr()) as u64)
    }

    /// Whether the payload is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// `random_access_indicator` of its first transport packet: a decoder can start here.
    #[must_use]
    pub fn random_access(&self) -> bool {
        self.random_access
    }

    /// Whether transport packets are missing, unreadable or have bit errors, or the packet ends before its declared length.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// Returns the payload piece by piece. This reads all transport packets of the range again.
    #[must_use]
    pub fn pieces(&self) -> PesPieces<'data> {
        PesPieces::new(self.format, self.data, self.range(), self.pid, self.header_len, self.len)
    }

    /// Returns the payload pieces within the first `limit` bytes of the range.
    pub(in crate::media::mpegts) fn pieces_within(&self, limit: u64) -> PesPieces<'data> {
        let range = self.start..self.end.min(self.start + limit);
        PesPieces::new(self.format, self.data, range, self.pid, self.header_len, self.len)
    }

    /// Returns the payload as one slice: a copy, unless it lies in a single transport packet.
    ///
    /// # Errors
    ///
    /// Out of memory for the copy.
    pub fn to_contiguous(&self) -> Result<Cow<'data, [u8]>> {
        let mut pieces = self.pieces();
        let first = pieces.next().unwrap_or_default();
        if first.len() as u64 == self.len {
            return Ok(Cow::Borrowed(first));
        }
        let no_memory = || io::Error::from(io::ErrorKind::OutOfMemory);
        // Reserve the actual length, not the declared one.
        let mut all = Vec::new();
        allocation::reserve_exact(&mut all, usize::try_from(self.len).map_err(|_| no_memory())?)?;
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

/// An iterator over the payload pieces of a PES packet; see [`PesPacket::pieces`].
#[derive(Debug)]
pub struct PesPieces<'data> {
    packets: Pieces<'data, Packets>,
    pid: u16,
    payloads: PayloadFilter<'data>,
    /// Remaining header bytes to skip.
    skip: usize,
    /// Remaining payload bytes.
    left: u64,
}

impl<'data> PesPieces<'data> {
    fn new(format: Packets, data: &'data [u8], range: Range<u64>, pid: u16, skip: usize, left: u64) -> Self {
        // The range lies inside the input.
        let place = |offset: u64| usize::try_from(offset).unwrap_or(data.len());
        let part = Part::from_range(data, place(range.start)..place(range.end));
        Self { packets: format.pieces_of(part), pid, payloads: PayloadFilter::new(), skip, left }
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
            let assembly::Payload::Bytes(payload) = self.payloads.take(packet).payload else { continue };
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
