//! Transport packets as a format of records.

use std::ops::Range;

use super::{PacketKind, TsPacket, step};
use crate::record::{self, Boundaries, Format, Part, Search, Stop};

/// The format of transport packets.
///
/// ```
/// use pagecut::{Piece, Resync, media::mpegts::Packets};
///
/// let mut packet = [0xff; 188];
/// packet[..4].copy_from_slice(&[0x47, 0x1f, 0xff, 0x10]);
/// let mut stream = packet.repeat(6);
/// stream.splice(188..188, *b"junk");
///
/// let mut pids = Vec::new();
/// let mut gaps = Vec::new();
/// for piece in Packets::new().pieces(&stream) {
///     match piece {
///         Piece::Record(packet) => pids.push(packet.pid()),
///         Piece::Gap(gap) => gaps.push(gap.range),
///     }
/// }
/// assert_eq!(pids, [0x1fff; 6]);
/// assert_eq!(gaps, [188..192]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Packets {
    kind: PacketKind,
}

impl Packets {
    /// Creates the format for packets of 188 bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_kind(PacketKind::TransportPacket)
    }

    /// Creates the format for packets of a kind.
    #[must_use]
    pub const fn with_kind(kind: PacketKind) -> Self {
        Self { kind }
    }

    /// Returns the layout of the packets in the input.
    #[must_use]
    pub const fn kind(&self) -> PacketKind {
        self.kind
    }

    /// Returns the length of a packet in bytes, including an extra header or parity: 188, 192 or 204.
    #[must_use]
    pub const fn packet_len(&self) -> usize {
        self.kind.packet_len()
    }
}

impl Format for Packets {
    const NAME: &'static str = "mpegts";
    const IS_TEXT: bool = false;
    type Record<'data> = TsPacket<'data>;
    type Layout = ();
    type Lookahead = ();

    #[inline(always)]
    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<record::Step<()>, Stop> {
        step::step(self.kind, part, position)
    }

    #[inline(always)]
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, (): ()) -> TsPacket<'data> {
        TsPacket::whole(self.kind, bytes, offset)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Packets {
    fn look_behind(&self) -> usize {
        self.kind.window()
    }

    fn reads_past_end(&self) -> bool {
        true
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        self.kind.find_lock(part.view(), from, part.is_complete())
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        self.kind.search_boundary(data, range)
    }
}
