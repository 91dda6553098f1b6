//! Whether the counters of the packets go on without a break.

use std::fmt;

use super::{NULL_PID, PIDS, TsPacket};

/// What the counter of a packet says of those before it (§2.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is a null packet, whose counter has no meaning.
    Uncounted,
    /// It is the first packet of its PID.
    First,
    /// It has a payload, and the counter went on by one.
    Next,
    /// It has no payload, and the counter stands still.
    Still,
    /// It has the counter of the packet before, which it repeats: one repetition is allowed.
    Duplicate,
    /// The counter need not go on, since `discontinuity_indicator` says so.
    Discontinuity,
    /// Packets are missing before it, or came twice.
    Error(ContinuityError),
}

/// A counter that is not what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContinuityError {
    /// The PID of the packet.
    pub pid: u16,
    /// Where the packet lies, in bytes from the start of the input.
    pub offset: u64,
    /// The counter that it has to have.
    pub expected: u8,
    /// The counter that it has.
    pub found: u8,
}

impl fmt::Display for ContinuityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, offset, expected, found } = self;
        write!(f, "byte {offset}: the continuity counter of PID {pid:#06x} is {found}, expected {expected}")
    }
}

impl std::error::Error for ContinuityError {}

/// Follows the counters of all PIDs, in a table of 8 KiB.
///
/// A repetition is told by its counter alone: that all its bytes are those of the packet before is not looked at.
///
/// ```
/// use pagecut::Format;
/// use pagecut::media::mpegts::{Continuity, Packets, Step};
///
/// let mut stream = Vec::new();
/// for counter in [0, 1, 1, 3] {
///     let mut packet = [0xff; 188];
///     packet[..4].copy_from_slice(&[0x47, 0x01, 0x00, 0x10 | counter]);
///     stream.extend(packet);
/// }
/// let mut continuity = Continuity::new();
/// let mut last = Step::Uncounted;
/// for packet in Packets::new().records(&stream) {
///     last = continuity.check(packet?);
/// }
/// let Step::Error(error) = last else { panic!("{last:?}") };
/// assert_eq!(error.to_string(), "byte 564: the continuity counter of PID 0x0100 is 3, expected 2");
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Continuity {
    counters: Box<[Counter; PIDS]>,
}

impl Default for Continuity {
    fn default() -> Self {
        Self { counters: Box::new([Counter::NONE; PIDS]) }
    }
}

impl Continuity {
    /// Before the first packet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on by a packet.
    #[inline]
    pub fn check(&mut self, packet: TsPacket<'_>) -> Step {
        let pid = packet.pid();
        if pid == NULL_PID {
            return Step::Uncounted;
        }
        let count = Count::of(packet);
        let counter = &mut self.counters[usize::from(pid)];
        let expected = counter.expected(count);
        match counter.step(count) {
            Kind::First => Step::First,
            Kind::Next => Step::Next,
            Kind::Still => Step::Still,
            Kind::Duplicate => Step::Duplicate,
            Kind::Discontinuity => Step::Discontinuity,
            Kind::Error => {
                let offset = packet.range().start;
                Step::Error(ContinuityError { pid, offset, expected, found: packet.continuity_counter() })
            }
        }
    }
}

/// What there is to count of a packet: its counter, and whether it has a payload and announces a discontinuity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(u8);

impl Count {
    const PAYLOAD: u8 = 0x10;
    const DISCONTINUITY: u8 = 0x20;

    #[inline]
    pub(super) fn of(packet: TsPacket<'_>) -> Self {
        let discontinuity = packet.adaptation_field().is_some_and(|field| field.discontinuity());
        let flag = if discontinuity { Self::DISCONTINUITY } else { 0 };
        // The counter, and the bit that says that there is a payload.
        Self(packet.as_bytes()[3] & (0x0f | Self::PAYLOAD) | flag)
    }

    #[inline]
    pub(super) fn counter(self) -> u8 {
        self.0 & 0x0f
    }

    /// Whether it is a repetition of a packet with a payload that has the same counter.
    #[inline]
    pub(super) fn repeats(self, last: Self) -> bool {
        self.0 == self.counter() | Self::PAYLOAD && last.counter() == self.counter()
    }
}

/// The counter of a PID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counter(u8);

/// What a step of a counter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    First,
    Next,
    Still,
    Duplicate,
    Discontinuity,
    Error,
}

