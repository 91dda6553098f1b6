//! Start and end of streams by the timestamps of their PES packets.

use pagecut::media::mpegts::{Clocks, Packets, PesPacket, Programs};

use crate::probe::report::Stream;
use crate::streams::Kind;

/// The time range of a stream in units of 90 kHz.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    /// `PTS` of the first packet that has one.
    pub(super) start: Option<i64>,
    pub(super) duration: Option<i64>,
    /// Time from the start to the end of the last packet read.
    latest: i64,
}

impl Extent {
    /// Records the end of a packet. A jump of a minute or more does not extend the stream, as in ffprobe.
    fn take_end(&mut self, end: i64) {
        const JUMP: i64 = 60 * 90_000;
        let Some(duration) = self.start.map(|start| end - start).filter(|&duration| duration > 0) else {
            return;
        };
        let is_longer =
            self.duration.is_none_or(|before| before < duration && (duration - self.latest).abs() < JUMP);
        if is_longer {
            self.duration = Some(duration);
        }
        self.latest = duration;
    }
}

/// The extents of all streams.
#[derive(Debug, Default)]
pub(super) struct Extents {
    list: Vec<Extent>,
    /// The last presentation times in the start of the input.
    last: Vec<Option<i64>>,
    clocks: Clocks,
}

impl Extents {
    /// Records a packet near the start of the input.
    pub(super) fn add(&mut self, programs: &Programs, packet: &PesPacket<'_>) {
        let Some((stream, pts)) = time(programs, &mut self.clocks, packet) else { return };
        if self.list.len() <= stream {
            self.list.resize_with(stream + 1, Extent::default);
            self.last.resize(stream + 1, None);
        }
        self.list[stream].start.get_or_insert(pts);
        self.last[stream] = self.last[stream].max(Some(pts));
    }

    /// Finds the ends of the streams near the end of the input. `is_whole`: the start of the input is all of it.
    pub(super) fn finish(
        mut self,
        format: Packets,
        data: &[u8],
        programs: &Programs,
        streams: &[Stream],
        is_whole: bool,
    ) -> Vec<Extent> {
        self.list.resize_with(streams.len(), Extent::default);
        self.last.resize(streams.len(), None);
        let packet_durations: Vec<i64> = streams.iter().map(packet_duration).collect();
        if is_whole && self.clocks.have_turned() {
            // The times near the end do not show how often the clock wrapped around.
            let ends = self.last.iter().zip(&packet_durations);
            for (extent, (last, duration)) in self.list.iter_mut().zip(ends) {
                last.iter().for_each(|last| extent.take_end(last + duration));
            }
            return self.list;
        }
        self.take_ends(format, data, programs, streams, &packet_durations);
        self.list
    }

    /// Records the ends of packets near the end of the input, until all video and audio streams have one there.
    fn take_ends(
        &mut self,
        format: Packets,
        data: &[u8],
        programs: &Programs,
        streams: &[Stream],
        packet_durations: &[i64],
    ) {
        /// Number of payload bytes read at the end of an input, and how often it is doubled, as in ffprobe.
        const END_LEN: usize = 250_000;
        const MOST_DOUBLINGS: u32 = 6;
        for doubling in 0..=MOST_DOUBLINGS {
            let from = data.len().saturating_sub(END_LEN << doubling);
            let most = (END_LEN << doubling.saturating_sub(1)) as u64;
            let mut read = 0;
            let mut clocks = self.clocks.rewound();
            // A piece that begins inside a packet starts with a gap.
            for packet in format.pes_packets(&data[from..]).filter_map(Result::ok) {
                if read >= most {
                    break;
                }
                read += packet.len();
                let Some((stream, pts)) = time(programs, &mut clocks, &packet) else { continue };
                if let (Some(extent), Some(duration)) =
                    (self.list.get_mut(stream), packet_durations.get(stream))
                {
                    extent.take_end(pts + duration);
                }
            }
            let has_end = |(stream, extent): (&Stream, &Extent)| {
                !matches!(stream.kind, Kind::Video | Kind::Audio) || extent.duration.is_some()
            };
            if from == 0 || streams.iter().zip(&self.list).all(has_end) {
                return;
            }
        }
    }
}

