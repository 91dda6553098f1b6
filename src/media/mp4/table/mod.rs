//! The sample table: where samples lie, and when they are due (ISO/IEC 14496-12 §8.5 to §8.7).

mod cursor;
mod extents;
mod runs;
mod sizes;

pub(super) use cursor::TableCursor;
pub(super) use extents::TableExtents;
use runs::ChunkRuns;
pub(super) use runs::{Runs, Sum, TimeRuns, composition_offset};
pub(super) use sizes::Sizes;

use super::fault::FirstFault;
use super::sound::{self, Frame};
use super::{Mp4Box, SampleEntry, fields::Fields};
use crate::error::{Error, Result};

/// The tables of a track, read where they lie.
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) struct SampleTable<'data> {
    /// `stbl`.
    stbl: Mp4Box<'data>,
    /// `stts`: how long samples last.
    pub(in crate::media::mp4) durations: TimeRuns<'data>,
    /// `ctts`: what to add to the decode times to have the composition times.
    pub(in crate::media::mp4) compositions: Option<TimeRuns<'data>>,
    /// `stsz` or `stz2`.
    pub(in crate::media::mp4) sizes: Sizes<'data>,
    /// `stsc`: how many samples each chunk has.
    pub(in crate::media::mp4) chunks: ChunkRuns<'data>,
    /// `stco` or `co64`.
    chunk_offsets: ChunkOffsets<'data>,
    /// `stss`: the numbers of the sync samples, which ascend; `None` if all samples are.
    sync: Option<&'data [[u8; 4]]>,
    /// `sample_count` of `stsz` or `stz2`.
    pub(in crate::media::mp4) declared: u32,
    /// `stts` as it is: of frames of sound, `durations` are others.
    stts: &'data [[u8; 8]],
}

/// Where chunks begin in the input (§8.7.5).
#[derive(Debug, Clone, Copy)]
enum ChunkOffsets<'data> {
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
    fn get(self, chunk: u64) -> Option<u64> {
        let chunk = usize::try_from(chunk).ok()?;
        match self {
            Self::Short(offsets) => offsets.get(chunk).map(|&offset| u32::from_be_bytes(offset).into()),
            Self::Long(offsets) => offsets.get(chunk).map(|&offset| u64::from_be_bytes(offset)),
        }
    }
}

