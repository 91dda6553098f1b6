//! Checks a transport stream beyond its continuity counters: packets marked as damaged, repetitions, PES headers and tables.
//!
//! Parts of a stream are checked independently, on several cores, and then merged in stream order. The merge needs the first
//! and the last packet of each PID and all packets that may belong to tables, so these are copied.

use super::by_pid::ByPid;
use super::fault::error_at_record;
use super::search::Search;
use super::{AdaptationField, PACKET_LEN, PacketKind, PesHeader, TsPacket};
use crate::error::{Error, ErrorKind};

/// The faults of a part of a stream, collected packet by packet.
pub(crate) struct PartCheck<'data> {
    seen: ByPid<PidState<'data>>,
    packets: u64,
    fault: Option<Fault>,
    tables: Vec<PacketCopy>,
}

/// The state of a PID within a part.
struct PidState<'data> {
    first: TsPacket<'data>,
    /// Number of the first packet, counted from the start of the part.
    first_record: u64,
    last: TsPacket<'data>,
    /// A PES packet began in this PID (`found_pes`); the last unit that began is a PES packet (`in_pes`).
    found_pes: bool,
    in_pes: bool,
    /// Offset and number of the first packet that began something other than a PES packet, before any PES packet.
    other: Option<(u64, u64)>,
}

const NO_PREFIX: &str = "it does not begin with the start code prefix";

impl PidState<'_> {
    /// Records a packet in which a PES packet or a section begins, and returns its fault, if it has one.
    fn begin(&mut self, packet: TsPacket<'_>, record: u64) -> Option<&'static str> {
        const PREFIX: [u8; 3] = [0, 0, 1];
        // A short payload may hold only the start of the prefix.
        let payload =
            packet.payload().filter(|payload| !PREFIX.starts_with(payload) || payload.len() == 3)?;
        self.in_pes = payload.starts_with(&PREFIX);
        if self.in_pes {
            self.found_pes = true;
            return PesHeader::fault_of_start(payload);
        }
        if self.found_pes {
            return Some(NO_PREFIX);
        }
        self.other.get_or_insert((packet.range().start, record));
        None
    }
}

/// A copy of a packet, with its offset.
struct PacketCopy {
    bytes: [u8; PACKET_LEN],
    offset: u64,
}

impl PacketCopy {
    fn of(packet: TsPacket<'_>) -> Self {
        Self { bytes: *packet.as_bytes(), offset: packet.range().start }
    }

    fn packet(&self) -> Option<TsPacket<'_>> {
        TsPacket::new(PacketKind::TransportPacket, &self.bytes, self.offset)
    }
}

/// A faulty packet, with its number from the start of the part or stream.
struct Fault {
    kind: ErrorKind,
    offset: u64,
    record: u64,
}

impl PartCheck<'_> {
    pub(crate) fn new() -> Self {
        Self { seen: ByPid::new(), packets: 0, fault: None, tables: Vec::new() }
    }
}

impl<'data> PartCheck<'data> {
    /// Checks the next packet.
    #[inline]
    pub(crate) fn add(&mut self, packet: TsPacket<'data>) {
        let record = self.packets;
        self.packets += 1;
        if packet.transport_error() {
            self.note(ErrorKind::TransportError { pid: packet.pid() }, packet, record);
        }
        if packet.is_null() {
            return;
        }
        if let Some(len) = packet.too_long_adaptation_field() {
            self.note(ErrorKind::AdaptationField { pid: packet.pid(), len }, packet, record);
        }
        let seen = self.seen.get_or_insert_with(packet.pid(), || PidState {
            first: packet,
            first_record: record,
            last: packet,
            found_pes: false,
            in_pes: false,
            other: None,
        });
        let last = std::mem::replace(&mut seen.last, packet);
        let is_clear = packet.scrambling_control() == 0;
        let pes_fault =
            if packet.payload_unit_start() && is_clear { seen.begin(packet, record) } else { None };
        // Sections are not scrambled.
        let is_repeated = seen.first_record != record && is_unequal_repetition(last, packet);
        if !seen.in_pes && is_clear {
            self.tables.push(PacketCopy::of(packet));
        }
        if let Some(why) = pes_fault {
            self.note(ErrorKind::DamagedPes { pid: packet.pid(), why }, packet, record);
        }
        if is_repeated {
            self.note(ErrorKind::UnequalRepetition { pid: packet.pid() }, packet, record);
        }
    }

