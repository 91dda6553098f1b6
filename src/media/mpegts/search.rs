//! The search for tables and PES headers.

use super::by_pid::ByPid;
use super::pid::{EVENT_INFORMATION, NULL_PID, PROGRAM_ASSOCIATION, SERVICE_DESCRIPTION};
use super::{Packets, PesPacket, Programs, SectionReader, TsPacket};
use crate::record::{Piece, Resync};

/// Number of bytes from the start of a stream that are searched for programs.
const SEARCH_LEN: u64 = 8 << 20;

/// Number of these bytes that are searched for service names after all programs are found.
const NAMES_LEN: u64 = 1 << 20;

/// Number of bytes from the start of a stream that are searched for the first program map; FFmpeg's limit.
const FIRST_MAP_LEN: u64 = 5_000_000;

/// Collects programs and streams from the packets of a stream.
#[derive(Debug, Clone)]
pub(super) struct Search {
    programs: Programs,
    pids: ByPid<Role>,
    /// The PIDs of tables that the last packet named; kept for its memory.
    found: Vec<u16>,
}

/// The contents of a PID.
#[derive(Debug, Clone)]
enum Role {
    Sections(Box<SectionReader>),
    /// A stream in the list of streams.
    Stream,
}

impl Search {
    /// Creates a search before the first packet of a stream.
    pub(super) fn new() -> Self {
        let mut pids = ByPid::new();
        for pid in [PROGRAM_ASSOCIATION, SERVICE_DESCRIPTION, EVENT_INFORMATION] {
            pids.get_or_insert_with(pid, || Role::Sections(Box::default()));
        }
        Self { programs: Programs::default(), pids, found: Vec::new() }
    }

    /// Creates a search before the first packet of a stream that already knows the first program map, if that is near the
    /// start. So the streams of this map come before streams whose PES packets lie before it.
    pub(super) fn after_first_map(format: Packets, data: &[u8]) -> Self {
        let mut search = Self::new();
        for piece in format.pieces(data) {
            let Piece::Record(packet) = piece else { continue };
            if packet.range().start >= FIRST_MAP_LEN || search.programs.had_map() {
                break;
            }
            search.take_section(packet);
        }
        search.programs.start_again();
        search.pids.values_mut().for_each(|role| {
            if let Role::Sections(reader) = role {
                **reader = SectionReader::new();
            }
        });
        search
    }

    pub(super) fn programs(&self) -> &Programs {
        &self.programs
    }

    pub(super) fn into_programs(self) -> Programs {
        self.programs
    }

    /// Processes the next packet.
    #[inline]
    pub(super) fn take(&mut self, packet: TsPacket<'_>) {
        match self.pids.get_mut(packet.pid()) {
            Some(Role::Stream) => {}
            Some(Role::Sections(_)) => self.take_section(packet),
            None => self.take_unknown(packet),
        }
    }

    /// Processes a packet whose PID carries sections.
    pub(super) fn take_section(&mut self, packet: TsPacket<'_>) {
        let Some(Role::Sections(reader)) = self.pids.get_mut(packet.pid()) else { return };
        self.found.clear();
        reader.read(packet, |section| self.programs.take(packet, section, &mut self.found));
        for &pid in &self.found {
            let role = self.pids.get_or_insert_with(pid, || Role::Sections(Box::default()));
            if matches!(role, Role::Stream) {
                *role = Role::Sections(Box::default());
            }
        }
    }

    /// Processes a complete PES packet. Its start may be split over transport packets, so that it was not recognised before,
    /// and its payload may reveal the coding of the stream.
    #[inline]
    pub(super) fn take_pes(&mut self, packet: &PesPacket<'_>) {
        match self.programs.stream_of(packet.pid()) {
            None => {
                self.programs.take_pes(packet.pid(), packet.header().stream_id);
                self.programs.guess_coding(packet);
            }
            Some(stream) if self.programs.streams()[stream].lacks_coding() => {
                self.programs.guess_coding(packet)
            }
            Some(_) => {}
        }
    }

    /// Processes a packet of an unknown PID, which becomes a stream if a PES packet begins in the packet.
    fn take_unknown(&mut self, packet: TsPacket<'_>) {
        const PADDING_STREAM: u8 = 0xbe;
        if !packet.payload_unit_start() || packet.pid() == NULL_PID {
            return;
        }
        if let Some(&[0, 0, 1, stream_id, ..]) = packet.payload().filter(|_| packet.scrambling_control() == 0)
            && stream_id != PADDING_STREAM
        {
            self.programs.take_pes(packet.pid(), stream_id);
            self.pids.get_or_insert_with(packet.pid(), || Role::Stream);
        }
    }
}

impl Packets {
    /// Returns the programs of the stream in `data`. The search ends when every program has its map and the service names
    /// were found or are not in the first 1 MiB, or 8 MiB after the start of the stream. To follow the tables further, see
    /// [`PesPackets::with_programs`](super::PesPackets::with_programs).
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
        let mut search = Search::after_first_map(*self, data);
        for piece in self.pieces(data) {
            let Piece::Record(packet) = piece else { continue };
            let (offset, programs) = (packet.range().start, search.programs());
            let is_named = programs.has_names() || offset >= NAMES_LEN;
            if offset >= SEARCH_LEN || (is_named && programs.is_complete()) {
                break;
            }
            search.take(packet);
        }
        search.into_programs()
    }
}
