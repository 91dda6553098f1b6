//! Sections of tables, and their reassembly from transport packets.

use super::continuity::{Count, Counter, Kind};
use super::fault::error_at;
use super::{TsPacket, crc};
use crate::error::{Error, ErrorKind, Result};

/// A section (§2.4.4.1, §2.4.4.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'bytes> {
    bytes: &'bytes [u8],
}

/// Length of a long section header, and of the CRC at the end of the section.
const LONG_HEADER_LEN: usize = 8;
const CHECKSUM_LEN: usize = 4;

/// Length of a section header up to and including `section_length`.
const SHORT_HEADER_LEN: usize = 3;

/// Maximum `section_length` (§2.4.4.11), and the maximum for tables of this standard (§2.4.4.5).
const MAX_LEN: usize = 4093;
const MAX_TABLE_LEN: usize = 1021;

/// Tables with the shorter maximum: program association, conditional access, program map, description.
const SHORT_TABLES: std::ops::RangeInclusive<u8> = 0..=3;

impl<'bytes> Section<'bytes> {
    /// Checks the length and the CRC of a section.
    fn check(bytes: &'bytes [u8]) -> std::result::Result<Self, &'static str> {
        let section = Self { bytes };
        if !section.has_long_header() {
            Ok(section)
        } else if bytes.len() < LONG_HEADER_LEN + CHECKSUM_LEN {
            Err("it is shorter than its header and CRC")
        } else if crc::crc(bytes) != 0 {
            Err("its CRC does not match")
        } else {
            Ok(section)
        }
    }

    /// Returns all bytes, from `table_id` to the CRC.
    #[must_use]
    pub fn as_bytes(&self) -> &'bytes [u8] {
        self.bytes
    }

    /// Returns `table_id`, the type of the table.
    #[must_use]
    pub fn table_id(&self) -> u8 {
        self.bytes[0]
    }

    /// `section_syntax_indicator`: the section has a long header and a CRC, which matches.
    #[must_use]
    pub fn has_long_header(&self) -> bool {
        self.bytes[1] & 0x80 != 0
    }

    /// Returns `table_id_extension`: `transport_stream_id` in a program association, the program number in a program map.
    /// `None` without a long header, as for the fields below.
    #[must_use]
    pub fn table_id_extension(&self) -> Option<u16> {
        self.long_header().map(|header| u16::from_be_bytes([header[3], header[4]]))
    }

    /// `version_number`, 0 to 31.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        self.long_header().map(|header| header[5] >> 1 & 0x1f)
    }

    /// Returns `current_next_indicator`: the table is valid now, not next.
    #[must_use]
    pub fn is_current(&self) -> Option<bool> {
        self.long_header().map(|header| header[5] & 1 != 0)
    }

    /// Returns `section_number`, the index of the section in its table.
    #[must_use]
    pub fn section_number(&self) -> Option<u8> {
        self.long_header().map(|header| header[6])
    }

    /// `last_section_number`.
    #[must_use]
    pub fn last_section_number(&self) -> Option<u8> {
        self.long_header().map(|header| header[7])
    }

    /// Returns the bytes between the header and the CRC, if there is one.
    #[must_use]
    pub fn body(&self) -> &'bytes [u8] {
        if self.has_long_header() {
            &self.bytes[LONG_HEADER_LEN..self.bytes.len() - CHECKSUM_LEN]
        } else {
            &self.bytes[SHORT_HEADER_LEN..]
        }
    }

    fn long_header(&self) -> Option<&'bytes [u8; LONG_HEADER_LEN]> {
        self.bytes.first_chunk().filter(|_| self.has_long_header())
    }
}

/// Returns the length of a section that begins with these bytes, or its fault; `None` if the length field is not in view.
fn section_len(bytes: &[u8]) -> Option<std::result::Result<usize, &'static str>> {
    let &[table_id, high, low] = bytes.first_chunk()?;
    let len = usize::from(u16::from_be_bytes([high & 0x0f, low]));
    let limit = if SHORT_TABLES.contains(&table_id) { MAX_TABLE_LEN } else { MAX_LEN };
    let fits = len <= limit;
    Some(fits.then_some(SHORT_HEADER_LEN + len).ok_or("section_length exceeds the limit"))
}

