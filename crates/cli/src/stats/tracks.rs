//! Tracks of media containers.

use std::borrow::Cow;

use pagecut::Error;
use serde::Serialize;

use super::fault::Fault;
use crate::table::Cell;

/// The results for a container.
pub(crate) struct Tracks {
    file: String,
    format: &'static str,
    tracks: Vec<TrackRow>,
    /// The first of the errors.
    error: Option<Fault>,
    /// Errors that do not prevent counts.
    pub(super) errors: Vec<Error>,
}

/// The results for a container in JSON.
#[derive(Serialize)]
struct Object<'tracks> {
    file: &'tracks str,
    format: &'static str,
    tracks: &'tracks [TrackRow],
    error: Option<Fault>,
}

/// The results for a track.
#[derive(Serialize)]
pub(crate) struct TrackRow {
    /// Track number in the file.
    pub(crate) track: u64,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) codec: Option<String>,
    /// Frames in Matroska.
    pub(crate) samples: u64,
    pub(crate) bytes: u64,
    /// Duration in seconds, if known.
    pub(crate) duration: f64,
}

pub(super) const COLUMNS: [&str; 8] =
    ["file", "format", "track", "kind", "codec", "samples", "bytes", "duration"];

impl Tracks {
    pub(crate) fn new(
        file: &str,
        format: &'static str,
        tracks: Vec<TrackRow>,
        mut errors: Vec<Error>,
    ) -> Self {
        // A fault that may belong to any track counts as an error of every track.
        errors.dedup_by(|error, before| {
            error.offset() == before.offset() && error.message() == before.message()
        });
        let error = errors.first().map(Fault::new);
        Self { file: file.to_owned(), format, tracks, error, errors }
    }

    /// Returns the object of the container.
    pub(super) fn json(&self, is_closed: bool) -> impl Serialize {
        let Self { file, format, tracks, error, .. } = self;
        let error = error.clone().or_else(|| (!is_closed).then(Fault::of_unclosed));
        Object { file, format, tracks, error }
    }

    /// Returns a row for each track.
    pub(super) fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |track: &TrackRow| {
            vec![
                self.file.as_str().into(),
                self.format.into(),
                track.track.into(),
                (*track.kind).into(),
                track.codec.as_deref().unwrap_or("-").into(),
                track.samples.into(),
                track.bytes.into(),
                Cell::Decimal(track.duration, 3),
            ]
        };
        self.tracks.iter().map(row).collect()
    }
}
