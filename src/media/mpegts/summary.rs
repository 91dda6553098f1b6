//! Counts of a transport stream for `stats`.

use std::collections::BTreeMap;

use super::TsPacket;
use super::by_pid::ByPid;
use super::continuity::{Count, Counter, Kind};
use super::fault::error_at_record;
use crate::error::{Error, ErrorKind};

/// Counts of the packets of a stream or a part of it, collected packet by packet, and merged in stream order.
///
/// Merged parts equal the whole, wherever the stream is split. [`RecoveredParts::map_in_order`](crate::source::RecoveredParts::map_in_order)
/// returns the parts in order.
///
/// ```
/// use pagecut::media::mpegts::{Packets, Summary};
/// use pagecut::{Piece, Source};
///
/// let source = Source::open("testdata/small.ts")?;
/// let mut stream = Summary::new();
/// source.parts(&Packets::new()).recover().map_in_order(
///     |pieces| {
///         let mut part = Summary::new();
///         pieces.filter_map(Piece::record).for_each(|packet| part.add(packet));
///         part
///     },
///     |part| {
///         stream.append(&part);
///         Ok(())
///     },
/// );
/// assert_eq!((stream.total().packets, stream.total().continuity_errors), (200, 0));
/// assert_eq!(stream.pids()[&0x100].packets, 106);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Summary {
    seen: ByPid<PidState>,
    packets: u64,
}

/// Counts of the packets of a PID.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PidSummary {
    /// Packets.
    pub packets: u64,
    /// Packets whose continuity counter does not follow that of the packet before.
    pub continuity_errors: u64,
    /// Packets that repeat the packet before, which is allowed once.
    pub duplicates: u64,
    /// Packets with `transport_error_indicator`.
    pub transport_errors: u64,
    /// Packets with a scrambled payload.
    pub scrambled: u64,
}

impl PidSummary {
    fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.continuity_errors += other.continuity_errors;
        self.duplicates += other.duplicates;
        self.transport_errors += other.transport_errors;
        self.scrambled += other.scrambled;
    }

    fn count(&mut self, step: Kind) {
        self.continuity_errors += u64::from(step == Kind::Error);
        self.duplicates += u64::from(step == Kind::Duplicate);
    }
}

/// The state of a PID.
#[derive(Debug, Clone, Copy)]
struct PidState {
    /// Counts without the comparison of the first packet with the last one of the previous part.
    summary: PidSummary,
    counter: Counter,
    first: Count,
    first_at: Place,
    second_at: Place,
    /// The first packet with an unexpected counter.
    error: Option<Fault>,
    /// The first packet with `transport_error_indicator`.
    bad_packet: Option<Place>,
    /// The second packet repeats the first one and was counted as its duplicate. That is an error if the first packet turns
    /// out to be a duplicate itself.
    second_repeats: bool,
}

/// Offset of a packet, and the number of packets before it.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: u64,
    record: u64,
}

impl Place {
    /// Returns the place after `packets` more packets.
    fn after(self, packets: u64) -> Self {
        Self { record: self.record + packets, ..self }
    }
}

/// A packet with an unexpected counter.
#[derive(Debug, Clone, Copy)]
struct Fault {
    at: Place,
    expected: u8,
    found: u8,
}

impl Fault {
    /// Creates the fault of a packet with `count` after the counter `before`.
    fn of(before: Counter, count: Count, at: Place) -> Self {
        Self { at, expected: before.expected(count), found: count.counter() }
    }
}

impl Default for Summary {
    fn default() -> Self {
        Self { seen: ByPid::new(), packets: 0 }
    }
}

impl Summary {
    /// Creates a summary without packets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts the next packet.
    #[inline]
    pub fn add(&mut self, packet: TsPacket<'_>) {
        let count = Count::of(packet);
        let is_null = packet.is_null();
        let at = Place { offset: packet.range().start, record: self.packets };
        self.packets += 1;
        let seen = self.seen.get_or_insert_with(packet.pid(), || PidState::before(count, at));
        let summary = &mut seen.summary;
        summary.packets += 1;
        if packet.transport_error() {
            summary.transport_errors += 1;
            seen.bad_packet = seen.bad_packet.or(Some(at));
        }
        seen.summary.scrambled += u64::from(packet.scrambling_control() != 0);
        if !is_null {
            let before = seen.counter;
            let step = seen.counter.step(count);
            seen.summary.count(step);
            if step == Kind::Error && seen.error.is_none() {
                seen.error = Some(Fault::of(before, count, at));
            }
            if seen.summary.packets == 2 {
                seen.second_repeats = step == Kind::Duplicate;
                seen.second_at = at;
            }
        }
    }

