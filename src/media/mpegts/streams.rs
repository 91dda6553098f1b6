//! The streams of a transport stream, in the order in which they turn up.

use std::collections::BTreeSet;

use super::by_pid::ByPid;
use super::programs::EVENT_INFORMATION;
use super::{Coding, Descriptors, ElementaryStream, PesPacket, StreamType};

/// A stream of a transport stream: a PID that a program map has, or that has PES packets, or event information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStream {
    pid: u16,
    stream_id: Option<u8>,
    mapped: Option<Mapped>,
    coding: Option<Coding>,
    /// PES packets without a known coding in which it was looked for.
    guesses: u8,
    /// The places of the programs that have it now.
    programs: BTreeSet<usize>,
}

/// What the last program map that has a stream says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    stream_type: StreamType,
    descriptors: Box<[u8]>,
}

impl ListedStream {
    fn new(pid: u16) -> Self {
        Self { pid, stream_id: None, mapped: None, coding: None, guesses: 0, programs: BTreeSet::new() }
    }

    /// Where it is.
    #[must_use]
    pub fn pid(&self) -> u16 {
        self.pid
    }

    /// How it is coded by its program map; `None` if no map has it.
    #[must_use]
    pub fn stream_type(&self) -> Option<StreamType> {
        self.mapped.as_ref().map(|mapped| mapped.stream_type)
    }

    /// What its program map says of it.
    #[must_use]
    pub fn descriptors(&self) -> Descriptors<'_> {
        Descriptors::new(self.mapped.as_ref().map_or(&[], |mapped| &mapped.descriptors))
    }

    /// `stream_id` of its first PES packet, if it has one.
    #[must_use]
    pub fn stream_id(&self) -> Option<u8> {
        self.stream_id
    }

    /// How it is coded, by program maps and their descriptors; if they do not tell, by the payload of its first PES packets, if that
    /// begins with a frame, parameter sets or text of a known coding.
    #[must_use]
    pub fn coding(&self) -> Option<Coding> {
        self.coding
    }

    /// Whether the payload of its next PES packet may tell its coding.
    #[inline]
    pub(super) fn lacks_coding(&self) -> bool {
        const MOST_GUESSES: u8 = 32;
        self.coding.is_none() && self.guesses < MOST_GUESSES
    }

    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.programs.iter().copied()
    }
}

/// All of them.
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

    /// A PES packet begins in a PID.
    pub(super) fn take_pes(&mut self, pid: u16, stream_id: u8) {
        self.of(pid).stream_id.get_or_insert(stream_id);
    }

    /// Looks for the coding of a stream in the payload of one of its PES packets.
    pub(super) fn guess_coding(&mut self, packet: &PesPacket<'_>) {
        let stream = self.of(packet.pid());
        // A scrambled payload tells nothing.
        if stream.lacks_coding() && packet.header().scrambling_control == 0 {
            stream.coding = Coding::of_payload(packet);
            stream.guesses += 1;
        }
    }

    /// There is event information.
    pub(super) fn take_events(&mut self) {
        self.of(EVENT_INFORMATION).coding = Some(Coding::EventInformation);
    }

    /// The map of a program, which registers this format, has a stream.
    pub(super) fn take_mapped(
        &mut self,
        of: &ElementaryStream<'_>,
        registration: Option<[u8; 4]>,
        program: usize,
    ) {
        let stream = self.of(of.pid());
        // A type that says nothing leaves what an earlier one said.
        stream.coding = of.coding(registration).or(stream.coding);
        stream.programs.insert(program);
        stream.mapped =
            Some(Mapped { stream_type: of.stream_type(), descriptors: of.descriptors().as_bytes().into() });
    }

    /// The map of a program does not have a stream any more.
    pub(super) fn leave(&mut self, pid: u16, program: usize) {
        if let Some(place) = self.place_of(pid) {
            self.list[place].programs.remove(&program);
        }
    }
}
