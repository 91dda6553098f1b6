//! Payloads of a PID, and their assembly to PES packets.

use super::super::continuity::{Count, Counter, Kind};
use super::super::{AdaptationField, TsPacket};
use super::header::MAX_LEN;

/// Extracts the payloads of a PID and drops repetitions.
///
/// The result for a packet depends only on that packet and the one before it. So a PES packet has the same pieces whether
/// its PID is read from the start of the input or from the start of the PES packet.
#[derive(Debug, Clone)]
pub(super) struct PayloadFilter<'data> {
    counter: Counter,
    /// Counter and payload of the last packet.
    last: Option<(Count, &'data [u8])>,
}

/// The payload of a packet.
pub(super) struct FilteredPayload<'data> {
    pub(super) payload: Payload<'data>,
    /// Packets are missing before it.
    pub(super) is_missing: bool,
}

/// A payload.
pub(super) enum Payload<'data> {
    Bytes(&'data [u8]),
    /// A scrambled payload, or one whose start is unknown.
    Unreadable,
    /// No payload, or a repetition.
    None,
}

impl<'data> PayloadFilter<'data> {
    pub(super) fn new() -> Self {
        Self { counter: Counter::NONE, last: None }
    }

    #[inline]
    pub(super) fn take(&mut self, packet: TsPacket<'data>) -> FilteredPayload<'data> {
        let count = Count::of(packet);
        let step = self.counter.step(count);
        let is_missing = step == Kind::Error;
        if !packet.has_payload() {
            return FilteredPayload { payload: Payload::None, is_missing };
        }
        let Some(bytes) = packet.payload().filter(|_| packet.scrambling_control() == 0) else {
            return FilteredPayload { payload: Payload::Unreadable, is_missing };
        };
        let is_repeated = self.last.is_some_and(|(last, before)| count.repeats(last) && bytes == before);
        self.last = Some((count, bytes));
        if is_repeated || bytes.is_empty() {
            return FilteredPayload { payload: Payload::None, is_missing: is_missing && !is_repeated };
        }
        // An equal counter with another payload means missing packets.
        FilteredPayload { payload: Payload::Bytes(bytes), is_missing: is_missing || step == Kind::Duplicate }
    }
}

/// Length of the start of a PES packet up to and including `PES_packet_length`.
const START_LEN: usize = 6;

/// A PES packet in progress.
#[derive(Debug, Clone)]
pub(super) struct PartialPes<'data> {
    pub(super) pid: u16,
    /// Offset of the start of its first transport packet, and of the end of its last.
    pub(super) start: u64,
    pub(super) end: u64,
    /// The first payload.
    pub(super) first: &'data [u8],
    /// The first bytes of the packet, up to the maximum header length.
    head: [u8; MAX_LEN],
    /// Number of bytes so far, including those after the declared length.
    pub(super) len: u64,
    pub(super) random_access: bool,
    pub(super) is_damaged: bool,
}

impl<'data> PartialPes<'data> {
    /// Creates an empty unit; its first payload is not appended yet.
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
    pub(super) fn append(&mut self, packet: TsPacket<'data>, payload: &'data [u8]) {
        let at = usize::try_from(self.len).unwrap_or(usize::MAX);
        if let Some(room) = self.head.get_mut(at..) {
            let len = room.len().min(payload.len());
            room[..len].copy_from_slice(&payload[..len]);
        }
        self.is_damaged |= packet.transport_error();
        self.len += payload.len() as u64;
        self.end = packet.range().end;
    }

    /// Returns the first bytes so far, up to the maximum header length.
    pub(super) fn head(&self) -> &[u8] {
        let len = usize::try_from(self.pes_len()).unwrap_or(usize::MAX);
        &self.head[..len.min(MAX_LEN)]
    }

    /// Whether the bytes so far match `packet_start_code_prefix`.
    #[inline]
    pub(super) fn may_be_pes(&self) -> bool {
        let mut prefix = self.head.iter().zip([0, 0, 1]).zip(0..self.len);
        prefix.all(|((byte, expected), _)| *byte == expected)
    }

    pub(super) fn has_prefix(&self) -> bool {
        self.len >= 3 && self.may_be_pes()
    }

    /// Whether it belongs to `padding_stream` (table 2-22).
    pub(super) fn is_padding(&self) -> bool {
        const PADDING_STREAM: u8 = 0xbe;
        self.len > 3 && self.may_be_pes() && self.head[3] == PADDING_STREAM
    }

    /// Returns `PES_packet_length`, if it is known and not 0.
    pub(super) fn packet_length(&self) -> Option<u16> {
        let length = u16::from_be_bytes([self.head[4], self.head[5]]);
        if self.len >= START_LEN as u64 && length != 0 { Some(length) } else { None }
    }

    /// Returns the declared length of the whole PES packet in bytes.
    fn declared(&self) -> Option<u64> {
        Some(START_LEN as u64 + u64::from(self.packet_length()?))
    }

    /// Returns the number of declared bytes that are still missing.
    #[inline]
    pub(super) fn missing(&self) -> Option<u64> {
        Some(self.declared()?.saturating_sub(self.len))
    }

    /// Returns the number of bytes that belong to the PES packet.
    pub(super) fn pes_len(&self) -> u64 {
        self.declared().map_or(self.len, |declared| declared.min(self.len))
    }

    /// Returns the number of bytes after the PES packet.
    pub(super) fn left_over(&self) -> u64 {
        self.len - self.pes_len()
    }
}
