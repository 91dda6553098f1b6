//! The packets of a track.

use super::edit::Edit;
use super::{Packet, Times};
use crate::error::Error;
use crate::media::mp4::{MediaKind, Movie, Sample, Samples, Track};

/// How many samples of each channel a packet of plain sound has at the most.
const SAMPLES_OF_SOUND: u32 = 1024;

/// Frames of sound of at least this many samples are packets of their own.
const LONG_FRAME: u32 = 160;

/// The packets of a track that are still to come.
#[derive(Debug)]
pub(super) struct TrackPackets<'data> {
    media: MediaPackets<'data>,
    /// What to add to decode times and to composition times.
    shifts: (i64, i64),
    /// The only edit that counts.
    edit: Option<Edit>,
    head: Option<Packet<'data>>,
    error: Option<Error>,
}

impl<'data> TrackPackets<'data> {
    /// Before the first packet: the first call of `advance` takes none.
    pub(super) fn new(movie: &Movie<'data>, index: usize, track: &Track<'data>, times: Times) -> Self {
        let media = MediaPackets::new(index, track);
        let (mut shifts, mut edit) = ((0, 0), None);
        if times == Times::Presentation {
            let advance = track.greatest_advance();
            edit = Edit::only_one(movie, track, &media);
            shifts = match &edit {
                Some(edit) => (edit.shift().saturating_sub(advance), edit.shift()),
                None => {
                    let timescale = track.media().timescale;
                    let shift = track.edits().presentation_shift(movie.header().timescale, timescale);
                    let (earlier, later) = if movie.is_fragmented() { (0, advance) } else { (advance, 0) };
                    (shift.saturating_sub(earlier), shift.saturating_add(later))
                }
            };
        }
        Self { media, shifts, edit, head: None, error: None }
    }

    /// Time units in a second.
    pub(super) fn timescale(&self) -> u32 {
        self.media.timescale
    }

    /// The next packet.
    pub(super) fn head(&self) -> Option<&Packet<'data>> {
        self.head.as_ref()
    }

    /// The error that ended the packets.
    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Takes the next packet, and makes the one after it the next.
    pub(super) fn advance(&mut self) -> Option<Packet<'data>> {
        let next = self.media.next();
        if let Some(error) = self.media.error.take() {
            self.error = Some(error);
        }
        let next = next.map(|mut packet| {
            if let Some(edit) = &mut self.edit {
                edit.place(&mut packet);
            }
            packet.dts = packet.dts.saturating_add(self.shifts.0);
            packet.pts = packet.pts.saturating_add(self.shifts.1);
            packet
        });
        std::mem::replace(&mut self.head, next)
    }
}

/// The packets of a track with the times of the media.
#[derive(Debug, Clone)]
pub(super) struct MediaPackets<'data> {
    track: usize,
    timescale: u32,
    samples: Samples<'data>,
    /// How many samples are put together.
    most_samples: u64,
    pub(super) is_sound: bool,
    /// When the last sample of the run before is decoded.
    end_of_run: Option<i64>,
    /// When the packet before was decoded.
    last_dts: Option<i64>,
    /// There are no more packets.
    has_ended: bool,
    /// The error that ended them.
    error: Option<Error>,
}

impl<'data> MediaPackets<'data> {
    fn new(index: usize, track: &Track<'data>) -> Self {
        let is_sound = track.kind() == MediaKind::Audio;
        let most_samples = match track.samples_per_frame() {
            Some(samples @ ..LONG_FRAME) if is_sound => u64::from(SAMPLES_OF_SOUND / samples),
            _ => 1,
        };
        Self {
            track: index,
            timescale: track.media().timescale,
            samples: track.samples(),
            most_samples,
            is_sound,
            end_of_run: None,
            last_dts: None,
            has_ended: false,
            error: None,
        }
    }

    /// Whether an error ended the packets.
    pub(super) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// The packet that begins with a sample.
    fn packet(&mut self, sample: &Sample<'data>) -> Packet<'data> {
        let mut packet = Packet {
            track: self.track,
            index: sample.index,
            samples: 1,
            offset: sample.range.start,
            dts: sample.dts,
            pts: sample.pts,
            duration: sample.duration.into(),
            // Of sound in fragments, the flags are often those of pictures.
            is_sync: sample.is_sync || (self.is_sound && self.samples.is_in_fragments()),
            is_discarded: self.is_discarded(sample),
            is_left_out: false,
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
                    self.has_ended = true;
                    break;
                }
                None => break,
            }
        }
        packet.data = self.samples.bytes(packet.offset..end).unwrap_or(packet.data);
    }

    /// Whether a sample is not output, or comes again: in fragments, it is decoded no later than the last sample of the run before.
    fn is_discarded(&mut self, sample: &Sample<'_>) -> bool {
        if self.samples.has_begun_run() {
            self.end_of_run = self.last_dts;
        }
        !sample.is_output || self.end_of_run.is_some_and(|end| sample.dts <= end)
    }
}

impl<'data> Iterator for MediaPackets<'data> {
    type Item = Packet<'data>;

    /// The next packet; none after an error, which is kept.
    fn next(&mut self) -> Option<Packet<'data>> {
        if self.has_ended {
            return None;
        }
        match self.samples.next() {
            Some(Ok(sample)) => return Some(self.packet(&sample)),
            Some(Err(error)) => self.error = Some(error),
            None => {}
        }
        self.has_ended = true;
        None
    }
}
