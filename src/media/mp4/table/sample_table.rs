//! The tables of a track.

use super::runs::{ChunkRuns, Runs, TimeRuns};
use super::sizes::Sizes;
use crate::error::{Error, Result};
use crate::media::mp4::audio_frame::{self, AudioFrame};
use crate::media::mp4::fault::FirstFault;
use crate::media::mp4::{Mp4Box, SampleEntry, fields::Fields};

/// The tables of a track, read in place.
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct SampleTable<'data> {
    /// `stbl`.
    stbl: Mp4Box<'data>,
    /// `stts`: durations of samples.
    pub(in crate::media::mp4) durations: TimeRuns<'data>,
    /// `ctts`: differences from decode times to composition times.
    pub(in crate::media::mp4) compositions: Option<TimeRuns<'data>>,
    /// `stsz` or `stz2`.
    pub(in crate::media::mp4) sizes: Sizes<'data>,
    /// `stsc`: number of samples of each chunk.
    pub(in crate::media::mp4) chunks: ChunkRuns<'data>,
    /// `stco` or `co64`.
    pub(super) chunk_offsets: ChunkOffsets<'data>,
    /// `stss`: numbers of the sync samples, increasing; `None` if all samples are sync samples.
    pub(super) sync: Option<&'data [[u8; 4]]>,
    /// `sample_count` of `stsz` or `stz2`.
    pub(in crate::media::mp4) declared: u32,
    /// `stts` unchanged: for frames of audio, `durations` differ from it.
    stts: &'data [[u8; 8]],
}

