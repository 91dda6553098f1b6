//! The programs and streams of a transport stream, found in its tables and PES headers.

use std::collections::BTreeMap;

use super::fault::error_at;
use super::pid::{EVENT_INFORMATION, PROGRAM_ASSOCIATION, SERVICE_DESCRIPTION};
use super::program::{Map, len_of, pid_of};
use super::streams::{ListedStream, Streams};
use super::{Descriptors, ElementaryStreams, PesPacket, Program, Section, Service, TsPacket};
use crate::error::{Error, ErrorKind, Result};

/// The supported tables, by `table_id`.
const ASSOCIATION_TABLE: u8 = 0x00;
const MAP_TABLE: u8 = 0x02;
const SERVICE_TABLE: u8 = 0x42;

/// The programs of a transport stream, from its current program association table and program maps, and its streams.
///
/// A table replaces an earlier one if its contents differ. A program that a later association table omits stays in the list
/// without streams. A stream that a later map omits stays in the list of streams.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    transport_stream_id: Option<u16>,
    version: Option<u8>,
    /// One bit for each section of the program association table that was read, and the number of the last section.
    sections: [u64; 4],
    last_section: u8,
    programs: Vec<Program>,
    /// For each section of the association table, the indices of its programs.
    listed: BTreeMap<u8, Vec<usize>>,
    /// Number of association sections read.
    section_reads: u64,
    /// Index in `programs` by program number.
    places: BTreeMap<u16, usize>,
    /// Number of programs of the current association table without a map.
    without_map: usize,
    streams: Streams,
    /// Services of the service description table whose program is still unknown.
    services: BTreeMap<u16, Service>,
    has_names: bool,
    errors: Vec<Error>,
    error_count: u64,
    /// Offsets of the errors found by the search for the first program map; `is_again`: the stream is read a second time.
    met: Vec<u64>,
    is_again: bool,
    had_map: bool,
}

/// Maximum number of errors kept.
const MAX_ERRORS: usize = 16;

impl Programs {
    /// Returns `transport_stream_id`; `None` if no program association table was found.
    #[must_use]
    pub fn transport_stream_id(&self) -> Option<u16> {
        self.transport_stream_id
    }

