//! The streams of a transport stream in the order of their appearance.

use std::collections::BTreeSet;

use super::by_pid::ByPid;
use super::pid::EVENT_INFORMATION;
use super::{Coding, Descriptors, ElementaryStream, MediaKind, PesPacket, StreamType};

/// A stream of a transport stream: a PID in a program map, with PES packets, or with event information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStream {
    pid: u16,
    stream_id: Option<u8>,
    mapped: Option<Mapped>,
    coding: Option<Coding>,
    /// Number of PES packets whose payload was searched for the coding.
    guesses: u8,
    /// Indices of the programs that contain it now.
    programs: BTreeSet<usize>,
}

/// The entry of a stream in the last program map that contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    stream_type: StreamType,
    descriptors: Box<[u8]>,
}

impl ListedStream {
    fn new(pid: u16) -> Self {
        Self { pid, stream_id: None, mapped: None, coding: None, guesses: 0, programs: BTreeSet::new() }
    }

    /// Returns its PID.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// Returns the stream type of its program map; `None` if it is in no map.
    #[must_use]
    pub fn stream_type(&self) -> Option<StreamType> {
        self.mapped.as_ref().map(|mapped| mapped.stream_type)
    }

    /// Returns the descriptors of its program map.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'_> {
        Descriptors::new(self.mapped.as_ref().map_or(&[], |mapped| &mapped.descriptors))
    }

    /// Returns `stream_id` of its first PES packet, if it has one.
    #[must_use]
    pub fn stream_id(&self) -> Option<u8> {
        self.stream_id
    }

    /// Returns its coding by program maps and descriptors, or by the payload of its first PES packets, if that begins with a
    /// frame, parameter sets or text of a known coding.
    #[must_use]
    pub fn coding(&self) -> Option<Coding> {
        self.coding
    }

    /// The kind of the media: by the coding, or, if no map has the stream, by the `stream_id` of its PES packets.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        match (self.coding().map(Coding::media_kind), self.stream_id()) {
            (Some(kind), _) => kind,
            (None, Some(0xc0..=0xdf)) if self.stream_type().is_none() => MediaKind::Audio,
            (None, Some(0xe0..=0xef)) if self.stream_type().is_none() => MediaKind::Video,
            _ => MediaKind::Data,
        }
    }

    /// The first language that its program map states.
    pub(super) fn language(&self) -> Option<[u8; 3]> {
        self.descriptors().find_map(|descriptor| descriptor.language())
    }

    /// Whether it is known to carry data, whose packets do not depend on each other.
    pub(super) fn is_data(&self) -> bool {
        const PRIVATE_PES: StreamType = StreamType(0x06);
        let is_known = self.coding.is_some() || self.stream_type() == Some(PRIVATE_PES);
        is_known && self.kind() == MediaKind::Data
    }

    /// Whether the payload of its next PES packet is worth a search for the coding.
    #[inline]
    pub(super) fn lacks_coding(&self) -> bool {
        const MAX_GUESSES: u8 = 32;
        self.coding.is_none() && self.guesses < MAX_GUESSES
    }

    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.programs.iter().copied()
    }
}

/// All streams.
#[derive(Debug, Clone, Default)]
pub(super) struct Streams {
    list: Vec<ListedStream>,
    places: Option<ByPid<usize>>,
}

impl Streams {
    pub(super) fn as_slice(&self) -> &[ListedStream] {
        &self.list
    }

    pub(super) fn place_of(&self, pid: u16) -> Option<usize> {
        self.places.as_ref()?.get(pid).copied()
    }

    fn of(&mut self, pid: u16) -> &mut ListedStream {
        let list = &mut self.list;
        let place = *self.places.get_or_insert_with(ByPid::new).get_or_insert_with(pid, || {
            list.push(ListedStream::new(pid));
            list.len() - 1
        });
        &mut self.list[place]
    }

    /// Records the start of a PES packet in a PID.
    pub(super) fn take_pes(&mut self, pid: u16, stream_id: u8) {
        self.of(pid).stream_id.get_or_insert(stream_id);
    }

    /// Searches the payload of a PES packet for the coding of its stream.
    pub(super) fn guess_coding(&mut self, packet: &PesPacket<'_>) {
        let stream = self.of(packet.pid());
        // The payload is not searched if it is scrambled.
        if stream.lacks_coding() && packet.header().scrambling_control == 0 {
            stream.coding = Coding::of_payload(packet);
            stream.guesses += 1;
        }
    }

    /// Records event information.
    pub(super) fn take_events(&mut self) {
        self.of(EVENT_INFORMATION).coding = Some(Coding::EventInformation);
    }

    /// Records a stream of a program map; `registration` is the format that the program registers.
    pub(super) fn take_mapped(
        &mut self,
        of: &ElementaryStream<'_>,
        registration: Option<[u8; 4]>,
        program: usize,
    ) {
        let stream = self.of(of.pid());
        // A type without a known coding keeps the earlier coding.
        stream.coding = of.coding(registration).or(stream.coding);
        stream.programs.insert(program);
        stream.mapped =
            Some(Mapped { stream_type: of.stream_type(), descriptors: of.descriptors().as_bytes().into() });
    }

    /// Removes a stream from a program whose new map omits it.
    pub(super) fn leave(&mut self, pid: u16, program: usize) {
        if let Some(place) = self.place_of(pid) {
            self.list[place].programs.remove(&program);
        }
    }
}
