//! A file as the track and the packets of any container.

use super::{Frame, Header, Ivf, Record};
use crate::error::{ErrorKind, Result};
use crate::media::codec::{Av1Sequence, Vp8Header, Vp9Header};
use crate::media::demux::{Demux, TrackPackets};
use crate::media::packet::Data;
use crate::media::{FrameEncoding, MediaKind, Packet, Times, Track};
use crate::record::{Format, Records};

/// A file whose only stream is a track.
#[derive(Debug)]
pub(in crate::media) struct Demuxer<'data> {
    header: Header,
    data: &'data [u8],
    tracks: [Track<'data>; 1],
}

impl<'data> Demuxer<'data> {
    /// Reads the file header.
    pub(in crate::media) fn read(data: &'data [u8]) -> Result<Self> {
        let Some(Record::Header(header)) = Ivf.records(data).next().transpose()? else {
            return Err(ErrorKind::Incomplete { within: "in the file header" }.into());
        };
        let track = Track {
            id: Some(1),
            codec: header.codec_name(),
            codec_id: Some(header.four_cc.escape_ascii().to_string().into()),
            ..Track::new(0, MediaKind::Video, header.time_base())
        };
        Ok(Self { header, data, tracks: [track] })
    }
}

impl<'data> Demux<'data> for Demuxer<'data> {
    type Packets = DemuxedPackets<'data>;

    fn tracks(&self) -> &[Track<'data>] {
        &self.tracks
    }

    fn packets(&self, _: Times) -> DemuxedPackets<'data> {
        DemuxedPackets { header: self.header, records: Ivf.records(self.data), tracks: self.tracks.clone() }
    }
}

/// The frames up to the first error.
#[derive(Debug)]
pub(in crate::media) struct DemuxedPackets<'data> {
    header: Header,
    records: Records<'data, Ivf>,
    tracks: [Track<'data>; 1],
}

impl<'data> TrackPackets<'data> for DemuxedPackets<'data> {
    fn tracks(&self) -> &[Track<'data>] {
        &self.tracks
    }
}

impl<'data> Iterator for DemuxedPackets<'data> {
    type Item = Result<Packet<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.records.next()? {
                Ok(Record::Frame(frame)) => return Some(Ok(packet(&frame, &self.header))),
                Ok(Record::Header(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn packet<'data>(frame: &Frame<'data>, header: &Header) -> Packet<'data> {
    Packet {
        track: 0,
        time_base: header.time_base(),
        pts: Some(frame.pts),
        dts: None,
        duration: None,
        is_key: is_key(frame, header),
        is_discarded: false,
        offset: Some(frame.offset),
        encoding: FrameEncoding::Plain,
        data: Data::Frame { prefix: &[], bytes: frame.payload, offset: frame.payload_offset() },
    }
}

/// Whether a frame is a key frame: VP8, VP9 and AV1 state it in their headers; for other codecs it is unknown, so `false`.
fn is_key(frame: &Frame<'_>, header: &Header) -> bool {
    match &header.four_cc {
        b"VP80" => Vp8Header::read(frame.payload).is_some(),
        b"VP90" => Vp9Header::read(frame.payload).is_some(),
        // A key frame has the sequence header before it (AV1 specification, 7.6.2).
        b"AV01" => Av1Sequence::from_obus(frame.payload).is_some(),
        _ => false,
    }
}