    #[cold]
    fn note(&mut self, kind: ErrorKind, packet: TsPacket<'_>, record: u64) {
        self.fault.get_or_insert(Fault { kind, offset: packet.range().start, record });
    }

    /// Returns the state that the merge needs.
    pub(crate) fn finish(self) -> CheckedPart {
        let edges = self.seen.iter().map(|(pid, seen)| Edges {
            pid,
            first: PacketCopy::of(seen.first),
            first_record: seen.first_record,
            last: PacketCopy::of(seen.last),
            found_pes: seen.found_pes,
            other: seen.other,
        });
        CheckedPart { edges: edges.collect(), packets: self.packets, fault: self.fault, tables: self.tables }
    }
}

/// A checked part of a stream.
pub(crate) struct CheckedPart {
    edges: Vec<Edges>,
    packets: u64,
    fault: Option<Fault>,
    tables: Vec<PacketCopy>,
}

/// The first and the last packet of a PID in a part.
struct Edges {
    pid: u16,
    first: PacketCopy,
    first_record: u64,
    last: PacketCopy,
    found_pes: bool,
    other: Option<(u64, u64)>,
}

/// The faults of a stream, merged part by part.
pub(crate) struct StreamCheck {
    /// The last packet of each PID, and whether the PID had PES packets.
    last: ByPid<(PacketCopy, bool)>,
    packets: u64,
    fault: Option<Fault>,
    search: Search,
}

impl StreamCheck {
    pub(crate) fn new() -> Self {
        Self { last: ByPid::new(), packets: 0, fault: None, search: Search::new() }
    }

    /// Merges the next part.
    pub(crate) fn append(&mut self, part: CheckedPart) {
        let mut faults: Vec<Fault> = part.fault.into_iter().collect();
        for Edges { pid, first, first_record, last, found_pes, other } in part.edges {
            let before = self.last.get(pid);
            let is_pes = before.is_some_and(|(_, is_pes)| *is_pes);
            if let Some((offset, record)) = other.filter(|_| is_pes) {
                faults.push(Fault { kind: ErrorKind::DamagedPes { pid, why: NO_PREFIX }, offset, record });
            }
            let before = before.and_then(|(last, _)| last.packet());
            if let (Some(before), Some(packet)) = (before, first.packet())
                && is_unequal_repetition(before, packet)
            {
                let kind = ErrorKind::UnequalRepetition { pid };
                faults.push(Fault { kind, offset: first.offset, record: first_record });
            }
            let last = (last, is_pes || found_pes);
            match self.last.get_mut(pid) {
                Some(before) => *before = last,
                None => {
                    self.last.get_or_insert_with(pid, || last);
                }
            }
        }
        if self.fault.is_none() {
            let first = faults.into_iter().min_by_key(|fault| fault.offset);
            self.fault = first.map(|fault| Fault { record: fault.record + self.packets, ..fault });
        }
        self.packets += part.packets;
        part.tables.iter().filter_map(PacketCopy::packet).for_each(|packet| self.search.take_section(packet));
    }

    /// Returns the first fault of the stream.
    pub(crate) fn into_error(self) -> Option<Error> {
        let of_packet = self.fault.map(|fault| error_at_record(fault.kind, fault.offset, fault.record));
        let of_table = self.search.programs().errors().first().cloned();
        of_packet.into_iter().chain(of_table).min_by_key(|error| error.offset())
    }
}

/// Whether a packet has the continuity counter of the packet before it in its PID but other bytes. Only the clock reference
/// of a repetition may differ (§2.4.3.3).
#[inline]
fn is_unequal_repetition(before: TsPacket<'_>, packet: TsPacket<'_>) -> bool {
    before.continuity_counter() == packet.continuity_counter()
        && before.has_payload()
        && packet.has_payload()
        && !packet.adaptation_field().as_ref().is_some_and(AdaptationField::discontinuity)
        && !is_repetition(before, packet)
}

