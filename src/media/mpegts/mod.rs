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
//! A position is a boundary ([`search_boundary`](crate::record::Boundaries::search_boundary)) if the sync bytes of the
//! packet at it, the four after it and
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
mod fault;
mod format;
mod kind;
mod packet;
mod payload;
mod pes;
mod pid;
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
pub use format::Packets;
pub use kind::{PACKET_LEN, PacketKind, SYNC_BYTE};
pub use packet::TsPacket;
pub use pes::{PesHeader, PesPacket, PesPackets, PesPieces};
pub use program::{ElementaryStream, ElementaryStreams, Program, Service, StreamType};
pub use programs::Programs;
pub use section::{Section, SectionReader};
pub use streams::ListedStream;
pub use summary::{PidSummary, Summary};
pub use timeline::Timeline;
