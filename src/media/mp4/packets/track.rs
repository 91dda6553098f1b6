//! The packets of a track.

use super::edit::Edit;
use super::{Packet, Times};
use crate::error::Error;
use crate::media::mp4::{MediaKind, Movie, Sample, Samples, Track};

/// Maximum number of samples per channel in a packet of PCM audio.
const MAX_PCM_SAMPLES: u32 = 1024;

/// Audio frames of at least this many samples are packets of their own.
const LONG_FRAME: u32 = 160;

/// The remaining packets of a track.
#[derive(Debug)]
pub(super) struct TrackPackets<'data> {
    media: MediaPackets<'data>,
    /// The shifts of decode times and of composition times.
    shifts: (i64, i64),
    /// The only effective edit.
    edit: Option<Edit>,
    head: Option<Packet<'data>>,
    error: Option<Error>,
}

impl<'data> TrackPackets<'data> {
    /// Creates the state before the first packet: the first call of `advance` returns `None`.
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

    /// Returns the time units per second.
    pub(super) fn timescale(&self) -> u32 {
        self.media.timescale
    }

    /// Returns the next packet.
    pub(super) fn head(&self) -> Option<&Packet<'data>> {
        self.head.as_ref()
    }

    /// Takes the error that ended the packets.
    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Takes the next packet, and reads the one after it.
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

/// The packets of a track with media times.
#[derive(Debug, Clone)]
pub(super) struct MediaPackets<'data> {
    track: usize,
    timescale: u32,
    samples: Samples<'data>,
    /// Maximum number of samples in a packet.
    max_samples: u64,
    pub(super) is_sound: bool,
    /// Decode time of the last sample of the previous run.
    end_of_run: Option<i64>,
    /// Decode time of the previous packet.
    last_dts: Option<i64>,
    /// There are no more packets.
    has_ended: bool,
    /// The error that ended them.
    error: Option<Error>,
}

impl<'data> MediaPackets<'data> {
    fn new(index: usize, track: &Track<'data>) -> Self {
        let is_sound = track.kind() == MediaKind::Audio;
        let max_samples = match track.samples_per_frame() {
            Some(samples @ ..LONG_FRAME) if is_sound => u64::from(MAX_PCM_SAMPLES / samples),
            _ => 1,
        };
        Self {
            track: index,
            timescale: track.media().timescale,
            samples: track.samples(),
            max_samples,
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

    /// Creates the packet that begins with a sample.
    fn packet(&mut self, sample: &Sample<'data>) -> Packet<'data> {
        let mut packet = Packet {
            track: self.track,
            index: sample.index,
            samples: 1,
            offset: sample.range.start,
            dts: sample.dts,
            pts: sample.pts,
            duration: sample.duration.into(),
            // The flags of audio in fragments are often those of video.
            is_sync: sample.is_sync || (self.is_sound && self.samples.is_in_fragments()),
            is_discarded: self.is_discarded(sample),
            is_left_out: false,
            is_output: sample.is_output,
            data: sample.data,
        };
        self.last_dts = Some(sample.dts);
        if self.max_samples > 1 {
            let more = self.samples.left_in_chunk().min(self.max_samples - 1);
            self.lengthen(&mut packet, sample.range.end, more);
        }
        packet
    }

    /// Appends up to `more` following contiguous samples to a packet.
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

    /// Whether a sample is not output or is a repetition: in fragments, its decode time is not after the last sample of the
    /// previous run.
    fn is_discarded(&mut self, sample: &Sample<'_>) -> bool {
        if self.samples.has_begun_run() {
            self.end_of_run = self.last_dts;
        }
        !sample.is_output || self.end_of_run.is_some_and(|end| sample.dts <= end)
    }
}

impl<'data> Iterator for MediaPackets<'data> {
    type Item = Packet<'data>;

    /// Returns the next packet; `None` after an error, which is kept.
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
