//! MPEG-2 transport streams: ISO/IEC 13818-1 (Rec. ITU-T H.222.0).
//!
//! A stream is a run of transport packets of 188 bytes, each of which begins with the sync byte `0x47` (§2.4.3.2). There is no
//! escape for that byte: it stands in payloads too, on average once every 256 bytes. So one sync byte says nothing, and
//! a run of five of them, 188 bytes apart, is what counts as synchronisation.
//!
//! # What is a packet, and what is a gap
//!
//! Reading goes by these rules, from a position `p`:
//!
//! * *Lock* is where five sync bytes stand in a row, or as many as there are up to the end of the input if the input ends
//!   with a whole packet.
//! * Where a sync byte stands, a packet begins. It is *confirmed* by the sync byte of the next one, or by the end of the
//!   input.
//! * One that is not confirmed was cut short, and is no packet, if the next lock lies inside of it and the packet there has
//!   a PID that comes again in the same run. (Without the PID, one packet in 256 would be given up for a payload byte.)
//! * A [`Gap`](crate::Gap) lasts from where no packet begins to the next lock, or to the end of the input.
//!
//! So bytes that were put in between two packets make one gap of just these bytes, unless they look like packets; and a
//! packet that lost some of its bytes makes a gap of those that are left.
//!
//! # Cuts
//!
//! A position is a cut ([`Cuts::search_cut`]) if sync bytes stand at it, at the four packets behind and at the five before
//! it, and no three in a row stand on any other phase in that window. *Why:* the first position `q` in the window at which
//! a cursor arrives is on the phase of the cut or is not. If it is, the packets up to the cut are all confirmed. If it is
//! not, then at most two packets on its phase are confirmed; and where one is not, the next lock is on the phase of the
//! cut, since there is no other, and less than 188 bytes away. That is at most 752 bytes into the window of 940. A gap
//! cannot lead over the start of the window, which has lock itself.

mod cursor;
mod packet;
mod summary;
mod sync;

pub use cursor::Cursor;
pub use packet::TsPacket;
pub use summary::Summary;

use std::ops::Range;

use crate::record::{Cuts, Format, Part, Search};

/// Length of a transport packet in bytes (§2.4.3.2).
pub const PACKET_LEN: usize = 188;

/// The first byte of a transport packet (§2.4.3.3, `sync_byte`).
pub const SYNC_BYTE: u8 = 0x47;

/// Transport packets of 188 bytes as a format.
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
/// for piece in Packets.pieces(&stream) {
///     match piece {
///         Piece::Record(packet) => pids.push(packet.pid()),
///         Piece::Gap(gap) => gaps.push(gap.range),
///     }
/// }
/// assert_eq!(pids, [0x1fff; 6]);
/// assert_eq!(gaps, [188..192]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Packets;

impl Format for Packets {
    const NAME: &'static str = "mpegts";
    type Record<'data> = TsPacket<'data>;
    type Cursor<'data> = Cursor<'data>;

    fn cursor<'data>(&self, part: Part<'data>) -> Cursor<'data> {
        Cursor::new(part)
    }

    fn cuts(&self) -> Option<&dyn Cuts> {
        Some(self)
    }
}

impl Cuts for Packets {
    fn look_behind(&self) -> usize {
        sync::WINDOW
    }

    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        sync::find_lock(part.view(), from, part.is_complete())
    }

    fn search_cut(&self, data: &[u8], range: Range<usize>) -> Search {
        sync::search_cut(data, range)
    }
}

/// Whether an input that begins with `head`, or is no more than that if `complete`, is a transport stream.
pub(crate) fn is_stream(head: &[u8], complete: bool) -> bool {
    sync::begins_with_packets(head, complete) || sync::has_long_run(head)
}