    /// Whether all sections of the program association table and the maps of all programs were found.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.transport_stream_id.is_some() && self.has_all_sections() && self.without_map == 0
    }

    fn has_all_sections(&self) -> bool {
        let read: u32 = self.sections.iter().map(|bits| bits.count_ones()).sum();
        read == u32::from(self.last_section) + 1
    }

    /// Returns the programs in the order of their first appearance in the program association table.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Program> {
        self.programs.iter()
    }

    /// Returns the program with a number.
    #[must_use]
    pub fn program(&self, number: u16) -> Option<&Program> {
        self.programs.get(*self.places.get(&number)?)
    }

    /// Returns the streams in the order of their first appearance in program maps and PES headers. The streams of the first
    /// program map come first, even if PES packets lie before it.
    ///
    /// A PID that is in no map is a stream if it has PES packets other than those of `padding_stream`.
    #[must_use]
    pub fn streams(&self) -> &[ListedStream] {
        self.streams.as_slice()
    }

    /// Returns the index in [`streams`](Self::streams) of the stream with a PID.
    #[must_use]
    pub fn stream_of(&self, pid: u16) -> Option<usize> {
        self.streams.place_of(pid)
    }

    /// Returns the programs that contain a stream, in the order of [`iter`](Self::iter).
    pub fn programs_of<'list>(
        &'list self,
        stream: &'list ListedStream,
    ) -> impl Iterator<Item = &'list Program> {
        stream.places().filter_map(|place| self.programs.get(place))
    }

    /// Returns the first 16 errors in the tables.
    #[must_use]
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// Returns the number of errors in the tables.
    #[must_use]
    pub fn error_count(&self) -> u64 {
        self.error_count
    }

    /// Whether a program map was found.
    pub(super) fn had_map(&self) -> bool {
        self.had_map
    }

    /// Whether a service description table was found.
    pub(super) fn has_names(&self) -> bool {
        self.has_names
    }

    /// Starts the second pass over the stream, which meets the errors of the first pass again.
    pub(super) fn start_again(&mut self) {
        self.is_again = true;
    }

    /// Records the start of a PES packet in a PID.
    pub(super) fn take_pes(&mut self, pid: u16, stream_id: u8) {
        self.streams.take_pes(pid, stream_id);
    }

    /// Searches the payload of a PES packet for the coding of its stream.
    pub(super) fn guess_coding(&mut self, packet: &PesPacket<'_>) {
        self.streams.guess_coding(packet);
    }

    /// Processes a section, and adds the PIDs of further tables to `pids`.
    pub(super) fn take(&mut self, packet: TsPacket<'_>, section: Result<Section<'_>>, pids: &mut Vec<u16>) {
        if packet.pid() == EVENT_INFORMATION {
            // Event information has no details that are needed.
            if section.is_ok() {
                self.streams.take_events();
            }
            return;
        }
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
                || ErrorKind::DamagedSection { pid: packet.pid(), why: "a length field exceeds the section" };
            taken.ok_or_else(|| error_at(damaged(), packet.range().start, section.as_bytes()))
        });
        if let Err(error) = taken {
            let offset = packet.range().start;
            if self.is_again && self.met.binary_search(&offset).is_ok() {
                return;
            }
            if !self.is_again {
                self.met.push(offset);
            }
            self.error_count += 1;
            if self.errors.len() < MAX_ERRORS {
                self.errors.push(error);
            }
        }
    }

    /// Processes a section of the program association table (§2.4.4.3).
    fn take_association(&mut self, section: Section<'_>, pids: &mut Vec<u16>) -> Option<()> {
        let number = section.section_number()?;
        if self.version != section.version() {
            self.version = section.version();
            self.sections = [0; 4];
            self.last_section = 0;
        }
        self.transport_stream_id = section.table_id_extension();
        self.last_section = section.last_section_number()?.max(self.last_section);
        self.sections[usize::from(number / 64)] |= 1 << (number % 64);
        self.section_reads += 1;
        let (entries, rest) = section.body().as_chunks::<4>();
        let entries = entries.iter().map(|&[high, low, pid_high, pid_low]| {
            (u16::from_be_bytes([high, low]), pid_of([pid_high, pid_low]))
        });
        // Program number 0 is the network information.
        let entries = entries.filter(|&(program, _)| program != 0);
        pids.extend(entries.clone().map(|(_, pid)| pid));
        let is_known = self.listed.get(&number).is_some_and(|places| {
            places
                .iter()
                .map(|&place| self.programs[place].number)
                .eq(entries.clone().map(|(program, _)| program))
        });
        if is_known {
            // The section is repeated all the time: the list stays, and nothing is allocated.
            entries.for_each(|(program, pid)| {
                self.take_program(program, pid, number);
            });
        } else {
            let listed = entries.map(|(program, pid)| self.take_program(program, pid, number)).collect();
            let before = self.listed.insert(number, listed);
            self.drop_programs(number, before);
        }
        if self.has_all_sections() {
            // Drop the sections after the new last section.
            while let Some(entry) = self.listed.last_entry().filter(|entry| *entry.key() > self.last_section)
            {
                let (number, gone) = entry.remove_entry();
                self.drop_programs(number, Some(gone));
            }
        }
        rest.is_empty().then_some(())
    }

    /// Records a program of the association table with the PID of its map, and returns its index.
    fn take_program(&mut self, number: u16, pid: u16, section: u8) -> usize {
        let last_read = Some((section, self.section_reads));
        if let Some(&place) = self.places.get(&number) {
            if self.programs[place].map_pid != pid {
                self.set_map(place, None);
            }
            let program = &mut self.programs[place];
            self.without_map += usize::from(program.last_read.is_none() && program.map.is_none());
            program.map_pid = pid;
            program.last_read = last_read;
            return place;
        }
        let place = self.programs.len();
        self.places.insert(number, place);
        let service = self.services.remove(&number).map(Box::new);
        self.programs.push(Program { number, map_pid: pid, last_read, map: None, service });
        self.without_map += 1;
        place
    }

    /// Drops the streams of programs that a section listed before and no section lists now.
    fn drop_programs(&mut self, section: u8, places: Option<Vec<usize>>) {
        let now = self.section_reads;
        for place in places.into_iter().flatten() {
            let last_read = self.programs[place].last_read;
            if last_read.is_some_and(|(last, last_read)| last == section && last_read < now) {
                self.set_map(place, None);
                self.programs[place].last_read = None;
                self.without_map -= 1;
            }
        }
    }

    /// Processes a program map (§2.4.4.9).
    fn take_map(&mut self, pid: u16, section: Section<'_>) -> Option<()> {
        let Some(&place) = self.places.get(&section.table_id_extension()?) else { return Some(()) };
        let program = &self.programs[place];
        let is_same = program.map.as_ref().is_some_and(|map| *map.body == *section.body());
        if program.map_pid != pid || program.last_read.is_none() || is_same {
            return Some(());
        }
        let map = Map { version: section.version()?, body: section.body().into() };
        let (_, _, streams) = map.split()?;
        let mut streams = ElementaryStreams { bytes: streams };
        streams.by_ref().for_each(drop);
        let is_whole = streams.bytes.is_empty();
        self.set_map(place, Some(Box::new(map)));
        is_whole.then_some(())
    }

    /// Replaces or removes the map of a program.
    fn set_map(&mut self, place: usize, map: Option<Box<Map>>) {
        let program = &mut self.programs[place];
        let is_in_force = program.last_read.is_some();
        let had_map = program.map.is_some();
        for stream in program.streams() {
            self.streams.leave(stream.pid(), place);
        }
        self.had_map |= map.is_some();
        program.map = map;
        let registration = program.registration();
        for stream in program.streams().filter(|stream| stream.pid() != program.map_pid) {
            self.streams.take_mapped(&stream, registration, place);
        }
        match (had_map, program.map.is_some()) {
            (false, true) if is_in_force => self.without_map -= 1,
            (true, false) if is_in_force => self.without_map += 1,
            _ => {}
        }
    }

    /// Processes a section of the service description table (ETSI EN 300 468, §5.2.3).
    fn take_services(&mut self, section: Section<'_>) -> Option<()> {
        self.has_names = true;
        let mut rest = section.body().get(3..)?;
        while !rest.is_empty() {
            let (&[high, low, _, len_high, len_low], behind) = rest.split_first_chunk()?;
            let (descriptors, behind) = behind.split_at_checked(len_of([len_high, len_low]))?;
            let named = Descriptors::new(descriptors).find_map(|descriptor| descriptor.service());
            if let Some((provider, name)) = named {
                let number = u16::from_be_bytes([high, low]);
                let known = match self.places.get(&number) {
                    Some(&place) => self.programs[place].service(),
                    None => self.services.get(&number),
                };
                if !known.is_some_and(|known| known.is_named(provider, name)) {
                    let service = Service { provider: provider.into(), name: name.into() };
                    match self.places.get(&number) {
                        Some(&place) => self.programs[place].service = Some(Box::new(service)),
                        None => drop(self.services.insert(number, service)),
                    }
                }
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
    use crate::media::mpegts::Packets;

    /// Builds a table entry: a number, and a PID or a length.
    fn entry(number: u16, value: u16) -> [u8; 4] {
        let ([a, b], [c, d]) = (number.to_be_bytes(), (0xe000 | value).to_be_bytes());
        [a, b, c, d]
    }

    /// Builds a program map with one H.264 stream.
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
    fn the_last_program_map_is_in_force() {
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
        assert_eq!(found, [(1, 0x100, Some(0x777)), (2, 0x100, Some(0x102)), (3, 0x200, Some(0x103))]);
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
    fn service_names() {
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
    fn wrong_lengths_are_errors_and_keep_earlier_data() {
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
            let is_found =
                programs.errors().iter().all(|error| error.to_string().contains("length field exceeds"));
            assert!(is_found, "{:?}", programs.errors());
        }
    }
}
