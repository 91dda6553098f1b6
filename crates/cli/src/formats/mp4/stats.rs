//! Counts of the samples of tracks.

use pagecut::Error;
use pagecut::media::mp4::{Movie, Summary, Track};

use crate::media::names;
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
        kind: names::of_handler(track.handler()),
        codec: entry.map(|entry| entry.codec_string()),
        samples: summary.samples,
        bytes: summary.bytes,
        duration: summary.duration as f64 / f64::from(track.media().timescale),
    }
}
