//! Checks of the continuity counters.

use std::fmt;

use super::TsPacket;
use super::pid::{NULL_PID, PIDS};

/// The continuity counter of a packet compared with the packets before it (§2.4.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContinuityStep {
    /// A null packet; its counter has no meaning.
    Uncounted,
    /// The first packet of its PID.
    First,
    /// A packet with payload; its counter is one higher.
    Next,
    /// A packet without payload; its counter is unchanged.
    Still,
    /// A repetition of the packet before, with the same counter. One repetition is allowed.
    Duplicate,
    /// The counter may have any value, because `discontinuity_indicator` is set.
    Discontinuity,
    /// Packets are missing before this one, or it was repeated more than once.
    Error(ContinuityError),
}

/// A wrong continuity counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContinuityError {
    /// The PID of the packet.
    pub pid: u16,
    /// Offset of the packet in bytes from the start of the input.
    pub offset: u64,
    /// The expected counter.
    pub expected: u8,
    /// The counter of the packet.
    pub found: u8,
}

impl fmt::Display for ContinuityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, offset, expected, found } = self;
        write!(f, "byte {offset}: the continuity counter of PID {pid:#06x} is {found}, expected {expected}")
    }
}

impl std::error::Error for ContinuityError {}

/// Checks the continuity counters of all PIDs. The table takes 8 KiB.
///
/// A repetition is recognised by its counter alone; its bytes are not compared with the packet before it.
///
/// ```
/// use pagecut::Format;
/// use pagecut::media::mpegts::{Continuity, Packets, ContinuityStep};
///
/// let mut stream = Vec::new();
/// for counter in [0, 1, 1, 3] {
///     let mut packet = [0xff; 188];
///     packet[..4].copy_from_slice(&[0x47, 0x01, 0x00, 0x10 | counter]);
///     stream.extend(packet);
/// }
/// let mut continuity = Continuity::new();
/// let mut last = ContinuityStep::Uncounted;
/// for packet in Packets::new().records(&stream) {
///     last = continuity.check(packet?);
/// }
/// let ContinuityStep::Error(error) = last else { panic!("{last:?}") };
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
    /// Creates the state before the first packet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the next packet.
    #[inline]
    pub fn check(&mut self, packet: TsPacket<'_>) -> ContinuityStep {
        let pid = packet.pid();
        if pid == NULL_PID {
            return ContinuityStep::Uncounted;
        }
        let count = Count::of(packet);
        let counter = &mut self.counters[usize::from(pid)];
        let expected = counter.expected(count);
        match counter.step(count) {
            Kind::First => ContinuityStep::First,
            Kind::Next => ContinuityStep::Next,
            Kind::Still => ContinuityStep::Still,
            Kind::Duplicate => ContinuityStep::Duplicate,
            Kind::Discontinuity => ContinuityStep::Discontinuity,
            Kind::Error => {
                let offset = packet.range().start;
                ContinuityStep::Error(ContinuityError {
                    pid,
                    offset,
                    expected,
                    found: packet.continuity_counter(),
                })
            }
        }
    }
}

/// The fields of a packet that the continuity check needs: counter, payload flag and discontinuity flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(u8);

impl Count {
    const PAYLOAD: u8 = 0x10;
    const DISCONTINUITY: u8 = 0x20;

    #[inline]
    pub(super) fn of(packet: TsPacket<'_>) -> Self {
        let discontinuity = packet.adaptation_field().is_some_and(|field| field.discontinuity());
        let flag = if discontinuity { Self::DISCONTINUITY } else { 0 };
        // The counter and the payload flag.
        Self(packet.as_bytes()[3] & (0x0f | Self::PAYLOAD) | flag)
    }

    #[inline]
    pub(super) fn counter(self) -> u8 {
        self.0 & 0x0f
    }

    /// Whether this packet repeats `last`: both have payload and the same counter.
    #[inline]
    pub(super) fn repeats(self, last: Self) -> bool {
        self.0 == self.counter() | Self::PAYLOAD && last.counter() == self.counter()
    }
}

/// The counter state of a PID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counter(u8);

/// The result of a counter step.
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
    /// The state of a PID without packets.
    pub(super) const NONE: Self = Self(0);
    /// Set once the PID has packets.
    const SOME: u8 = 0x80;
    /// The last packet may be repeated.
    const REPEATABLE: u8 = 0x10;

    /// Returns the expected counter of the next packet.
    #[inline]
    pub(super) fn expected(self, count: Count) -> u8 {
        if count.0 & Count::PAYLOAD != 0 { (self.0 + 1) & 0x0f } else { self.0 & 0x0f }
    }

    /// Advances the state by a packet. Two packets in a row may be equal (§2.4.3.3), but not three.
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

    /// Builds a packet with a counter: `p` has payload, `a` has none, `d` has payload and announces a discontinuity.
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
                ContinuityStep::Uncounted => 'u',
                ContinuityStep::First => 'f',
                ContinuityStep::Next => '.',
                ContinuityStep::Still => '-',
                ContinuityStep::Duplicate => '2',
                ContinuityStep::Discontinuity => 'd',
                ContinuityStep::Error(_) => '!',
            }
        });
        steps.collect()
    }

    #[test]
    fn counter_steps_follow_the_standard() {
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
    fn errors_have_offsets_and_null_packets_none() {
        let mut continuity = Continuity::new();
        let mut check = |pid, counter, offset| {
            let bytes = packet(pid, 'p', counter);
            continuity.check(TsPacket::new(PacketKind::TransportPacket, &bytes, offset).unwrap())
        };
        assert_eq!(check(0x1ffe, 15, 0), ContinuityStep::First);
        assert_eq!(check(0, 5, 188), ContinuityStep::First);
        assert_eq!(check(NULL_PID, 5, 376), ContinuityStep::Uncounted);
        assert_eq!(check(NULL_PID, 9, 376), ContinuityStep::Uncounted);
        let error = ContinuityError { pid: 0x1ffe, offset: 564, expected: 0, found: 7 };
        assert_eq!(check(0x1ffe, 7, 564), ContinuityStep::Error(error));
        assert_eq!(check(0, 6, 752), ContinuityStep::Next);
    }
}
