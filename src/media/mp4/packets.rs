//! Packets: what is handed to a decoder at once, of all tracks, in the order in which a file is best read.

use std::iter::FusedIterator;
use std::ops::Range;

use super::{Edits, MediaKind, Movie, Sample, Samples, Track};
use crate::error::{Error, Result};

/// How many samples of each channel a packet of plain sound has at the most.
const SAMPLES_OF_SOUND: u32 = 1024;

/// Frames of sound of at least this many samples are packets of their own.
const LONG_FRAME: u32 = 160;

/// A second, in the time units in which tracks are compared.
const SECOND: i64 = 1_000_000;

/// Which times packets have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Times {
    /// Those of the presentation: edits are applied as far as one shift does it, and decode times do not come behind
    /// composition times.
    #[default]
    Presentation,
    /// Those of the tables and fragments.
    Media,
}

/// A sample; or several samples of plain sound, or frames of compressed sound of QuickTime, that lie one after the other and last 1,024
/// time units or less.
///
/// Times are in time units of the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'data> {
    /// The index of its track in [`Movie::tracks`].
    pub track: usize,
    /// The first of its samples, counted from 0 in the track.
    pub index: u64,
    /// How many samples it has: 1, if they are not of plain sound.
    pub samples: u32,
    /// Where it lies, in bytes from the start of the input.
    pub offset: u64,
    /// When it is decoded.
    pub dts: i64,
    /// When it is shown.
    pub pts: i64,
    /// Until the next one is decoded.
    pub duration: u64,
    /// Decoding can start here.
    pub is_sync: bool,
    /// It is not presented: it is not output, or all of it lies outside of the only edit of its track, or, in a fragment, it is decoded no
    /// later than the last sample of the run before. With [`Times::Media`] the edit does not count.
    pub is_discarded: bool,
    /// The decoder outputs it; if not, `pts` is no time at which it is shown.
    pub is_output: bool,
    /// Its bytes.
    pub data: &'data [u8],
}

/// The packets of all tracks of a movie.
///
/// Of two that are due within a second of each other, the one that comes first in the file is first; of others the one that is
/// due first. So a file that is interleaved is read from front to back. That is the order of libavformat, and so are the packets.
///
/// An error ends its track, not the others: it is an item when all packets that there are have come.
#[derive(Debug)]
pub struct Packets<'data> {
    tracks: Vec<TrackPackets<'data>>,
}

impl<'data> Packets<'data> {
    pub(super) fn new(movie: &Movie<'data>, times: Times) -> Self {
        let tracks = movie.tracks().iter().enumerate();
        Self { tracks: tracks.map(|(index, track)| TrackPackets::new(movie, index, track, times)).collect() }
    }
}

impl<'data> Iterator for Packets<'data> {
    type Item = Result<Packet<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut first: Option<(usize, i64, u64)> = None;
        for (track, packets) in self.tracks.iter().enumerate() {
            let Some(packet) = &packets.head else { continue };
            let time = rescale(packet.dts, SECOND, packets.timescale);
            let is_first = first.is_none_or(|(_, first_time, first_offset)| {
                if first_time.abs_diff(time) <= SECOND.unsigned_abs() {
                    packet.offset < first_offset
                } else {
                    time < first_time
                }
            });
            if is_first {
                first = Some((track, time, packet.offset));
            }
        }
        if let Some((track, ..)) = first {
            return self.tracks[track].advance().map(Ok);
        }
        self.tracks.iter_mut().find_map(|packets| packets.error.take()).map(Err)
    }
}

impl FusedIterator for Packets<'_> {}

/// The packets of a track that are still to come.
#[derive(Debug)]
struct TrackPackets<'data> {
    track: usize,
    timescale: u32,
    samples: Samples<'data>,
    /// How many samples are put together.
    most_samples: u64,
    is_sound: bool,
    /// What to add to decode times and to composition times.
    shifts: (i64, i64),
    /// The composition times that are presented.
    presented: Range<i64>,
    /// When the last sample of the run before is decoded.
    end_of_run: Option<i64>,
    /// When the packet before was decoded.
    last_dts: Option<i64>,
    head: Option<Packet<'data>>,
    error: Option<Error>,
}

