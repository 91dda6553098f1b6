//! Stream numbers of the tracks and attachments of Matroska, as ffprobe gives them.

use std::collections::HashMap;
use std::ops::Range;

use pagecut::Result;
use pagecut::media::matroska::{AttachedFile, Element, ElementId, Segment, Track, TrackType};

use crate::streams::Kind;

/// The streams of a file: tracks, then attachments, then tracks of a type that ffprobe leaves out.
///
/// A track of a later segment is the stream of an earlier track with its number, type and codec, or else a stream of its own.
pub(crate) struct Numbering<'data> {
    kinds: Vec<Kind>,
    known: HashMap<(u64, TrackType, &'data [u8]), usize>,
    attachments: Range<usize>,
    /// The streams of the tracks of the current segment.
    streams: Vec<usize>,
    /// Where those tracks lie; segments may share them.
    tracks: *const Track<'data>,
}

impl<'data> Numbering<'data> {
    /// The streams of the first segment.
    pub(crate) fn of(segment: &Segment<'data>) -> Self {
        let mut numbering = Self {
            kinds: Vec::new(),
            known: HashMap::new(),
            attachments: 0..0,
            streams: Vec::new(),
            tracks: segment.tracks().as_ptr(),
        };
        let mut streams = vec![0; segment.tracks().len()];
        let tracks = || segment.tracks().iter().zip(0..);
        for (track, index) in tracks().filter(|(track, _)| is_usual(track)) {
            streams[index] = numbering.add(track);
        }
        let start = numbering.kinds.len();
        numbering.kinds.extend(attachments(segment, &mut |_| {}).iter().map(kind_of_attachment));
        numbering.attachments = start..numbering.kinds.len();
        for (track, index) in tracks().filter(|(track, _)| !is_usual(track)) {
            streams[index] = numbering.add(track);
        }
        numbering.streams = streams;
        numbering
    }

    fn add(&mut self, track: &Track<'data>) -> usize {
        let stream = self.kinds.len();
        self.kinds.push(Kind::of_matroska(track));
        self.known.entry(key(track)).or_insert(stream);
        stream
    }

    /// Continues with the next segment.
    pub(crate) fn next(&mut self, segment: &Segment<'data>) {
        // Many segments may share many tracks.
        if self.tracks == segment.tracks().as_ptr() {
            return;
        }
        self.tracks = segment.tracks().as_ptr();
        self.streams.clear();
        for track in segment.tracks() {
            let stream = self.known.get(&key(track)).copied().unwrap_or_else(|| self.add(track));
            self.streams.push(stream);
        }
    }

    /// The streams of the tracks of the current segment, by index.
    pub(crate) fn streams(&self) -> &[usize] {
        &self.streams
    }

    /// The streams of the attachments.
    pub(crate) fn attachments(&self) -> Range<usize> {
        self.attachments.clone()
    }

    /// The kinds of all streams up to now.
    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }
}

fn key<'data>(track: &Track<'data>) -> (u64, TrackType, &'data [u8]) {
    (track.number, track.track_type, track.codec_id)
}

fn is_usual(track: &Track<'_>) -> bool {
    matches!(
        track.track_type,
        TrackType::Video | TrackType::Audio | TrackType::Subtitle | TrackType::Metadata
    )
}

/// The attachments that are streams: those with a name, a media type and contents. Calls `tell` with damage.
pub(crate) fn attachments<'data>(
    segment: &Segment<'data>,
    tell: &mut dyn FnMut(pagecut::Error),
) -> Vec<AttachedFile<'data>> {
    let read = listed(segment, ElementId::ATTACHMENTS, ElementId::ATTACHED_FILE, AttachedFile::read, tell);
    let is_whole = |file: &AttachedFile<'_>| {
        !file.name.is_empty() && !file.media_type.is_empty() && !file.data.is_empty()
    };
    read.into_iter().filter(is_whole).collect()
}

/// The contents of the top-level elements with an ID that can be found without a walk over the clusters. Calls `tell` with damage.
pub(crate) fn listed<'data, T>(
    segment: &Segment<'data>,
    list: ElementId,
    entry: ElementId,
    read: impl Fn(Element<'data>) -> Result<T>,
    tell: &mut dyn FnMut(pagecut::Error),
) -> Vec<T> {
    let children = segment.listed(list).flat_map(|list| list.children());
    let entries = children.filter(|child| child.as_ref().map_or(true, |child| child.id() == entry));
    let read = entries.map(|child| child.and_then(&read));
    read.filter_map(|entry| entry.map_err(&mut *tell).ok()).collect()
}

/// Pictures are video to ffprobe.
pub(crate) fn kind_of_attachment(file: &AttachedFile<'_>) -> Kind {
    if picture_codec(file.media_type).is_some() { Kind::Video } else { Kind::Attachment }
}

/// The codec of a picture with a media type.
pub(crate) fn picture_codec(media_type: &[u8]) -> Option<&'static str> {
    const CODECS: [(&[u8], &str); 4] =
        [(b"image/gif", "gif"), (b"image/jpeg", "mjpeg"), (b"image/png", "png"), (b"image/tiff", "tiff")];
    CODECS.iter().find(|(known, _)| media_type.starts_with(known)).map(|&(_, codec)| codec)
}
