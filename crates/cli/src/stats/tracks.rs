//! Tracks of media containers.

use std::borrow::Cow;

use pagecut::Error;
use serde::Serialize;

use crate::table::{Cell, Table};

/// What a container came to.
#[derive(Serialize)]
pub(crate) struct Tracks {
    file: String,
    format: &'static str,
    tracks: Vec<TrackRow>,
    /// The first of the errors.
    error: Option<Fault>,
    /// Errors that leave counts.
    #[serde(skip)]
    pub(super) errors: Vec<Error>,
}

/// An error.
#[derive(Serialize)]
struct Fault {
    kind: &'static str,
    offset: Option<u64>,
    message: String,
}

impl Fault {
    fn of(error: &Error) -> Self {
        Self { kind: error.kind().name(), offset: error.offset(), message: error.message() }
    }
}

/// What a track came to.
#[derive(Serialize)]
pub(crate) struct TrackRow {
    /// The number that the file calls it by.
    pub(crate) track: u64,
    pub(crate) kind: Cow<'static, str>,
    pub(crate) codec: Option<String>,
    /// Of Matroska, frames.
    pub(crate) samples: u64,
    pub(crate) bytes: u64,
    /// In seconds, as far as it is known.
    pub(crate) duration: f64,
}

pub(super) fn table() -> Table {
    Table::new(vec!["file", "format", "track", "kind", "codec", "samples", "bytes", "duration"])
}

impl Tracks {
    pub(crate) fn new(
        file: &str,
        format: &'static str,
        tracks: Vec<TrackRow>,
        mut errors: Vec<Error>,
    ) -> Self {
        // A fault that may be of any track is an error of all of them.
        errors.dedup_by(|error, before| {
            error.offset() == before.offset() && error.message() == before.message()
        });
        let error = errors.first().map(Fault::of);
        Self { file: file.to_owned(), format, tracks, error, errors }
    }

    pub(super) fn push_to(&self, table: &mut Table) {
        for row in &self.tracks {
            table.push(vec![
                self.file.as_str().into(),
                self.format.into(),
                row.track.into(),
                (*row.kind).into(),
                row.codec.as_deref().unwrap_or("-").into(),
                row.samples.into(),
                row.bytes.into(),
                Cell::Decimal(row.duration, 3),
            ]);
        }
    }
}
