//! Tracks of media containers.

use std::borrow::Cow;

use pagecut::media::matroska::{Packet, Segment};
use pagecut::media::mp4::{self, Movie};
use pagecut::{FileKind, Result, Source};
use serde::Serialize;

use crate::cli::Common;
use crate::media::{self, names};
use crate::table::{Cell, Table};

/// What a container came to.
#[derive(Serialize)]
pub(super) struct Rows {
    file: String,
    format: &'static str,
    tracks: Vec<Row>,
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
    let (format, tracks) = media::with_whole(source, file, common, |data| match kind {
        FileKind::Mp4 => Ok(("MP4", of_movie(&Movie::read(data)?)?)),
        _ => {
            let segment = Segment::read(data)?;
            let is_webm = segment.header().is_some_and(|header| header.doc_type == b"webm");
            Ok((if is_webm { "WebM" } else { "Matroska" }, of_segment(&segment)?))
        }
    })?;
    Ok(Rows { file: file.to_owned(), format, tracks })
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

fn of_movie(movie: &Movie<'_>) -> Result<Vec<Row>> {
    movie.tracks().iter().map(of_mp4).collect()
}

fn of_mp4(track: &mp4::Track<'_>) -> Result<Row> {
    let entry = track.sample_entries().next().transpose()?;
    let mut summary = mp4::Summary::default();
    track.samples().try_for_each(|sample| sample.map(|sample| summary.add(&sample)))?;
    Ok(Row {
        track: track.id().into(),
        kind: names::of_handler(track.handler()),
        codec: entry.map(|entry| entry.codec_string()).transpose()?,
        samples: summary.samples,
        bytes: summary.bytes,
        duration: summary.duration as f64 / f64::from(track.media().timescale),
    })
}

/// What the packets of a track add up to.
#[derive(Clone, Copy)]
struct Sum {
    samples: u64,
    bytes: u64,
    /// In ticks.
    start: i64,
    end: i64,
}

impl Sum {
    const NONE: Self = Self { samples: 0, bytes: 0, start: i64::MAX, end: i64::MIN };

    fn add(&mut self, packet: &Packet<'_>) {
        self.samples += 1;
        self.bytes += packet.payload.len() as u64;
        if let Some(time) = packet.pts.or(packet.dts) {
            self.start = self.start.min(time);
            self.end = self.end.max(time.saturating_add(packet.duration.unwrap_or(0)));
        }
    }
}

fn of_segment(segment: &Segment<'_>) -> Result<Vec<Row>> {
    let mut sums = vec![Sum::NONE; segment.tracks().len()];
    for packet in segment.packets() {
        let packet = packet?;
        if let Some(sum) = sums.get_mut(packet.track) {
            sum.add(&packet);
        }
    }
    let seconds = |ticks: i64| ticks as f64 * segment.info().timestamp_scale as f64 / 1e9;
    let rows = segment.tracks().iter().zip(sums).map(|(track, sum)| Row {
        track: track.number,
        kind: names::of_track_type(track.track_type),
        codec: Some(track.codec_id.escape_ascii().to_string()),
        samples: sum.samples,
        bytes: sum.bytes,
        duration: seconds(sum.end.saturating_sub(sum.start).max(0)),
    });
    Ok(rows.collect())
}
