//! A file as tracks and packets of any container.

use std::sync::Arc;

use super::packet::SegmentWalk;
use super::{AttachedFile, FrameEncoding, Packet, Payload, Segment, Streams, Track};
use crate::error::{Error, Result};
use crate::media::demux::{Demux, TrackPackets};
use crate::media::packet::Data;
use crate::media::track::known_language;
use crate::media::{self, MediaKind, TimeBase, Times};

/// A file whose streams are tracks.
#[derive(Debug)]
pub(in crate::media) struct Demuxer<'data> {
    segment: Segment<'data>,
    streams: Streams<'data>,
    tracks: Vec<media::Track<'data>>,
    attachments: Vec<AttachedFile<'data>>,
    /// The error of the attached files.
    faults: Vec<Error>,
}

impl<'data> Demuxer<'data> {
    /// Reads the head of the first segment.
    pub(in crate::media) fn read(data: &'data [u8]) -> Result<Self> {
        let segment = Segment::read(data)?;
        let mut faults = Vec::new();
        let attachments = segment.attached_streams(&mut |fault| faults.push(fault));
        let streams = Streams::with_attachments(&segment, &attachments);
        let mut tracks = Vec::new();
        add_tracks(&mut tracks, &streams, &segment);
        for (index, file) in streams.attachments().zip(&attachments) {
            tracks[index] = of_attachment(index, file);
        }
        Ok(Self { segment, streams, tracks, attachments, faults })
    }
}

impl<'data> Demux<'data> for Demuxer<'data> {
    type Packets = DemuxedPackets<'data>;

    fn tracks(&self) -> &[media::Track<'data>] {
        &self.tracks
    }

    fn packets(&self, _: Times) -> DemuxedPackets<'data> {
        let pictures = self.streams.attachments().zip(&self.attachments);
        let pictures = pictures.filter(|(_, file)| file.kind() == MediaKind::Video);
        let faults = self.faults.iter().map(|fault| Err(fault.clone()));
        let first = faults.chain(
            pictures
                .map(|(track, file)| Ok(media::Packet::picture(track, file.data, file.data_offset, None))),
        );
        DemuxedPackets {
            first: first.collect::<Vec<_>>().into_iter(),
            next_fault: 0,
            walk: SegmentWalk::new(&self.segment),
            segment: self.segment.clone(),
            stored: stored(&self.segment),
            streams: self.streams.clone(),
            tracks: self.tracks.clone(),
        }
    }
}

/// Adds the streams that are not among the tracks yet.
fn add_tracks<'data>(
    tracks: &mut Vec<media::Track<'data>>,
    streams: &Streams<'data>,
    segment: &Segment<'data>,
) {
    let known = tracks.len();
    let bare = |index| media::Track::new(index, streams.kinds()[index], TimeBase::NINETY_KILOHERTZ);
    tracks.extend((known..streams.kinds().len()).map(bare));
    for (track, &index) in segment.tracks().iter().zip(streams.of_tracks()) {
        // Of several tracks that are one stream, the first one counts.
        if index >= known && tracks[index].id.is_none() {
            tracks[index] = describe(index, track, segment);
        }
    }
}

/// Describes a track of a segment.
fn describe<'data>(index: usize, track: &Track<'data>, segment: &Segment<'data>) -> media::Track<'data> {
    let scale = segment.info().timestamp_scale;
    let tick = track.tick(scale);
    media::Track {
        id: Some(track.number),
        codec: track.codec().name,
        codec_id: Some(String::from_utf8_lossy(track.codec_id)),
        language: known_language(track.language),
        duration: segment.info().duration.and_then(|ticks| in_ticks(ticks * scale as f64 / tick as f64)),
        ..media::Track::new(index, track.kind(), TimeBase::nanoseconds(tick))
    }
}

/// Rounds a duration; `None` if the result is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is above 0, and `as` saturates"
)]
fn in_ticks(duration: f64) -> Option<u64> {
    Some(duration.round() as u64).filter(|&duration| duration > 0)
}

