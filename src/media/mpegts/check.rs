//! What a transport stream is checked for beyond its counters: packets that are known to be wrong, repetitions, headers of PES packets,
//! and tables.
//!
//! Parts of a stream are checked for themselves, on several cores, and then in their order. What takes both sides of a cut, or what
//! came before, is kept: the first and the last packet of each PID, and the packets that may be of tables.

use super::by_pid::ByPid;
use super::search::Search;
use super::{AdaptationField, PACKET_LEN, PacketKind, PesHeader, TsPacket, error_at_record};
use crate::error::{Error, ErrorKind};

/// The faults of a part of a stream, collected packet by packet.
pub(crate) struct PartCheck<'data> {
    seen: ByPid<Seen<'data>>,
    packets: u64,
    fault: Option<Fault>,
    tables: Vec<Kept>,
}

/// A PID in a part of a stream.
struct Seen<'data> {
    first: TsPacket<'data>,
    /// Number of the first packet, from the start of the part.
    first_record: u64,
    last: TsPacket<'data>,
    /// PES packets began in it, and what began last is one.
    had_pes: bool,
    has_pes: bool,
    /// The first packet in which something else began before the first PES packet.
    other: Option<(u64, u64)>,
}

const NO_PREFIX: &str = "it does not begin with the start code prefix";

impl Seen<'_> {
    /// Takes in a packet in which a PES packet or a section begins, and returns what is wrong with that.
    fn begin(&mut self, packet: TsPacket<'_>, record: u64) -> Option<&'static str> {
        const PREFIX: [u8; 3] = [0, 0, 1];
        // The prefix may go on in the next packet.
        let payload =
            packet.payload().filter(|payload| !PREFIX.starts_with(payload) || payload.len() == 3)?;
        self.has_pes = payload.starts_with(&PREFIX);
        if self.has_pes {
            self.had_pes = true;
            return PesHeader::fault_of_start(payload);
        }
        if self.had_pes {
            return Some(NO_PREFIX);
        }
        self.other.get_or_insert((packet.range().start, record));
        None
    }
}

/// Bytes of a packet, with its offset.
struct Kept {
    bytes: [u8; PACKET_LEN],
    offset: u64,
}

impl Kept {
    fn of(packet: TsPacket<'_>) -> Self {
        Self { bytes: *packet.as_bytes(), offset: packet.range().start }
    }

    fn packet(&self) -> Option<TsPacket<'_>> {
        TsPacket::new(PacketKind::TransportPacket, &self.bytes, self.offset)
    }
}

/// A packet with a fault, with its number from the start of what was read.
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
    /// Takes in the next packet.
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
        let seen = self.seen.get_or_insert_with(packet.pid(), || Seen {
            first: packet,
            first_record: record,
            last: packet,
            had_pes: false,
            has_pes: false,
            other: None,
        });
        let last = std::mem::replace(&mut seen.last, packet);
        let is_clear = packet.scrambling_control() == 0;
        let pes_fault =
            if packet.payload_unit_start() && is_clear { seen.begin(packet, record) } else { None };
        // Sections are not scrambled.
        let is_repeated = seen.first_record != record && is_unequal_repetition(last, packet);
        if !seen.has_pes && is_clear {
            self.tables.push(Kept::of(packet));
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

    /// What is kept of the part.
    pub(crate) fn finish(self) -> CheckedPart {
        let edges = self.seen.iter().map(|(pid, seen)| Edges {
            pid,
            first: Kept::of(seen.first),
            first_record: seen.first_record,
            last: Kept::of(seen.last),
            had_pes: seen.had_pes,
            other: seen.other,
        });
        CheckedPart { edges: edges.collect(), packets: self.packets, fault: self.fault, tables: self.tables }
    }
}

/// A part of a stream that was checked.
pub(crate) struct CheckedPart {
    edges: Vec<Edges>,
    packets: u64,
    fault: Option<Fault>,
    tables: Vec<Kept>,
}

/// The first and the last packet of a PID in a part.
struct Edges {
    pid: u16,
    first: Kept,
    first_record: u64,
    last: Kept,
    had_pes: bool,
    other: Option<(u64, u64)>,
}

/// The faults of a stream, collected part by part.
pub(crate) struct StreamCheck {
    /// The last packet of each PID, and whether it had PES packets.
    last: ByPid<(Kept, bool)>,
    packets: u64,
    fault: Option<Fault>,
    search: Search,
}

impl StreamCheck {
    pub(crate) fn new() -> Self {
        Self { last: ByPid::new(), packets: 0, fault: None, search: Search::new() }
    }

    /// Takes in the next part.
    pub(crate) fn append(&mut self, part: CheckedPart) {
        let mut faults: Vec<Fault> = part.fault.into_iter().collect();
        for Edges { pid, first, first_record, last, had_pes, other } in part.edges {
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
            let last = (last, is_pes || had_pes);
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
        part.tables.iter().filter_map(Kept::packet).for_each(|packet| self.search.take_section(packet));
    }

    /// The first fault of the stream.
    pub(crate) fn into_error(self) -> Option<Error> {
        let of_packet = self.fault.map(|fault| error_at_record(fault.kind, fault.offset, fault.record));
        let of_table = self.search.programs().errors().first().cloned();
        of_packet.into_iter().chain(of_table).min_by_key(|error| error.offset())
    }
}

/// Whether a packet has the counter of the one before in its PID, and repeats it, but with other bytes. Only the clock reference may be
/// another one (§2.4.3.3).
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
    /// Where the clock reference is, after the flags of the adaptation field (§2.4.3.4).
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

    /// Checks packets in parts of a length.
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
    fn sound() -> Vec<[u8; PACKET_LEN]> {
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
    fn faults_are_the_same_wherever_a_stream_is_cut() {
        let sound = sound();
        let mut clock = sound.clone();
        clock.insert(4, clock[3]);
        clock[4][8] ^= 0xff;
        let mut unequal = sound.clone();
        unequal.insert(4, unequal[3]);
        unequal[4][100] ^= 1;
        let mut wrong_bit = sound.clone();
        wrong_bit[3][1] |= 0x80;
        let mut map = sound.clone();
        map[1][12] ^= 1;
        let mut length = sound.clone();
        length[2][1] |= 0x40;
        length[2][12..24].copy_from_slice(&[0, 0, 1, 0xe0, 0, 2, 0x80, 0x80, 5, 0x21, 0, 1]);
        let mut prefix = length.clone();
        prefix[2][17] = 0;
        prefix[5][1] |= 0x40;
        let mut both = map.clone();
        both[3][1] |= 0x80;
        let mut table = sound.clone();
        table[0][12] ^= 1;
        let cases = [
            (&sound, None),
            (&clock, None),
            (&unequal, Some("record 4, byte 752: the packet in PID 0x0101 repeats the counter")),
            (&wrong_bit, Some("record 3, byte 564: the packet in PID 0x0101 has a bit error")),
            (&map, Some("byte 188: the section in PID 0x0100 is damaged: its checksum is wrong")),
            (&both, Some("byte 188: the section in PID 0x0100 is damaged: its checksum is wrong")),
            (&length, Some("record 2, byte 376: the PES packet in PID 0x0101 is damaged: it ends inside")),
            (&prefix, Some("record 5, byte 940: the PES packet in PID 0x0101 is damaged: it does not")),
            (&table, Some("byte 0: the section in PID 0x0000 is damaged: its checksum is wrong")),
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