impl<'data> SampleTable<'data> {
    /// The tables in `stbl` of a track whose samples are coded as `entry` states. Tables that are damaged count as far as they can be
    /// read; if one that has to be there is not, there are no samples.
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
        // Without times samples last no time, but they are there.
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
        if let Some(frame) = entry.and_then(sound::frame) {
            table.count_in_frames(frame, faults);
        }
        table.bound(data_len, faults);
        table
    }

    /// Of no samples.
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

    /// The durations of `stts`, which are those of the samples that the table counts.
    pub(in crate::media::mp4) fn stated_durations(&self) -> TimeRuns<'data> {
        TimeRuns::durations(self.stts)
    }

    /// The numbers of samples at which decoding can start although they are no sync samples: those of `stps` (QuickTime File Format, *Partial
    /// sync sample atom*), and those in a group `rap ` (§10.4); the latter as runs whose value is not 0. They count only beside `stss`.
    fn open_sync(&self) -> (&'data [[u8; 4]], Option<TimeRuns<'data>>) {
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

    /// The groups `rap ` as runs, if there are any.
    pub(in crate::media::mp4) fn open_sync_runs(&self) -> Option<TimeRuns<'data>> {
        self.open_sync().1
    }

    /// Takes away all samples, which cannot be read.
    pub(in crate::media::mp4) fn refuse(&mut self, why: &'static str, faults: &mut FirstFault) {
        self.sizes = Sizes::NONE;
        faults.note(Some(self.error(why)));
    }

    /// Gives samples of sound the length that they have: QuickTime states one byte for each, whatever they are. The samples of compressed
    /// sound are counted in frames from here on, since a sample has no bytes of its own.
    fn count_in_frames(&mut self, frame: Frame, faults: &mut FirstFault) {
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
            return self.refuse("is of sound in packets whose lengths it does not tell", faults);
        }
        (*len, *count) = (frame.bytes, *count / frame.samples);
        self.durations = TimeRuns::all(frame.samples);
        self.chunks = self.chunks.in_frames_of(frame.samples);
        if !self.chunks.has_whole_frames() {
            faults.note(Some(self.error("has chunks that end inside of a frame of sound")));
        }
    }

    /// Bounds the samples that take no room in the table by the length of the input, so that chunks that lie over each other cannot make
    /// a walk longer than that.
    fn bound(&mut self, data_len: u64, faults: &mut FirstFault) {
        let Sizes::Constant { len: len @ 1.., count } = &mut self.sizes else { return };
        let most = u32::try_from(data_len / u64::from(*len) + 1).unwrap_or(u32::MAX);
        if *count > most {
            *count = most;
            faults.note(Some(self.error("has samples of more bytes than the input")));
        }
    }

    /// Whether the tables of times tell of as many samples as there are: an error if one tells of fewer.
    pub(in crate::media::mp4) fn check_times(&self) -> Result<()> {
        let declared = u64::from(self.declared);
        if self.stated_durations().samples() < declared {
            return Err(self.error("tells the durations of fewer samples than it has"));
        }
        if self.compositions.is_some_and(|runs| runs.samples() < declared) {
            return Err(self.error("tells the composition times of fewer samples than it has"));
        }
        Ok(())
    }

    /// Whether no table tells of more samples than there are.
    pub(in crate::media::mp4) fn check_excess(&self) -> Result<()> {
        let declared = u64::from(self.declared);
        let more = |samples: u64| samples > declared;
        let last_sync = self.sync.and_then(<[_]>::last).map_or(0, |&number| u32::from_be_bytes(number));
        let in_chunks = (0..self.chunks.len()).filter_map(|run| self.chunks.sum(run));
        let in_chunks = in_chunks.map(|sum| sum.samples).fold(0, u64::saturating_add);
        if more(self.stated_durations().samples()) {
            return Err(self.error("tells the durations of more samples than it has"));
        }
        if self.stated_durations().has_negative() {
            return Err(self.error("has samples that last less than no time"));
        }
        if self.compositions.is_some_and(|runs| more(runs.samples())) {
            return Err(self.error("tells the composition times of more samples than it has"));
        }
        if more(last_sync.into()) {
            return Err(self.error("has sync samples beyond its last sample"));
        }
        if in_chunks > self.sizes.count() {
            return Err(self.error("has chunks for more samples than it has"));
        }
        self.check_groups()
    }

    /// Whether the sample groups (`sbgp`, §8.9.2) are of samples that there are, and of descriptions that there are.
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

    /// The error that there are samples that are in no chunk.
    #[cold]
    fn lacks_chunks(&self) -> Error {
        self.error("has chunks for fewer samples than it has, or out of order")
    }

    /// The error that the tables do not tell where a sample lies, or when it is due.
    #[cold]
    fn error(&self, why: &'static str) -> Error {
        self.stbl.error(why)
    }
}

/// The entries of a box that has nothing else, and the error if there are fewer than `entry_count`.
fn read_entries<const N: usize>(table: Mp4Box<'_>) -> Result<(&[[u8; N]], Option<Error>)> {
    let (_, _, mut fields) = Fields::full(table)?;
    let count = fields.u32()?;
    Ok(fields.entries_there_are(count))
}

/// The numbers of sync samples, from 1 (§8.6.2), as far as they ascend.
fn ascending<'data>(
    stss: Mp4Box<'data>,
    numbers: &'data [[u8; 4]],
    faults: &mut FirstFault,
) -> &'data [[u8; 4]] {
    // Big-endian numbers are in the order of their bytes.
    let good = match numbers.first() {
        None | Some([0, 0, 0, 0]) => 0,
        Some(_) => 1 + numbers.windows(2).take_while(|pair| pair[0] < pair[1]).count(),
    };
    if good < numbers.len() {
        faults.note(Some(stss.error("has numbers that do not ascend from 1")));
    }
    &numbers[..good]
}
