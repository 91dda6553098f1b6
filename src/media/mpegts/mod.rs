//! MPEG-2 transport streams: ISO/IEC 13818-1 (Rec. ITU-T H.222.0).
//!
//! A stream is a sequence of transport packets of 188 bytes, each of which begins with the sync byte `0x47` (§2.4.3.2). In
//! some files, each packet has 4 extra bytes before it or 16 after it; [`PacketKind`] names these layouts, and
//! [`Packets::detect`] detects them. The sync byte is not escaped: it occurs in payloads too, on average once every 256
//! bytes. So a single sync byte means nothing; five of them, a packet length apart, count as synchronisation.
//!
//! The contents of transport packets are read by further types:
//!
//! | for | see |
//! |---|---|
//! | transport packets, on all cores | [`Packets`], [`TsPacket`], [`AdaptationField`] |
//! | missing packets | [`Continuity`]; for a whole file, [`Summary`] |
//! | programs and their elementary streams | [`Programs`], [`Section`] |
//! | PES packets: frames of video and audio | [`PesPackets`] |
//!
//! # Packets and gaps
//!
//! The reader decides by these rules at each position. A packet has 188, 192 or 204 bytes; its sync byte is the first byte,
//! or the fifth of 192.
//!
//! * *Lock* is a position where the sync bytes of five consecutive packets are found, or of all remaining packets if the input
//!   ends with a whole packet.
//! * A packet begins where its sync byte is found. The sync byte of the next packet, or the end of the input, *confirms* it.
//! * An unconfirmed packet is truncated, and is no packet, if the next lock lies inside it and the packet there has a PID that
//!   occurs again in the same run. (Without the PID, one packet in 256 would be dropped because of a payload byte.)
//! * A [`Gap`](crate::Gap) extends from a position where no packet begins to the next lock, or to the end of the input.
//!
//! So bytes inserted between two packets become one gap of exactly these bytes, unless they look like packets, and a packet
//! that lost some of its bytes becomes a gap of the remaining ones.
//!
//! # Boundaries
//!
//! A position is a boundary ([`Boundaries::search_boundary`]) if the sync bytes of the packet at it, the four after it and
//! the five before it are found, and no three consecutive sync bytes on any other phase lie in that window. With packets of
//! `n` bytes, the window has `5n` bytes. *Proof:* take the first position `q` in the window at which a reader arrives. If
//! `q` is on the phase of the boundary, all packets up to the boundary are confirmed. If not, the reader takes at most two
//! packets on the phase of `q`: a confirmed one, which needs two sync bytes in a row, and an unconfirmed one. Then the next
//! lock is on the phase of the boundary, since no other phase has one, and less than `n` bytes away. Since `q` is less than
//! `n` bytes into the window, the lock is less than `4n` bytes into it. A gap cannot extend over the start of the window,
//! because that is a lock itself. A sync byte at the fifth byte of a packet shifts all positions by four bytes and changes
//! nothing else.

mod adaptation_field;
mod by_pid;
mod check;
mod clock;
mod coding;
mod continuity;
mod crc;
mod demux;
mod descriptor;
mod detect;
mod kind;
mod packet;
mod payload;
mod pes;
mod program;
mod programs;
mod search;
mod section;
mod step;
mod streams;
mod summary;
mod sync;
mod timeline;

pub use super::MediaKind;
pub use adaptation_field::AdaptationField;
pub(crate) use check::{CheckedPart, PartCheck, StreamCheck};
pub use clock::Clocks;
pub use coding::Coding;
pub use continuity::{Continuity, ContinuityError, ContinuityStep};
pub(in crate::media) use demux::{DemuxedPackets, Demuxer};
pub use descriptor::{Descriptor, Descriptors};
pub(crate) use detect::detect;
pub use kind::PacketKind;
pub use packet::TsPacket;
pub use pes::{PesHeader, PesPacket, PesPackets, PesPieces};
pub use program::{ElementaryStream, ElementaryStreams, Program, Service, StreamType};
pub use programs::Programs;
pub use section::{Section, SectionReader};
pub use streams::ListedStream;
pub use summary::{PidSummary, Summary};
pub use timeline::Timeline;

use std::ops::Range;

use crate::error::{Error, ErrorKind, Site};
use crate::record::{self, Boundaries, Format, Part, Search, Stop};

/// Length of a transport packet in bytes (§2.4.3.2).
pub const PACKET_LEN: usize = 188;

/// The first byte of a transport packet (§2.4.3.3, `sync_byte`).
pub const SYNC_BYTE: u8 = 0x47;

/// The PID of null packets (§2.4.3.3).
const NULL_PID: u16 = 0x1fff;

/// Number of possible PIDs: 13 bits (§2.4.3.3).
const PIDS: usize = 1 << 13;

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

    /// Detects the packet kind of an input that begins with `head`, or is equal to it if `complete`; `None` if it is not a
    /// transport stream. 64 KiB are enough.
    ///
    /// The input is a transport stream if it begins with packets, if packets make up more than half of it, or if `head` has
    /// five packets in a row at any position. Text is not mistaken for packets, although many of its letters are sync bytes.
    ///
    /// ```
    /// use pagecut::media::mpegts::{PacketKind, Packets};
    ///
    /// let mut packet = [0xff; 192];
    /// packet[..8].copy_from_slice(&[0, 0, 0, 0, 0x47, 0x1f, 0xff, 0x10]);
    /// let packets = Packets::detect(&packet.repeat(3), true).unwrap();
    /// assert_eq!((packets.kind(), packets.packet_len()), (PacketKind::SourcePacket, 192));
    /// assert_eq!(Packets::detect(b"GATTACA", true), None);
    /// ```
    #[must_use]
    pub fn detect(head: &[u8], complete: bool) -> Option<Self> {
        PacketKind::detect(head, complete).map(Self::with_kind)
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

/// Creates an error about the contents of packets, located at the packet at `offset`.
#[cold]
fn error_at(kind: ErrorKind, offset: u64, found: &[u8]) -> Error {
    let site = Site {
        format: Packets::NAME,
        offset,
        record_offset: offset,
        counted_from: u64::MAX,
        record: 0,
        line: None,
    };
    Error::at(kind, site, found)
}

/// Creates an error at packet number `record` at `offset`, counted from the start of the stream.
#[cold]
fn error_at_record(kind: ErrorKind, offset: u64, record: u64) -> Error {
    let site =
        Site { format: Packets::NAME, offset, record_offset: offset, counted_from: 0, record, line: None };
    Error::at(kind, site, &[])
}
