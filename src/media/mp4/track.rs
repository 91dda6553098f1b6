//! Tracks and access to their samples.

use std::cmp::Ordering;
use std::sync::OnceLock;

use super::fault::FirstFault;
use super::fragment::{Defaults, FragmentCursor, TrackRun};
use super::lookup::Lookup;
use super::sample_source::SampleSource;
use super::table::{SampleTable, TableExtents, TimeRuns};
use super::{Edits, FourCc, Matrix, MediaKind, Mp4Box, Sample, SampleEntries, Samples, fields::Fields};
use crate::error::{Error, Result};

/// A track (ISO/IEC 14496-12 §8.3): its description and its samples.
///
/// Samples are counted from 0; those of the sample table come first, then those of the movie fragments in file order.
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
    /// Built by the first lookup; boxed, so that a file with many tracks takes little memory.
    lookup: OnceLock<Box<Lookup<'data>>>,
}

/// The contents of `tkhd` (§8.3.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackHeader {
    /// `track_ID`.
    pub id: u32,
    /// `track_enabled`: the track is presented.
    pub is_enabled: bool,
    /// `duration` of the edits of the track, in time units of the movie; `None` if it is unknown.
    pub duration: Option<u64>,
    /// `width` of the presentation, in 65,536ths of a pixel.
    pub width: u32,
    /// `height` of the presentation, in 65,536ths of a pixel.
    pub height: u32,
}

/// The contents of `mdhd` (§8.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaHeader {
    /// `timescale`: time units per second, for all times of the track except those of its edits.
    pub timescale: u32,
    /// `duration` of the media in time units; `None` if it is unknown. Excludes fragments.
    pub duration: Option<u64>,
    /// `language`: three letters of ISO 639-2/T; `None` if it is a QuickTime code.
    pub language: Option<[u8; 3]>,
}

impl<'data> Track<'data> {
    /// Reads the track as far as possible. Faults are kept, and end the samples.
    pub(super) fn read(
        trak: Mp4Box<'data>,
        data: &'data [u8],
        fragments_offset: u64,
        defaults: Option<Defaults<'data>>,
        movie_timescale: u32,
    ) -> Self {
        let mut faults = FirstFault::default();
        let header = faults.keep(trak.get(b"tkhd").and_then(TrackHeader::read)).unwrap_or_default();
        let mdia = faults.keep(trak.get(b"mdia"));
        let mut in_mdia = |kind| mdia.and_then(|mdia| faults.keep(mdia.get(kind)));
        let [mdhd, hdlr, minf] = [in_mdia(b"mdhd"), in_mdia(b"hdlr"), in_mdia(b"minf")];
        let media = mdhd.and_then(|mdhd| faults.keep(MediaHeader::read(mdhd)));
        let media = media.unwrap_or_else(|| MediaHeader::unknown(movie_timescale));
        let (handler, handler_name) =
            hdlr.and_then(|hdlr| faults.keep(read_handler(hdlr))).unwrap_or((FourCc([0; 4]), &[]));
        let stbl = minf.and_then(|minf| faults.keep(minf.get(b"stbl")));
        let stsd = stbl.and_then(|stbl| faults.keep(stbl.get(b"stsd")));
        let entries = stsd.and_then(|stsd| faults.keep(SampleEntries::read(stsd, handler)));
        let entries = entries.unwrap_or_else(|| SampleEntries::none(handler));
        let entry = entries.clone().next().and_then(|entry| faults.keep(entry));
        let mut table = match stbl {
            Some(stbl) => SampleTable::read(stbl, entry.as_ref(), data.len() as u64, &mut faults),
            None => SampleTable::none(trak),
        };
        let mut is_here = true;
        if minf.is_some_and(|minf| faults.keep(is_elsewhere(minf, &entries)) == Some(true)) {
            table.refuse("is of samples in another file", &mut faults);
            is_here = false;
        }
        let edits = faults.keep(Edits::read(trak)).unwrap_or_default();
        let defaults = defaults.filter(|_| is_here);
        let source = SampleSource { data, track_id: header.id, table, fragments_offset, defaults, faults };
        let lookup = OnceLock::new();
        Self { trak, header, media, handler, handler_name, edits, entries, source, lookup }
    }

    /// Returns the first fault of the boxes that describe the track. The readable samples are still returned, and the walk
    /// over them ends with this error.
    #[must_use]
    pub fn fault(&self) -> Option<Error> {
        self.source.fault()
    }

