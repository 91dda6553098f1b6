//! The search for the programs of a stream.

use std::collections::BTreeMap;

use super::by_pid::ByPid;
use super::program::{Map, len_of, pid_of};
use super::{
    Descriptors, ElementaryStreams, Packets, Program, Section, SectionReader, Service, TsPacket, error_at,
};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Piece, Resync};

/// How many bytes from the start of a stream are searched for its programs.
const SEARCH_LEN: u64 = 8 << 20;

/// How many of them are searched for names when all programs are found.
const NAMES_LEN: u64 = 1 << 20;

/// The PID of the program association table, and of the service description table (ETSI EN 300 468, §5.1.3).
const PROGRAM_ASSOCIATION: u16 = 0;
const SERVICE_DESCRIPTION: u16 = 0x11;

/// The tables that are read, by `table_id`.
const ASSOCIATION_TABLE: u8 = 0x00;
const MAP_TABLE: u8 = 0x02;
const SERVICE_TABLE: u8 = 0x42;

/// The programs that a stream says it has: those of the first program association table that is in force, with the first program map
/// of each.
///
/// Tables that come later with another version are not looked at: what they change applies to what follows them only. The
/// search ends when every program has its map, or 8 MiB behind the start of the stream.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    transport_stream_id: Option<u16>,
    version: Option<u8>,
    /// Which sections of the program association table were read, a bit each, and which is the last one.
    sections: [u64; 4],
    last_section: u8,
    programs: BTreeMap<u16, Program>,
    /// Programs without a map.
    without_map: usize,
    /// Those by number that the service description table tells of, until the search ends.
    services: BTreeMap<u16, Service>,
    has_names: bool,
    errors: Vec<Error>,
    error_count: u64,
}

/// How many errors are kept.
const MOST_ERRORS: usize = 16;

impl Packets {
    /// The programs of the stream that `data` is.
    ///
    /// ```
    /// use pagecut::media::mpegts::Packets;
    ///
    /// let data = std::fs::read("testdata/media/mpegts/av.ts")?;
    /// let programs = Packets::new().programs(&data);
    /// let program = programs.iter().next().unwrap();
    /// assert_eq!((program.number(), program.pcr_pid()), (1, Some(0x100)));
    /// let streams: Vec<_> = program.streams().map(|stream| (stream.pid(), stream.stream_type().name())).collect();
    /// assert_eq!(streams[0], (0x100, Some("H.264")));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn programs(&self, data: &[u8]) -> Programs {
        let mut programs = Programs::default();
        // What puts sections together in the PIDs that are listened to.
        let mut readers = ByPid::new();
        for pid in [PROGRAM_ASSOCIATION, SERVICE_DESCRIPTION] {
            readers.get_or_insert_with(pid, SectionReader::new);
        }
        for piece in self.pieces(data) {
            let Piece::Record(packet) = piece else { continue };
            let offset = packet.range().start;
            let is_named = programs.has_names || offset >= NAMES_LEN;
            if offset >= SEARCH_LEN || (is_named && programs.is_complete()) {
                break;
            }
            if let Some(reader) = readers.get_mut(packet.pid()) {
                let mut pids = Vec::new();
                reader.read(packet, |section| programs.take(packet, section, &mut pids));
                for pid in pids {
                    readers.get_or_insert_with(pid, SectionReader::new);
                }
            }
        }
        let mut services = std::mem::take(&mut programs.services);
        for (number, program) in &mut programs.programs {
            program.service = services.remove(number).map(Box::new);
        }
        programs
    }
}

impl Programs {
    /// `transport_stream_id`; `None` if no program association table was found.
    #[must_use]
    pub fn transport_stream_id(&self) -> Option<u16> {
        self.transport_stream_id
    }

