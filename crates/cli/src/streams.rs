//! Kinds of streams, and choices among them.

use std::str::FromStr;

use pagecut::media::mpegts::{Coding, ListedStream, MediaKind};
use pagecut::media::{matroska, mp4};

/// What a stream is of, in the words of ffprobe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Video,
    Audio,
    Subtitle,
    Data,
    Attachment,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Subtitle => "subtitle",
            Self::Data => "data",
            Self::Attachment => "attachment",
        }
    }

    /// By the handler and the format of the samples.
    pub(crate) fn of_mp4(track: &mp4::Track<'_>) -> Self {
        match track.kind() {
            mp4::MediaKind::Video => Self::Video,
            mp4::MediaKind::Audio => Self::Audio,
            mp4::MediaKind::Subtitle => Self::Subtitle,
            _ => Self::Data,
        }
    }

    /// By how the program map says that it is coded, or, if no map has the stream, by the `stream_id` of its PES packets.
    pub(crate) fn of_listed(stream: &ListedStream) -> Self {
        match (stream.coding().map(Coding::media_kind), stream.stream_id()) {
            (Some(MediaKind::Video), _) => Self::Video,
            (Some(MediaKind::Audio), _) => Self::Audio,
            (Some(MediaKind::Subtitle), _) => Self::Subtitle,
            (None, Some(0xc0..=0xdf)) if stream.stream_type().is_none() => Self::Audio,
            (None, Some(0xe0..=0xef)) if stream.stream_type().is_none() => Self::Video,
            _ => Self::Data,
        }
    }

    pub(crate) fn of_matroska(track: &matroska::Track<'_>) -> Self {
        match track.track_type {
            matroska::TrackType::Video => Self::Video,
            matroska::TrackType::Audio => Self::Audio,
            matroska::TrackType::Subtitle => Self::Subtitle,
            // WebVTT is text, whatever it is for.
            matroska::TrackType::Metadata if track.codec_id.starts_with(b"D_WEBVTT/") => Self::Subtitle,
            _ => Self::Data,
        }
    }
}

/// Which streams are wanted: by number, or by kind and number among those of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    Number(usize),
    Kind(Kind, Option<usize>),
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not N, v, a, s or d, nor one of these letters with `:N`");
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let (kind, number) = match text.split_once(':') {
            Some((kind, number)) => (kind, Some(number.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let kind = match kind {
            "v" => Kind::Video,
            "a" => Kind::Audio,
            "s" => Kind::Subtitle,
            "d" => Kind::Data,
            _ => return Err(wrong()),
        };
        Ok(Self::Kind(kind, number))
    }
}

impl Selection {
    /// Whether each stream, of this kind, is wanted.
    pub(crate) fn among(self, kinds: &[Kind]) -> Vec<bool> {
        let mut of_kind = 0..;
        let wanted = kinds.iter().enumerate().map(|(stream, &kind)| match self {
            Self::Number(number) => stream == number,
            Self::Kind(wanted, number) => {
                kind == wanted && of_kind.next().is_some_and(|nth| number.is_none_or(|number| nth == number))
            }
        });
        wanted.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_chosen_by_number_or_by_kind() {
        let kinds = [Kind::Audio, Kind::Video, Kind::Audio];
        let among = |text: &str| text.parse::<Selection>().unwrap().among(&kinds);
        assert_eq!(among("1"), [false, true, false]);
        assert_eq!(among("a"), [true, false, true]);
        assert_eq!(among("a:1"), [false, false, true]);
        assert_eq!(among("v:1"), [false, false, false]);
        assert_eq!(among("s"), [false, false, false]);
        for wrong in ["", "x", "a:", "a:x", "-1", "v:0:1"] {
            assert!(wrong.parse::<Selection>().is_err(), "{wrong}");
        }
    }
}