    /// Checks that the tables of the track are consistent: an error if one of them covers fewer or more samples than there
    /// are, or refers to a sample entry that does not exist. The samples are not read.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn check_tables(&self) -> Result<()> {
        match self.fault() {
            Some(fault) => Err(fault),
            None => {
                self.source.table.check_excess()?;
                self.check_entry_counts()?;
                self.source.table.check_descriptions(self.sample_entries().filter(Result::is_ok).count())
            }
        }
    }

    /// Checks that `stsd` and `dref` hold the declared number of boxes, not counting `free` and `skip`.
    fn check_entry_counts(&self) -> Result<()> {
        let minf = self.trak.get(b"mdia").and_then(|mdia| mdia.get(b"minf"))?;
        let dref = minf.find(b"dinf")?.map(|dinf| dinf.find(b"dref")).transpose()?.flatten();
        for of in [minf.get(b"stbl")?.find(b"stsd")?, dref].into_iter().flatten() {
            let (_, _, mut fields) = Fields::full(of)?;
            let (stated, mut held) = (u64::from(fields.u32()?), 0_u64);
            for entry in of.children().unwrap_or_default() {
                held += u64::from(!entry?.kind().is_free_space());
            }
            match stated.cmp(&held) {
                Ordering::Equal => {}
                Ordering::Greater => return Err(of.error("has fewer entries than it declares")),
                Ordering::Less => return Err(of.error("has more entries than it declares")),
            }
        }
        Ok(())
    }

    /// Whether the track may have samples in fragments of the input.
    pub(super) fn has_fragments(&self) -> bool {
        self.source.defaults.is_some()
    }

    /// Returns the kind of the media.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        let entry = self.sample_entries().next().and_then(Result::ok);
        MediaKind::of(self.handler, entry.map(|entry| entry.format()))
    }

    #[cfg(test)]
    pub(super) fn source(&self) -> &SampleSource<'data> {
        &self.source
    }

    /// Returns the box `trak`.
    #[must_use]
    pub fn trak(&self) -> Mp4Box<'data> {
        self.trak
    }

    /// Returns `track_ID`, the reference used by fragments and other tracks.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.header.id
    }

    /// Returns the contents of `tkhd`.
    #[must_use]
    pub fn header(&self) -> TrackHeader {
        self.header
    }

    /// Returns the contents of `mdhd`.
    #[must_use]
    pub fn media(&self) -> MediaHeader {
        self.media
    }

    /// Returns `creation_time` of `mdhd`, in seconds since the start of the year 1904, UTC; 0 if unknown.
    #[must_use]
    pub fn creation_time(&self) -> u64 {
        let read = |(version, _, mut fields): (u8, u32, Fields<'_>)| fields.long(version);
        self.media_fields().and_then(read).unwrap_or(0)
    }

    /// Returns the raw `language` of `mdhd`: three letters of five bits, or a QuickTime code below 1024 (*Language code
    /// values*); `None` if the box ends before it.
    #[must_use]
    pub fn language_code(&self) -> Option<u16> {
        let (version, _, mut fields) = self.media_fields().ok()?;
        fields.skip(if version == 0 { 16 } else { 28 }).and_then(|()| fields.u16()).ok()
    }

    /// Returns `matrix` of `tkhd`, the transformation of the track; the identity if the box ends before it.
    #[must_use]
    pub fn matrix(&self) -> Matrix {
        let tkhd = self.trak.get(b"tkhd").and_then(Fields::full);
        let matrix = tkhd.and_then(|(version, _, mut fields)| {
            // Skip times, identifier, duration, layer, group and volume.
            fields.skip(if version == 0 { 36 } else { 48 })?;
            Matrix::read(&mut fields)
        });
        matrix.unwrap_or_default()
    }

    /// Returns the fields of `mdhd`, which are not stored, to keep a track small.
    fn media_fields(&self) -> Result<(u8, u32, Fields<'data>)> {
        self.trak.get(b"mdia").and_then(|mdia| mdia.get(b"mdhd")).and_then(Fields::full)
    }

    /// Returns `handler_type`, the kind of the media: `vide`, `soun`, `text`, `subt`, `hint`, `meta`, ... (§8.4.3).
    #[must_use]
    pub fn handler(&self) -> FourCc {
        self.handler
    }

    /// Returns the name of the handler, without length byte or terminator.
    #[must_use]
    pub fn handler_name(&self) -> &'data [u8] {
        self.handler_name
    }

    /// Returns the edit list (§8.6.6), the mapping from media to presentation. Empty if the whole media is presented.
    #[must_use]
    pub fn edits(&self) -> Edits<'data> {
        self.edits.clone()
    }

    /// Returns the sample entries (`stsd`, §8.5.2), the codings of the samples.
    #[must_use]
    pub fn sample_entries(&self) -> SampleEntries<'data> {
        self.entries.clone()
    }

    /// Returns `sample_count` of `stsz` or `stz2`. Excludes fragments. For compressed audio of QuickTime, the table counts
    /// decoded samples; [`samples`](Track::samples) are frames of several of these.
    #[must_use]
    pub fn table_len(&self) -> u64 {
        self.source.table.declared.into()
    }

    /// Returns the sum of the durations in the sample table (`stts`), in time units. Excludes fragments.
    #[must_use]
    pub fn table_duration(&self) -> u64 {
        self.source.table.stated_durations().total()
    }

    /// Returns the number of samples with a duration in `stts`. Excludes fragments.
    #[must_use]
    pub fn table_timed_len(&self) -> u64 {
        self.source.table.stated_durations().samples()
    }

    /// Returns the decode times of the sample table by `stts`, in time units, even if the input lacks the samples. Excludes
    /// fragments.
    pub fn table_decode_times(&self) -> impl Iterator<Item = u64> + use<'data> {
        let durations = self.source.table.stated_durations();
        let runs = (0..).map_while(move |run| durations.get(run));
        let durations = runs.flat_map(|(count, duration)| std::iter::repeat_n(duration, count as usize));
        durations.scan(0_u64, |time, duration| {
            let start = *time;
            *time = time.saturating_add(duration.into());
            Some(start)
        })
    }

    /// Returns the sum of the sizes in `stsz` or `stz2` in bytes, even if the input lacks these bytes. Excludes fragments.
    #[must_use]
    pub fn table_bytes(&self) -> u64 {
        self.source.table.sizes.total()
    }

    /// Returns all samples in order.
    ///
    /// The tables are read in place, so each sample takes constant time and no memory. The iterator ends at the first error.
    /// Faults of movie fragments, and a [`fault`](Track::fault) of the description, come after the samples. To continue
    /// after an error, use [`samples_from`](Track::samples_from).
    #[must_use]
    pub fn samples(&self) -> Samples<'data> {
        Samples::new(self.source.clone())
    }

    /// Returns the samples from an index, which is looked up; none if there are fewer samples.
    #[must_use]
    pub fn samples_from(&self, index: u64) -> Samples<'data> {
        self.lookup().samples_from(&self.source, index)
    }

    /// Returns a sample by its index; `None` if there are fewer samples.
    ///
    /// The first lookup reads the runs of the tables, or the fragments, once and stores places in them, at most 4,096 per
    /// table. Each lookup is then a binary search and a walk over the entries between two places: up to 256, or the 4,096th
    /// part of a very long table.
    ///
    /// # Errors
    ///
    /// If its bytes are not in the input, or a fault of the tables precedes the sample.
    pub fn sample(&self, index: u64) -> Result<Option<Sample<'data>>> {
        self.samples_from(index).next().transpose()
    }

    /// Returns the number of samples before the first error in the sample table; without an error, plus those of all
    /// readable fragments.
    #[must_use]
    pub fn sample_count(&self) -> u64 {
        self.lookup().count()
    }

    /// Returns the maximum time that samples are shown before they are decoded: the greatest negative composition offset.
    pub(super) fn greatest_advance(&self) -> i64 {
        let in_table = self.source.table.compositions.map_or(0, TimeRuns::least_offset);
        let in_fragments = self.least_composition_offset_of_fragments();
        -i64::from(in_table.min(in_fragments).min(0))
    }

    /// Returns the lowest composition offset in the readable fragments; 0 if they have none.
    fn least_composition_offset_of_fragments(&self) -> i32 {
        let Some(mut fragments) = FragmentCursor::new(&self.source, 0, 0) else { return 0 };
        let runs = std::iter::from_fn(|| fragments.next_run());
        runs.filter_map(TrackRun::least_composition_offset).min().unwrap_or(0)
    }

    /// Whether the sample table has composition offsets (`ctts`).
    pub(super) fn has_composition_offsets(&self) -> bool {
        self.source.table.compositions.is_some()
    }

    /// Returns the number of audio samples per channel in a sample of the track, if all samples have the same size and that
    /// duration, as for PCM audio and frames of compressed audio of QuickTime; `None` for other tracks.
    pub(super) fn samples_per_frame(&self) -> Option<u32> {
        let table = &self.source.table;
        let of_table = if table.stated_durations().is_one_run_of(1) { table.durations.rest } else { 0 };
        Some(of_table).filter(|&samples| samples > 0 && table.sizes.is_constant())
    }

    /// Returns the number of samples that a walk over the sample table returns, if all of them have chunks.
    pub(super) fn walked_table_len(&self) -> u64 {
        self.source.table.sizes.count()
    }

    /// Returns the chunks of the sample table.
    pub(super) fn table_extents(&self) -> TableExtents<'data> {
        TableExtents::new(self.source.table)
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
        let duration = fields.duration(version)?;
        // Skip layer, group, volume and matrix.
        fields.skip(8 + 8 + 36)?;
        Ok(Self { id, is_enabled: flags & 1 != 0, duration, width: fields.u32()?, height: fields.u32()? })
    }
}

