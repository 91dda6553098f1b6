//! Start and duration of an input, computed from its streams as in ffprobe.

use super::report::{Program, Stream, Times};
use crate::streams::Kind;

/// Number of bytes that are searched for the starts of the streams, as in ffprobe.
pub(crate) const START_LEN: u64 = 5_000_000;

/// Maximum distance in microseconds between text and media for the text to count.
const NEAR: i64 = 1_000_000;

/// Start and duration of an input in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) start: Option<i64>,
    pub(crate) duration: Option<i64>,
}

/// The earliest start, the latest end and the longest duration of some streams, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: Option<i64>,
    end: Option<i64>,
    longest: Option<i64>,
}

impl Span {
    fn of<'a>(streams: impl Iterator<Item = &'a Stream>) -> Self {
        streams.fold(Self::default(), Self::with)
    }

    fn with(self, stream: &Stream) -> Self {
        let micros = |time: Option<i64>| time.map(|time| stream.time_base.micros(time));
        let (start, duration) = (micros(stream.times.start_pts), micros(stream.times.duration_ts));
        let end = start.zip(duration).map(|(start, duration)| start.saturating_add(duration));
        Self {
            start: self.start.into_iter().chain(start).min(),
            // `None` is less than every time.
            end: self.end.max(end),
            longest: self.longest.max(duration),
        }
    }

    /// Returns the duration from start to end.
    fn duration(self) -> Option<i64> {
        Some(self.end?.saturating_sub(self.start?))
    }

    /// Returns the span of media and text together. Text far from the media is ignored.
    fn with_text(self, text: Self) -> Self {
        let later = |media: Option<i64>, text: Option<i64>| match (media, text) {
            (Some(media), Some(text)) if text > media && text.saturating_sub(media) < NEAR => Some(text),
            (media, text) => media.or(text),
        };
        let back = |time: Option<i64>| time.map(i64::saturating_neg);
        Self {
            start: back(later(back(self.start), back(text.start))),
            end: later(self.end, text.end),
            longest: later(self.longest, text.longest),
        }
    }
}

/// Returns whether the streams of a container whose kinds are all known are text: subtitles and data.
pub(crate) fn is_subtitle_or_data(stream: &Stream) -> bool {
    matches!(stream.kind, Kind::Subtitle | Kind::Data)
}

impl Whole {
    /// Computes the times of the whole, and gives them to the streams that have no start. `stated` is the duration that the container
    /// states. The whole lasts at least as long as the longest of several programs.
    pub(crate) fn complete(
        streams: &mut [Stream],
        programs: &[Program],
        is_subtitle_or_data: fn(&Stream) -> bool,
        stated: Option<i64>,
    ) -> Self {
        let whole = Self::of(streams, programs, is_subtitle_or_data, stated);
        whole.give_to(streams);
        whole
    }

    fn of(
        streams: &[Stream],
        programs: &[Program],
        is_subtitle_or_data: fn(&Stream) -> bool,
        stated: Option<i64>,
    ) -> Self {
        let (media, text) = (
            Span::of(streams.iter().filter(|stream| !is_subtitle_or_data(stream))),
            Span::of(streams.iter().filter(|stream| is_subtitle_or_data(stream))),
        );
        let all = media.with_text(text);
        let between = if programs.len() > 1 {
            let of_program = |program: &Program| {
                Span::of(program.streams.iter().filter_map(|&index| streams.get(index))).duration()
            };
            programs.iter().filter_map(of_program).max()
        } else {
            all.duration()
        };
        let longest = all.longest.max(between).filter(|&duration| duration > 0);
        Self { start: all.start, duration: stated.or(longest) }
    }

    /// Gives the times of the whole to the streams that have no start.
    pub(crate) fn give_to(self, streams: &mut [Stream]) {
        for stream in streams.iter_mut().filter(|stream| stream.times.start_pts.is_none()) {
            let units = |micros| stream.time_base.units(micros);
            let (start, duration) = (self.start.map(units), self.duration.map(units));
            stream.times = Times::new(stream.time_base, start, duration.or(stream.times.duration_ts));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_base::TimeBase;

    /// Builds a stream with start and duration in milliseconds.
    fn stream(kind: Kind, start: Option<i64>, duration: Option<i64>) -> Stream {
        let time_base = TimeBase::per_second(1000);
        Stream { times: Times::new(time_base, start, duration), ..Stream::bare(0, kind, time_base) }
    }

    fn complete(streams: &mut [Stream], stated: Option<i64>) -> Whole {
        Whole::complete(streams, &[], is_subtitle_or_data, stated)
    }

    #[test]
    fn the_whole_lasts_from_the_first_start_to_the_last_end() {
        let mut streams = [
            stream(Kind::Video, Some(100), Some(2000)),
            stream(Kind::Audio, Some(0), Some(1000)),
            stream(Kind::Data, None, Some(5)),
        ];
        let whole = complete(&mut streams, None);
        assert_eq!(whole, Whole { start: Some(0), duration: Some(2_100_000) });
        // The stream without a start takes the times of the input.
        assert_eq!((streams[2].times.start_pts, streams[2].times.duration_ts), (Some(0), Some(2100)));
    }

    #[test]
    fn subtitles_count_where_they_are_near() {
        let whole = |start, duration| {
            let mut streams = [
                stream(Kind::Video, Some(0), Some(2000)),
                stream(Kind::Subtitle, Some(start), Some(duration)),
            ];
            complete(&mut streams, None)
        };
        assert_eq!(whole(500, 2000), Whole { start: Some(0), duration: Some(2_500_000) });
        assert_eq!(whole(-500, 1000), Whole { start: Some(-500_000), duration: Some(2_500_000) });
        assert_eq!(whole(0, 9000), Whole { start: Some(0), duration: Some(2_000_000) });
        assert_eq!(whole(-5000, 1000), Whole { start: Some(0), duration: Some(2_000_000) });
    }

    #[test]
    fn streams_without_times_have_no_whole() {
        let mut streams = [stream(Kind::Video, None, Some(0))];
        assert_eq!(complete(&mut streams, None), Whole::default());
        assert_eq!(complete(&mut streams, Some(7)), Whole { start: None, duration: Some(7) });
    }

    #[test]
    fn of_several_programs_the_longest_counts() {
        let program = |streams: &[usize]| Program {
            number: 1,
            map_pid: 32,
            pcr_pid: None,
            streams: streams.to_vec(),
            tags: Vec::new(),
        };
        let duration = |programs: &[Program]| {
            let mut streams = [
                stream(Kind::Video, Some(0), Some(1000)),
                stream(Kind::Audio, Some(500), Some(1000)),
                stream(Kind::Video, Some(10_000), Some(1000)),
            ];
            Whole::complete(&mut streams, programs, is_subtitle_or_data, None).duration
        };
        assert_eq!(duration(&[program(&[0, 1]), program(&[2])]), Some(1_500_000));
        assert_eq!(duration(&[program(&[0, 1, 2])]), Some(11_000_000));
    }

    #[test]
    fn times_at_the_limits_do_not_overflow() {
        let mut streams = [
            stream(Kind::Video, Some(i64::MIN), Some(i64::MAX)),
            stream(Kind::Data, Some(i64::MIN), Some(i64::MAX)),
        ];
        assert_eq!(complete(&mut streams, None).duration, Some(i64::MAX));
    }
}
