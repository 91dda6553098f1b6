//! Movies.

use super::fault::FirstFault;
use super::fragment::{Defaults, MovieFragments};
use super::{
    Children, FileType, Matrix, Metadata, Mp4Box, RandomAccess, SegmentIndexes, Track, fault, fields::Fields,
};
use crate::allocation;
use crate::error::{Error, ErrorKind, Mp4Fault, Result};

/// A movie: the contents of `moov` (ISO/IEC 14496-12 §8.2), and the input with its samples.
///
/// Reading a movie reads only the boxes that describe it, not the media data; and only the headers of the sample tables,
/// until samples are requested.
#[derive(Debug, Clone)]
pub struct Movie<'data> {
    data: &'data [u8],
    moov: Mp4Box<'data>,
    header: MovieHeader,
    tracks: Vec<Track<'data>>,
    defaults: Option<Defaults<'data>>,
    faults: FirstFault,
}

/// The contents of `mvhd` (§8.2.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MovieHeader {
    /// `timescale`: time units per second.
    pub timescale: u32,
    /// `duration` of the longest track, in time units; `None` if it is unknown (all bits set). Excludes fragments.
    pub duration: Option<u64>,
    /// `creation_time`, in seconds since the start of the year 1904, UTC; 0 if unknown.
    pub creation_time: u64,
    /// `matrix`: the transformation of all tracks; the identity if the box ends before it.
    pub matrix: Matrix,
}