impl MediaHeader {
    /// The header of a track without `mdhd`: its time units are those of the movie.
    fn unknown(movie_timescale: u32) -> Self {
        Self { timescale: movie_timescale.max(1), duration: None, language: None }
    }

    fn read(mdhd: Mp4Box<'_>) -> Result<Self> {
        let (version, _, mut fields) = Fields::full(mdhd)?;
        fields.long(version)?;
        fields.long(version)?;
        let timescale = fields.u32()?;
        if timescale == 0 {
            return Err(fields.error("has a timescale of 0"));
        }
        let duration = fields.duration(version)?;
        Ok(Self { timescale, duration, language: language(fields.u16()?) })
    }
}

/// Decodes the letters of a language (§8.4.2.3): five bits each, `a` to `z`.
fn language(packed: u16) -> Option<[u8; 3]> {
    let letters = [10, 5, 0].map(|shift| ((packed >> shift) & 0x1f).to_le_bytes()[0] + 0x60);
    letters.iter().all(u8::is_ascii_lowercase).then_some(letters)
}

/// Reads the type and the name of the handler (§8.4.3).
fn read_handler(hdlr: Mp4Box<'_>) -> Result<(FourCc, &[u8])> {
    let (_, _, mut fields) = Fields::full(hdlr)?;
    let component_type = fields.four_cc()?;
    let handler = fields.four_cc()?;
    fields.skip(12)?;
    let name = fields.rest();
    // QuickTime stores the length first, without a terminator.
    let counted = name.split_first().and_then(|(&len, name)| name.get(..usize::from(len)));
    let name = match counted {
        Some(name) if component_type != [0; 4] => name,
        _ => name.split(|&byte| byte == 0).next().unwrap_or_default(),
    };
    Ok((handler, name))
}

