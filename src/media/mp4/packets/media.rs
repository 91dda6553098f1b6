//! The packets of a track before edits are applied.

use super::Packet;
use crate::error::Error;
use crate::media::mp4::{MediaKind, Sample, Samples, Track};

/// Maximum number of samples per channel in a packet of PCM audio.
const MAX_PCM_SAMPLES: u32 = 1024;

/// Audio frames of at least this many samples are packets of their own.
const LONG_FRAME: u32 = 160;

/// The packets of a track with media times.
#[derive(Debug, Clone)]
pub(super) struct MediaPackets<'data> {
    track: usize,
    pub(super) timescale: u32,
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
    pub(super) fn new(index: usize, track: &Track<'data>) -> Self {
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

    /// Takes the error that ended the packets.
    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
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
