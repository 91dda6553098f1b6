//! A movie as tracks and packets of any container.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::{MediaKind, Movie, Packet, Packets, Stream, Streams, Times, TrackRole};
use crate::error::{Error, Result};
use crate::media::demux::{Demux, TrackPackets};
use crate::media::packet::Data;
use crate::media::track::{into_owned, known_language};
use crate::media::{self, FrameEncoding, TimeBase};

/// A movie whose streams are tracks.
#[derive(Debug)]
pub(in crate::media) struct Demuxer<'data> {
    movie: Movie<'data>,
    listed: Arc<Listed<'data>>,
}

/// The streams, which the packets share.
#[derive(Debug)]
struct Listed<'data> {
    tracks: Vec<media::Track<'data>>,
    streams: Streams<'data>,
}

impl<'data> Demuxer<'data> {
    /// Reads the description of the movie.
    pub(in crate::media) fn read(data: &'data [u8]) -> Result<Self> {
        let movie = Movie::read(data)?;
        let streams = Streams::new(&movie)?;
        let mut tracks = Vec::new();
        tracks.try_reserve_exact(streams.iter().len()).map_err(io::Error::from)?;
        tracks.extend(streams.iter().enumerate().map(|(index, stream)| match stream {
            Stream::Track(track) => describe(index, track, &movie, streams.role(track)),
            Stream::CoverArt(cover) => media::Track::picture(index, cover.codec),
        }));
        Ok(Self { movie, listed: Arc::new(Listed { tracks, streams }) })
    }
}

/// Describes a track of a movie.
fn describe<'data>(index: usize, track: usize, movie: &Movie<'data>, role: TrackRole) -> media::Track<'data> {
    let track = &movie.tracks()[track];
    let kind = match role {
        TrackRole::ChapterTitles => MediaKind::Data,
        TrackRole::Media | TrackRole::ChapterThumbnails => track.kind(),
    };
    let header = track.media();
    let entry = track.sample_entries().next().and_then(Result::ok);
    media::Track {
        id: Some(track.id().into()),
        codec: entry.and_then(|entry| entry.codec_name()),
        codec_id: entry.map(|entry| Cow::Owned(entry.codec_string())),
        language: header.language.as_ref().and_then(|code| known_language(code)).map(into_owned),
        duration: header.duration.filter(|&duration| duration > 0),
        ..media::Track::new(index, kind, TimeBase::per_second(header.timescale))
    }
}

impl<'data> Demux<'data> for Demuxer<'data> {
    type Packets = DemuxedPackets<'data>;

    fn tracks(&self) -> &[media::Track<'data>] {
        &self.listed.tracks
    }

    fn packets(&self, times: Times) -> DemuxedPackets<'data> {
        DemuxedPackets {
            listed: Arc::clone(&self.listed),
            covers: 0,
            packets: self.movie.packets(times),
            fault: self.movie.fault().cloned(),
        }
    }
}

/// Pictures in the metadata, then the packets of the tracks, then the fault of the movie.
#[derive(Debug)]
pub(in crate::media) struct DemuxedPackets<'data> {
    listed: Arc<Listed<'data>>,
    /// The first stream that may be a picture that was not given yet.
    covers: usize,
    packets: Packets<'data>,
    fault: Option<Error>,
}

impl<'data> DemuxedPackets<'data> {
    fn next_cover(&mut self) -> Option<media::Packet<'data>> {
        loop {
            let stream = self.listed.streams.get(self.covers)?;
            self.covers += 1;
            if let Stream::CoverArt(cover) = stream {
                let (track, offset) = (self.covers - 1, Some(cover.offset));
                return Some(media::Packet::picture(track, cover.data, cover.offset, offset));
            }
        }
    }

    fn packet(&self, packet: Packet<'data>) -> media::Packet<'data> {
        let track = self.listed.streams.of_track(packet.track);
        media::Packet {
            track,
            time_base: self.listed.tracks[track].time_base,
            pts: Some(packet.pts).filter(|_| packet.is_output),
            dts: Some(packet.dts),
            duration: i64::try_from(packet.duration).ok().filter(|&duration| duration > 0),
            is_key: packet.is_sync,
            is_discarded: packet.is_discarded,
            offset: Some(packet.offset),
            encoding: FrameEncoding::Plain,
            data: Data::Frame { prefix: &[], bytes: packet.data, offset: packet.offset },
        }
    }
}

impl<'data> Iterator for DemuxedPackets<'data> {
    type Item = Result<media::Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(cover) = self.next_cover() {
            return Some(Ok(cover));
        }
        loop {
            match self.packets.next() {
                Some(Ok(packet)) if packet.is_left_out => {}
                Some(Ok(packet)) => return Some(Ok(self.packet(packet))),
                Some(Err(error)) => return Some(Err(error)),
                None => return self.fault.take().map(Err),
            }
        }
    }
}

impl<'data> TrackPackets<'data> for DemuxedPackets<'data> {
    fn tracks(&self) -> &[media::Track<'data>] {
        &self.listed.tracks
    }
}
