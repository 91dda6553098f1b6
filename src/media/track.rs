//! A track of any container.

use std::borrow::Cow;

use super::{MediaKind, TimeBase};

/// A track of a [`Container`](super::Container): a track of MP4 or Matroska, an elementary stream of MPEG-TS, or an attached file.
///
/// Tracks have the order and the numbers of the streams of ffprobe.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Track<'data> {
    /// Its number, counted from 0: [`Packet::track`](super::Packet::track) of its packets.
    pub index: usize,
    /// The number by which the container names it: `track_ID` (MP4), `TrackNumber` (Matroska), PID (MPEG-TS). `None` for attached files and
    /// pictures in the metadata.
    pub id: Option<u64>,
    /// The kind of its media.
    pub kind: MediaKind,
    /// The name that ffmpeg and ffprobe have for its codec, which is the same in every container: `h264`, `aac`, `opus`, `subrip`.
    /// `None` if the codec is unknown.
    pub codec: Option<&'static str>,
    /// The code by which the container names the codec: the parameter `codecs` of RFC 6381 (MP4: `avc1.64001f`), the `CodecID` (Matroska:
    /// `V_VP9`), the `stream_type` (MPEG-TS: `0x1b`), the four-character code (IVF: `VP80`), the media type of an attached file. `None` for
    /// a picture in the metadata of MP4, and for an MPEG-TS stream that no program map describes.
    pub codec_id: Option<Cow<'data, str>>,
    /// The unit of its times.
    pub time_base: TimeBase,
    /// Its language: a code of ISO 639-2, or a tag of BCP 47 (Matroska). `None` if it is unknown or undetermined.
    pub language: Option<Cow<'data, str>>,
    /// Its duration in units of the time base, as the container states it: of the media (MP4), of the whole segment (Matroska). `None` if
    /// it is not stated: in MPEG-TS, and mostly in fragmented and live files.
    pub duration: Option<u64>,
    /// Whether it is an attached picture, such as a cover. It has one packet without times, which comes before those of other tracks.
    pub is_attached_picture: bool,
}

impl Track<'_> {
    /// Creates a track without further properties.
    pub(super) fn new(index: usize, kind: MediaKind, time_base: TimeBase) -> Self {
        Self {
            index,
            id: None,
            kind,
            codec: None,
            codec_id: None,
            time_base,
            language: None,
            duration: None,
            is_attached_picture: false,
        }
    }

    /// A picture that accompanies the media.
    pub(super) fn picture(index: usize, codec: &'static str) -> Self {
        Self {
            codec: Some(codec),
            is_attached_picture: true,
            ..Self::new(index, MediaKind::Video, TimeBase::NINETY_KILOHERTZ)
        }
    }
}

/// Returns a language unless it is undetermined.
pub(super) fn known_language(code: &[u8]) -> Option<Cow<'_, str>> {
    Some(code).filter(|code| !code.is_empty() && *code != b"und").map(String::from_utf8_lossy)
}

/// Copies a text, so that it no longer borrows from the input.
pub(super) fn into_owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}
