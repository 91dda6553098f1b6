//! The times of an input as a whole, from those of its streams, as ffprobe computes them.

use super::report::{Stream, Times};
use crate::streams::Kind;

/// Subtitles and data count where they are apart from the other streams by less than this.
const NEAR: i64 = 1_000_000;

/// When an input starts, and how long it lasts, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) start: Option<i64>,
    pub(super) duration: Option<i64>,
}

/// The first start, the last end and the longest duration of some streams.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: Option<i64>,
    end: Option<i64>,
    duration: Option<i64>,
}

impl Span {
    fn add(&mut self, stream: &Stream) {
        let micros = |time: Option<i64>| time.map(|time| stream.time_base.micros(time));
        let (start, duration) = (micros(stream.times.start_pts), micros(stream.times.duration_ts));
        let end = start.zip(duration).map(|(start, duration)| start.saturating_add(duration));
        self.start = self.start.into_iter().chain(start).min();
        // `None` is less than every time.
        self.end = self.end.max(end);
        self.duration = self.duration.max(duration);
    }
}

impl Whole {
    /// Of the times of streams, if the container states no duration.
    fn of(streams: &[Stream], duration: Option<i64>) -> Self {
        let (mut media, mut text) = (Span::default(), Span::default());
        for stream in streams {
            let is_text = matches!(stream.kind, Kind::Subtitle | Kind::Data);
            if is_text { text.add(stream) } else { media.add(stream) }
        }
        // Text counts where there is nothing else, or where it is somewhat longer.
        let longer = |text: Option<i64>, media: Option<i64>| match (text, media) {
            (Some(text), Some(media)) if text > media && text.saturating_sub(media) < NEAR => Some(text),
            (text, media) => media.or(text),
        };
        let start =
            longer(text.start.map(|start| -start), media.start.map(|start| -start)).map(|start| -start);
        let end = longer(text.end, media.end);
        let between = start.zip(end).map(|(start, end)| end.saturating_sub(start));
        let longest = longer(text.duration, media.duration).max(between).filter(|&duration| duration > 0);
        Self { start, duration: duration.or(longest) }
    }

    /// Computes the times of the whole, and gives them to the streams that have no start. `duration` is what the container states.
    pub(super) fn complete(streams: &mut [Stream], duration: Option<i64>) -> Self {
        let whole = Self::of(streams, duration);
        for stream in streams.iter_mut().filter(|stream| stream.times.start_pts.is_none()) {
            let units = |micros| stream.time_base.units(micros);
            let start = whole.start.map(units);
            let duration = whole.duration.map(units).or(stream.times.duration_ts);
            stream.times = Times::new(stream.time_base, start, duration);
        }
        Self { start: Self::of(streams, None).start, ..whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_base::TimeBase;

    /// A stream by its start and its duration in milliseconds.
    fn stream(kind: Kind, start: Option<i64>, duration: Option<i64>) -> Stream {
        let time_base = TimeBase::per_second(1000);
        Stream { times: Times::new(time_base, start, duration), ..Stream::bare(0, kind, time_base) }
    }

    #[test]
    fn the_whole_lasts_from_the_first_start_to_the_last_end() {
        let mut streams = [
            stream(Kind::Video, Some(100), Some(2000)),
            stream(Kind::Audio, Some(0), Some(1000)),
            stream(Kind::Data, None, Some(5)),
        ];
        let whole = Whole::complete(&mut streams, None);
        assert_eq!(whole, Whole { start: Some(0), duration: Some(2_100_000) });
        // The stream without a start has the times of the whole.
        assert_eq!((streams[2].times.start_pts, streams[2].times.duration_ts), (Some(0), Some(2100)));
    }

    #[test]
    fn subtitles_count_where_they_are_near() {
        let whole = |start, duration| {
            let mut streams = [
                stream(Kind::Video, Some(0), Some(2000)),
                stream(Kind::Subtitle, Some(start), Some(duration)),
            ];
            Whole::complete(&mut streams, None)
        };
        assert_eq!(whole(500, 2000), Whole { start: Some(0), duration: Some(2_500_000) });
        assert_eq!(whole(-500, 1000), Whole { start: Some(-500_000), duration: Some(2_500_000) });
        assert_eq!(whole(0, 9000), Whole { start: Some(0), duration: Some(2_000_000) });
        assert_eq!(whole(-5000, 1000), Whole { start: Some(0), duration: Some(2_000_000) });
    }

    #[test]
    fn streams_without_times_have_no_whole() {
        let mut streams = [stream(Kind::Video, None, Some(0))];
        assert_eq!(Whole::complete(&mut streams, None), Whole::default());
        assert_eq!(Whole::complete(&mut streams, Some(7)), Whole { start: None, duration: Some(7) });
    }
}