    /// Merges the summary of the following part.
    pub fn append(&mut self, next: &Self) {
        for (pid, seen) in next.seen.iter() {
            let later = seen.after(self.packets);
            match self.seen.get_mut(pid) {
                Some(seen) => seen.append(&later),
                None => {
                    self.seen.get_or_insert_with(pid, || later);
                }
            }
        }
        self.packets += next.packets;
    }

    /// Returns the first packet with a wrong continuity counter as an error with its offset and number:
    /// [`ErrorKind::Discontinuity`]. A first repetition and a packet with `discontinuity_indicator` are not errors.
    #[must_use]
    pub fn first_continuity_error(&self) -> Option<Error> {
        let faults = self.seen.iter().filter_map(|(pid, seen)| Some((pid, seen.error?)));
        let (pid, Fault { at, expected, found }) = faults.min_by_key(|(_, fault)| fault.at.offset)?;
        Some(error_at_record(ErrorKind::Discontinuity { pid, expected, found }, at.offset, at.record))
    }

    /// Returns the first packet with `transport_error_indicator` as an error with its offset and number:
    /// [`ErrorKind::TransportError`].
    #[must_use]
    pub fn first_transport_error(&self) -> Option<Error> {
        let faults = self.seen.iter().filter_map(|(pid, seen)| Some((pid, seen.bad_packet?)));
        let (pid, at) = faults.min_by_key(|(_, at)| at.offset)?;
        Some(error_at_record(ErrorKind::TransportError { pid }, at.offset, at.record))
    }

    /// Merges the summary of the following part and returns the result.
    #[must_use]
    pub fn merge(mut self, next: Self) -> Self {
        self.append(&next);
        self
    }

    /// Returns the counts of each PID that occurs.
    #[must_use]
    pub fn pids(&self) -> BTreeMap<u16, PidSummary> {
        self.seen.iter().map(|(pid, seen)| (pid, seen.summary)).collect()
    }

    /// Returns the counts of all packets.
    #[must_use]
    pub fn total(&self) -> PidSummary {
        let mut total = PidSummary::default();
        self.seen.iter().for_each(|(_, seen)| total.add(seen.summary));
        total
    }
}

impl PidState {
    /// Creates the state before the first packet, which has the count `first`.
    fn before(first: Count, at: Place) -> Self {
        Self {
            summary: PidSummary::default(),
            counter: Counter::NONE,
            first,
            first_at: at,
            second_at: at,
            error: None,
            bad_packet: None,
            second_repeats: false,
        }
    }

    /// Returns the state moved by `packets` packets.
    fn after(&self, packets: u64) -> Self {
        Self {
            first_at: self.first_at.after(packets),
            second_at: self.second_at.after(packets),
            error: self.error.map(|fault| Fault { at: fault.at.after(packets), ..fault }),
            bad_packet: self.bad_packet.map(|at| at.after(packets)),
            ..*self
        }
    }