fn of_attachment<'data>(index: usize, file: &AttachedFile<'data>) -> media::Track<'data> {
    let track = match file.picture_codec() {
        Some(codec) => media::Track::picture(index, codec),
        None => media::Track {
            codec: file.codec_name(),
            ..media::Track::new(index, MediaKind::Attachment, TimeBase::NINETY_KILOHERTZ)
        },
    };
    media::Track { codec_id: Some(String::from_utf8_lossy(file.media_type)), ..track }
}

/// Attached pictures, then the packets of all segments; before those of each, the faults of its head.
#[derive(Debug)]
pub(in crate::media) struct DemuxedPackets<'data> {
    /// Faults of attached files, and pictures.
    first: std::vec::IntoIter<Result<media::Packet<'data>>>,
    segment: Segment<'data>,
    /// Index of the first fault of the segment that was not returned yet.
    next_fault: usize,
    walk: SegmentWalk<'data>,
    /// The tracks of the segment.
    stored: Vec<Stored>,
    streams: Streams<'data>,
    tracks: Vec<media::Track<'data>>,
}

/// The storage of the packets of a track of the current segment.
#[derive(Debug, Clone, Copy)]
struct Stored {
    encoding: FrameEncoding,
    /// The unit of its times, and the `TimestampScale` for which it was computed.
    time_base: TimeBase,
    scale: u64,
}

fn stored(segment: &Segment<'_>) -> Vec<Stored> {
    let scale = segment.info().timestamp_scale;
    let stored = segment.tracks().iter().map(|track| Stored {
        encoding: track.frame_encoding(),
        time_base: TimeBase::nanoseconds(track.tick(scale)),
        scale,
    });
    stored.collect()
}

impl<'data> DemuxedPackets<'data> {
    /// Continues with the next segment.
    fn advance(&mut self) -> Option<()> {
        let segment = self.walk.next_segment(&self.segment)?;
        self.walk = SegmentWalk::new(&segment);
        let before = std::mem::replace(&mut self.segment, segment);
        self.next_fault = 0;
        // Many segments may share many tracks.
        if !Arc::ptr_eq(before.shared_tracks(), self.segment.shared_tracks()) {
            self.streams.follow(&self.segment);
            add_tracks(&mut self.tracks, &self.streams, &self.segment);
            self.stored = stored(&self.segment);
        }
        Some(())
    }

    /// The unit of the times of a track of the current segment.
    #[inline]
    fn time_base(&mut self, track: usize) -> TimeBase {
        let (stored, scale) = (&mut self.stored[track], self.segment.info().timestamp_scale);
        if stored.scale != scale {
            stored.scale = scale;
            stored.time_base = TimeBase::nanoseconds(self.segment.tracks()[track].tick(scale));
        }
        stored.time_base
    }

    #[inline]
    fn packet(&mut self, packet: &Packet<'data>) -> media::Packet<'data> {
        let Payload { prefix, data } = packet.payload;
        media::Packet {
            track: self.streams.of_tracks()[packet.track],
            time_base: self.time_base(packet.track),
            pts: packet.pts,
            dts: packet.dts,
            duration: packet.duration,
            // The block says it of all of its frames; ffprobe, of the first.
            is_key: packet.is_key && packet.lace == 0,
            is_discarded: false,
            offset: Some(packet.block_offset),
            encoding: self.stored[packet.track].encoding,
            data: Data::Frame { prefix, bytes: data, offset: packet.offset },
        }
    }
}

impl<'data> Iterator for DemuxedPackets<'data> {
    type Item = Result<media::Packet<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.next() {
            return Some(first);
        }
        loop {
            if let Some(fault) = self.segment.faults().get(self.next_fault) {
                self.next_fault += 1;
                return Some(Err(fault.clone()));
            }
            if let Some(packet) = self.walk.next(&self.segment) {
                return Some(packet.map(|packet| self.packet(&packet)));
            }
            self.advance()?;
        }
    }
}

impl<'data> TrackPackets<'data> for DemuxedPackets<'data> {
    fn tracks(&self) -> &[media::Track<'data>] {
        &self.tracks
    }
}
