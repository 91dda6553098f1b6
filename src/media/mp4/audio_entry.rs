//! The fields of audio sample entries, corrected by the boxes of the coding.

use super::entry_layout::{audio_len, quicktime_len};
use super::{Children, FourCc, Mp4Box, fields::Fields};
use crate::error::Result;

/// The fields of an audio sample entry (§12.2.3; QuickTime File Format, *Sound Sample Description*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioSampleEntry {
    /// `channelcount`; for FLAC, ALAC and AMR, the number of channels in the coding's own box.
    pub channel_count: u32,
    /// `samplesize` in bits.
    pub sample_size: u32,
    /// `samplerate` in whole hertz, or the rate in a box of the coding (`dfLa`, `alac`, `dmlp`, `ddts`, `dac3`, `dec3`,
    /// `srat`), because the field has only 16 bits.
    pub sample_rate: u32,
    /// QuickTime: bytes of a sample of all channels; `None` in other files.
    pub bytes_per_frame: Option<u32>,
    /// QuickTime: samples per channel in a packet of compressed audio; `None` in other files.
    pub samples_per_packet: Option<u32>,
    /// QuickTime, version 2: `formatSpecificFlags`; otherwise `None`.
    pub format_flags: Option<u32>,
}

impl AudioSampleEntry {
    /// Reads the fields of an entry of an audio track.
    pub(super) fn read(of: Mp4Box<'_>) -> Result<Self> {
        let mut fields = Fields::of(of);
        fields.skip(8)?;
        let version = fields.u16()?;
        fields.skip(6)?;
        let mut entry = AudioSampleEntry {
            channel_count: fields.u16()?.into(),
            sample_size: fields.u16()?.into(),
            sample_rate: 0,
            bytes_per_frame: None,
            samples_per_packet: None,
            format_flags: None,
        };
        fields.skip(4)?;
        entry.sample_rate = fields.u32()? >> 16;
        match quicktime_len(version, of.payload()) {
            16 => {
                entry.samples_per_packet = Some(fields.u32()?);
                fields.skip(4)?;
                entry.bytes_per_frame = Some(fields.u32()?);
            }
            36 => {
                fields.skip(4)?;
                entry.sample_rate = whole_hertz(f64::from_bits(fields.u64()?));
                entry.channel_count = fields.u32()?;
                fields.skip(4)?;
                entry.sample_size = fields.u32()?;
                entry.format_flags = Some(fields.u32()?);
                entry.bytes_per_frame = Some(fields.u32()?);
                entry.samples_per_packet = Some(fields.u32()?);
            }
            _ => {}
        }
        entry.correct(of);
        Ok(entry)
    }

    /// Replaces sampling rate and channels by those in the box of the coding: the fields of the entry have only 16 bits for a
    /// rate, and some codings require a fixed value in them.
    fn correct(&mut self, of: Mp4Box<'_>) {
        match &of.kind().0 {
            b"samr" => (self.sample_rate, self.channel_count) = (8000, 1),
            b"sawb" => (self.sample_rate, self.channel_count) = (16_000, 1),
            _ => {}
        }
        for found in boxes_of_coding(of) {
            let (rate, channels) = stated(found.kind(), found.payload()).unwrap_or_default();
            if let Some(rate) = rate.filter(|&rate| rate > 0) {
                self.sample_rate = rate;
            }
            if let Some(channels) = channels.filter(|&channels| channels > 0) {
                self.channel_count = channels.into();
            }
        }
    }
}

/// Converts a rate of a version 2 sound description, which is a floating-point number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "no rate is beyond, and `as` saturates"
)]
fn whole_hertz(rate: f64) -> u32 {
    rate as u32
}

/// Returns the boxes of an audio sample entry, and those in `wave`, where QuickTime stores decoder data; up to the first damaged one.
pub(super) fn boxes_of_coding<'data>(
    entry: Mp4Box<'data>,
) -> impl Iterator<Item = Mp4Box<'data>> + use<'data> {
    entry.children_from(audio_len(entry.payload())).map_while(Result::ok).flat_map(|found| {
        let inner = if found.kind() == *b"wave" { found.children() } else { None };
        std::iter::once(found).chain(inner.unwrap_or_else(Children::default).map_while(Result::ok))
    })
}

/// Rates of AC-3 (`fscod`).
const AC3_RATES: [u32; 3] = [48_000, 44_100, 32_000];

/// Returns the sampling rate and the number of channels in a box of a coding; `None` if the box is truncated.
fn stated(kind: FourCc, payload: &[u8]) -> Option<(Option<u32>, Option<u8>)> {
    let u32_at = |at: usize| payload.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let fscod = |byte: u8| AC3_RATES.get(usize::from(byte >> 6)).copied();
    Some(match &kind.0 {
        // STREAMINFO of FLAC, after version and flags and the header of the block (Encapsulation of FLAC in ISO BMFF §3.3.2).
        b"dfLa" => {
            let word = u32_at(18)?;
            (Some(word >> 12), Some((word >> 9 & 7).to_le_bytes()[0] + 1))
        }
        // ALACSpecificConfig, after version and flags.
        b"alac" => (Some(u32_at(24)?), payload.get(13).copied()),
        // `format_info` of MLP and TrueHD: the rate is 48,000 or 44,100 Hz times a power of two.
        b"dmlp" => {
            let code = u32_at(0)? >> 28;
            let base = if code & 8 == 0 { 48_000 } else { 44_100 };
            ((code != 15).then(|| base << (code & 7)), None)
        }
        // ETSI TS 102 114 annex E: `DTSSamplingFrequency`.
        b"ddts" => (Some(u32_at(0)?), None),
        // ETSI TS 102 366 annex F.
        b"dac3" => (fscod(*payload.first()?), None),
        b"dec3" => (fscod(*payload.get(2)?), None),
        // ISO/IEC 14496-12 §12.2.3: `SamplingRateBox`.
        b"srat" => (Some(u32_at(4)?), None),
        _ => (None, None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_of_codings() {
        let stream_info = [&[0; 18][..], &[0x17, 0x70, 0x02, 0xf0]].concat();
        assert_eq!(stated(FourCc(*b"dfLa"), &stream_info), Some((Some(96_000), Some(2))));
        let cookie = [&[0; 9][..], &[24, 40, 10, 14, 2, 0, 255], &[0; 8], &[0, 1, 0x77, 0]].concat();
        assert_eq!(stated(FourCc(*b"alac"), &cookie), Some((Some(96_000), Some(2))));
        assert_eq!(stated(FourCc(*b"dmlp"), &[0x20, 0, 0, 0]), Some((Some(192_000), None)));
        assert_eq!(stated(FourCc(*b"dmlp"), &[0x90, 0, 0, 0]), Some((Some(88_200), None)));
        assert_eq!(stated(FourCc(*b"dac3"), &[0x50]), Some((Some(44_100), None)));
        assert_eq!(stated(FourCc(*b"dec3"), &[0, 0, 0x80]), Some((Some(32_000), None)));
        assert_eq!(stated(FourCc(*b"srat"), &[0, 0, 0, 0, 0, 2, 0xee, 0]), Some((Some(192_000), None)));
        assert_eq!(stated(FourCc(*b"dfLa"), &[0; 20]), None);
    }
}
