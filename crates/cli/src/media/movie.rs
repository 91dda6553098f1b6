//! The streams of a movie in the order of ffprobe: tracks, and pictures in the metadata.

use std::io;

use pagecut::Result;
use pagecut::media::mp4::{MediaKind, MetadataItem, MetadataKey, MetadataValue, Movie, Track};

use crate::streams::Kind;

/// ffprobe makes no more streams than this.
const MAX_STREAMS: usize = 1000;

/// The streams of a movie.
#[derive(Debug)]
pub(crate) struct MovieStreams<'data> {
    streams: Vec<MovieStream<'data>>,
    /// The index of the stream of each track.
    of_tracks: Vec<usize>,
    roles: Vec<Role>,
}

/// A stream of a movie.
#[derive(Debug, Clone, Copy)]
pub(crate) enum MovieStream<'data> {
    /// The index of a track in [`Movie::tracks`].
    Track(usize),
    Cover(Cover<'data>),
}

/// A picture in the metadata: an item `covr` (iTunes), or `com.apple.quicktime.artwork`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cover<'data> {
    /// The name of the coding.
    pub(crate) codec_name: &'static str,
    pub(crate) data: &'data [u8],
    /// Where the picture begins, in bytes from the start of the input.
    pub(crate) offset: u64,
}

/// What the samples of a track are to other tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// They are presented.
    Media,
    /// Titles of chapters (QuickTime File Format, *Track references*: `chap`).
    Titles,
    /// Pictures of chapters.
    Thumbnails,
}

impl<'data> MovieStreams<'data> {
    /// # Errors
    ///
    /// That there are more tracks than the memory has room for.
    pub(crate) fn of(movie: &Movie<'data>) -> Result<Self> {
        let tracks = movie.tracks().len();
        let room = MAX_STREAMS.saturating_sub(tracks);
        let covers = movie.metadata().filter(is_cover).flat_map(|item| item.values()).filter_map(Cover::of);
        let covers: Vec<_> = covers.take(room).collect();
        let mut found = Self { streams: Vec::new(), of_tracks: Vec::new(), roles: roles(movie)? };
        found.streams.try_reserve_exact(tracks + covers.len()).map_err(io::Error::from)?;
        found.of_tracks.try_reserve_exact(tracks).map_err(io::Error::from)?;
        // In the order of the file.
        let mut covers = covers.into_iter().peekable();
        for (index, track) in movie.tracks().iter().enumerate() {
            let start = track.trak().range().start;
            let before = std::iter::from_fn(|| covers.next_if(|cover| cover.offset < start));
            found.streams.extend(before.map(MovieStream::Cover));
            found.of_tracks.push(found.streams.len());
            found.streams.push(MovieStream::Track(index));
        }
        found.streams.extend(covers.map(MovieStream::Cover));
        Ok(found)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = MovieStream<'data>> {
        self.streams.iter().copied()
    }

    /// The index of the stream of a track.
    pub(crate) fn of_track(&self, track: usize) -> usize {
        self.of_tracks.get(track).copied().unwrap_or(track)
    }

    pub(crate) fn role(&self, track: usize) -> Role {
        self.roles.get(track).copied().unwrap_or(Role::Media)
    }

    /// The kind of a track.
    pub(crate) fn kind_of_track(&self, track: usize, movie: &Movie<'_>) -> Kind {
        match self.role(track) {
            Role::Titles => Kind::Data,
            _ => Kind::of_mp4(&movie.tracks()[track]),
        }
    }

    /// The kinds of the streams.
    pub(crate) fn kinds(&self, movie: &Movie<'_>) -> Vec<Kind> {
        let kind = |stream: &MovieStream<'_>| match *stream {
            MovieStream::Track(track) => self.kind_of_track(track, movie),
            MovieStream::Cover(_) => Kind::Video,
        };
        self.streams.iter().map(kind).collect()
    }
}

/// The roles of the tracks.
fn roles(movie: &Movie<'_>) -> Result<Vec<Role>> {
    let mut chapters: Vec<u32> = movie.tracks().iter().flat_map(chapter_tracks).collect();
    chapters.sort_unstable();
    let role = |track: &Track<'_>| match track.kind() {
        _ if chapters.binary_search(&track.id()).is_err() => Role::Media,
        MediaKind::Video => Role::Thumbnails,
        _ => Role::Titles,
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

impl<'data> Cover<'data> {
    /// `None` of a value that is no picture.
    fn of(value: MetadataValue<'data>) -> Option<Self> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
        let MetadataValue { data_type, bytes: data, offset, .. } = value;
        // Well-known types (QuickTime File Format, *Metadata*): 13 JPEG, 14 PNG, 27 BMP. Of the first two, the picture tells which it is.
        let codec_name = match data_type {
            _ if data.is_empty() => return None,
            13 | 14 if data.starts_with(PNG) => "png",
            13 | 14 if data.len() >= PNG.len() => "mjpeg",
            13 => "mjpeg",
            14 => "png",
            27 => "bmp",
            _ => return None,
        };
        Some(Self { codec_name, data, offset })
    }
}
