//! MPEG-2 transport streams: ISO/IEC 13818-1 (Rec. ITU-T H.222.0).
//!
//! A stream is a run of transport packets of 188 bytes, each of which begins with the sync byte `0x47` (§2.4.3.2). Some have 4 bytes
//! before each packet, or 16 behind it; [`PacketKind`] tells which, and [`Packets::detect`] finds it out. There is no
//! escape for the sync byte: it stands in payloads too, on average once every 256 bytes. So one sync byte says nothing, and
//! a run of five of them, a packet apart, is what counts as synchronisation.
//!
//! What transport packets carry is read on top of them:
//!
//! | for | see |
//! |---|---|
//! | transport packets, on all cores | [`Packets`], [`TsPacket`], [`AdaptationField`] |
//! | whether packets are missing | [`Continuity`]; for a whole file, [`Summary`] |
//! | programs and their elementary streams | [`Programs`], of [`Section`]s |
//! | PES packets: the pictures and sounds | [`PesPackets`] |
//!
//! # What is a packet, and what is a gap
//!
//! Reading goes by these rules, from a position `p`. A packet is of 188, 192 or 204 bytes, and its sync byte the first one of it,
//! or, of 192, the fifth.
//!
//! * *Lock* is where the sync bytes of five packets in a row stand, or as many as there are up to the end of the input if the input
//!   ends with a whole packet.
//! * Where its sync byte stands, a packet begins. It is *confirmed* by the sync byte of the next one, or by the end of the
//!   input.
//! * One that is not confirmed was cut short, and is no packet, if the next lock lies inside of it and the packet there has
//!   a PID that comes again in the same run. (Without the PID, one packet in 256 would be given up for a payload byte.)
//! * A [`Gap`](crate::Gap) lasts from where no packet begins to the next lock, or to the end of the input.
//!
//! So bytes that were put in between two packets make one gap of just these bytes, unless they look like packets; and a
//! packet that lost some of its bytes makes a gap of those that are left.
//!
//! # Boundaries
//!
//! A position is a cut ([`Boundaries::search_boundary`]) if the sync bytes stand of the packet at it, of the four behind and of the five before
//! it, and no three in a row stand on any other phase in that window. Let a packet have `n` bytes, so that the window has `5n`.
//! *Why:* the first position `q` in the window at which a reader arrives is on the phase of the cut or is not. If it is, the
//! packets up to the cut are all confirmed. If it is not, then at most two packets on its phase are taken: one that is
//! confirmed, which are two sync bytes in a row, and one that is not; and where there is none, the next lock is on the phase
//! of the cut, since there is no other, and less than `n` bytes away. Since `q` is less than `n` bytes into the window, that is
//! less than `4n` into it. A gap cannot lead over the start of the window, which has lock itself. That the sync byte is
//! the fifth byte of a packet, and not the first, moves all of this by four bytes and changes nothing.

mod adaptation_field;
mod by_pid;
mod check;
mod coding;
mod continuity;
mod crc;
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
pub use coding::Coding;
pub use continuity::{Continuity, ContinuityError, Step};
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

/// How many PIDs there can be: 13 bits (§2.4.3.3).
const PIDS: usize = 1 << 13;

/// Transport packets as a format.
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
    /// Of 188 bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self::of(PacketKind::TransportPacket)
    }

    /// Of this kind.
    #[must_use]
    pub const fn of(kind: PacketKind) -> Self {
        Self { kind }
    }

    /// Tells how the packets lie of an input that begins with `head`, or is no more than that if `complete`; `None` if it is no
    /// transport stream. 64 KiB are enough.
    ///
    /// The input begins with packets, or more than half of it are packets, or `head` has five of them in a row, whatever lies before.
    /// Letters, of which a sequence has enough that are sync bytes, are not taken for packets.
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
        PacketKind::detect(head, complete).map(Self::of)
    }

    /// How the packets lie in the input.
    #[must_use]
    pub const fn kind(&self) -> PacketKind {
        self.kind
    }

    /// Length of a packet in bytes with what lies before or behind the transport packet: 188, 192 or 204.
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

    fn reads_on(&self) -> bool {
        true
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        self.kind.find_lock(part.view(), from, part.is_complete())
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        self.kind.search_boundary(data, range)
    }
}

/// An error of what packets carry, at the packet that lies at `offset`.
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

/// An error of the packet of this number at `offset`, of a stream that was read from its start.
#[cold]
fn error_at_record(kind: ErrorKind, offset: u64, record: u64) -> Error {
    let site =
        Site { format: Packets::NAME, offset, record_offset: offset, counted_from: 0, record, line: None };
    Error::at(kind, site, &[])
}
