//! Tracks, and how their samples are reached.

use std::sync::OnceLock;

use super::fragment::{Defaults, FragmentCursor, MovieFragments, TrackRun};
use super::lookup::Lookup;
use super::table::{SampleTable, TimeRuns};
use super::{
    Edits, FourCc, Mp4Box, ParSamples, Sample, SampleEntries, Samples, fields::Fields, movie::duration,
};
use crate::error::Result;

/// A track (ISO/IEC 14496-12 §8.3): its description, and its samples.
///
/// Samples are counted from 0; those of the sample table come first, then those of the movie fragments in the order of the
/// file.
#[derive(Debug, Clone)]
pub struct Track<'data> {
    trak: Mp4Box<'data>,
    header: TrackHeader,
    media: MediaHeader,
    handler: FourCc,
    handler_name: &'data [u8],
    edits: Edits<'data>,
    entries: SampleEntries<'data>,
    source: SampleSource<'data>,
    /// Made when the first sample is looked up; boxed, so that a file of nothing but tracks takes little.
    lookup: OnceLock<Box<Lookup<'data>>>,
}

/// What it takes to walk over the samples of a track.
#[derive(Debug, Clone)]
pub(super) struct SampleSource<'data> {
    /// The whole input.
    pub(super) data: &'data [u8],
    pub(super) track_id: u32,
    pub(super) table: SampleTable<'data>,
    /// Where the boxes begin that can be fragments, in bytes from the start of the input.
    pub(super) fragments_offset: u64,
    /// Of a movie that is fragmented.
    pub(super) defaults: Option<Defaults<'data>>,
}

impl<'data> SampleSource<'data> {
    /// Before the first fragment; of a movie without fragments, `None`.
    pub(super) fn fragment_cursor(&self, index: u64, decode_time: u64) -> Option<FragmentCursor<'data>> {
        let defaults = self.defaults.clone()?;
        Some(FragmentCursor::new(self, defaults, self.fragments_offset, index, decode_time))
    }

    /// The least composition offset that the fragments tell, up to the first that is damaged; 0 if they tell none.
    fn least_composition_offset_of_fragments(&self) -> i32 {
        if self.defaults.is_none() {
            return 0;
        }
        let fragments = MovieFragments::new(self.data, self.fragments_offset, self.defaults.clone());
        let tracks = fragments
            .map_while(Result::ok)
            .flat_map(|fragment| fragment.track_fragments().map_while(Result::ok));
        let runs = tracks
            .filter(|track| track.track_id() == self.track_id)
            .flat_map(|track| track.runs().map_while(Result::ok));
        runs.filter_map(TrackRun::least_composition_offset).min().unwrap_or(0)
    }
}

/// What `tkhd` says (§8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackHeader {
    /// `track_ID`.
    pub id: u32,
    /// `track_enabled`: the track is presented.
    pub is_enabled: bool,
    /// `duration`, the edits of the track, in time units of the movie; `None` if it is not known.
    pub duration: Option<u64>,
    /// `width` at which it is shown, in 65,536ths of a pixel.
    pub width: u32,
    /// `height` at which it is shown, in 65,536ths of a pixel.
    pub height: u32,
}

/// What `mdhd` says (§8.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaHeader {
    /// `timescale`: time units in a second, of all times of the track but those of its edits.
    pub timescale: u32,
    /// `duration` of the media in time units; `None` if it is not known. Fragments do not count.
    pub duration: Option<u64>,
    /// `language`: three letters of ISO 639-2/T; `None` where there is a number of QuickTime instead.
    pub language: Option<[u8; 3]>,
}

