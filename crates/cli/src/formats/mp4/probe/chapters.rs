//! Chapters of title tracks and of Nero (`chpl`).

use pagecut::media::mp4::{MetadataKey, Movie, Packet};

use super::tags::utf8;
use crate::probe::report::{Chapter, Stream};
use crate::time_base::TimeBase;

/// Maximum number of chapters.
const MAX_CHAPTERS: usize = 65_536;

/// A sample of a title track.
#[derive(Debug)]
pub(super) struct Title {
    track: usize,
    start: i64,
    text: String,
}

/// Collects the titles of chapters from packets.
#[derive(Debug, Default)]
pub(super) struct Titles {
    titles: Vec<Title>,
}

impl Titles {
    pub(super) fn add(&mut self, packet: &Packet<'_>) {
        if self.titles.len() < MAX_CHAPTERS {
            self.titles.push(Title { track: packet.track, start: packet.dts, text: title(packet.data) });
        }
    }
}

/// Reads the text of a sample: its length, then UTF-8, or UTF-16 after a byte order mark (QuickTime File Format, *Text
/// media*).
fn title(sample: &[u8]) -> String {
    let Some((&len, rest)) = sample.split_first_chunk() else { return String::new() };
    let text = &rest[..rest.len().min(u16::from_be_bytes(len).into())];
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = text[2..].as_chunks().0.iter().map(|&unit| read(unit)).take_while(|&unit| unit != 0);
        String::from_utf16_lossy(&units.collect::<Vec<_>>())
    };
    match text {
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        _ => utf8(text),
    }
}

/// A chapter whose end may be unknown.
struct Open {
    id: i64,
    time_base: TimeBase,
    start: i64,
    end: Option<i64>,
    title: String,
}

/// Returns the chapters. A chapter replaces an earlier one with the same number. `streams` are those of the tracks, and
/// `end` is that of the input in microseconds.
pub(super) fn of_movie(
    movie: &Movie<'_>,
    titles: Titles,
    streams: &[Stream],
    end: Option<i64>,
) -> Vec<Chapter> {
    let mut chapters = nero(movie);
    let mut titles = titles.titles;
    titles.sort_by_key(|title| title.track);
    for of_track in titles.chunk_by(|a, b| a.track == b.track) {
        let Some(stream) = of_track.first().and_then(|title| streams.get(title.track)) else { continue };
        for (id, title) in of_track.iter().enumerate() {
            let next = of_track.get(id + 1).map(|next| next.start).or(stream.times.duration_ts);
            let chapter = Open {
                id: i64::try_from(id).unwrap_or(i64::MAX),
                time_base: stream.time_base,
                start: title.start,
                end: next.filter(|&next| next >= title.start),
                title: title.text.clone(),
            };
            match chapters.get_mut(id) {
                Some(known) => *known = chapter,
                None => chapters.push(chapter),
            }
        }
    }
    close(chapters, end)
}

/// Ends each chapter without an end at the start of the next one, or at the end of the input.
fn close(chapters: Vec<Open>, end: Option<i64>) -> Vec<Chapter> {
    let mut starts: Vec<_> = chapters.iter().map(|open| open.time_base.micros(open.start)).collect();
    starts.sort_unstable();
    let chapters = chapters.into_iter().map(|open| {
        let start = open.time_base.micros(open.start);
        let next = starts.get(starts.partition_point(|&other| other <= start)).copied();
        let last = end.into_iter().chain(next).min().map(|end| open.time_base.units(end));
        let end = open.end.or(last).filter(|&end| end >= open.start).unwrap_or(open.start);
        Chapter::new(open.id, open.time_base, (open.start, end), vec![("title".to_owned(), open.title)])
    });
    chapters.collect()
}

/// Reads `chpl` of `udta`: a chapter count, and for each chapter a time in units of 100 nanoseconds and a length-prefixed
/// title.
fn nero(movie: &Movie<'_>) -> Vec<Open> {
    const UNITS: u32 = 10_000_000;
    let mut lists =
        movie.metadata().filter(|item| matches!(item.key(), MetadataKey::UserData(kind) if kind == *b"chpl"));
    let Some(list) = lists.next() else { return Vec::new() };
    let payload = list.mp4_box().payload();
    // Version, flags, and four more bytes if the version is not 0; then the count.
    let header = if payload.first() == Some(&0) { 4 } else { 8 };
    let Some((&count, mut rest)) = payload.get(header..).and_then(<[u8]>::split_first) else {
        return Vec::new();
    };
    let mut chapters = Vec::new();
    for id in 0..count.into() {
        let Some((&[t0, t1, t2, t3, t4, t5, t6, t7, len], after)) = rest.split_first_chunk() else { break };
        let Some((text, after)) = after.split_at_checked(len.into()) else { break };
        chapters.push(Open {
            id,
            time_base: TimeBase::per_second(UNITS),
            start: i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]),
            end: None,
            title: utf8(text),
        });
        rest = after;
    }
    chapters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_utf_8_and_utf_16() {
        assert_eq!(title(b"\0\x03one and more"), "one");
        assert_eq!(title(b"\0\x06\xfe\xff\0A\0\xe4"), "Aä");
        assert_eq!(title(b"\0\x04\xff\xfeA\0"), "A");
        assert_eq!(title(b"\0\x00"), "");
        assert_eq!(title(b"\0\x09cut"), "cut");
        assert_eq!(title(b"\0"), "");
    }
}
