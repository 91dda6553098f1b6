//! From transport packets of a PID to the pieces of what it carries.

use super::super::continuity::{Count, Counter, Kind};
use super::super::{AdaptationField, TsPacket};
use super::header::MAX_LEN;

/// Takes the payloads of a PID one by one. Repeated ones are left out.
///
/// What it does with a packet depends only on that and on the one before: so the pieces of a PES packet are the same, whether the
/// PID is read from the start of the input or from that of the PES packet.
#[derive(Debug, Clone)]
pub(super) struct Unit<'data> {
    counter: Counter,
    /// What the last packet counted, and the last payload.
    last: Option<(Count, &'data [u8])>,
}

/// What a packet has for the PID.
pub(super) struct Taken<'data> {
    pub(super) piece: Piece<'data>,
    /// Packets are missing before it.
    pub(super) is_missing: bool,
}

/// A payload.
pub(super) enum Piece<'data> {
    Bytes(&'data [u8]),
    /// There is one, but it is scrambled, or it is not known where it begins.
    Unreadable,
    /// There is none, or it was given already.
    None,
}

impl<'data> Unit<'data> {
    pub(super) fn new() -> Self {
        Self { counter: Counter::NONE, last: None }
    }

    #[inline]
    pub(super) fn take(&mut self, packet: TsPacket<'data>) -> Taken<'data> {
        let count = Count::of(packet);
        let step = self.counter.step(count);
        let is_missing = step == Kind::Error;
        if !packet.has_payload() {
            return Taken { piece: Piece::None, is_missing };
        }
        let Some(bytes) = packet.payload().filter(|_| packet.scrambling_control() == 0) else {
            return Taken { piece: Piece::Unreadable, is_missing };
        };
        let is_repeated = self.last.is_some_and(|(last, before)| count.repeats(last) && bytes == before);
        self.last = Some((count, bytes));
        if is_repeated || bytes.is_empty() {
            return Taken { piece: Piece::None, is_missing: is_missing && !is_repeated };
        }
        // If the counter is that of the packet before, the payload is another one.
        Taken { piece: Piece::Bytes(bytes), is_missing: is_missing || step == Kind::Duplicate }
    }
}

/// Length of what a PES packet begins with, up to its length, with that.
const START_LEN: usize = 6;

/// A PES packet that is not complete yet.
#[derive(Debug, Clone)]
pub(super) struct Begun<'data> {
    pub(super) pid: u16,
    /// Where its first transport packet begins, and where its last one ends.
    pub(super) start: u64,
    pub(super) end: u64,
    /// The first payload.
    pub(super) first: &'data [u8],
    /// The bytes it begins with, as many as there are and a header can have.
    head: [u8; MAX_LEN],
    /// Bytes there are, those behind the length that it says it has too.
    pub(super) len: u64,
    pub(super) random_access: bool,
    pub(super) is_damaged: bool,
}

impl<'data> Begun<'data> {
    /// Before the first payload.
    pub(super) fn new(packet: TsPacket<'data>, first: &'data [u8]) -> Self {
        let range = packet.range();
        Self {
            pid: packet.pid(),
            start: range.start,
            end: range.end,
            first,
            head: [0; MAX_LEN],
            len: 0,
            random_access: packet.adaptation_field().as_ref().is_some_and(AdaptationField::random_access),
            is_damaged: false,
        }
    }

    #[inline]
    pub(super) fn go_on(&mut self, packet: TsPacket<'data>, payload: &'data [u8]) {
        let at = usize::try_from(self.len).unwrap_or(usize::MAX);
        if let Some(room) = self.head.get_mut(at..) {
            let len = room.len().min(payload.len());
            room[..len].copy_from_slice(&payload[..len]);
        }
        self.is_damaged |= packet.transport_error();
        self.len += payload.len() as u64;
        self.end = packet.range().end;
    }

    /// The bytes of the PES packet that there are, up to the longest header.
    pub(super) fn head(&self) -> &[u8] {
        let len = usize::try_from(self.pes_len()).unwrap_or(usize::MAX);
        &self.head[..len.min(MAX_LEN)]
    }

    /// Whether what there is of `packet_start_code_prefix` is right.
    #[inline]
    pub(super) fn may_be_pes(&self) -> bool {
        let mut prefix = self.head.iter().zip([0, 0, 1]).zip(0..self.len);
        prefix.all(|((byte, expected), _)| *byte == expected)
    }

    pub(super) fn has_prefix(&self) -> bool {
        self.len >= 3 && self.may_be_pes()
    }

    /// Whether it is of `padding_stream` (table 2-22).
    pub(super) fn is_padding(&self) -> bool {
        const PADDING_STREAM: u8 = 0xbe;
        self.len > 3 && self.may_be_pes() && self.head[3] == PADDING_STREAM
    }

    /// `PES_packet_length`, if it is known and not 0.
    pub(super) fn packet_length(&self) -> Option<u16> {
        let length = u16::from_be_bytes([self.head[4], self.head[5]]);
        if self.len >= START_LEN as u64 && length != 0 { Some(length) } else { None }
    }

    /// How many bytes the PES packet has by that.
    fn declared(&self) -> Option<u64> {
        Some(START_LEN as u64 + u64::from(self.packet_length()?))
    }

    /// How many of them are not there yet.
    #[inline]
    pub(super) fn missing(&self) -> Option<u64> {
        Some(self.declared()?.saturating_sub(self.len))
    }

    /// Bytes that are the PES packet's.
    pub(super) fn pes_len(&self) -> u64 {
        self.declared().map_or(self.len, |declared| declared.min(self.len))
    }

    /// Bytes behind it.
    pub(super) fn left_over(&self) -> u64 {
        self.len - self.pes_len()
    }
}
