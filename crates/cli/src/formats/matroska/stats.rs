//! Counts of the frames of tracks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pagecut::Error;
use pagecut::media::matroska::{Packet, Segment, Streams, Track, TrackType};

use crate::stats::TrackRow;

/// The sums of the packets of a track.
struct Sum {
    row: TrackRow,
    /// In nanoseconds.
    start: i128,
    end: i128,
}

impl Sum {
    fn new(track: &Track<'_>) -> Self {
        let row = TrackRow {
            track: track.number,
            kind: kind_of(track.track_type),
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

    fn into_row(self) -> TrackRow {
        TrackRow { duration: self.end.saturating_sub(self.start).max(0) as f64 / 1e9, ..self.row }
    }
}

/// Counts the frames of the tracks of all segments, and returns the first error.
pub(super) fn tracks(mut segment: Segment<'_>) -> (Vec<TrackRow>, Option<Error>) {
    let mut numbering = Streams::new(&segment);
    let mut sums = BTreeMap::new();
    let (mut first_error, mut known) = (None, 0);
    loop {
        first_error = first_error.or_else(|| segment.faults().first().cloned());
        // Segments may share tracks, which are known already.
        if known < numbering.kinds().len() {
            known = numbering.kinds().len();
            for (track, &stream) in segment.tracks().iter().zip(numbering.of_tracks()) {
                sums.entry(stream).or_insert_with(|| Sum::new(track));
            }
        }
        let mut packets = segment.packets();
        for packet in packets.by_ref() {
            match packet {
                Ok(packet) => {
                    let tick = segment.tracks()[packet.track].tick(segment.info().timestamp_scale);
                    if let Some(sum) = sums.get_mut(&numbering.of_tracks()[packet.track]) {
                        sum.add(&packet, tick);
                    }
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        let Some(next) = packets.next_segment() else { break };
        segment = next;
        numbering.follow(&segment);
    }
    (sums.into_values().map(Sum::into_row).collect(), first_error)
}

/// Returns the kind of a track by its type.
fn kind_of(track_type: TrackType) -> Cow<'static, str> {
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
