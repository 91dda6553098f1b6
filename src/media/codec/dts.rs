//! DTS (ETSI TS 102 114): the core and the extension substream.

use memchr::memmem;

use super::bits::Bits;

/// The header of a frame of the DTS core (ETSI TS 102 114, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsHeader {
    /// Samples per channel.
    pub samples: u16,
    /// Length of the core frame in bytes.
    pub frame_length: u16,
    /// `AMODE`: 0 mono, 2 stereo, 9 five channels, ...
    pub channel_mode: u8,
    /// `SFREQ` in hertz.
    pub sampling_frequency: u32,
    /// `RATE` in bits per second; `None` if it is open, variable or lossless.
    pub bit_rate: Option<u32>,
    /// `LFF`: a low-frequency effects channel is present.
    pub has_low_frequency_effects: bool,
}

/// Sampling frequencies by `SFREQ`; 0 is reserved.
const DTS_FREQUENCIES: [u32; 16] =
    [0, 8000, 16_000, 32_000, 0, 0, 11_025, 22_050, 44_100, 0, 0, 12_000, 24_000, 48_000, 96_000, 192_000];

/// Bits per second by `RATE`.
const DTS_BIT_RATES: [u32; 25] = [
    32_000, 56_000, 64_000, 96_000, 112_000, 128_000, 192_000, 224_000, 256_000, 320_000, 384_000, 448_000,
    512_000, 576_000, 640_000, 768_000, 960_000, 1_024_000, 1_152_000, 1_280_000, 1_344_000, 1_408_000,
    1_411_200, 1_472_000, 1_536_000,
];

impl DtsHeader {
    /// Returns the number of channels, including low-frequency effects; `None` for a layout that the stream defines.
    #[must_use]
    pub fn channels(&self) -> Option<u8> {
        let full = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5].get(usize::from(self.channel_mode))?;
        Some(full + u8::from(self.has_low_frequency_effects))
    }

    /// Reads the header of a frame of 16-bit big-endian words; `None` if the bytes do not begin with one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        if bits.take(32)? != 0x7ffe_8001 {
            return None;
        }
        // `FTYPE`, `SHORT`, `CPF`.
        bits.skip(1 + 5 + 1)?;
        let blocks = u16::try_from(bits.take(7)?).ok()? + 1;
        let frame_length = u16::try_from(bits.take(14)?).ok()? + 1;
        let channel_mode = bits.byte(6)?;
        let sampling_frequency = Some(DTS_FREQUENCIES[bits.take(4)? as usize]).filter(|&rate| rate > 0)?;
        let bit_rate = DTS_BIT_RATES.get(bits.take(5)? as usize).copied();
        // `MIX`, `DYNF`, `TIMEF`, `AUXF`, `HDCD`, `EXT_AUDIO_ID`, `EXT_AUDIO`, `ASPF`.
        bits.skip(5 + 3 + 1 + 1)?;
        let low_frequency = bits.take(2)?;
        Some(Self {
            samples: blocks * 32,
            frame_length,
            channel_mode,
            sampling_frequency,
            bit_rate,
            has_low_frequency_effects: matches!(low_frequency, 1 | 2),
        })
    }
}

/// The coding of the audio in an extension substream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DtsCoding {
    /// Extensions of the core: more channels, samples or bits (DTS-HD High Resolution Audio).
    Core,
    /// Lossless audio (DTS-HD Master Audio).
    Lossless,
    /// Low-bit-rate audio without a core (DTS Express); see [`DtsExpressHeader`].
    LowBitRate,
}

/// The header of an extension substream and the description of its first asset (ETSI TS 102 114, 7.4 and 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsExtension {
    /// The coding of the first asset.
    pub coding: DtsCoding,
    /// `nuMaxSampleRate` in hertz.
    pub sampling_frequency: u32,
    /// `nuTotalNumChs`.
    pub channels: u16,
    /// `nuBitResolution`.
    pub bits_per_sample: u8,
    /// `nuSpkrActivityMask`, if it is present: bit 0 is centre, bit 1 left and right, ...
    pub speakers: Option<u16>,
}

/// `SYNCEXTSSH` (7.4.1): the start of an extension substream.
const SYNC: [u8; 4] = [0x64, 0x58, 0x20, 0x25];
/// Sync words of the lossless and of the low-bit-rate component.
const SYNC_LOSSLESS: [u8; 4] = [0x41, 0xa2, 0x95, 0x47];
const SYNC_LOW_BIT_RATE: [u8; 4] = [0x0a, 0x80, 0x19, 0x21];

impl DtsExtension {
    /// Whether a packet begins with an extension substream.
    pub(in crate::media) fn begins(packet: &[u8]) -> bool {
        packet.starts_with(&SYNC)
    }

    /// Finds and reads the first substream in a packet, which may begin with a core frame.
    #[must_use]
    pub fn find(packet: &[u8]) -> Option<Self> {
        let at = memmem::find(packet, &SYNC)?;
        Self::read(&packet[at..])
    }

    /// Reads a substream; `None` without a description of its assets.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes.get(SYNC.len()..)?);
        // `UserDefinedBits`.
        bits.skip(8)?;
        let index = bits.take(2)?;
        let (header_bits, size_bits) = if bits.flag()? { (12, 20) } else { (8, 16) };
        let header_len = bits.take(header_bits)? as usize + 1;
        bits.skip(size_bits)?;
        // `bStaticFieldsPresent`: without these fields, the assets are not described.
        if !bits.flag()? {
            return None;
        }
        let assets = skip_static_fields(&mut bits, index)?;
        bits.skip(assets * size_bits)?;
        let (bits_per_sample, frequency, channels, speakers) = asset(&mut bits)?;
        let body = bytes.get(header_len..)?;
        let coding = if body.starts_with(&SYNC_LOW_BIT_RATE) {
            DtsCoding::LowBitRate
        } else if memmem::find(body, &SYNC_LOSSLESS).is_some() {
            DtsCoding::Lossless
        } else {
            DtsCoding::Core
        };
        let sampling_frequency = EXTENSION_FREQUENCIES[frequency as usize & 15];
        Some(Self { coding, sampling_frequency, channels, bits_per_sample, speakers })
    }
}