impl Counter {
    /// Of a PID that did not occur.
    pub(super) const NONE: Self = Self(0);
    /// A packet of the PID occurred.
    const SOME: u8 = 0x80;
    /// The last packet may be repeated.
    const REPEATABLE: u8 = 0x10;

    /// What the counter of the next packet has to be.
    #[inline]
    pub(super) fn expected(self, count: Count) -> u8 {
        if count.0 & Count::PAYLOAD != 0 { (self.0 + 1) & 0x0f } else { self.0 & 0x0f }
    }

    /// Goes on by a packet. Two packets in a row may be the same (§2.4.3.3), and no more.
    #[inline]
    pub(super) fn step(&mut self, count: Count) -> Kind {
        let before = *self;
        let found = count.counter();
        let has_payload = count.0 & Count::PAYLOAD != 0;
        *self = Self(Self::SOME | found | if has_payload { Self::REPEATABLE } else { 0 });
        if before.0 & Self::SOME == 0 {
            Kind::First
        } else if count.0 & Count::DISCONTINUITY != 0 {
            Kind::Discontinuity
        } else if found == before.expected(count) {
            if has_payload { Kind::Next } else { Kind::Still }
        } else if has_payload && found == before.0 & 0x0f {
            self.0 &= !Self::REPEATABLE;
            if before.0 & Self::REPEATABLE != 0 { Kind::Duplicate } else { Kind::Error }
        } else {
            Kind::Error
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::PacketKind;

    /// A packet of a PID with a counter; `p` has a payload, `a` has none, `d` has one and announces a discontinuity.
    fn packet(pid: u16, kind: char, counter: u8) -> [u8; 188] {
        let mut bytes = [0xff; 188];
        let [high, low] = pid.to_be_bytes();
        let (control, len, flags) = match kind {
            'p' => (0x10, 0, 0),
            'a' => (0x20, 183, 0),
            'd' => (0x30, 1, 0x80),
            other => panic!("{other}"),
        };
        bytes[..6].copy_from_slice(&[0x47, high, low, control | counter, len, flags]);
        bytes
    }

    fn steps(packets: &[(char, u8)]) -> String {
        let mut continuity = Continuity::new();
        let steps = packets.iter().map(|&(kind, counter)| {
            let bytes = packet(0x100, kind, counter);
            match continuity.check(TsPacket::new(PacketKind::TransportPacket, &bytes, 0).unwrap()) {
                Step::Uncounted => 'u',
                Step::First => 'f',
                Step::Next => '.',
                Step::Still => '-',
                Step::Duplicate => '2',
                Step::Discontinuity => 'd',
                Step::Error(_) => '!',
            }
        });
        steps.collect()
    }

    #[test]
    fn counters_by_the_standard() {
        for (packets, expected) in [
            (vec![('p', 14), ('p', 15), ('p', 0), ('p', 1)], "f..."),
            (vec![('p', 3), ('p', 3), ('p', 4)], "f2."),
            (vec![('p', 3), ('p', 3), ('p', 3), ('p', 3), ('p', 4)], "f2!!."),
            (vec![('p', 3), ('a', 3), ('p', 4), ('a', 5), ('p', 6)], "f-.!."),
            (vec![('p', 3), ('a', 3), ('p', 3)], "f-!"),
            (vec![('a', 3), ('p', 3), ('p', 4)], "f!."),
            (vec![('a', 3), ('a', 3), ('p', 4)], "f-."),
            (vec![('p', 3), ('d', 9), ('p', 9), ('p', 10), ('p', 12), ('p', 12)], "fd2.!2"),
            (vec![('p', 3), ('p', 2)], "f!"),
        ] {
            assert_eq!(steps(&packets), expected, "{packets:?}");
        }
    }

    #[test]
    fn errors_have_their_place_and_null_packets_none() {
        let mut continuity = Continuity::new();
        let mut check = |pid, counter, offset| {
            let bytes = packet(pid, 'p', counter);
            continuity.check(TsPacket::new(PacketKind::TransportPacket, &bytes, offset).unwrap())
        };
        assert_eq!(check(0x1ffe, 15, 0), Step::First);
        assert_eq!(check(0, 5, 188), Step::First);
        assert_eq!(check(NULL_PID, 5, 376), Step::Uncounted);
        assert_eq!(check(NULL_PID, 9, 376), Step::Uncounted);
        let error = ContinuityError { pid: 0x1ffe, offset: 564, expected: 0, found: 7 };
        assert_eq!(check(0x1ffe, 7, 564), Step::Error(error));
        assert_eq!(check(0, 6, 752), Step::Next);
    }
}