#[cold]
fn is_repetition(before: TsPacket<'_>, packet: TsPacket<'_>) -> bool {
    /// Position of the clock reference, after the flags of the adaptation field (§2.4.3.4).
    const CLOCK: std::ops::Range<usize> = 6..12;
    let (before_bytes, bytes) = (before.as_bytes(), packet.as_bytes());
    let has_clock = |packet: TsPacket<'_>| packet.adaptation_field().and_then(|field| field.pcr()).is_some();
    if has_clock(before) && has_clock(packet) {
        before_bytes[..CLOCK.start] == bytes[..CLOCK.start] && before_bytes[CLOCK.end..] == bytes[CLOCK.end..]
    } else {
        before_bytes == bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::section::tests::{packets, section};
    use super::*;

    /// Checks packets in parts of `len` packets and returns the error.
    fn error(stream: &[[u8; PACKET_LEN]], len: usize) -> Option<String> {
        let mut check = StreamCheck::new();
        let mut offset = 0;
        for packets in stream.chunks(len) {
            let mut part = PartCheck::new();
            for bytes in packets {
                part.add(TsPacket::new(PacketKind::TransportPacket, bytes, offset).unwrap());
                offset += PACKET_LEN as u64;
            }
            check.append(part.finish());
        }
        check.into_error().map(|error| error.to_string())
    }

    /// A program association table, a program map in PID 0x100, and packets with a payload and a clock reference in PID 0x101.
    fn valid_stream() -> Vec<[u8; PACKET_LEN]> {
        let table = |pid, table_id, body: &[u8]| {
            packets(pid, &[(true, [vec![0], section(table_id, 1, [0, 0], body)].concat())])
        };
        let mut stream = table(0, 0, &[0, 1, 0xe1, 0]);
        stream.extend(table(0x100, 2, &[0xe1, 1, 0xf0, 0, 0x1b, 0xe1, 1, 0xf0, 0]));
        for counter in 0..4_u8 {
            let mut bytes = [counter; PACKET_LEN];
            bytes[..6].copy_from_slice(&[0x47, 0x01, 0x01, 0x30 | counter, 7, 0x10]);
            stream.push(bytes);
        }
        stream
    }

    #[test]
    fn faults_do_not_depend_on_the_split() {
        let valid_stream = valid_stream();
        let mut clock = valid_stream.clone();
        clock.insert(4, clock[3]);
        clock[4][8] ^= 0xff;
        let mut unequal = valid_stream.clone();
        unequal.insert(4, unequal[3]);
        unequal[4][100] ^= 1;
        let mut wrong_bit = valid_stream.clone();
        wrong_bit[3][1] |= 0x80;
        let mut map = valid_stream.clone();
        map[1][12] ^= 1;
        let mut length = valid_stream.clone();
        length[2][1] |= 0x40;
        length[2][12..24].copy_from_slice(&[0, 0, 1, 0xe0, 0, 2, 0x80, 0x80, 5, 0x21, 0, 1]);
        let mut prefix = length.clone();
        prefix[2][17] = 0;
        prefix[5][1] |= 0x40;
        let mut both = map.clone();
        both[3][1] |= 0x80;
        let mut table = valid_stream.clone();
        table[0][12] ^= 1;
        let cases = [
            (&valid_stream, None),
            (&clock, None),
            (&unequal, Some("record 4, byte 752: the packet in PID 0x0101 repeats the counter")),
            (&wrong_bit, Some("record 3, byte 564: the packet in PID 0x0101 has a bit error")),
            (&map, Some("byte 188: the section in PID 0x0100 is damaged: its CRC does not match")),
            (&both, Some("byte 188: the section in PID 0x0100 is damaged: its CRC does not match")),
            (&length, Some("record 2, byte 376: the PES packet in PID 0x0101 is damaged: it ends inside")),
            (&prefix, Some("record 5, byte 940: the PES packet in PID 0x0101 is damaged: it does not")),
            (&table, Some("byte 0: the section in PID 0x0000 is damaged: its CRC does not match")),
        ];
        for (number, (stream, expected)) in cases.into_iter().enumerate() {
            for len in 1..=stream.len() {
                let found = error(stream, len);
                let is_same = match (&found, expected) {
                    (Some(found), Some(expected)) => found.contains(expected),
                    (found, expected) => found.is_none() && expected.is_none(),
                };
                assert!(is_same, "case {number} in parts of {len}: {found:?}");
            }
        }
    }
}