impl<'data> Track<'data> {
    pub(super) fn read(
        trak: Mp4Box<'data>,
        data: &'data [u8],
        fragments_offset: u64,
        defaults: Option<Defaults<'data>>,
    ) -> Result<Self> {
        let header = TrackHeader::read(trak.get(b"tkhd")?)?;
        let mdia = trak.get(b"mdia")?;
        let media = MediaHeader::read(mdia.get(b"mdhd")?)?;
        let (handler, handler_name) = read_handler(mdia.get(b"hdlr")?)?;
        let minf = mdia.get(b"minf")?;
        let stbl = minf.get(b"stbl")?;
        let entries = SampleEntries::read(stbl.get(b"stsd")?, handler)?;
        let table = SampleTable::read(stbl, &entries, is_elsewhere(minf)?)?;
        let source = SampleSource { data, track_id: header.id, table, fragments_offset, defaults };
        let edits = Edits::read(trak)?;
        let lookup = OnceLock::new();
        Ok(Self { trak, header, media, handler, handler_name, edits, entries, source, lookup })
    }

    /// The box `trak`.
    #[must_use]
    pub fn trak(&self) -> Mp4Box<'data> {
        self.trak
    }

    /// `track_ID`: what fragments and other tracks call it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.header.id
    }

    /// What `tkhd` says.
    #[must_use]
    pub fn header(&self) -> TrackHeader {
        self.header
    }

    /// What `mdhd` says.
    #[must_use]
    pub fn media(&self) -> MediaHeader {
        self.media
    }

    /// `handler_type`, which is the kind of the media: `vide`, `soun`, `text`, `subt`, `hint`, `meta`, ... (§8.4.3).
    #[must_use]
    pub fn handler(&self) -> FourCc {
        self.handler
    }

    /// The name of the handler, without what begins or ends it.
    #[must_use]
    pub fn handler_name(&self) -> &'data [u8] {
        self.handler_name
    }

    /// The edit list (§8.6.6): how the presentation is made from the media. Empty if the whole media is presented.
    #[must_use]
    pub fn edits(&self) -> Edits<'data> {
        self.edits.clone()
    }

    /// How the samples are coded (`stsd`, §8.5.2).
    #[must_use]
    pub fn sample_entries(&self) -> SampleEntries<'data> {
        self.entries.clone()
    }

    /// How many samples the sample table says that it has (`sample_count` of `stsz` or `stz2`). Fragments do not count.
    #[must_use]
    pub fn table_len(&self) -> u64 {
        self.source.table.sizes.count()
    }

    /// All samples in order.
    ///
    /// The tables are walked where they lie, so each next sample takes the same short time, and no memory. The walk ends at
    /// the first error; after one, [`samples_from`](Track::samples_from) goes on.
    #[must_use]
    pub fn samples(&self) -> Samples<'data> {
        Samples::new(self.source.clone())
    }

    /// The samples from one on, which is looked up; none if there are not so many.
    #[must_use]
    pub fn samples_from(&self, index: u64) -> Samples<'data> {
        self.lookup().samples_from(&self.source, index)
    }

    /// The samples for rayon: the same ones in the same order as those of [`samples`](Track::samples), with the same error.
    ///
    /// ```
    /// use pagecut::media::mp4::Movie;
    /// use rayon::prelude::*;
    ///
    /// let data = std::fs::read("testdata/media/mp4/fragmented.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// let bytes = movie.tracks()[0].par_samples().map(|sample| sample.map(|sample| sample.data.len()));
    /// assert_eq!(bytes.sum::<Result<usize, _>>()?, 9457);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn par_samples(&self) -> ParSamples<'_, 'data> {
        ParSamples::new(self)
    }

    /// A sample by its number; `None` if there are not so many.
    ///
    /// The first lookup walks over the runs of the tables, or over the fragments, once and remembers places in them, 4,096
    /// per table at most. Each one is then a binary search, and a walk over some of the entries between two places: up to 256,
    /// or the 4,096th part of a very long table.
    ///
    /// # Errors
    ///
    /// That its bytes are not in the input, or what is wrong with the tables, if that comes before the sample.
    pub fn sample(&self, index: u64) -> Result<Option<Sample<'data>>> {
        self.samples_from(index).next().transpose()
    }

    /// How many samples there are, those of fragments included, up to the first error.
    #[must_use]
    pub fn sample_count(&self) -> u64 {
        self.lookup().count()
    }

    /// By how much samples are shown before they are decoded, at the most: the greatest negative composition offset.
    pub(super) fn greatest_advance(&self) -> i64 {
        let in_table = self.source.table.compositions.map_or(0, TimeRuns::least);
        let in_fragments = self.source.least_composition_offset_of_fragments();
        -i64::from(in_table.min(in_fragments).min(0))
    }

    /// Whether its samples are of one length and last a time unit each, as those of plain sound do.
    pub(super) fn has_uniform_samples(&self) -> bool {
        self.source.table.durations.is_one_run_of(1) && self.source.table.sizes.is_constant()
    }

    fn lookup(&self) -> &Lookup<'data> {
        self.lookup.get_or_init(|| Box::new(Lookup::new(&self.source)))
    }
}

