//! The streams of a file: tracks of its segments, and attached files.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::tracks::Tracks;
use super::{AttachedFile, Segment, Track, TrackType};
use crate::media::MediaKind;

/// The streams of a file with the numbers that ffprobe gives them: tracks, then attached files, then tracks of a type that ffprobe leaves
/// out.
///
/// A track of a later segment is the stream of an earlier track with its number, type and codec, or else a stream of its own.
///
/// ```
/// use pagecut::media::{MediaKind, matroska::{Segment, Streams}};
///
/// let data = std::fs::read("testdata/media/vp9_opus.webm")?;
/// let streams = Streams::new(&Segment::read(&data)?);
/// assert_eq!(streams.kinds(), [MediaKind::Video, MediaKind::Audio]);
/// assert_eq!(streams.of_tracks(), [0, 1]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Streams<'data> {
    kinds: Vec<MediaKind>,
    known: HashMap<Key<'data>, usize>,
    attachments: Range<usize>,
    /// The streams of the tracks of the current segment.
    of_tracks: Vec<usize>,
    /// Those tracks.
    tracks: Arc<Tracks<'data>>,
}

/// Number, type and codec of a track.
type Key<'data> = (u64, TrackType, &'data [u8]);

impl<'data> Streams<'data> {
    /// Lists the streams of the first segment of a file.
    #[must_use]
    pub fn new(segment: &Segment<'data>) -> Self {
        Self::with_attachments(segment, &segment.attached_streams(&mut |_| {}))
    }

    /// Lists the streams of the first segment of a file, which has these attached files.
    pub(super) fn with_attachments(segment: &Segment<'data>, files: &[AttachedFile<'data>]) -> Self {
        let mut streams = Self {
            kinds: Vec::new(),
            known: HashMap::new(),
            attachments: 0..0,
            of_tracks: Vec::new(),
            tracks: Arc::clone(segment.shared_tracks()),
        };
        let mut of_tracks = vec![0; segment.tracks().len()];
        let tracks = || segment.tracks().iter().zip(0..);
        for (track, index) in tracks().filter(|(track, _)| is_usual(track)) {
            of_tracks[index] = streams.add(track);
        }
        let start = streams.kinds.len();
        streams.kinds.extend(files.iter().map(AttachedFile::kind));
        streams.attachments = start..streams.kinds.len();
        for (track, index) in tracks().filter(|(track, _)| !is_usual(track)) {
            of_tracks[index] = streams.add(track);
        }
        streams.of_tracks = of_tracks;
        streams
    }

    fn add(&mut self, track: &Track<'data>) -> usize {
        let stream = self.kinds.len();
        self.kinds.push(track.kind());
        self.known.entry(key(track)).or_insert(stream);
        stream
    }

    /// Continues with the next segment, whose tracks may be new streams.
    pub fn follow(&mut self, segment: &Segment<'data>) {
        // Many segments may share many tracks.
        if Arc::ptr_eq(segment.shared_tracks(), &self.tracks) {
            return;
        }
        self.tracks = Arc::clone(segment.shared_tracks());
        self.of_tracks.clear();
        for track in segment.tracks() {
            let stream = self.known.get(&key(track)).copied().unwrap_or_else(|| self.add(track));
            self.of_tracks.push(stream);
        }
    }

    /// The index of the stream of each track of the current segment.
    #[must_use]
    pub fn of_tracks(&self) -> &[usize] {
        &self.of_tracks
    }

    /// The indexes of the attached files: [`Segment::attached_streams`] of the first segment.
    #[must_use]
    pub fn attachments(&self) -> Range<usize> {
        self.attachments.clone()
    }

    /// The kinds of all streams up to now.
    #[must_use]
    pub fn kinds(&self) -> &[MediaKind] {
        &self.kinds
    }
}

fn key<'data>(track: &Track<'data>) -> Key<'data> {
    (track.number, track.track_type, track.codec_id)
}

/// Whether ffprobe lists a track as a stream.
fn is_usual(track: &Track<'_>) -> bool {
    matches!(
        track.track_type,
        TrackType::Video | TrackType::Audio | TrackType::Subtitle | TrackType::Metadata
    )
}
