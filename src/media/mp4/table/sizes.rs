//! Sample sizes.

use super::runs::{Runs, Sum};
use crate::error::{Error, Result};
use crate::media::mp4::{Mp4Box, fields::Fields};

/// The sizes of samples in bytes (`stsz`, `stz2`; ISO/IEC 14496-12 §8.7.3).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) enum Sizes<'data> {
    /// All samples have the same size.
    Constant { len: u32, count: u32 },
    /// One entry per sample.
    Bits32(&'data [[u8; 4]]),
    /// One entry per sample.
    Bits16(&'data [[u8; 2]]),
    /// One entry per sample.
    Bits8(&'data [u8]),
    /// One entry per two samples, the first one in its high bits.
    Bits4 { pairs: &'data [u8], count: u32 },
}

impl<'data> Sizes<'data> {
    /// No samples.
    pub(super) const NONE: Self = Self::Constant { len: 0, count: 0 };

    /// Reads `stsz`; returns the sizes, `sample_count`, and an error if there are fewer sizes than that.
    pub(super) fn read(stsz: Mp4Box<'data>) -> Result<(Self, u32, Option<Error>)> {
        let (_, _, mut fields) = Fields::full(stsz)?;
        let (len, count) = (fields.u32()?, fields.u32()?);
        if len != 0 {
            return Ok((Self::Constant { len, count }, count, None));
        }
        let (entries, short) = fields.entries_there_are(count);
        Ok((Self::Bits32(entries), count, short))
    }

    /// Reads `stz2`; returns the sizes, `sample_count`, and an error if there are fewer sizes than that.
    pub(super) fn read_compact(stz2: Mp4Box<'data>) -> Result<(Self, u32, Option<Error>)> {
        let (_, _, mut fields) = Fields::full(stz2)?;
        let (bits, count) = (fields.u32()? & 0xff, fields.u32()?);
        let (sizes, short) = match bits {
            4 => {
                let (pairs, short) = fields.entries_there_are::<1>(count.div_ceil(2));
                let there_are = u32::try_from(pairs.len()).unwrap_or(u32::MAX).saturating_mul(2);
                (Self::Bits4 { pairs: pairs.as_flattened(), count: count.min(there_are) }, short)
            }
            8 => {
                let (entries, short) = fields.entries_there_are::<1>(count);
                (Self::Bits8(entries.as_flattened()), short)
            }
            16 => {
                let (entries, short) = fields.entries_there_are(count);
                (Self::Bits16(entries), short)
            }
            _ => return Err(fields.error("has entries of other than 4, 8 or 16 bits")),
        };
        Ok((sizes, count, short))
    }

    /// Returns the number of samples.
    pub(in crate::media::mp4) fn count(&self) -> u64 {
        match *self {
            Self::Constant { count, .. } | Self::Bits4 { count, .. } => count.into(),
            Self::Bits32(entries) => entries.len() as u64,
            Self::Bits16(entries) => entries.len() as u64,
            Self::Bits8(entries) => entries.len() as u64,
        }
    }

    /// Returns the total size of all samples.
    pub(in crate::media::mp4) fn total(&self) -> u64 {
        match *self {
            Self::Constant { len, count } => u64::from(len) * u64::from(count),
            _ => (0..self.count()).filter_map(|sample| self.get(sample)).map(u64::from).sum(),
        }
    }

    /// Whether all samples have the same size.
    pub(in crate::media::mp4) fn is_constant(&self) -> bool {
        matches!(self, Self::Constant { .. })
    }

    /// Returns the size of a sample; `None` beyond the last one.
    #[inline]
    pub(in crate::media::mp4) fn get(&self, sample: u64) -> Option<u32> {
        match *self {
            Self::Bits32(entries) => {
                entries.get(usize::try_from(sample).ok()?).map(|&len| u32::from_be_bytes(len))
            }
            Self::Constant { len, count } => (sample < count.into()).then_some(len),
            Self::Bits16(_) | Self::Bits8(_) | Self::Bits4 { .. } => self.get_compact(sample),
        }
    }

    /// Returns the sizes of all samples, if each has an entry of 32 bits.
    pub(super) fn entries(&self) -> &'data [[u8; 4]] {
        if let Self::Bits32(entries) = *self { entries } else { &[] }
    }

    /// Whether entries have fewer than 32 bits.
    pub(super) fn is_compact(&self) -> bool {
        matches!(self, Self::Bits16(_) | Self::Bits8(_) | Self::Bits4 { .. })
    }

    /// Returns a size stored in fewer than 32 bits, which is rare.
    #[inline(never)]
    fn get_compact(&self, sample: u64) -> Option<u32> {
        let index = usize::try_from(sample).ok()?;
        match *self {
            Self::Bits16(entries) => entries.get(index).map(|&len| u16::from_be_bytes(len).into()),
            Self::Bits8(entries) => entries.get(index).map(|&len| len.into()),
            Self::Bits4 { pairs, count } => {
                let pair = *pairs.get(index / 2).filter(|_| sample < count.into())?;
                Some(u32::from(if index.is_multiple_of(2) { pair >> 4 } else { pair & 15 }))
            }
            Self::Bits32(_) | Self::Constant { .. } => self.get(sample),
        }
    }
}

/// Each sample is a run.
impl Runs for Sizes<'_> {
    fn len(&self) -> usize {
        usize::try_from(self.count()).unwrap_or(usize::MAX)
    }

    fn sum(&self, run: usize) -> Option<Sum> {
        self.get(run as u64).map(|len| Sum { samples: 1, amount: len.into() })
    }
}