impl TrackHeader {
    fn read(tkhd: Mp4Box<'_>) -> Result<Self> {
        let (version, flags, mut fields) = Fields::full(tkhd)?;
        fields.long(version)?;
        fields.long(version)?;
        let id = fields.u32()?;
        fields.skip(4)?;
        let duration = duration(&mut fields, version)?;
        // Layer, group, volume and matrix.
        fields.skip(8 + 8 + 36)?;
        Ok(Self { id, is_enabled: flags & 1 != 0, duration, width: fields.u32()?, height: fields.u32()? })
    }
}

impl MediaHeader {
    fn read(mdhd: Mp4Box<'_>) -> Result<Self> {
        let (version, _, mut fields) = Fields::full(mdhd)?;
        fields.long(version)?;
        fields.long(version)?;
        let timescale = fields.u32()?;
        if timescale == 0 {
            return Err(fields.error("says that there is no time unit in a second"));
        }
        let duration = duration(&mut fields, version)?;
        Ok(Self { timescale, duration, language: language(fields.u16()?) })
    }
}

/// The letters of a language (§8.4.2.3): each has five bits, and is one of `a` to `z`.
fn language(packed: u16) -> Option<[u8; 3]> {
    let letters = [10, 5, 0].map(|shift| ((packed >> shift) & 0x1f).to_le_bytes()[0] + 0x60);
    letters.iter().all(u8::is_ascii_lowercase).then_some(letters)
}

/// Type and name of the handler (§8.4.3).
fn read_handler(hdlr: Mp4Box<'_>) -> Result<(FourCc, &[u8])> {
    let (_, _, mut fields) = Fields::full(hdlr)?;
    let component_type = fields.four_cc()?;
    let handler = fields.four_cc()?;
    fields.skip(12)?;
    let name = fields.rest();
    // In QuickTime the length comes first, and nothing ends the name.
    let counted = name.split_first().and_then(|(&len, name)| name.get(..usize::from(len)));
    let name = match counted {
        Some(name) if component_type != [0; 4] => name,
        _ => name.split(|&byte| byte == 0).next().unwrap_or_default(),
    };
    Ok((handler, name))
}

/// Whether some of the media data are in another file (§8.7.2): not every data reference has the flag `self-contained`.
fn is_elsewhere(minf: Mp4Box<'_>) -> Result<bool> {
    let Some(dinf) = minf.find(b"dinf")? else { return Ok(false) };
    let Some(dref) = dinf.find(b"dref")? else { return Ok(false) };
    for reference in dref.children().unwrap_or_default() {
        let (_, flags, _) = Fields::full(reference?)?;
        if flags & 1 == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_is_little_more_than_the_shortest_boxes_it_can_be_read_from() {
        assert!(size_of::<Track<'_>>() <= 700, "{}", size_of::<Track<'_>>());
    }

    #[test]
    fn languages_are_three_letters() {
        assert_eq!(language(0x55c4), Some(*b"und"));
        assert_eq!(language(0x15c7), Some(*b"eng"));
        assert_eq!(language(0), None);
        assert_eq!(language(0x7fff), None);
    }
}