/// Returns the stream and the presentation time of a packet. ffprobe ignores packets without a payload.
fn time(programs: &Programs, clocks: &mut Clocks, packet: &PesPacket<'_>) -> Option<(usize, i64)> {
    let stream = programs.stream_of(packet.pid())?;
    // The clock is unwrapped by decode times.
    clocks.time(programs, stream, packet.dts()?);
    let pts = clocks.time(programs, stream, packet.pts()?);
    (!packet.is_empty()).then_some((stream, pts))
}

/// Returns the duration of a packet in units of 90 kHz: a picture, or a frame of a coding with a fixed number of samples per
/// frame. 0 if it is unknown; the stream then ends at the start of its last packet, as in ffprobe.
fn packet_duration(stream: &Stream) -> i64 {
    let period = match stream.kind {
        Kind::Video if stream.codec_name.is_some() => {
            stream.r_frame_rate.and_then(|rate| rate.period(90_000))
        }
        Kind::Audio => {
            let rate = stream.sound.as_ref().and_then(|sound| sound.sample_rate);
            let samples: u64 = match stream.codec_name {
                // The rate of spectral band replication counts twice as many samples (ISO/IEC 14496-3, 4.6.18.2.5).
                Some("aac" | "aac_latm")
                    if stream.profile.as_deref().is_some_and(|name| name.starts_with("HE-AAC")) =>
                {
                    2048
                }
                Some("aac" | "aac_latm") => 1024,
                // Half as many at the low sampling frequencies (ISO/IEC 13818-3, 2.4.2.1).
                Some("mp3") if rate.is_some_and(|rate| rate <= 24_000) => 576,
                Some("mp2" | "mp3") => 1152,
                Some("mp1") => 384,
                Some("ac3") => 1536,
                _ => 0,
            };
            rate.and_then(|rate| (samples * 90_000).checked_div(rate))
        }
        _ => None,
    };
    period.and_then(|period| i64::try_from(period).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::report::Sound;
    use crate::time_base::TimeBase;

    #[test]
    fn a_jump_does_not_prolong_a_stream() {
        let mut extent = Extent { start: Some(1000), ..Extent::default() };
        for end in [900, 4600, 8200, 8200 + 60 * 90_000, 8200 + 61 * 90_000, 5000, 9000] {
            extent.take_end(end);
        }
        // The second end after the jump is near the first one.
        assert_eq!(extent.duration, Some(7200 + 61 * 90_000));
        let mut extent = Extent { start: Some(0), ..Extent::default() };
        [3600, 90_000 * 70, 7200].into_iter().for_each(|end| extent.take_end(end));
        assert_eq!(extent.duration, Some(3600));
    }

    #[test]
    fn frames_of_sound_last_by_their_coding() {
        let duration = |name, profile: Option<&str>, rate| {
            let mut stream = Stream::bare(0, Kind::Audio, TimeBase::per_second(90_000));
            stream.codec_name = Some(name);
            stream.profile = profile.map(str::to_owned);
            stream.sound = Some(Sound { sample_rate: Some(rate), ..Sound::default() });
            packet_duration(&stream)
        };
        assert_eq!(duration("aac", Some("LC"), 44_100), 2089);
        assert_eq!(duration("aac_latm", Some("HE-AAC"), 44_100), 4179);
        assert_eq!([duration("mp3", None, 44_100), duration("mp3", None, 24_000)], [2351, 2160]);
        assert_eq!([duration("ac3", None, 48_000), duration("eac3", None, 48_000)], [2880, 0]);
        assert_eq!(duration("mp2", None, 0), 0);
    }
}
