//! The sample table: where samples lie, and when they are due (ISO/IEC 14496-12 §8.5 to §8.7).

mod cursor;
mod runs;
mod sizes;

pub(super) use cursor::TableCursor;
use runs::ChunkRuns;
pub(super) use runs::{Runs, Sum, TimeRuns};
pub(super) use sizes::Sizes;

use super::{Mp4Box, SampleEntries, fields::Fields};
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
    /// Why the samples cannot be read.
    unreadable: Option<&'static str>,
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
    pub(in crate::media::mp4) fn read(
        stbl: Mp4Box<'data>,
        entries: &SampleEntries<'data>,
        is_elsewhere: bool,
    ) -> Result<Self> {
        let durations = TimeRuns::read(stbl.get(b"stts")?)?;
        let compositions = stbl.find(b"ctts")?.map(TimeRuns::read).transpose()?;
        let mut sizes = match stbl.find(b"stsz")? {
            Some(stsz) => Sizes::read(stsz)?,
            None => Sizes::read_compact(stbl.get(b"stz2")?)?,
        };
        let chunk_offsets = match stbl.find(b"stco")? {
            Some(stco) => ChunkOffsets::Short(read_entries(stco)?),
            None => ChunkOffsets::Long(read_entries(stbl.get(b"co64")?)?),
        };
        let chunks = ChunkRuns::read(stbl.get(b"stsc")?, chunk_offsets.count())?;
        let sync = stbl.find(b"stss")?.map(read_sync).transpose()?;
        let mut unreadable = is_elsewhere.then_some("is of samples in another file");
        if !is_elsewhere && sizes.is_of_bytes() {
            unreadable = sizes.put_right(entries)?;
        }
        Ok(Self { stbl, durations, compositions, sizes, chunks, chunk_offsets, sync, unreadable })
    }

    /// Whether the samples can be read.
    pub(in crate::media::mp4) fn is_readable(&self) -> bool {
        self.unreadable.is_none()
    }

    /// The error that the tables do not tell where a sample lies, or when it is due.
    #[cold]
    fn error(&self, why: &'static str) -> Error {
        self.stbl.error(why)
    }
}

/// The entries of a box that has nothing else.
fn read_entries<const N: usize>(table: Mp4Box<'_>) -> Result<&[[u8; N]]> {
    let (_, _, mut fields) = Fields::full(table)?;
    let count = fields.u32()?;
    fields.entries(count)
}

/// The numbers of sync samples, from 1 (§8.6.2).
fn read_sync(stss: Mp4Box<'_>) -> Result<&[[u8; 4]]> {
    let numbers: &[[u8; 4]] = read_entries(stss)?;
    // Big-endian numbers are in the order of their bytes.
    if numbers.first() == Some(&[0; 4]) || !numbers.is_sorted_by(|before, after| before < after) {
        return Err(stss.error("has numbers that do not ascend from 1"));
    }
    Ok(numbers)
}
