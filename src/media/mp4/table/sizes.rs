//! How long samples are.

use super::{Runs, Sum};
use crate::error::Result;
use crate::media::mp4::{Mp4Box, SampleEntries, fields::Fields};

/// How long samples are, in bytes (`stsz`, `stz2`; ISO/IEC 14496-12 §8.7.3).
#[derive(Debug, Clone, Copy)]
pub(in crate::media::mp4) enum Sizes<'data> {
    /// All are of one length.
    Constant { len: u32, count: u32 },
    /// Each has an entry.
    Bits32(&'data [[u8; 4]]),
    /// Each has an entry.
    Bits16(&'data [[u8; 2]]),
    /// Each has an entry.
    Bits8(&'data [u8]),
    /// Two have an entry, the first one in its high bits.
    Bits4 { pairs: &'data [u8], count: u32 },
}

impl<'data> Sizes<'data> {
    pub(super) fn read(stsz: Mp4Box<'data>) -> Result<Self> {
        let (_, _, mut fields) = Fields::full(stsz)?;
        let (len, count) = (fields.u32()?, fields.u32()?);
        if len != 0 {
            return Ok(Self::Constant { len, count });
        }
        Ok(Self::Bits32(fields.entries(count)?))
    }

    pub(super) fn read_compact(stz2: Mp4Box<'data>) -> Result<Self> {
        let (_, _, mut fields) = Fields::full(stz2)?;
        let (bits, count) = (fields.u32()? & 0xff, fields.u32()?);
        match bits {
            4 => {
                let pairs = fields.entries::<1>(count.div_ceil(2))?.as_flattened();
                Ok(Self::Bits4 { pairs, count })
            }
            8 => Ok(Self::Bits8(fields.entries::<1>(count)?.as_flattened())),
            16 => Ok(Self::Bits16(fields.entries(count)?)),
            _ => Err(fields.error("has entries of other than 4, 8 or 16 bits")),
        }
    }

    /// How many samples there are.
    pub(in crate::media::mp4) fn count(&self) -> u64 {
        match *self {
            Self::Constant { count, .. } | Self::Bits4 { count, .. } => count.into(),
            Self::Bits32(entries) => entries.len() as u64,
            Self::Bits16(entries) => entries.len() as u64,
            Self::Bits8(entries) => entries.len() as u64,
        }
    }

    /// Whether all samples are of one length.
    pub(in crate::media::mp4) fn is_constant(&self) -> bool {
        matches!(self, Self::Constant { .. })
    }

    /// The length of a sample; `None` if there are not so many.
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

    /// The lengths of all samples, if each has an entry of 32 bits.
    pub(super) fn entries(&self) -> &'data [[u8; 4]] {
        if let Self::Bits32(entries) = *self { entries } else { &[] }
    }

    /// Whether entries have fewer than 32 bits.
    pub(super) fn is_compact(&self) -> bool {
        matches!(self, Self::Bits16(_) | Self::Bits8(_) | Self::Bits4 { .. })
    }

    /// The length of a sample where it has fewer than 32 bits, which is rare.
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

    /// Whether every sample is said to be a byte, as QuickTime says of sound.
    pub(super) fn is_of_bytes(&self) -> bool {
        matches!(self, Self::Constant { len: 1, .. })
    }

    /// What is said to be a byte is, in sound of QuickTime, a sample of all channels, and its length stands in the sample entry.
    /// Returns why the samples cannot be read, if so.
    pub(super) fn put_right(&mut self, entries: &SampleEntries<'data>) -> Result<Option<&'static str>> {
        let Some(entry) = entries.clone().next().transpose()? else { return Ok(None) };
        let Some(audio) = entry.audio()? else { return Ok(None) };
        let uncompressed = matches!(
            &entry.format().0,
            b"raw "
                | b"twos"
                | b"sowt"
                | b"lpcm"
                | b"in24"
                | b"in32"
                | b"fl32"
                | b"fl64"
                | b"ulaw"
                | b"alaw"
                | b"NONE"
        );
        if !uncompressed {
            let packed = audio.samples_per_packet.is_some_and(|samples| samples > 1);
            return Ok(packed.then_some("is of sound in packets whose lengths it does not tell"));
        }
        let bytes = audio.channel_count.saturating_mul(audio.sample_size / 8);
        if let (Self::Constant { len, .. }, 1..) = (self, audio.bytes_per_frame.unwrap_or(bytes)) {
            *len = audio.bytes_per_frame.unwrap_or(bytes);
        }
        Ok(None)
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
