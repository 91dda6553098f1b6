//! Audio: layout of PCM samples, frames of compressed audio, and sampling rates in boxes of codings.

use super::{AudioSampleEntry, Children, FourCc, Mp4Box, SampleEntry};

/// The layout of PCM samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Pcm {
    /// Stored bits of a sample of one channel: a multiple of 8.
    pub bits: u8,
    /// The encoding of the bits.
    pub encoding: PcmEncoding,
    /// Whether the most significant byte comes first.
    pub is_big_endian: bool,
}

/// The encoding of a PCM sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PcmEncoding {
    /// A signed integer.
    Signed,
    /// An unsigned integer, with silence in the middle.
    Unsigned,
    /// A floating-point number.
    Float,
    /// ITU-T G.711, mu-law.
    MuLaw,
    /// ITU-T G.711, A-law.
    ALaw,
}

/// Flags of `lpcm` (QuickTime File Format, *Sound Sample Description (Version 2)*, `formatSpecificFlags`).
const IS_FLOAT: u32 = 1;
const IS_BIG_ENDIAN: u32 = 2;
const IS_SIGNED: u32 = 4;

/// Returns the layout of the samples of an entry; `None` if they are compressed, or the format is unknown.
pub(super) fn pcm(entry: &SampleEntry<'_>, audio: &AudioSampleEntry) -> Option<Pcm> {
    use PcmEncoding::{ALaw, Float, MuLaw, Signed, Unsigned};
    let of = |bits, encoding, is_big_endian| Some(Pcm { bits, encoding, is_big_endian });
    // The formats have 16 bits unless the entry states another size.
    let width = match audio.sample_size {
        8 => 8,
        24 => 24,
        32 => 32,
        _ => 16,
    };
    match &entry.format().0 {
        b"ulaw" => of(8, MuLaw, true),
        b"alaw" => of(8, ALaw, true),
        b"sowt" => of(width, Signed, false),
        b"twos" => of(width, Signed, !is_little_endian(entry)),
        b"in24" => of(24, Signed, !is_little_endian(entry)),
        b"in32" => of(32, Signed, !is_little_endian(entry)),
        b"fl32" => of(32, Float, !is_little_endian(entry)),
        b"fl64" => of(64, Float, !is_little_endian(entry)),
        b"raw " | b"NONE" if audio.sample_size == 16 => of(16, Signed, !is_little_endian(entry)),
        b"raw " | b"NONE" => of(8, Unsigned, true),
        // The earliest movies have no format code for PCM.
        [0, 0, 0, 0] if audio.sample_size == 16 => of(16, Signed, true),
        [0, 0, 0, 0] if audio.sample_size == 8 => of(8, Unsigned, true),
        b"lpcm" => match audio.format_flags {
            Some(flags) => {
                let bits = u8::try_from(audio.sample_size.div_ceil(8) * 8)
                    .ok()
                    .filter(|bits| (8..=64).contains(bits))?;
                let encoding = match (flags & IS_FLOAT != 0, flags & IS_SIGNED != 0) {
                    (true, _) => Float,
                    (false, true) => Signed,
                    (false, false) => Unsigned,
                };
                of(bits, encoding, flags & IS_BIG_ENDIAN != 0)
            }
            None => of(width, Signed, false),
        },
        b"ipcm" => pcm_configuration(entry, Signed),
        b"fpcm" => pcm_configuration(entry, Float),
        _ => None,
    }
}

/// Returns the layout in `pcmC` (ISO/IEC 23003-5 §5.1).
fn pcm_configuration(entry: &SampleEntry<'_>, encoding: PcmEncoding) -> Option<Pcm> {
    let found = boxes(entry).find(|found| found.kind() == *b"pcmC")?;
    let &[_, _, _, _, flags, bits] = found.payload().first_chunk()?;
    Some(Pcm { bits, encoding, is_big_endian: flags & 1 == 0 })
}

/// Whether a box `enda` states little-endian samples (QuickTime File Format, *siDecompressionParam*).
fn is_little_endian(entry: &SampleEntry<'_>) -> bool {
    boxes(entry).any(|found| found.kind() == *b"enda" && found.payload().get(1) == Some(&1))
}

/// Returns the boxes of an entry, and those in `wave`, where QuickTime stores decoder data; up to the first damaged one.
fn boxes<'data>(entry: &SampleEntry<'data>) -> impl Iterator<Item = Mp4Box<'data>> + use<'data> {
    entry.boxes().map_while(Result::ok).flat_map(|found| {
        let inner = if found.kind() == *b"wave" { found.children() } else { None };
        std::iter::once(found).chain(inner.unwrap_or_else(Children::default).map_while(Result::ok))
    })
}

/// A frame: samples of all channels stored together, and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Samples per channel: 1 for PCM.
    pub(super) samples: u32,
    /// 0 if the entry does not state them.
    pub(super) bytes: u32,
}

/// Returns the frame of audio whose sample table counts samples, not frames; `None` if the entry does not state it.
pub(super) fn frame(entry: &SampleEntry<'_>) -> Option<Frame> {
    let audio = entry.audio().ok()??;
    let channels = audio.channel_count;
    let of = |samples, bytes_per_channel: u32| {
        Some(Frame { samples, bytes: bytes_per_channel.saturating_mul(channels) })
    };
    match &entry.format().0 {
        b"MAC3" => return of(6, 2),
        b"MAC6" => return of(6, 1),
        b"ima4" => return of(64, 34),
        b"agsm" => return Some(Frame { samples: 160, bytes: 33 }),
        _ => {}
    }
    match (audio.samples_per_packet, audio.bytes_per_frame) {
        (Some(samples @ 2..), Some(bytes)) => Some(Frame { samples, bytes }),
        (_, Some(bytes @ 1..)) if audio.format_flags.is_some() && entry.format() == *b"lpcm" => {
            Some(Frame { samples: 1, bytes })
        }
        _ => of(1, u32::from(pcm(entry, &audio)?.bits / 8)),
    }
}

/// Replaces sampling rate and channels by those in the box of the coding: the fields of the entry have only 16 bits for a
/// rate, and some codings require a fixed value in them.
pub(super) fn correct(entry: &SampleEntry<'_>, audio: &mut AudioSampleEntry) {
    match &entry.format().0 {
        b"samr" => (audio.sample_rate, audio.channel_count) = (8000, 1),
        b"sawb" => (audio.sample_rate, audio.channel_count) = (16_000, 1),
        _ => {}
    }
    for found in boxes(entry) {
        let (rate, channels) = stated(found.kind(), found.payload()).unwrap_or_default();
        if let Some(rate) = rate.filter(|&rate| rate > 0) {
            audio.sample_rate = rate;
        }
        if let Some(channels) = channels.filter(|&channels| channels > 0) {
            audio.channel_count = channels.into();
        }
    }
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