impl<'data> Movie<'data> {
    /// Reads the description of a movie from a whole input.
    ///
    /// # Errors
    ///
    /// If `moov` is missing or compressed, or a box before it is damaged. Boxes after `moov` are not read. Damage inside
    /// `moov` leaves the readable parts: see [`fault`](Movie::fault) and [`Track::fault`].
    ///
    /// ```
    /// use pagecut::media::mp4::Movie;
    ///
    /// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// for track in movie.tracks() {
    ///     for sample in track.samples() {
    ///         let sample = sample?;
    ///         println!("{} {} {} {:?}", sample.track, sample.pts, sample.is_sync, sample.range);
    ///     }
    /// }
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn read(data: &'data [u8]) -> Result<Self> {
        let mut boxes = Children::of_input(data, 0);
        let moov = boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"moov"));
        let missing = ErrorKind::Mp4(Mp4Fault::BoxMissing { kind: *b"moov", parent: None });
        let moov = moov.unwrap_or_else(|| Err(fault::at(missing, data.len() as u64, &[])))?;

        if moov.find(b"cmov").is_ok_and(|cmov| cmov.is_some()) {
            return Err(moov.error("is compressed, which is not supported"));
        }
        let mut faults = FirstFault::default();
        let header = faults.keep(moov.get(b"mvhd").and_then(MovieHeader::read)).unwrap_or_default();
        let defaults = faults.keep(Defaults::of(moov)).flatten();
        let mut tracks = Vec::new();
        for child in moov.children().unwrap_or_default() {
            let Some(child) = faults.keep(child) else { break };
            if child.kind() == *b"trak" {
                let is_full = tracks.len() % 256 == 255 && !has_room(tracks.len());
                if is_full || tracks.try_reserve(1).is_err() {
                    faults.note(Some(child.error("exceeds the available memory")));
                    break;
                }
                let defaults = defaults.clone();
                tracks.push(Track::read(child, data, moov.range().end, defaults, header.timescale));
            }
        }
        Ok(Self { data, moov, header, tracks, defaults, faults })
    }

    /// Returns the first fault of the boxes in `moov` that belong to no track.
    #[must_use]
    pub fn fault(&self) -> Option<&Error> {
        self.faults.get()
    }

    /// Returns the whole input.
    #[must_use]
    pub fn data(&self) -> &'data [u8] {
        self.data
    }

    /// Checks that each track has a `track_ID` of its own, which is not 0 (§8.3.2).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mp4`] at the first track in the order of the identifiers that has not; or if there is no memory for the check.
    pub fn check_track_ids(&self) -> Result<()> {
        let mut tracks = Vec::new();
        if tracks.try_reserve_exact(self.tracks.len()).is_err() {
            return Err(self.moov.error("has too many tracks for the available memory"));
        }
        tracks.extend(&self.tracks);
        tracks.sort_unstable_by_key(|track: &&Track<'_>| (track.id(), track.trak().range().start));
        if let Some(track) = tracks.first().filter(|track| track.id() == 0) {
            return Err(track.trak().error("has a track_ID of 0"));
        }
        match tracks.windows(2).find(|pair| pair[0].id() == pair[1].id()) {
            Some(pair) => Err(pair[1].trak().error("has the track_ID of an earlier track")),
            None => Ok(()),
        }
    }

    /// Returns the box `moov`.
    #[must_use]
    pub fn moov(&self) -> Mp4Box<'data> {
        self.moov
    }

    /// Returns the contents of `ftyp`, if it precedes `moov`.
    ///
    /// # Errors
    ///
    /// If the box is damaged.
    ///
    /// ```
    /// use pagecut::media::mp4::{FourCc, Movie};
    ///
    /// let data = std::fs::read("testdata/media/mp4/cmaf.mp4")?;
    /// let file_type = Movie::read(&data)?.file_type()?.unwrap();
    /// assert_eq!(file_type.major_brand, FourCc(*b"iso6"));
    /// assert_eq!(file_type.compatible_brands, [*b"iso6", *b"cmfc", *b"mp41"]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn file_type(&self) -> Result<Option<FileType<'data>>> {
        let before = Children::of_input(self.data, 0).map_while(Result::ok);
        let before = before.take_while(|found| found.range().start < self.moov.range().start);
        before.into_iter().find(|found| found.kind() == *b"ftyp").map(FileType::read).transpose()
    }

    /// Returns the contents of `mvhd`.
    #[must_use]
    pub fn header(&self) -> MovieHeader {
        self.header
    }

    /// Returns the tracks in file order.
    #[must_use]
    pub fn tracks(&self) -> &[Track<'data>] {
        &self.tracks
    }

    /// Returns the track with an identifier (`track_ID`).
    #[must_use]
    pub fn track(&self, id: u32) -> Option<&Track<'data>> {
        self.tracks.iter().find(|track| track.id() == id)
    }

    /// Returns the metadata of the movie and its tracks (`udta`, `meta`) in file order.
    ///
    /// ```
    /// use pagecut::media::mp4::{FourCc, MetadataKey, Movie};
    ///
    /// let data = std::fs::read("testdata/media/mp4/faststart.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// let encoder = movie.metadata().find(|item| item.key() == MetadataKey::Item(FourCc(*b"\xa9too"))).unwrap();
    /// assert!(encoder.values().next().unwrap().bytes.starts_with(b"Lavf"));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn metadata(&self) -> Metadata<'data> {
        Metadata::of(self.moov)
    }

    /// Whether movie fragments may follow: there is an `mvex` (§8.8.1).
    #[must_use]
    pub fn is_fragmented(&self) -> bool {
        self.defaults.is_some()
    }

    /// Returns the movie fragments after `moov` in file order.
    #[must_use]
    pub fn fragments(&self) -> MovieFragments<'data> {
        MovieFragments::new(self.data, self.moov.range().end, self.defaults.clone())
    }

    /// Returns the segment indexes of the input (`sidx`).
    #[must_use]
    pub fn segment_indexes(&self) -> SegmentIndexes<'data> {
        SegmentIndexes::of(self.data)
    }

    /// Returns the positions of sync samples in fragments, from the box `mfra` at the end of the input; `None` if there is
    /// none.
    ///
    /// # Errors
    ///
    /// If the box is damaged.
    pub fn random_access(&self) -> Result<Option<RandomAccess<'data>>> {
        RandomAccess::find(self.data)
    }
}

/// Whether memory is left for the faults of some hundred more tracks and for the small allocations of each track, which
/// cannot fail one by one.
fn has_room(tracks: usize) -> bool {
    const ROOM: usize = 4 << 20;
    const PER_TRACK: usize = 2048;
    allocation::is_available(ROOM + tracks * PER_TRACK)
}

impl MovieHeader {
    fn read(mvhd: Mp4Box<'_>) -> Result<Self> {
        let (version, _, mut fields) = Fields::full(mvhd)?;
        let creation_time = fields.long(version)?;
        fields.long(version)?;
        let timescale = fields.u32()?;
        let duration = fields.duration(version)?;
        // Skip rate, volume and reserved bytes.
        let matrix = fields.skip(4 + 2 + 10).and_then(|()| Matrix::read(&mut fields)).unwrap_or_default();
        Ok(Self { timescale, duration, creation_time, matrix })
    }
}
