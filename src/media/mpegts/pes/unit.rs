//! From transport packets of a PID to the pieces of what it carries.

use super::super::continuity::{Count, Counter, Kind};
use super::super::{AdaptationField, TsPacket};

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
    pub(super) payload: Option<&'data [u8]>,
    /// Something is missing before it, or of it.
    pub(super) is_missing: bool,
}

impl<'data> Unit<'data> {
    pub(super) fn new() -> Self {
        Self { counter: Counter::NONE, last: None }
    }

    #[inline]
    pub(super) fn take(&mut self, packet: TsPacket<'data>) -> Taken<'data> {
        let count = Count::of(packet);
        let step = self.counter.step(count);
        let is_readable = packet.scrambling_control() == 0;
        let payload = packet.payload().filter(|payload| is_readable && !payload.is_empty());
        let Some(payload) = payload else {
            let is_lost = packet.has_payload() && !(is_readable && packet.payload().is_some());
            return Taken { payload: None, is_missing: is_lost || step == Kind::Error };
        };
        let is_repeated = self.last.is_some_and(|(last, bytes)| count.repeats(last) && bytes == payload);
        self.last = Some((count, payload));
        if is_repeated {
            return Taken { payload: None, is_missing: false };
        }
        // The counter is that of the packet before, but the payload is another one.
        let is_other = step == Kind::Duplicate;
        let is_missing = is_other || step == Kind::Error || packet.transport_error();
        Taken { payload: Some(payload), is_missing }
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
    /// The bytes it begins with, as many as there are.
    head: [u8; START_LEN],
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
            head: [0; START_LEN],
            len: 0,
            random_access: packet.adaptation_field().as_ref().is_some_and(AdaptationField::random_access),
            is_damaged: packet.transport_error(),
        }
    }

    #[inline]
    pub(super) fn go_on(&mut self, packet: TsPacket<'data>, payload: &'data [u8]) {
        if self.len < START_LEN as u64 {
            let room = &mut self.head[self.len as usize..];
            let len = room.len().min(payload.len());
            room[..len].copy_from_slice(&payload[..len]);
        }
        self.len += payload.len() as u64;
        self.end = packet.range().end;
    }

    /// Whether what there is of `packet_start_code_prefix` is right.
    #[inline]
    pub(super) fn may_be_pes(&self) -> bool {
        let len = self.len.min(3) as usize;
        self.head[..len] == [0, 0, 1][..len]
    }

    pub(super) fn has_prefix(&self) -> bool {
        self.len >= 3 && self.may_be_pes()
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