impl<'data> TrackPackets<'data> {
    fn new(movie: &Movie<'data>, index: usize, track: &Track<'data>, times: Times) -> Self {
        let (movie_timescale, timescale) = (movie.header().timescale, track.media().timescale);
        let (mut shifts, mut presented) = ((0, 0), i64::MIN..i64::MAX);
        if times == Times::Presentation {
            let edit = track.edits().presentation_shift(movie_timescale, timescale);
            let behind = track.greatest_advance();
            let (earlier, later) = if movie.is_fragmented() { (0, behind) } else { (behind, 0) };
            shifts = (edit.saturating_sub(earlier), edit.saturating_add(later));
            presented = presented_times(track.edits(), movie, timescale);
        }
        let is_sound = track.kind() == MediaKind::Audio;
        let most_samples = match track.samples_per_frame() {
            Some(samples @ ..LONG_FRAME) if is_sound => u64::from(SAMPLES_OF_SOUND / samples),
            _ => 1,
        };
        let mut packets = Self {
            track: index,
            timescale,
            samples: track.samples(),
            most_samples,
            is_sound,
            shifts,
            presented,
            end_of_run: None,
            last_dts: None,
            head: None,
            error: None,
        };
        packets.advance();
        packets
    }

    /// Takes the next packet, and makes the one behind it the next.
    fn advance(&mut self) -> Option<Packet<'data>> {
        let next = match self.error.is_none().then(|| self.samples.next()).flatten() {
            Some(Ok(sample)) => Some(self.packet(&sample)),
            Some(Err(error)) => {
                self.error = Some(error);
                None
            }
            None => None,
        };
        std::mem::replace(&mut self.head, next)
    }

    /// The packet that begins with a sample.
    fn packet(&mut self, sample: &Sample<'data>) -> Packet<'data> {
        let mut packet = Packet {
            track: self.track,
            index: sample.index,
            samples: 1,
            offset: sample.range.start,
            dts: sample.dts.saturating_add(self.shifts.0),
            pts: sample.pts.saturating_add(self.shifts.1),
            duration: sample.duration.into(),
            // Of sound in fragments, the flags are often those of pictures.
            is_sync: sample.is_sync || (self.is_sound && self.samples.is_in_fragments()),
            is_discarded: self.is_discarded(sample),
            is_output: sample.is_output,
            data: sample.data,
        };
        self.last_dts = Some(sample.dts);
        if self.most_samples > 1 {
            let more = self.samples.left_in_chunk().min(self.most_samples - 1);
            self.lengthen(&mut packet, sample.range.end, more);
        }
        packet
    }

    /// Takes in the next samples, which lie after a packet, as far as they are there.
    fn lengthen(&mut self, packet: &mut Packet<'data>, mut end: u64, more: u64) {
        for _ in 0..more {
            match self.samples.next() {
                Some(Ok(sample)) => {
                    end = sample.range.end;
                    packet.samples += 1;
                    packet.duration += u64::from(sample.duration);
                }
                Some(Err(error)) => {
                    self.error = Some(error);
                    break;
                }
                None => break,
            }
        }
        packet.data = self.samples.bytes(packet.offset..end).unwrap_or(packet.data);
    }

    fn is_discarded(&mut self, sample: &Sample<'_>) -> bool {
        if self.samples.has_begun_run() {
            self.end_of_run = self.last_dts;
        }
        if !sample.is_output || self.end_of_run.is_some_and(|end| sample.dts <= end) {
            return true;
        }
        // Of sound that is presented in part, a decoder leaves out the rest.
        let end = if self.is_sound {
            sample.pts.saturating_add(sample.duration.into())
        } else {
            sample.pts.saturating_add(1)
        };
        end <= self.presented.start || sample.pts >= self.presented.end
    }
}

/// The composition times that are presented, if there is one edit besides empty ones; else all.
fn presented_times(edits: Edits<'_>, movie: &Movie<'_>, timescale: u32) -> Range<i64> {
    let mut edits = edits.filter_map(|edit| Some((edit.media_time?, edit.duration)));
    let (Some((start, duration)), None) = (edits.next(), edits.next()) else { return i64::MIN..i64::MAX };
    let start = i64::try_from(start).unwrap_or(i64::MAX);
    // The duration of an edit of a movie in fragments is 0, or that of what was known when `moov` was written.
    if duration == 0 || movie.is_fragmented() {
        return i64::MIN..i64::MAX;
    }
    let duration = i64::try_from(duration).unwrap_or(i64::MAX);
    start..start.saturating_add(rescale(duration, timescale.into(), movie.header().timescale.max(1)))
}

/// `value * to / from`, rounded to the nearest, away from 0 if there are two.
pub(super) fn rescale(value: i64, to: i64, from: u32) -> i64 {
    let (product, from) = (i128::from(value) * i128::from(to), i128::from(from.max(1)));
    let half = if product < 0 { -(from / 2) } else { from / 2 };
    i64::try_from((product + half) / from).unwrap_or(if product < 0 { i64::MIN } else { i64::MAX })
}
