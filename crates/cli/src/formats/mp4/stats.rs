//! Counts of the samples of tracks.

use std::borrow::Cow;

use pagecut::Error;
use pagecut::media::mp4::{FourCc, Movie, Summary, Track};

use crate::stats::TrackRow;

/// Counts the samples of all tracks, and returns the errors.
pub(super) fn tracks(movie: &Movie<'_>) -> (Vec<TrackRow>, Vec<Error>) {
    let mut errors = Vec::from_iter(movie.fault().cloned());
    let rows = movie.tracks().iter().map(|track| row(track, &mut errors)).collect();
    (rows, errors)
}

/// Counts the samples before the first error, which is added to `errors`.
fn row(track: &Track<'_>, errors: &mut Vec<Error>) -> TrackRow {
    let entry = track.sample_entries().next().and_then(Result::ok);
    let mut summary = Summary::default();
    let read = track.samples().try_for_each(|sample| sample.map(|sample| summary.add(&sample)));
    errors.extend(read.err());
    TrackRow {
        track: track.id().into(),
        kind: kind_of(track.handler()),
        codec: entry.map(|entry| entry.codec_string()),
        samples: summary.samples,
        bytes: summary.bytes,
        duration: summary.duration as f64 / f64::from(track.media().timescale),
    }
}

/// Returns the kind of a track by its handler.
fn kind_of(handler: FourCc) -> Cow<'static, str> {
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
