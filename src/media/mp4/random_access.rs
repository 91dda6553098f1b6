//! Random access points in fragments.

use std::iter::FusedIterator;

use super::{Children, Mp4Box, fault, fields::Fields};
use crate::error::{ErrorKind, Mp4Fault, Result};

/// Length in bytes of the box `mfro`, which ends an input that has an `mfra`.
const MFRO_LEN: usize = 16;

/// The sync samples in movie fragments: the box `mfra` (ISO/IEC 14496-12 §8.8.9), found from the end of the input.
#[derive(Debug, Clone, Copy)]
pub struct RandomAccess<'data> {
    mfra: Mp4Box<'data>,
}

impl<'data> RandomAccess<'data> {
    /// Finds the box at the end of an input (§8.8.11): the last four bytes are its length.
    pub(super) fn find(data: &'data [u8]) -> Result<Option<Self>> {
        let Some((rest, mfro)) = data.split_last_chunk::<MFRO_LEN>() else { return Ok(None) };
        let [.., l0, l1, l2, l3] = *mfro;
        if mfro[..8] != *b"\0\0\0\x10mfro" {
            return Ok(None);
        }
        let len = u64::from(u32::from_be_bytes([l0, l1, l2, l3]));
        let offset = (data.len() as u64).checked_sub(len);
        let mfra = offset.and_then(|offset| Children::of_input(data, offset).next());
        match mfra {
            Some(Ok(mfra)) if mfra.kind() == *b"mfra" => Ok(Some(Self { mfra })),
            _ => {
                let why = "does not hold the length of the box 'mfra' before it";
                let fault = Mp4Fault::BoxContent { kind: *b"mfro", why };
                Err(fault::at(ErrorKind::Mp4(fault), rest.len() as u64, mfro))
            }
        }
    }

    /// Returns the box `mfra`.
    #[must_use]
    pub fn mfra(&self) -> Mp4Box<'data> {
        self.mfra
    }

    /// Returns the tables of the tracks (`tfra`) in order. Ends at the first error.
    #[must_use]
    pub fn tracks(&self) -> TrackRandomAccesses<'data> {
        TrackRandomAccesses { boxes: self.mfra.children().unwrap_or_default() }
    }
}

/// The tables of the tracks in order. Ends at the first error.
#[derive(Debug, Clone)]
pub struct TrackRandomAccesses<'data> {
    boxes: Children<'data>,
}

impl<'data> Iterator for TrackRandomAccesses<'data> {
    type Item = Result<TrackRandomAccess<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        let tfra = self.boxes.find(|found| found.as_ref().map_or(true, |found| found.kind() == *b"tfra"))?;
        Some(tfra.and_then(TrackRandomAccess::read))
    }
}

impl FusedIterator for TrackRandomAccesses<'_> {}

/// The sync samples of a track in movie fragments: the box `tfra` (§8.8.10).
#[derive(Debug, Clone, Copy)]
pub struct TrackRandomAccess<'data> {
    track: u32,
    version: u8,
    /// Lengths in bytes of the numbers of track fragment, run and sample.
    number_lens: [usize; 3],
    entries: &'data [u8],
}

/// A sync sample in a movie fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncPoint {
    /// `time`: its presentation time, in time units of the track.
    pub time: u64,
    /// `moof_offset`: start of its movie fragment, in bytes from the start of the input.
    pub moof_offset: u64,
    /// `traf_number`: its track fragment in the movie fragment, from 1.
    pub traf_number: u32,
    /// `trun_number`: its run in the track fragment, from 1.
    pub trun_number: u32,
    /// `sample_delta`: its sample in the run, from 1.
    pub sample_number: u32,
}

impl<'data> TrackRandomAccess<'data> {
    fn read(tfra: Mp4Box<'data>) -> Result<Self> {
        let (version, _, mut fields) = Fields::full(tfra)?;
        let (track, lens, count) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let number_lens = [4, 2, 0].map(|shift| (lens >> shift & 3) as usize + 1);
        let access = Self { track, version, number_lens, entries: &[] };
        let len = u64::from(count) * access.entry_len() as u64;
        let entries = usize::try_from(len).ok().and_then(|len| fields.clone().rest().get(..len));
        let entries = entries.ok_or_else(|| fields.error("has fewer entries than it declares"))?;
        Ok(Self { entries, ..access })
    }

    /// `track_ID`.
    #[must_use]
    pub fn track(&self) -> u32 {
        self.track
    }

    /// Returns the sync samples in order.
    pub fn points(&self) -> impl ExactSizeIterator<Item = SyncPoint> + use<'data> {
        let Self { version, number_lens: [traf, trun, _], .. } = *self;
        let time_len = if version == 0 { 4 } else { 8 };
        self.entries.chunks_exact(self.entry_len()).map(move |entry| {
            let (time, rest) = entry.split_at(time_len);
            let (moof_offset, rest) = rest.split_at(time_len);
            let (traf_number, rest) = rest.split_at(traf);
            let (trun_number, sample_number) = rest.split_at(trun);
            SyncPoint {
                time: number(time),
                moof_offset: number(moof_offset),
                traf_number: short_number(traf_number),
                trun_number: short_number(trun_number),
                sample_number: short_number(sample_number),
            }
        })
    }

    fn entry_len(&self) -> usize {
        let times = if self.version == 0 { 8 } else { 16 };
        times + self.number_lens.iter().sum::<usize>()
    }
}

/// Reads a big-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Reads a big-endian number of up to four bytes.
fn short_number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}