/// `table_id` after the last section of a packet (§2.4.4.1).
const STUFFING: u8 = 0xff;

/// Reassembles the sections of a PID.
///
/// A section within one packet is borrowed from it. The bytes of a section over several packets are copied, at most 4096 of
/// them, whatever length it declares.
///
/// ```
/// use pagecut::Format;
/// use pagecut::media::mpegts::{Packets, SectionReader};
///
/// let data = std::fs::read("testdata/small.ts")?;
/// let mut reader = SectionReader::new();
/// let mut tables = Vec::new();
/// for packet in Packets::new().records(&data) {
///     let packet = packet?;
///     if packet.pid() == 0 {
///         reader.read(packet, |section| tables.push(section.map(|section| section.table_id())));
///     }
/// }
/// assert!(tables.len() > 1 && tables.iter().all(|table| matches!(table, Ok(0))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SectionReader {
    counter: Counter,
    /// Bytes of the section in progress; empty if there is none.
    partial: Vec<u8>,
    /// Offset of the packet in which it begins.
    partial_at: u64,
}

impl Default for SectionReader {
    fn default() -> Self {
        Self { counter: Counter::NONE, partial: Vec::new(), partial_at: 0 }
    }
}

impl SectionReader {
    /// Creates a reader before the first packet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Processes the next packet of the PID, and passes the sections that end in it to `take`. Sections without an end and
    /// sections with a wrong CRC are errors: [`ErrorKind::DamagedSection`].
    pub fn read(&mut self, packet: TsPacket<'_>, mut take: impl FnMut(Result<Section<'_>>)) {
        let step = self.counter.step(Count::of(packet));
        let Some(payload) =
            packet.payload().filter(|_| packet.scrambling_control() == 0 && step != Kind::Duplicate)
        else {
            return;
        };
        if matches!(step, Kind::Error | Kind::Discontinuity) {
            self.give_up(packet, "transport packets are missing", &mut take);
        }
        if !packet.payload_unit_start() {
            self.append(packet, payload, &mut take);
            return;
        }
        // `pointer_field`: number of bytes before the first section that begins here.
        let split = payload.split_first().and_then(|(&pointer, rest)| rest.split_at_checked(pointer.into()));
        let Some((end, sections)) = split else {
            self.give_up(packet, "the next pointer_field exceeds its packet", &mut take);
            take(Err(damaged(
                packet.pid(),
                packet.range().start,
                "pointer_field exceeds the packet",
                payload,
            )));
            return;
        };
        self.append(packet, end, &mut take);
        self.give_up(packet, "the next section begins before it ends", &mut take);
        self.begin(packet, sections, &mut take);
    }

    /// Appends bytes to the section in progress.
    fn append(&mut self, packet: TsPacket<'_>, mut bytes: &[u8], take: &mut impl FnMut(Result<Section<'_>>)) {
        while !self.partial.is_empty() && !bytes.is_empty() {
            let missing = match section_len(&self.partial) {
                None => SHORT_HEADER_LEN - self.partial.len(),
                Some(Ok(len)) => len - self.partial.len(),
                Some(Err(why)) => return self.give_up(packet, why, take),
            };
            let (next, rest) = bytes.split_at(missing.min(bytes.len()));
            self.partial.extend_from_slice(next);
            bytes = rest;
            if section_len(&self.partial) == Some(Ok(self.partial.len())) {
                take(checked(packet.pid(), self.partial_at, &self.partial));
                self.partial.clear();
            }
        }
    }

    /// Passes on the sections that begin in a packet, and keeps the last one if it does not end there.
    fn begin(&mut self, packet: TsPacket<'_>, mut bytes: &[u8], take: &mut impl FnMut(Result<Section<'_>>)) {
        let offset = packet.range().start;
        while bytes.first().is_some_and(|&table_id| table_id != STUFFING) {
            match section_len(bytes) {
                Some(Err(why)) => return take(Err(damaged(packet.pid(), offset, why, bytes))),
                Some(Ok(len)) if len <= bytes.len() => {
                    let (section, rest) = bytes.split_at(len);
                    take(checked(packet.pid(), offset, section));
                    bytes = rest;
                }
                Some(Ok(_)) | None => {
                    self.partial.extend_from_slice(bytes);
                    self.partial_at = offset;
                    return;
                }
            }
        }
    }

    /// Reports the section in progress, if there is one, as damaged.
    fn give_up(
        &mut self,
        packet: TsPacket<'_>,
        why: &'static str,
        take: &mut impl FnMut(Result<Section<'_>>),
    ) {
        if !self.partial.is_empty() {
            take(Err(damaged(packet.pid(), self.partial_at, why, &self.partial)));
            self.partial.clear();
        }
    }
}