    /// Whether the whole program association table was found, and the map of each program.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let read: u32 = self.sections.iter().map(|bits| bits.count_ones()).sum();
        self.transport_stream_id.is_some()
            && read == u32::from(self.last_section) + 1
            && self.without_map == 0
    }

    /// The programs, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Program> {
        self.programs.values()
    }

    /// The program of this number.
    #[must_use]
    pub fn program(&self, number: u16) -> Option<&Program> {
        self.programs.get(&number)
    }

    /// What was wrong with the tables: the first 16 errors.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// How many errors there were.
    #[must_use]
    pub fn error_count(&self) -> u64 {
        self.error_count
    }

    /// Takes in a section, and tells in which PIDs there are more.
    fn take(&mut self, packet: TsPacket<'_>, section: Result<Section<'_>>, pids: &mut Vec<u16>) {
        let taken = section.and_then(|section| {
            if section.is_current() != Some(true) {
                return Ok(());
            }
            let taken = match (packet.pid(), section.table_id()) {
                (PROGRAM_ASSOCIATION, ASSOCIATION_TABLE) => self.take_association(section, pids),
                (SERVICE_DESCRIPTION, SERVICE_TABLE) => self.take_services(section),
                (pid, MAP_TABLE) => self.take_map(pid, section),
                _ => Some(()),
            };
            let damaged =
                || ErrorKind::DamagedSection { pid: packet.pid(), why: "its lengths lead out of it" };
            taken.ok_or_else(|| error_at(damaged(), packet.range().start, section.as_bytes()))
        });
        if let Err(error) = taken {
            self.error_count += 1;
            if self.errors.len() < MOST_ERRORS {
                self.errors.push(error);
            }
        }
    }

    /// Takes in a section of the program association table (§2.4.4.3).
    fn take_association(&mut self, section: Section<'_>, pids: &mut Vec<u16>) -> Option<()> {
        let number = section.section_number()?;
        if *self.version.get_or_insert(section.version()?) != section.version()? {
            return Some(());
        }
        self.transport_stream_id = section.table_id_extension();
        self.last_section = section.last_section_number()?.max(self.last_section);
        let read = &mut self.sections[usize::from(number / 64)];
        let bit = 1 << (number % 64);
        if *read & bit != 0 {
            return Some(());
        }
        *read |= bit;
        let (entries, rest) = section.body().as_chunks::<4>();
        for &[high, low, pid_high, pid_low] in entries {
            let (number, pid) = (u16::from_be_bytes([high, low]), pid_of([pid_high, pid_low]));
            // Number 0 is where the network is described.
            if number != 0 && !self.programs.contains_key(&number) {
                self.programs.insert(number, Program { number, map_pid: pid, map: None, service: None });
                self.without_map += 1;
                pids.push(pid);
            }
        }
        rest.is_empty().then_some(())
    }

    /// Takes in a program map (§2.4.4.9).
    fn take_map(&mut self, pid: u16, section: Section<'_>) -> Option<()> {
        let program = self.programs.get_mut(&section.table_id_extension()?);
        let Some(program) = program.filter(|program| program.map_pid == pid && program.map.is_none()) else {
            return Some(());
        };
        let map = Map { version: section.version()?, body: section.body().into() };
        let (_, _, streams) = map.split()?;
        let mut streams = ElementaryStreams { bytes: streams };
        streams.by_ref().for_each(drop);
        let is_whole = streams.bytes.is_empty();
        program.map = Some(Box::new(map));
        self.without_map -= 1;
        is_whole.then_some(())
    }

    /// Takes in a section of the service description table (ETSI EN 300 468, §5.2.3).
    fn take_services(&mut self, section: Section<'_>) -> Option<()> {
        self.has_names = true;
        let mut rest = section.body().get(3..)?;
        while !rest.is_empty() {
            let (&[high, low, _, len_high, len_low], behind) = rest.split_first_chunk()?;
            let (descriptors, behind) = behind.split_at_checked(len_of([len_high, len_low]))?;
            let named = Descriptors::new(descriptors).find_map(|descriptor| descriptor.service());
            if let Some((provider, name)) = named {
                let service = Service { provider: provider.into(), name: name.into() };
                self.services.entry(u16::from_be_bytes([high, low])).or_insert(service);
            }
            rest = behind;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::section::tests::{packets, section};
    use super::*;

    /// An entry of a table: a number, and a PID or a length.
    fn entry(number: u16, value: u16) -> [u8; 4] {
        let ([a, b], [c, d]) = (number.to_be_bytes(), (0xe000 | value).to_be_bytes());
        [a, b, c, d]
    }

    /// A program map with a stream of H.264 in a PID.
    fn map(number: u16, pid: u16) -> Vec<u8> {
        let [high, low] = (0xe000 | pid).to_be_bytes();
        let mut body = vec![high, low, 0xf0, 6, 5, 4];
        body.extend(b"HDMV");
        body.extend([0x1b, high, low, 0xf0, 6, 0x0a, 4]);
        body.extend(b"deu\0");
        section(2, number, [0, 0], &body)
    }

    fn stream(tables: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut counters = BTreeMap::<u16, u8>::new();
        let mut data = Vec::new();
        for (pid, table) in tables {
            let mut packet = packets(*pid, &[(true, [vec![0], table.clone()].concat())])[0];
            let counter = counters.entry(*pid).or_default();
            packet[3] |= *counter % 16;
            *counter += 1;
            data.extend(packet);
        }
        data
    }

    #[test]
    fn the_first_table_with_its_maps() {
        let first = [entry(0, 0x10), entry(1, 0x100), entry(2, 0x100)].concat();
        let services =
            [&[0, 1, 0xff, 0, 2, 0xfc, 0x80, 12, 0x48, 10, 1, 3][..], b"abc\x04\x15\xc3\xa4z"].concat();
        let data = stream(&[
            (0, section(0, 9, [0, 1], &first)),
            (0x11, section(0x42, 9, [0, 0], &services)),
            (0x100, map(2, 0x102)),
            (0, section(0, 9, [1, 1], &entry(3, 0x200))),
            (0x200, map(1, 0x666)),
            (0x100, map(1, 0x101)),
            (0x100, map(1, 0x777)),
            (0x200, map(3, 0x103)),
            (0, section(0, 9, [0, 0], &entry(4, 0x300))),
        ]);
        let programs = Packets::new().programs(&data);
        assert_eq!((programs.transport_stream_id(), programs.is_complete()), (Some(9), true));
        let found: Vec<_> =
            programs.iter().map(|program| (program.number(), program.map_pid(), program.pcr_pid())).collect();
        assert_eq!(found, [(1, 0x100, Some(0x101)), (2, 0x100, Some(0x102)), (3, 0x200, Some(0x103))]);
        let program = programs.program(2).unwrap();
        assert_eq!(
            (program.version(), program.descriptors().next().unwrap().registration()),
            (Some(0), Some(*b"HDMV"))
        );
        let stream = program.streams().next().unwrap();
        assert_eq!((stream.pid(), stream.stream_type().name()), (0x102, Some("H.264")));
        assert_eq!(stream.descriptors().next().unwrap().language(), Some(*b"deu"));
        assert_eq!(programs.program(1).unwrap().service(), None);
        assert_eq!(programs.program(2).unwrap().service().unwrap().name(), "äz");
        assert_eq!(programs.error_count(), 0, "{:?}", programs.errors());
    }

    #[test]
    fn names_of_services() {
        let services =
            [&[0, 9, 0xff, 0, 1, 0xfc, 0x80, 13, 0x48, 11, 1, 3][..], b"abc\x05\x15\xc3\xa4zz"].concat();
        let data = stream(&[
            (0, section(0, 9, [0, 0], &entry(1, 0x100))),
            (0x11, section(0x42, 9, [0, 0], &services)),
        ]);
        let programs = Packets::new().programs(&data);
        assert_eq!(programs.error_count(), 0, "{:?}", programs.errors());
        assert!(!programs.is_complete());
        let service = programs.program(1).unwrap().service().unwrap();
        assert_eq!((&*service.provider(), &*service.name()), ("abc", "äzz"));
    }

    #[test]
    fn lengths_that_lie_are_errors_and_what_lies_before_them_is_told() {
        let sound = map(1, 0x101);
        let body = &sound[8..sound.len() - 4];
        for len in 0..body.len() {
            let data = stream(&[
                (0, section(0, 9, [0, 0], &entry(1, 0x100))),
                (0x100, section(2, 1, [0, 0], &body[..len])),
            ]);
            let programs = Packets::new().programs(&data);
            let program = programs.program(1).unwrap();
            // Ten bytes are a map without streams.
            assert_eq!(
                (program.has_map(), programs.error_count()),
                (len >= 10, u64::from(len != 10)),
                "{len}"
            );
            assert_eq!(program.streams().count(), 0);
            let is_told =
                programs.errors().iter().all(|error| error.to_string().contains("lengths lead out"));
            assert!(is_told, "{:?}", programs.errors());
        }
    }
}
