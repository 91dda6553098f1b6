//! Tracks of media containers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pagecut::media::matroska::{Packet, Segment, Track};
use pagecut::media::mp4::{self, Movie};
use pagecut::{Error, FileKind, Result, Source};
use serde::Serialize;

use crate::cli::Common;
use crate::media::tracks::Numbering;
use crate::media::{self, names};
use crate::table::{Cell, Table};

/// What a container came to.
#[derive(Serialize)]
pub(super) struct Rows {
    file: String,
    format: &'static str,
    tracks: Vec<Row>,
    /// The first of the errors.
    error: Option<Fault>,
    /// The errors of the tracks of MP4, or the first one of Matroska.
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
struct Row {
    /// The number that the file calls it by.
    track: u64,
    kind: Cow<'static, str>,
    codec: Option<String>,
    /// Of Matroska, frames.
    samples: u64,
    bytes: u64,
    /// In seconds, as far as it is known.
    duration: f64,
}

pub(super) fn table() -> Table {
    Table::new(vec!["file", "format", "track", "kind", "codec", "samples", "bytes", "duration"])
}

/// Counts the samples of all tracks.
pub(super) fn count(source: &Source, file: &str, kind: FileKind, common: &Common) -> Result<Rows> {
    let mut errors = Vec::new();
    let (format, tracks) = media::with_whole(source, file, common, |data| match kind {
        FileKind::Mp4 => Ok(("MP4", of_movie(&Movie::read(data)?, &mut errors))),
        _ => {
            let segment = Segment::read(data)?;
            let is_webm = segment.header().is_some_and(|header| header.doc_type == b"webm");
            let (rows, error) = of_segments(segment);
            errors.extend(error);
            Ok((if is_webm { "WebM" } else { "Matroska" }, rows))
        }
    })?;
    // A fault that may be of any track is an error of all of them.
    errors.dedup_by(|error, before| error.offset() == before.offset() && error.message() == before.message());
    Ok(Rows { file: file.to_owned(), format, tracks, error: errors.first().map(Fault::of), errors })
}

impl Rows {
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

fn of_movie(movie: &Movie<'_>, errors: &mut Vec<Error>) -> Vec<Row> {
    errors.extend(movie.fault().cloned());
    movie.tracks().iter().map(|track| of_mp4(track, errors)).collect()
}

/// The samples before the first error, which is added to `errors`.
fn of_mp4(track: &mp4::Track<'_>, errors: &mut Vec<Error>) -> Row {
    let entry = track.sample_entries().next().and_then(Result::ok);
    let mut summary = mp4::Summary::default();
    let read = track.samples().try_for_each(|sample| sample.map(|sample| summary.add(&sample)));
    errors.extend(read.err());
    Row {
        track: track.id().into(),
        kind: names::of_handler(track.handler()),
        codec: entry.map(|entry| entry.codec_string()),
        samples: summary.samples,
        bytes: summary.bytes,
        duration: summary.duration as f64 / f64::from(track.media().timescale),
    }
}

/// What the packets of a track add up to.
struct Sum {
    row: Row,
    /// In nanoseconds.
    start: i128,
    end: i128,
}

impl Sum {
    fn new(track: &Track<'_>) -> Self {
        let row = Row {
            track: track.number,
            kind: names::of_track_type(track.track_type),
            codec: Some(track.codec_id.escape_ascii().to_string()),
            samples: 0,
            bytes: 0,
            duration: 0.0,
        };
        Self { row, start: i128::MAX, end: i128::MIN }
    }

    /// Adds a packet whose times are in ticks of this length in nanoseconds.
    fn add(&mut self, packet: &Packet<'_>, tick: u64) {
        self.row.samples += 1;
        self.row.bytes += packet.payload.len() as u64;
        if let Some(time) = packet.pts.or(packet.dts) {
            let end = time.saturating_add(packet.duration.unwrap_or(0));
            self.start = self.start.min(i128::from(time) * i128::from(tick));
            self.end = self.end.max(i128::from(end) * i128::from(tick));
        }
    }

    fn into_row(self) -> Row {
        Row { duration: self.end.saturating_sub(self.start).max(0) as f64 / 1e9, ..self.row }
    }
}

/// The tracks of all segments, and the first error.
fn of_segments(mut segment: Segment<'_>) -> (Vec<Row>, Option<Error>) {
    let mut numbering = Numbering::of(&segment);
    let mut sums = BTreeMap::new();
    let (mut first_error, mut known) = (None, 0);
    loop {
        first_error = first_error.or_else(|| segment.faults().first().cloned());
        // Segments may share tracks, which are known then.
        if known < numbering.kinds().len() {
            known = numbering.kinds().len();
            for (track, &stream) in segment.tracks().iter().zip(numbering.streams()) {
                sums.entry(stream).or_insert_with(|| Sum::new(track));
            }
        }
        let mut packets = segment.packets();
        for packet in packets.by_ref() {
            match packet {
                Ok(packet) => {
                    let tick = segment.tracks()[packet.track].tick(segment.info().timestamp_scale);
                    if let Some(sum) = sums.get_mut(&numbering.streams()[packet.track]) {
                        sum.add(&packet, tick);
                    }
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        let Some(next) = packets.next_segment() else { break };
        segment = next;
        numbering.next(&segment);
    }
    (sums.into_values().map(Sum::into_row).collect(), first_error)
}
