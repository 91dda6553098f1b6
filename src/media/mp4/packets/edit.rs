//! Edits applied to packets, as in libavformat.

use std::ops::Range;

use super::Packet;
use super::media::MediaPackets;
use crate::media::mp4::{MediaKind, Movie, Track};
use crate::media::time_base::rescale;

/// The only edit of a track besides empty ones (ISO/IEC 14496-12 §8.6.6).
///
/// Decoding starts at the last sync sample at or before the start of the edit; for audio, a second earlier, since its
/// decoders need the samples before. It ends at the first sync sample after the edit; with composition offsets at the one
/// after that, since frames after a sync sample may be shown before it. Samples that are decoded but lie outside of the edit
/// are discarded.
#[derive(Debug)]
pub(super) struct Edit {
    /// The presented composition times.
    presented: Range<i64>,
    is_sound: bool,
    has_offsets: bool,
    /// Number of samples of the track.
    count: u64,
    /// Index of the first decoded sample.
    first: u64,
    /// The shift of composition times.
    shift: i64,
    /// The decode time of the first packet, if no packet is presented: then all packets have that time.
    stands_at: Option<i64>,
    /// A sync sample after the edit was returned.
    has_sync_after: bool,
    has_ended: bool,
}

impl Edit {
    /// Returns the edit of a track; `None` in fragmented movies, and if there are several edits or none.
    pub(super) fn only_one(movie: &Movie<'_>, track: &Track<'_>, media: &MediaPackets<'_>) -> Option<Self> {
        if movie.is_fragmented() {
            return None;
        }
        let (timescale, movie_timescale) = (track.media().timescale, movie.header().timescale.max(1));
        let in_track = |duration: u64| {
            rescale(i64::try_from(duration).unwrap_or(i64::MAX), timescale.into(), movie_timescale.into())
        };
        let mut delay = 0_i64;
        let mut only = None;
        for edit in track.edits() {
            match (edit.media_time, &only) {
                (None, None) => delay = delay.saturating_add(in_track(edit.duration)),
                (None, Some(_)) => {}
                (Some(start), None) => only = Some((start, in_track(edit.duration))),
                (Some(_), Some(_)) => return None,
            }
        }
        let (start, duration) = only?;
        let start = i64::try_from(start).unwrap_or(i64::MAX);
        let mut edit = Self {
            presented: start..start.saturating_add(duration),
            is_sound: media.is_sound,
            has_offsets: track.has_composition_offsets(),
            count: track.walked_table_len(),
            first: 0,
            shift: 0,
            stands_at: None,
            has_sync_after: false,
            has_ended: false,
        };
        edit.first = edit.find_first(media.clone(), timescale.into());
        edit.find_shift(media.clone(), delay, track);
        Some(edit)
    }

    /// Returns the shift of composition times.
    pub(super) fn shift(&self) -> i64 {
        self.shift
    }

    /// Finds the sample where decoding of the first presented sample starts.
    fn find_first(&self, media: MediaPackets<'_>, second: i64) -> u64 {
        let mut wanted = self.presented.start;
        let (mut last, mut sync) = (None, None);
        for packet in media {
            if last.is_none() && self.is_sound {
                wanted = wanted.saturating_sub(second).max(packet.dts);
            }
            if packet.dts > wanted {
                break;
            }
            last = Some(packet.index);
            let is_shown = !self.has_offsets || packet.pts <= wanted;
            // Of several with equal times, the first counts.
            if packet.is_sync && is_shown && sync.is_none_or(|(_, dts)| dts < packet.dts) {
                sync = Some((packet.index, packet.dts));
            }
        }
        let sync = sync.map(|(index, _)| index);
        sync.or(last.filter(|_| !self.has_offsets)).unwrap_or(0)
    }

    /// Finds the shift of times: the first presented packet is decoded at the start of the presentation, or at the end of
    /// the empty edits; frames are then shown from there.
    fn find_shift(&mut self, mut media: MediaPackets<'_>, delay: i64, track: &Track<'_>) {
        let mut packets = media.by_ref().skip_while(|packet| packet.index < self.first).peekable();
        let first_dts = packets.peek().map_or(0, |packet| packet.dts);
        let Some(begun) = packets.find(|packet| self.is_presented(packet)) else {
            drop(packets);
            if media.has_error() {
                // The rest of the track is missing.
                self.shift = delay.saturating_sub(self.presented.start);
            } else {
                self.stands_at = Some(first_dts);
                self.shift = delay.saturating_sub(first_dts);
            }
            return;
        };
        // Audio that begins before the edit is shifted earlier by that amount.
        let early = if self.is_sound { self.presented.start.saturating_sub(begun.pts).max(0) } else { 0 };
        self.shift = delay.saturating_sub(early).saturating_sub(begun.dts);
        if track.kind() != MediaKind::Video {
            return;
        }
        // Frames may be shown before that: libavformat counts those with negative times only until the next one.
        let (mut first_shown, advance) = (None, track.greatest_advance());
        for packet in std::iter::once(begun).chain(packets) {
            let [shown, decoded] = [packet.pts, packet.dts].map(|time| time.saturating_add(self.shift));
            if first_shown.is_some_and(|first| (0..=decoded.saturating_sub(advance)).contains(&first)) {
                break;
            }
            if self.presented.contains(&packet.pts) {
                first_shown = Some(
                    first_shown.filter(|&first| first >= 0).map_or(shown, |first: i64| first.min(shown)),
                );
            }
        }
        let late = first_shown.unwrap_or(delay).saturating_sub(delay).max(0);
        self.shift = self.shift.saturating_sub(late);
    }

    /// Whether a packet is presented; for audio, a part of it is enough at the start.
    fn is_presented(&self, packet: &Packet<'_>) -> bool {
        let start = self.presented.start;
        self.presented.contains(&packet.pts)
            || (self.is_sound && packet.pts < start && self.end(packet) > start)
    }

    /// Applies the edit to the next packet, which has media times.
    pub(super) fn place(&mut self, packet: &mut Packet<'_>) {
        packet.is_left_out = self.has_ended || packet.index < self.first;
        packet.is_discarded |= packet.is_left_out || !self.is_presented(packet);
        if !packet.is_left_out && self.end(packet) >= self.presented.end && (packet.is_sync || self.is_sound)
        {
            self.has_ended = self.has_sync_after || self.is_sound || !self.has_offsets;
            self.has_sync_after = true;
        }
        if let Some(dts) = self.stands_at {
            packet.pts = dts.saturating_add(packet.pts.saturating_sub(packet.dts));
            packet.dts = dts;
        }
    }

    /// Returns the end of the next packet if each is shown as it is decoded. The last one lasts as long as the edit.
    fn end(&self, packet: &Packet<'_>) -> i64 {
        let is_last = packet.index + u64::from(packet.samples) >= self.count;
        let duration = if is_last {
            self.presented.end.saturating_sub(self.presented.start)
        } else {
            i64::try_from(packet.duration).unwrap_or(i64::MAX)
        };
        packet.pts.saturating_add(duration)
    }
}
