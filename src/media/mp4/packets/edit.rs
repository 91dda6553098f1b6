//! The packets that an edit presents, and when, as libavformat has it.

use std::ops::Range;

use super::track::MediaPackets;
use super::{Packet, rescale};
use crate::media::mp4::{MediaKind, Movie, Track};

/// The only edit of a track besides empty ones (ISO/IEC 14496-12 §8.6.6).
///
/// Decoding begins at the last sync sample that is shown at the start of the edit or before; of sound, a second earlier, since its decoders
/// need what comes before. It ends at the first sync sample after the edit; with composition offsets at the one after that, since pictures
/// that follow a sync sample may be shown before it. What is decoded and lies outside of the edit is discarded.
#[derive(Debug)]
pub(super) struct Edit {
    /// The composition times that are presented.
    presented: Range<i64>,
    is_sound: bool,
    has_offsets: bool,
    /// How many samples the track has.
    count: u64,
    /// The first sample that is decoded.
    first: u64,
    /// What to add to composition times.
    shift: i64,
    /// When the first packet is decoded, if none is presented: then all have that time.
    stands_at: Option<i64>,
    /// A sync sample after the edit was given.
    has_sync_after: bool,
    has_ended: bool,
}

impl Edit {
    /// The edit of a track; `None` in movies with fragments, and if there are several or none.
    pub(super) fn only_one(movie: &Movie<'_>, track: &Track<'_>, media: &MediaPackets<'_>) -> Option<Self> {
        if movie.is_fragmented() {
            return None;
        }
        let (timescale, movie_timescale) = (track.media().timescale, movie.header().timescale.max(1));
        let in_track = |duration: u64| {
            rescale(i64::try_from(duration).unwrap_or(i64::MAX), timescale.into(), movie_timescale)
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

    /// What to add to composition times.
    pub(super) fn shift(&self) -> i64 {
        self.shift
    }

    /// The sample from which the first one that is presented is decoded.
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
            // Of several of the same time the first counts.
            if packet.is_sync && is_shown && sync.is_none_or(|(_, dts)| dts < packet.dts) {
                sync = Some((packet.index, packet.dts));
            }
        }
        let sync = sync.map(|(index, _)| index);
        sync.or(last.filter(|_| !self.has_offsets)).unwrap_or(0)
    }

    /// Finds what to add to times: the first packet that is presented is decoded at the start of the presentation, or where empty edits end;
    /// then pictures are shown from there.
    fn find_shift(&mut self, mut media: MediaPackets<'_>, delay: i64, track: &Track<'_>) {
        let mut packets = media.by_ref().skip_while(|packet| packet.index < self.first).peekable();
        let first_dts = packets.peek().map_or(0, |packet| packet.dts);
        let Some(begun) = packets.find(|packet| self.is_presented(packet)) else {
            drop(packets);
            if media.has_error() {
                // The rest of the track is not there.
                self.shift = delay.saturating_sub(self.presented.start);
            } else {
                self.stands_at = Some(first_dts);
                self.shift = delay.saturating_sub(first_dts);
            }
            return;
        };
        // Sound that begins before the edit comes that much earlier.
        let early = if self.is_sound { self.presented.start.saturating_sub(begun.pts).max(0) } else { 0 };
        self.shift = delay.saturating_sub(early).saturating_sub(begun.dts);
        if track.kind() != MediaKind::Video {
            return;
        }
        // When pictures are shown before that: those of negative times count for libavformat only until the next one.
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

    /// Whether a packet is presented; of sound, a part of it is enough at the start.
    fn is_presented(&self, packet: &Packet<'_>) -> bool {
        let start = self.presented.start;
        self.presented.contains(&packet.pts)
            || (self.is_sound && packet.pts < start && self.end(packet) > start)
    }

    /// Tells of the next packet, which has the times of the media, what the edit makes of it.
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

    /// When the next packet is shown, if each is shown as it is decoded. The last one lasts as long as the edit.
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
