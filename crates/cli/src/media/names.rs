//! Names of track kinds.

use std::borrow::Cow;

use pagecut::media::matroska::TrackType;
use pagecut::media::mp4::FourCc;

/// Returns the kind of a track by its handler (MP4).
pub(crate) fn of_handler(handler: FourCc) -> Cow<'static, str> {
    match &handler.0 {
        b"vide" | b"pict" | b"auxv" => "video".into(),
        b"soun" => "audio".into(),
        b"text" | b"subt" | b"sbtl" | b"subp" | b"clcp" => "subtitle".into(),
        b"hint" => "hint".into(),
        b"meta" => "metadata".into(),
        b"tmcd" => "timecode".into(),
        _ => handler.to_string().into(),
    }
}

/// Returns the kind of a track by its type (Matroska).
pub(crate) fn of_track_type(track_type: TrackType) -> Cow<'static, str> {
    match track_type {
        TrackType::Video => "video".into(),
        TrackType::Audio => "audio".into(),
        TrackType::Complex => "complex".into(),
        TrackType::Logo => "logo".into(),
        TrackType::Subtitle => "subtitle".into(),
        TrackType::Buttons => "buttons".into(),
        TrackType::Control => "control".into(),
        TrackType::Metadata => "metadata".into(),
        TrackType::Other(number) => number.to_string().into(),
        _ => "other".into(),
    }
}

/// Returns text of a file in printable form.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