    fn append(&mut self, next: &Self) {
        let only_one = self.summary.packets == 1;
        let next_only_one = next.summary.packets == 1;
        self.summary.add(next.summary);
        self.bad_packet = self.bad_packet.or(next.bad_packet);
        if self.counter == Counter::NONE {
            // Null packets.
            return;
        }
        let mut as_first = Counter::NONE;
        as_first.step(next.first);
        let before = self.counter;
        let step = self.counter.step(next.first);
        self.summary.count(step);
        let mut error = self.error;
        if step == Kind::Error {
            error = error.or(Some(Fault::of(before, next.first, next.first_at)));
        }
        if only_one {
            self.second_repeats = step == Kind::Duplicate;
            self.second_at = next.first_at;
        }
        // The counter after the first packet differs only if the first packet is a repetition.
        if self.counter != as_first && next.second_repeats {
            self.summary.duplicates -= 1;
            self.summary.continuity_errors += 1;
            // The second packet has the counter of the first one.
            error = error.or(Some(Fault::of(self.counter, next.first, next.second_at)));
        }
        self.error = error.or(next.error);
        if !next_only_one {
            self.counter = next.counter;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mpegts::PacketKind;
    use crate::media::mpegts::pid::NULL_PID;

    /// Builds a packet: two bits of `number` select payload and discontinuity, the others the counter.
    fn packet(pid: u16, number: u8) -> [u8; 188] {
        let mut bytes = [0xff; 188];
        let [high, low] = pid.to_be_bytes();
        let counter = number >> 2;
        bytes[..6].copy_from_slice(&[
            0x47,
            high,
            low,
            0x20 | (number & 1) << 4 | counter,
            1,
            (number & 2) << 6,
        ]);
        bytes
    }

    /// Counts packets of a stream that starts at an address.
    fn summary_from(start: usize, packets: &[[u8; 188]]) -> Summary {
        let mut summary = Summary::new();
        for packet in packets {
            // Each packet has another offset.
            let offset = (packet.as_ptr().addr() - start) as u64;
            summary.add(TsPacket::new(PacketKind::TransportPacket, packet, offset).unwrap());
        }
        summary
    }

    fn summary(packets: &[[u8; 188]]) -> Summary {
        summary_from(packets.as_ptr().addr(), packets)
    }

    #[test]
    fn merged_parts_equal_the_whole() {
        // All runs of four packets of three counters, with and without a payload and a discontinuity.
        let kinds = 12_u32;
        for run in 0..kinds.pow(4) {
            let numbers = (0..4).map(|place| u8::try_from(run / kinds.pow(place) % kinds).unwrap());
            let numbers: Vec<u8> = numbers.collect();
            let mut packets: Vec<_> = numbers.iter().map(|&number| packet(0x100, number)).collect();
            // The bits of the number of the run select packets with `transport_error_indicator`.
            for (place, packet) in packets.iter_mut().enumerate() {
                packet[1] |= u8::from(run >> place & 1 == 1) << 7;
            }
            let whole = summary(&packets);
            for cuts in 0_u8..8 {
                let mut parts = Vec::new();
                let mut start = 0;
                for end in (1..=4).filter(|&end| end == 4 || cuts & 1 << (end - 1) != 0) {
                    parts.push(summary_from(packets.as_ptr().addr(), &packets[start..end]));
                    start = end;
                }
                // Merge from the left and from the right.
                let left = parts.iter().cloned().reduce(Summary::merge).unwrap();
                let right = parts.into_iter().rev().reduce(|right, left| left.merge(right)).unwrap();
                let [left_bad, right_bad, bad] = [&left, &right, &whole]
                    .map(|summary| summary.first_transport_error().map(|error| error.to_string()));
                assert!(
                    left_bad == bad && right_bad == bad,
                    "{numbers:?} split at {cuts:b}: {left_bad:?} {bad:?}"
                );
                assert_eq!(bad.is_some(), whole.total().transport_errors > 0);
                let [left_error, right_error, error] = [&left, &right, &whole]
                    .map(|summary| summary.first_continuity_error().map(|error| error.to_string()));
                assert!(
                    left_error == error && right_error == error,
                    "{numbers:?} split at {cuts:b}: {left_error:?} {right_error:?} {error:?}"
                );
                assert_eq!(error.is_some(), whole.total().continuity_errors > 0);
                assert_eq!(left.pids(), whole.pids(), "{numbers:?} split at {cuts:b}");
                assert_eq!(right.pids(), whole.pids(), "{numbers:?} split at {cuts:b}");
            }
        }
    }

    #[test]
    fn pids_are_counted_separately() {
        let mut packets = Vec::new();
        for counter in 0..4 {
            for pid in [0, 0x1000, NULL_PID] {
                // The counter of null packets has no meaning.
                packets.push(packet(pid, 1 | if pid == 0x1000 { 2 * counter } else { counter } << 2));
            }
        }
        packets[4][1] |= 0x80;
        packets[2][3] |= 0xc0;
        let whole = summary(&packets);
        let good = PidSummary { packets: 4, ..PidSummary::default() };
        let expected = [
            (0, good),
            (0x1000, PidSummary { continuity_errors: 3, transport_errors: 1, ..good }),
            (NULL_PID, PidSummary { scrambled: 1, ..good }),
        ];
        assert_eq!(whole.pids(), BTreeMap::from(expected));
        let total = whole.total();
        assert_eq!(
            (total.packets, total.continuity_errors, total.transport_errors, total.scrambled),
            (12, 3, 1, 1)
        );
    }
}