/// Offsets of the chunks in the input (§8.7.5).
#[derive(Debug, Clone, Copy)]
pub(super) enum ChunkOffsets<'data> {
    Short(&'data [[u8; 4]]),
    Long(&'data [[u8; 8]]),
}

impl ChunkOffsets<'_> {
    fn count(self) -> u32 {
        let count = match self {
            Self::Short(offsets) => offsets.len(),
            Self::Long(offsets) => offsets.len(),
        };
        // The box counts its entries in 32 bits.
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    #[inline]
    pub(super) fn get(self, chunk: u64) -> Option<u64> {
        let chunk = usize::try_from(chunk).ok()?;
        match self {
            Self::Short(offsets) => offsets.get(chunk).map(|&offset| u32::from_be_bytes(offset).into()),
            Self::Long(offsets) => offsets.get(chunk).map(|&offset| u64::from_be_bytes(offset)),
        }
    }
}

impl<'data> SampleTable<'data> {
    /// Reads the tables in the `stbl` of a track whose samples are coded as in `entry`. Damaged tables are read as far as
    /// possible; if a mandatory one is unreadable, there are no samples.
    pub(in crate::media::mp4) fn read(
        stbl: Mp4Box<'data>,
        entry: Option<&SampleEntry<'data>>,
        data_len: u64,
        faults: &mut FirstFault,
    ) -> Self {
        let mut table = Self::none(stbl);
        let stts = faults.keep(stbl.get(b"stts").and_then(read_entries));
        let sizes = faults.keep(stbl.find(b"stsz").and_then(|stsz| match stsz {
            Some(stsz) => Sizes::read(stsz),
            None => Sizes::read_compact(stbl.find(b"stz2")?.ok_or_else(|| stbl.lacks(b"stsz"))?),
        }));
        let offsets = faults.keep(stbl.find(b"stco").and_then(|stco| match stco {
            Some(stco) => read_entries(stco).map(|(offsets, short)| (ChunkOffsets::Short(offsets), short)),
            None => {
                let co64 = stbl.find(b"co64")?.ok_or_else(|| stbl.lacks(b"stco"))?;
                read_entries(co64).map(|(offsets, short)| (ChunkOffsets::Long(offsets), short))
            }
        }));
        let stsc = faults.keep(stbl.get(b"stsc").and_then(read_entries));
        let ctts = faults.keep(stbl.find(b"ctts")).flatten().and_then(|ctts| faults.keep(read_entries(ctts)));
        let stss = faults.keep(stbl.find(b"stss")).flatten();
        let sync = stss.and_then(|stss| Some((stss, faults.keep(read_entries(stss))?)));

        if let Some((entries, short)) = ctts {
            faults.note(short);
            table.compositions = Some(TimeRuns::compositions(entries)).filter(|_| !entries.is_empty());
        }
        if let Some((stss, (numbers, short))) = sync {
            faults.note(short);
            table.sync = Some(ascending(stss, numbers, faults));
        }
        if let Some((_, declared, _)) = sizes {
            table.declared = declared;
        }
        // Without `stts`, samples have no duration.
        let (stts, stts_short) = stts.unwrap_or((&[], None));
        let (Some((sizes, _, sizes_short)), Some((offsets, offsets_short)), Some(stsc)) =
            (sizes, offsets, stsc)
        else {
            return table;
        };
        [stts_short, sizes_short, offsets_short, stsc.1].into_iter().for_each(|short| faults.note(short));
        table.stts = stts;
        table.durations = table.stated_durations();
        table.sizes = sizes;
        table.chunk_offsets = offsets;
        table.chunks = ChunkRuns::new(stsc.0, offsets.count());
        if let Some(frame) = entry.and_then(audio_frame::stated) {
            table.count_in_frames(frame, faults);
        }
        table.bound(data_len, faults);
        table
    }

    /// Creates a table without samples.
    pub(in crate::media::mp4) fn none(stbl: Mp4Box<'data>) -> Self {
        Self {
            stbl,
            durations: TimeRuns::all(0),
            compositions: None,
            sizes: Sizes::NONE,
            chunks: ChunkRuns::new(&[], 0),
            chunk_offsets: ChunkOffsets::Short(&[]),
            sync: None,
            declared: 0,
            stts: &[],
        }
    }

    /// Returns the durations of `stts`, which refer to the samples that the table counts.
    pub(in crate::media::mp4) fn stated_durations(&self) -> TimeRuns<'data> {
        TimeRuns::durations(self.stts)
    }

    /// Returns the numbers of samples where a decoder can start although they are no sync samples: those of `stps`
    /// (QuickTime File Format, *Partial sync sample atom*), and those in a group `rap ` (§10.4), the latter as runs with a
    /// value other than 0. They count only with `stss`.
    pub(super) fn open_sync(&self) -> (&'data [[u8; 4]], Option<TimeRuns<'data>>) {
        if self.sync.is_none() {
            return (&[], None);
        }
        let stps = self.stbl.find(b"stps").ok().flatten().and_then(|stps| read_entries(stps).ok());
        let groups = self.stbl.children().unwrap_or_default().map_while(Result::ok);
        let rap = groups.filter(|found| found.kind() == *b"sbgp").find_map(|sbgp| {
            let (version, _, mut fields) = Fields::full(sbgp).ok()?;
            let is_rap = fields.four_cc().ok()? == *b"rap ";
            fields.skip(if version == 1 { 4 } else { 0 }).ok()?;
            let count = fields.u32().ok()?;
            is_rap.then(|| TimeRuns::compositions(fields.entries_there_are(count).0))
        });
        (stps.map_or(&[], |(numbers, _)| numbers), rap)
    }

    /// Returns the groups `rap ` as runs, if there are any.
    pub(in crate::media::mp4) fn open_sync_runs(&self) -> Option<TimeRuns<'data>> {
        self.open_sync().1
    }

    /// Removes all samples, which cannot be read.
    pub(in crate::media::mp4) fn refuse(&mut self, why: &'static str, faults: &mut FirstFault) {
        self.sizes = Sizes::NONE;
        faults.note(Some(self.error(why)));
    }

    /// Sets the length of audio samples: QuickTime states one byte for each of them. Samples of compressed audio are counted
    /// in frames from here on, since a single sample has no bytes of its own.
    fn count_in_frames(&mut self, frame: AudioFrame, faults: &mut FirstFault) {
        let Sizes::Constant { len, count } = &mut self.sizes else { return };
        let lasts_a_unit = self.durations.is_one_run_of(1);
        if frame.samples <= 1 {
            if frame.bytes > 0 && (lasts_a_unit || *len < frame.bytes) {
                *len = frame.bytes;
            }
            return;
        }
        if *len != 1 {
            return;
        }
        if !lasts_a_unit || frame.bytes == 0 {
            return self.refuse("has audio packets without a stated length", faults);
        }
        (*len, *count) = (frame.bytes, *count / frame.samples);
        self.durations = TimeRuns::all(frame.samples);
        self.chunks = self.chunks.in_frames_of(frame.samples);
        if !self.chunks.has_whole_frames() {
            faults.note(Some(self.error("has chunks that end inside an audio frame")));
        }
    }

    /// Limits the samples without a table entry by the length of the input, so that overlapping chunks cannot make a walk
    /// longer than that.
    fn bound(&mut self, data_len: u64, faults: &mut FirstFault) {
        let Sizes::Constant { len: len @ 1.., count } = &mut self.sizes else { return };
        let limit = u32::try_from(data_len / u64::from(*len) + 1).unwrap_or(u32::MAX);
        if *count > limit {
            *count = limit;
            faults.note(Some(self.error("has samples of more bytes than the input")));
        }
    }

    /// Checks that the tables of times cover all samples.
    pub(in crate::media::mp4) fn check_times(&self) -> Result<()> {
        let declared = u64::from(self.declared);
        if self.stated_durations().samples() < declared {
            return Err(self.error("has durations for fewer samples than it declares"));
        }
        if self.compositions.is_some_and(|runs| runs.samples() < declared) {
            return Err(self.error("has composition offsets for fewer samples than it declares"));
        }
        Ok(())
    }

    /// Checks that no table covers more samples than there are.
    pub(in crate::media::mp4) fn check_excess(&self) -> Result<()> {
        let declared = u64::from(self.declared);
        let more = |samples: u64| samples > declared;
        let last_sync = self.sync.and_then(<[_]>::last).map_or(0, |&number| u32::from_be_bytes(number));
        let in_chunks = (0..self.chunks.len()).filter_map(|run| self.chunks.sum(run));
        let in_chunks = in_chunks.map(|sum| sum.samples).fold(0, u64::saturating_add);
        if more(self.stated_durations().samples()) {
            return Err(self.error("has durations for more samples than it declares"));
        }
        if self.stated_durations().has_negative() {
            return Err(self.error("has negative sample durations"));
        }
        if self.compositions.is_some_and(|runs| more(runs.samples())) {
            return Err(self.error("has composition offsets for more samples than it declares"));
        }
        if more(last_sync.into()) {
            return Err(self.error("has sync samples beyond its last sample"));
        }
        if in_chunks > self.sizes.count() {
            return Err(self.error("has chunks for more samples than it declares"));
        }
        self.check_groups()
    }

    /// Checks that the first chunks of `stsc` ascend, and that its sample descriptions are among the `entries` of `stsd` (§8.7.4).
    pub(in crate::media::mp4) fn check_descriptions(&self, entries: usize) -> Result<()> {
        let mut runs = (0..self.chunks.len()).filter_map(|run| self.chunks.get(run));
        if !self.chunks.ascend() {
            return Err(self.error("has runs of chunks whose first chunks do not ascend"));
        }
        let exists = |description: u32| (1..=entries).contains(&(description as usize));
        if !runs.all(|run| exists(run.description)) {
            return Err(self.error("has chunks of a sample entry that does not exist"));
        }
        Ok(())
    }

    /// Checks that sample groups (`sbgp`, §8.9.2) refer to existing samples and descriptions.
    fn check_groups(&self) -> Result<()> {
        for found in self.stbl.children().unwrap_or_default() {
            let found = found?;
            if found.kind() != *b"sbgp" {
                continue;
            }
            let (version, _, mut fields) = Fields::full(found)?;
            fields.skip(if version == 1 { 8 } else { 4 })?;
            let count = fields.u32()?;
            let runs = TimeRuns::compositions(fields.entries(count)?);
            if runs.samples() > u64::from(self.declared) {
                return Err(found.error("groups more samples than there are"));
            }
        }
        Ok(())
    }

    /// Creates the error of samples without a chunk.
    #[cold]
    pub(super) fn lacks_chunks(&self) -> Error {
        self.error("has chunks for fewer samples than it declares, or out of order")
    }

    /// Creates an error about the tables.
    #[cold]
    fn error(&self, why: &'static str) -> Error {
        self.stbl.error(why)
    }
}

/// Reads the entries of a box without other fields; also returns the error if there are fewer than `entry_count`.
fn read_entries<const N: usize>(table: Mp4Box<'_>) -> Result<(&[[u8; N]], Option<Error>)> {
    let (_, _, mut fields) = Fields::full(table)?;
    let count = fields.u32()?;
    Ok(fields.entries_there_are(count))
}

/// Returns the numbers of sync samples, from 1 (§8.6.2), up to the first that does not increase. Zeros before them are skipped.
fn ascending<'data>(
    stss: Mp4Box<'data>,
    numbers: &'data [[u8; 4]],
    faults: &mut FirstFault,
) -> &'data [[u8; 4]] {
    // Big-endian numbers sort like their bytes.
    let zeros = numbers.iter().take_while(|&&number| number == [0; 4]).count();
    let from_1 = &numbers[zeros..];
    let good = match from_1 {
        [] => 0,
        _ => 1 + from_1.windows(2).take_while(|pair| pair[0] < pair[1]).count(),
    };
    if good < numbers.len() {
        faults.note(Some(stss.error("has numbers that do not ascend from 1")));
    }
    &from_1[..good]
}