fn checked(pid: u16, offset: u64, bytes: &[u8]) -> Result<Section<'_>> {
    Section::check(bytes).map_err(|why| damaged(pid, offset, why, bytes))
}

#[cold]
fn damaged(pid: u16, offset: u64, why: &'static str, found: &[u8]) -> Error {
    error_at(ErrorKind::DamagedSection { pid, why }, offset, found)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::media::mpegts::{PACKET_LEN, PacketKind};

    /// Builds a section with a long header and a CRC.
    pub(in crate::media::mpegts) fn section(
        table_id: u8,
        extension: u16,
        numbers: [u8; 2],
        body: &[u8],
    ) -> Vec<u8> {
        let [high, low] = u16::try_from(body.len() + 9).unwrap().to_be_bytes();
        let mut bytes = vec![table_id, 0xb0 | high, low];
        bytes.extend(extension.to_be_bytes());
        bytes.extend([0xc1, numbers[0], numbers[1]]);
        bytes.extend(body);
        bytes.extend(crc::crc(&bytes).to_be_bytes());
        bytes
    }

    /// Builds packets of a PID with these payloads; a payload with the flag begins with a `pointer_field`.
    pub(in crate::media::mpegts) fn packets(pid: u16, payloads: &[(bool, Vec<u8>)]) -> Vec<[u8; PACKET_LEN]> {
        let packet = |(number, (start, payload)): (usize, &(bool, Vec<u8>))| {
            let mut bytes = [0xff; PACKET_LEN];
            let [high, low] = pid.to_be_bytes();
            let counter = u8::try_from(number % 16).unwrap();
            bytes[..4].copy_from_slice(&[0x47, high | u8::from(*start) << 6, low, 0x10 | counter]);
            // A payload of one byte less than a packet holds needs an adaptation field of one byte.
            let at = if !start && payload.len() == 183 { 5 } else { 4 };
            if at == 5 {
                (bytes[3], bytes[4]) = (bytes[3] | 0x20, 0);
            }
            bytes[at..at + payload.len()].copy_from_slice(payload);
            bytes
        };
        payloads.iter().enumerate().map(packet).collect()
    }

    fn read(packets: &[[u8; PACKET_LEN]]) -> Vec<std::result::Result<Vec<u8>, String>> {
        let mut reader = SectionReader::new();
        let mut found = Vec::new();
        for (bytes, offset) in packets.iter().zip((0..).step_by(PACKET_LEN)) {
            let packet = TsPacket::new(PacketKind::TransportPacket, bytes, offset).unwrap();
            reader.read(packet, |section| {
                found.push(
                    section.map(|section| section.as_bytes().to_vec()).map_err(|error| error.to_string()),
                );
            });
            assert!(reader.partial.capacity() <= 8192, "{}", reader.partial.capacity());
        }
        found
    }

    /// Builds the payloads of sections that fill each packet as far as possible.
    fn filled(sections: &[Vec<u8>]) -> Vec<(bool, Vec<u8>)> {
        let bytes = sections.concat();
        let mut starts = Vec::new();
        sections.iter().fold(0, |start, section| {
            starts.push(start);
            start + section.len()
        });
        let (mut payloads, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let first = starts.iter().find(|&&start| (at..at + 183).contains(&start));
            let len = if first.is_some() || starts.contains(&(at + 183)) { 183 } else { 184 };
            let pointer = first.map(|start| u8::try_from(start - at).unwrap());
            let end = bytes.len().min(at + len);
            payloads
                .push((first.is_some(), pointer.into_iter().chain(bytes[at..end].iter().copied()).collect()));
            at = end;
        }
        payloads
    }

    #[test]
    fn sections_of_every_length_in_sequence() {
        for len in (0..600).chain([1000, 1012]) {
            let sections: Vec<_> =
                (0..5).map(|number: u8| section(2, number.into(), [0, 0], &vec![number; len])).collect();
            let found = read(&packets(0x20, &filled(&sections)));
            assert_eq!(found, sections.into_iter().map(Ok).collect::<Vec<_>>(), "{len} bytes of body");
        }
        let long = vec![section(0x42, 7, [0, 0], &[1; 4084])];
        assert_eq!(read(&packets(0x11, &filled(&long))), [Ok(long[0].clone())]);
    }

    #[test]
    fn fields_of_a_section() {
        let bytes = section(2, 0x1234, [3, 9], b"body");
        let section = Section::check(&bytes).unwrap();
        assert_eq!((section.table_id(), section.table_id_extension()), (2, Some(0x1234)));
        assert_eq!((section.version(), section.is_current()), (Some(0), Some(true)));
        assert_eq!((section.section_number(), section.last_section_number()), (Some(3), Some(9)));
        assert_eq!(section.body(), b"body");

        let short = Section::check(&[0x70, 0x30, 2, b'a', b'b']).unwrap();
        assert_eq!((short.table_id_extension(), short.body()), (None, b"ab".as_slice()));
        for len in 0..9 {
            let bytes = [&[2, 0xb0, len], &vec![0; usize::from(len)][..]].concat();
            assert_eq!(Section::check(&bytes), Err("it is shorter than its header and CRC"));
        }
    }

    #[test]
    fn a_damaged_section_leaves_the_next_one_readable() {
        let sections: Vec<_> =
            (0..3).map(|number: u8| section(2, number.into(), [0, 0], &[number; 500])).collect();
        let sound = packets(0x20, &filled(&sections));
        for at in 0..sound.len() {
            let mut lost = sound.clone();
            lost.remove(at);
            let found = read(&lost);
            let good = found.iter().flatten().count();
            assert!((1..=2).contains(&good), "{good} without packet {at}");
            assert!(found.iter().flatten().all(|section| sections.contains(section)));

            let mut wrong = sound.clone();
            wrong[at][30] ^= 1;
            let errors: Vec<_> = read(&wrong).into_iter().filter_map(std::result::Result::err).collect();
            let expected = "in PID 0x0020 is damaged: its CRC does not match";
            assert!(errors.len() == 1 && errors[0].contains(expected), "{errors:?}");

            let mut repeated = sound.clone();
            repeated.insert(at, sound[at]);
            assert_eq!(read(&repeated), read(&sound));
        }
    }

    #[test]
    fn wrong_section_lengths() {
        for (len, why) in
            [(1022, "section_length exceeds"), (4095, "exceeds"), (1021, "the next section begins")]
        {
            let [high, low] = u16::to_be_bytes(len);
            let payload = vec![0, 0, 0xb0 | high, low, 1, 2, 3];
            let next = section(0, 1, [0, 0], &[0; 8]);
            let good = [vec![0], next.clone()].concat();
            let found = read(&packets(0, &[(true, payload), (true, good)]));
            assert!(
                found.len() == 2 && found[0].as_ref().is_err_and(|error| error.contains(why)),
                "{found:?}"
            );
            assert_eq!(found[1], Ok(next));
        }
        let behind = read(&packets(0, &[(true, vec![184, 0, 0])]));
        assert!(behind[0].as_ref().is_err_and(|error| error.contains("pointer_field exceeds")), "{behind:?}");
        assert_eq!(read(&packets(0, &[(true, vec![183])])), []);
    }
}