/// Whether samples of some entry are in another file (§8.7.2): the data reference of the entry lacks the flag
/// `self-contained`.
fn is_elsewhere(minf: Mp4Box<'_>, entries: &SampleEntries<'_>) -> Result<bool> {
    let Some(dinf) = minf.find(b"dinf")? else { return Ok(false) };
    let Some(dref) = dinf.find(b"dref")? else { return Ok(false) };
    let (_, _, mut fields) = Fields::full(dref)?;
    let count = usize::try_from(fields.u32()?).unwrap_or(usize::MAX);
    let references = dref
        .children()
        .unwrap_or_default()
        .filter(|found| found.as_ref().map_or(true, |found| !found.kind().is_free_space()));
    // `data_reference_index` has 16 bits.
    let mut is_outside = Vec::new();
    for reference in references.take(count.min(usize::from(u16::MAX))) {
        let (_, flags, _) = Fields::full(reference?)?;
        is_outside.push(flags & 1 == 0);
    }
    let used = entries.clone().map_while(Result::ok).filter_map(|entry| entry.data_reference_index());
    let mut used = used.filter_map(|index| is_outside.get(usize::from(index.checked_sub(1)?)).copied());
    Ok(used.any(|is_outside| is_outside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_takes_at_most_700_bytes() {
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