/// Skips the static fields, which apply to all assets. Returns the number of assets.
fn skip_static_fields(bits: &mut Bits<'_>, index: u32) -> Option<u32> {
    // `nuRefClockCode`, `nuExSSFrameDurationCode`.
    bits.skip(2 + 3)?;
    if bits.flag()? {
        // `nuTimeStamp`, `nLSB`.
        bits.skip(32 + 4)?;
    }
    let (presentations, assets) = (bits.take(3)? + 1, bits.take(3)? + 1);
    let mut masks = 0;
    for _ in 0..presentations {
        masks += bits.take(index + 1)?.count_ones();
    }
    // `nuActiveAssetMask`.
    bits.skip(masks * 8)?;
    if bits.flag()? {
        // `nuMixMetadataAdjLevel`.
        bits.skip(2)?;
        let (mask_bits, configurations) = ((bits.take(2)? + 1) << 2, bits.take(2)? + 1);
        bits.skip(configurations * mask_bits)?;
    }
    Some(assets)
}

/// Reads the next asset description: bits per sample, code of the sampling frequency, channels and speakers.
fn asset(bits: &mut Bits<'_>) -> Option<(u8, u32, u16, Option<u16>)> {
    // `nuAssetDescriptFsize`, `nuAssetIndex`.
    bits.skip(9 + 3)?;
    // `bAssetTypeDescrPresent`, `bLanguageDescrPresent`.
    for len in [4, 24] {
        if bits.flag()? {
            bits.skip(len)?;
        }
    }
    if bits.flag()? {
        // `nuInfoTextByteSize`.
        let len = bits.take(10)? + 1;
        bits.skip(len * 8)?;
    }
    let (depth, frequency) = (bits.byte(5)? + 1, bits.take(4)?);
    let channels = u16::from(bits.byte(8)?) + 1;
    let mut speakers = None;
    // `bOne2OneMapChannels2Speakers`.
    if bits.flag()? {
        // `bEmbeddedStereoFlag`, `bEmbeddedSixChFlag`.
        bits.skip(u32::from(channels > 2) + u32::from(channels > 6))?;
        if bits.flag()? {
            let mask_bits = (bits.take(2)? + 1) << 2;
            speakers = u16::try_from(bits.take(mask_bits)?).ok();
        }
    }
    Some((depth, frequency, channels, speakers))
}

/// The header of the low-bit-rate component of DTS Express, which has no core (ETSI TS 102 114, 9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsExpressHeader {
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Bit mask of loudspeakers and loudspeaker pairs, as in `nuSpkrActivityMask`: 1 centre, 2 left and right, 4 left and
    /// right surround, 8 low-frequency effects, ...
    pub loudspeakers: u16,
    /// Bits per second.
    pub bit_rate: u32,
}

/// Sampling frequencies by their code in an extension substream: those of DTS Express and of `nuMaxSampleRate`.
const EXTENSION_FREQUENCIES: [u32; 16] = [
    8000, 16_000, 32_000, 64_000, 128_000, 22_050, 44_100, 88_200, 176_400, 352_800, 12_000, 24_000, 48_000,
    96_000, 192_000, 384_000,
];

impl DtsExpressHeader {
    /// Returns the number of channels of all loudspeakers.
    #[must_use]
    pub fn channels(&self) -> u32 {
        /// Bits that stand for a loudspeaker pair.
        const PAIRS: u16 = 0b1010_1110_0110_0110;
        self.loudspeakers.count_ones() + (self.loudspeakers & PAIRS).count_ones()
    }

    /// Reads the first header of a low-bit-rate component in an extension substream; `None` if the bytes do not begin with a
    /// substream, or that header lacks the parameters.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        /// Code of a header with all parameters that a decoder needs.
        const WITH_PARAMETERS: u8 = 2;
        /// Maximum length of the header of an extension substream.
        const HEADER_LEN: usize = 4096;
        let rest = bytes.strip_prefix(&SYNC)?;
        let rest = &rest[..rest.len().min(HEADER_LEN)];
        let start = memmem::find(rest, &SYNC_LOW_BIT_RATE)? + SYNC_LOW_BIT_RATE.len();
        let header = rest.get(start..)?.first_chunk()?;
        let &[kind, frequency, m0, m1, _, _, _, high, _, _, r0, r1] = header;
        if kind != WITH_PARAMETERS {
            return None;
        }
        Some(Self {
            sampling_frequency: *EXTENSION_FREQUENCIES.get(usize::from(frequency))?,
            loudspeakers: u16::from_le_bytes([m0, m1]),
            bit_rate: u32::from(high & 0xf0) << 12 | u32::from(u16::from_le_bytes([r0, r1])),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_dts_express() {
        let frame = [
            0x64, 0x58, 0x20, 0x25, 0, 3, 0x60, 0xff, 0x0a, 0x80, 0x19, 0x21, 2, 12, 0x0f, 0, 1, 8, 0x14,
            0x22, 0xe0, 0xdd, 0xe0, 0xdd,
        ];
        let header = DtsExpressHeader::read(&frame).unwrap();
        assert_eq!((header.sampling_frequency, header.channels(), header.bit_rate), (48_000, 6, 187_872));
        assert_eq!(DtsExpressHeader::read(&frame[..23]), None);
        assert_eq!(DtsExpressHeader::read(&frame[1..]), None);
    }
}
