//! The streams of a movie: tracks, and pictures in the metadata.

use std::io;

use super::{MediaKind, MetadataItem, MetadataKey, MetadataValue, Movie, Track};
use crate::error::Result;

/// The largest number of streams in ffprobe.
const MAX_STREAMS: usize = 1000;

/// The streams of a movie with the numbers that ffprobe gives them: tracks, and pictures in the metadata, in the order of the file.
#[derive(Debug, Clone)]
pub struct Streams<'data> {
    streams: Vec<Stream<'data>>,
    /// The index of the stream of each track.
    of_tracks: Vec<usize>,
    roles: Vec<TrackRole>,
}

/// A stream of a movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream<'data> {
    /// The index of a track in [`Movie::tracks`].
    Track(usize),
    /// A picture in the metadata.
    CoverArt(CoverArt<'data>),
}

/// A picture in the metadata: an item `covr` (iTunes), or `com.apple.quicktime.artwork`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoverArt<'data> {
    /// The name that ffmpeg has for its codec: `png`, `mjpeg` or `bmp`.
    pub codec: &'static str,
    /// Its bytes.
    pub data: &'data [u8],
    /// Its start, in bytes from the start of the input.
    pub offset: u64,
}

/// The role of a track in the movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackRole {
    /// Media that is presented.
    Media,
    /// Titles of chapters (QuickTime File Format, *Track references*: `chap`).
    ChapterTitles,
    /// Pictures of chapters.
    ChapterThumbnails,
}

impl<'data> Streams<'data> {
    /// Lists the streams of a movie.
    ///
    /// # Errors
    ///
    /// If memory for the tracks is exhausted.
    ///
    /// ```
    /// use pagecut::media::mp4::{Movie, Stream, Streams};
    ///
    /// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
    /// let streams = Streams::new(&Movie::read(&data)?)?;
    /// assert_eq!(streams.iter().collect::<Vec<_>>(), [Stream::Track(0), Stream::Track(1)]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn new(movie: &Movie<'data>) -> Result<Self> {
        let tracks = movie.tracks().len();
        let room = MAX_STREAMS.saturating_sub(tracks);
        let covers =
            movie.metadata().filter(is_cover).flat_map(|item| item.values()).filter_map(CoverArt::new);
        let covers: Vec<_> = covers.take(room).collect();
        let mut found = Self { streams: Vec::new(), of_tracks: Vec::new(), roles: roles(movie)? };
        found.streams.try_reserve_exact(tracks + covers.len()).map_err(io::Error::from)?;
        found.of_tracks.try_reserve_exact(tracks).map_err(io::Error::from)?;
        let mut covers = covers.into_iter().peekable();
        for (index, track) in movie.tracks().iter().enumerate() {
            let start = track.trak().range().start;
            let before = std::iter::from_fn(|| covers.next_if(|cover| cover.offset < start));
            found.streams.extend(before.map(Stream::CoverArt));
            found.of_tracks.push(found.streams.len());
            found.streams.push(Stream::Track(index));
        }
        found.streams.extend(covers.map(Stream::CoverArt));
        Ok(found)
    }

    /// The streams in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Stream<'data>> {
        self.streams.iter().copied()
    }

    /// The stream with an index.
    pub(super) fn get(&self, index: usize) -> Option<Stream<'data>> {
        self.streams.get(index).copied()
    }

    /// The index of the stream of a track.
    #[must_use]
    pub fn of_track(&self, track: usize) -> usize {
        self.of_tracks.get(track).copied().unwrap_or(track)
    }

    /// The role of a track.
    #[must_use]
    pub fn role(&self, track: usize) -> TrackRole {
        self.roles.get(track).copied().unwrap_or(TrackRole::Media)
    }
}

/// The roles of the tracks.
fn roles(movie: &Movie<'_>) -> Result<Vec<TrackRole>> {
    let mut chapters: Vec<u32> = movie.tracks().iter().flat_map(chapter_tracks).collect();
    chapters.sort_unstable();
    let role = |track: &Track<'_>| match track.kind() {
        _ if chapters.binary_search(&track.id()).is_err() => TrackRole::Media,
        MediaKind::Video => TrackRole::ChapterThumbnails,
        _ => TrackRole::ChapterTitles,
    };
    let mut roles = Vec::new();
    roles.try_reserve_exact(movie.tracks().len()).map_err(io::Error::from)?;
    roles.extend(movie.tracks().iter().map(role));
    Ok(roles)
}

/// The identifiers of the tracks that a track refers to as its chapters.
fn chapter_tracks(track: &Track<'_>) -> Vec<u32> {
    let boxes = |of: Option<_>| of.into_iter().flatten().map_while(Result::ok);
    let references = boxes(track.trak().children()).filter(|found| found.kind() == *b"tref");
    let lists = references.flat_map(|found| boxes(found.children())).filter(|found| found.kind() == *b"chap");
    lists.flat_map(|found| found.payload().as_chunks().0).map(|&id| u32::from_be_bytes(id)).collect()
}

fn is_cover(item: &MetadataItem<'_>) -> bool {
    match item.key() {
        MetadataKey::Item(kind) => kind == *b"covr",
        MetadataKey::Listed(key) => key == b"com.apple.quicktime.artwork",
        _ => false,
    }
}

impl<'data> CoverArt<'data> {
    /// `None` if the value is no picture.
    fn new(value: MetadataValue<'data>) -> Option<Self> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        let MetadataValue { data_type, bytes: data, offset, .. } = value;
        // Well-known types (QuickTime File Format, *Metadata*): 13 JPEG, 14 PNG, 27 BMP. For 13 and 14, the bytes of the picture decide.
        let codec = match data_type {
            _ if data.is_empty() => return None,
            13 | 14 if data.starts_with(PNG) => "png",
            13 | 14 if data.len() >= PNG.len() => "mjpeg",
            13 => "mjpeg",
            14 => "png",
            27 => "bmp",
            _ => return None,
        };
        Some(Self { codec, data, offset })
    }
}
