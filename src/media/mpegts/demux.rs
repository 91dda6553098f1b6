//! A transport stream as tracks and packets of any container.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::{Clocks, Coding, ListedStream, Packets, PesPackets, StreamType};
use crate::error::Result;
use crate::media::demux::{Demux, TrackPackets};
use crate::media::packet::Data;
use crate::media::track::{into_owned, known_language};
use crate::media::{self, FrameEncoding, TimeBase, Times};

/// The number of bytes at the start of a stream in which its tracks are searched for, as in ffprobe.
const START_LEN: u64 = 5_000_000;

/// A stream whose elementary streams are tracks.
#[derive(Debug)]
pub(in crate::media) struct Demuxer<'data> {
    format: Packets,
    data: &'data [u8],
    /// The tracks near the start, after the first call of `tracks`.
    tracks: OnceLock<Vec<media::Track<'data>>>,
}

impl<'data> Demuxer<'data> {
    /// Keeps the input. The first call of `tracks` reads its start.
    #[expect(clippy::unnecessary_wraps, reason = "the interface of all containers")]
    pub(in crate::media) fn read(format: Packets, data: &'data [u8]) -> Result<Self> {
        Ok(Self { format, data, tracks: OnceLock::new() })
    }

    fn find_tracks(&self) -> Vec<media::Track<'data>> {
        let mut packets = self.packets(Times::Presentation);
        let is_near = |packet: &Result<media::Packet<'_>>| match packet {
            Ok(packet) => packet.offset.is_none_or(|offset| offset <= START_LEN),
            Err(error) => error.offset().is_none_or(|offset| offset <= START_LEN),
        };
        while packets.next().as_ref().is_some_and(is_near) {}
        packets.update();
        packets.tracks
    }
}

impl<'data> Demux<'data> for Demuxer<'data> {
    type Packets = DemuxedPackets<'data>;

    fn tracks(&self) -> &[media::Track<'data>] {
        self.tracks.get_or_init(|| self.find_tracks())
    }

    fn packets(&self, _: Times) -> DemuxedPackets<'data> {
        let packets = self.format.pes_packets(self.data).with_programs();
        let mut packets =
            DemuxedPackets { packets, clocks: Clocks::default(), shown: Vec::new(), tracks: Vec::new() };
        packets.update();
        packets
    }
}

/// The PES packets that have a payload, each when it is complete.
#[derive(Debug)]
pub(in crate::media) struct DemuxedPackets<'data> {
    packets: PesPackets<'data>,
    clocks: Clocks,
    /// The properties of the stream from which each track was described.
    shown: Vec<Shown>,
    tracks: Vec<media::Track<'data>>,
}

/// The properties of a stream that describe its track. Later program maps and payloads can change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shown {
    coding: Option<Coding>,
    stream_type: Option<StreamType>,
    stream_id: Option<u8>,
    language: Option<[u8; 3]>,
}

impl Shown {
    fn new(stream: &ListedStream) -> Self {
        Self {
            coding: stream.coding(),
            stream_type: stream.stream_type(),
            stream_id: stream.stream_id(),
            language: stream.language(),
        }
    }
}

fn describe<'data>(index: usize, stream: &ListedStream, shown: &Shown) -> media::Track<'data> {
    media::Track {
        id: Some(stream.pid().into()),
        codec: shown.coding.map(Coding::name),
        codec_id: shown.stream_type.map(|stream_type| Cow::Owned(format!("{:#04x}", stream_type.0))),
        language: shown.language.as_ref().and_then(|code| known_language(code)).map(into_owned),
        ..media::Track::new(index, stream.kind(), TimeBase::NINETY_KILOHERTZ)
    }
}

impl DemuxedPackets<'_> {
    /// Describes all streams again.
    fn update(&mut self) {
        let streams = self.packets.programs().map_or(&[][..], |programs| programs.streams());
        self.shown = streams.iter().map(Shown::new).collect();
        let described = streams.iter().zip(&self.shown).enumerate();
        self.tracks = described.map(|(index, (stream, shown))| describe(index, stream, shown)).collect();
    }

    /// Describes new streams, and this one if it has changed.
    #[inline]
    fn update_one(&mut self, index: usize) {
        let streams = self.packets.programs().map_or(&[][..], |programs| programs.streams());
        for (new, stream) in streams.iter().enumerate().skip(self.tracks.len()) {
            let shown = Shown::new(stream);
            self.tracks.push(describe(new, stream, &shown));
            self.shown.push(shown);
        }
        let shown = Shown::new(&streams[index]);
        if shown != self.shown[index] {
            self.tracks[index] = describe(index, &streams[index], &shown);
            self.shown[index] = shown;
        }
    }
}

impl<'data> Iterator for DemuxedPackets<'data> {
    type Item = Result<media::Packet<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let packet = match self.packets.next()? {
                Ok(packet) if packet.is_empty() => continue,
                Ok(packet) => packet,
                Err(error) => return Some(Err(error)),
            };
            let programs = self.packets.programs()?;
            let Some(track) = programs.stream_of(packet.pid()) else { continue };
            let mut time = |time: Option<u64>| time.map(|time| self.clocks.time(programs, track, time));
            // The clock advances with the decode time first.
            let (dts, pts) = (time(packet.dts()), time(packet.pts()));
            let is_key = packet.random_access() || programs.streams()[track].is_data();
            self.update_one(track);
            return Some(Ok(media::Packet {
                track,
                time_base: TimeBase::NINETY_KILOHERTZ,
                pts,
                dts,
                duration: None,
                is_key,
                is_discarded: false,
                offset: Some(packet.range().start),
                encoding: FrameEncoding::Plain,
                data: Data::Pes(packet),
            }));
        }
    }
}

impl<'data> TrackPackets<'data> for DemuxedPackets<'data> {
    fn tracks(&self) -> &[media::Track<'data>] {
        &self.tracks
    }
}
