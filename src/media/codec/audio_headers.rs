//! Headers of audio codings whose fields have fixed places.

use super::bits::Bits;

/// The identification header of Opus (RFC 7845, 5.1), or the `dOps` box of MP4 (Encapsulation of Opus in ISO Base Media File Format, 4.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OpusHead {
    /// Output channels.
    pub channels: u8,
    /// Samples at 48 kHz that a decoder drops at the start.
    pub pre_skip: u16,
    /// Sampling frequency of the original input in hertz; 0 if it is not known.
    pub input_sampling_frequency: u32,
    /// Channel mapping family: 0 mono and stereo, 1 the order of Vorbis.
    pub mapping_family: u8,
}

impl OpusHead {
    /// Reads an identification header.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let &[_, channels, p0, p1, r0, r1, r2, r3, _, _, mapping_family] =
            bytes.strip_prefix(b"OpusHead")?.first_chunk()?;
        Some(Self {
            channels,
            pre_skip: u16::from_le_bytes([p0, p1]),
            input_sampling_frequency: u32::from_le_bytes([r0, r1, r2, r3]),
            mapping_family,
        })
    }

    /// Reads the payload of a `dOps` box.
    #[must_use]
    pub fn of_dops(payload: &[u8]) -> Option<Self> {
        let &[_, channels, p0, p1, r0, r1, r2, r3, _, _, mapping_family] = payload.first_chunk()?;
        Some(Self {
            channels,
            pre_skip: u16::from_be_bytes([p0, p1]),
            input_sampling_frequency: u32::from_be_bytes([r0, r1, r2, r3]),
            mapping_family,
        })
    }
}

/// The identification header of Vorbis (Vorbis I specification, 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VorbisHeader {
    /// `audio_channels`.
    pub channels: u8,
    /// `audio_sample_rate` in hertz.
    pub sampling_frequency: u32,
    /// `bitrate_nominal` in bits per second; 0 or negative where it is not specified.
    pub nominal_bit_rate: i32,
}

impl VorbisHeader {
    /// Reads an identification header.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let &[_, _, _, _, channels, r0, r1, r2, r3, _, _, _, _, n0, n1, n2, n3] =
            bytes.strip_prefix(b"\x01vorbis")?.first_chunk()?;
        let sampling_frequency = u32::from_le_bytes([r0, r1, r2, r3]);
        (channels > 0 && sampling_frequency > 0).then_some(Self {
            channels,
            sampling_frequency,
            nominal_bit_rate: i32::from_le_bytes([n0, n1, n2, n3]),
        })
    }

    /// Reads the first of headers that follow their number and their lengths ("Xiph lacing", RFC 9559, 5.4).
    #[must_use]
    pub fn of_laced(bytes: &[u8]) -> Option<Self> {
        let (&others, lengths) = bytes.split_first()?;
        let mut ends = lengths.iter().enumerate().filter(|&(_, &byte)| byte != 0xff);
        let (end, _) = ends.nth(usize::from(others).checked_sub(1)?)?;
        Self::read(&lengths[end + 1..])
    }
}

/// `STREAMINFO` of FLAC (RFC 9639, 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FlacStreamInfo {
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Channels, 1 to 8.
    pub channels: u8,
    /// Bits of a sample, 4 to 32.
    pub bits_per_sample: u8,
    /// Samples of each channel; 0 if that is not known.
    pub samples: u64,
}

impl FlacStreamInfo {
    /// Length of a `STREAMINFO` in bytes.
    pub const LEN: usize = 34;

    /// Reads a `STREAMINFO` without the header of its block.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes.get(10..Self::LEN)?);
        let (sampling_frequency, channels, bits_per_sample) =
            (bits.take(20)?, bits.byte(3)? + 1, bits.byte(5)? + 1);
        let samples = u64::from(bits.take(4)?) << 32 | u64::from(bits.take(32)?);
        Some(Self { sampling_frequency, channels, bits_per_sample, samples })
    }

    /// Finds and reads the `STREAMINFO` among metadata blocks, which `fLaC` may precede.
    #[must_use]
    pub fn of_blocks(bytes: &[u8]) -> Option<Self> {
        let blocks = bytes.strip_prefix(b"fLaC").unwrap_or(bytes);
        // It is the first block.
        let (&[kind, _, _, _], block) = blocks.split_first_chunk()?;
        if kind & 0x7f == 0 { Self::read(block) } else { None }
    }
}

/// `ALACSpecificConfig` of the Apple Lossless Audio Codec (the "magic cookie").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlacConfig {
    /// `bitDepth`.
    pub bits_per_sample: u8,
    /// `numChannels`.
    pub channels: u8,
    /// `avgBitRate` in bits per second; 0 if it is not known.
    pub average_bit_rate: u32,
    /// `sampleRate` in hertz.
    pub sampling_frequency: u32,
}

impl AlacConfig {
    /// Reads a configuration.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let &[_, _, _, _, _, bits_per_sample, _, _, _, channels] = bytes.first_chunk()?;
        let &[a0, a1, a2, a3, s0, s1, s2, s3] = bytes.get(16..)?.first_chunk()?;
        Some(Self {
            bits_per_sample,
            channels,
            average_bit_rate: u32::from_be_bytes([a0, a1, a2, a3]),
            sampling_frequency: u32::from_be_bytes([s0, s1, s2, s3]),
        })
    }
}

/// The header of a frame of the DTS core (ETSI TS 102 114, 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsHeader {
    /// Samples of each channel.
    pub samples: u16,
    /// Bytes of the core frame.
    pub frame_length: u16,
    /// `AMODE`: 0 mono, 2 stereo, 9 five channels, ...
    pub channel_mode: u8,
    /// `SFREQ` in hertz.
    pub sampling_frequency: u32,
    /// `RATE` in bits per second; `None` where it is open, variable or lossless.
    pub bit_rate: Option<u32>,
    /// `LFF`: there is a channel of low-frequency effects.
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
    /// Channels, that of low-frequency effects too; `None` for a layout that the stream defines.
    #[must_use]
    pub fn channels(&self) -> Option<u8> {
        let full = [1, 2, 2, 2, 2, 3, 3, 4, 4, 5].get(usize::from(self.channel_mode))?;
        Some(full + u8::from(self.has_low_frequency_effects))
    }

    /// Reads the header of a frame of 16 bits a word, the most significant byte first; `None` if the bytes do not begin with one.
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

/// The header of a frame of DTS Express, which has no core: that of its component of low bit rate (ETSI TS 102 114, 9.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DtsExpressHeader {
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Loudspeakers and pairs of them, as in `nuSpkrActivityMask`: 1 centre, 2 left and right, 4 left and right surround, 8 low-frequency
    /// effects, ...
    pub loudspeakers: u16,
    /// Bits per second.
    pub bit_rate: u32,
}

/// Sampling frequencies of DTS Express and of `nuMaxSampleRate` by their code.
pub(super) const EXPRESS_FREQUENCIES: [u32; 16] = [
    8000, 16_000, 32_000, 64_000, 128_000, 22_050, 44_100, 88_200, 176_400, 352_800, 12_000, 24_000, 48_000,
    96_000, 192_000, 384_000,
];

impl DtsExpressHeader {
    /// Channels of all loudspeakers.
    #[must_use]
    pub fn channels(&self) -> u32 {
        /// Bits that are of a pair.
        const PAIRS: u16 = 0b1010_1110_0110_0110;
        self.loudspeakers.count_ones() + (self.loudspeakers & PAIRS).count_ones()
    }

    /// Reads the first header with all parameters in an extension substream; `None` if the bytes do not begin with one, or if there is none
    /// in its first frame.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        const SUBSTREAM: [u8; 4] = [0x64, 0x58, 0x20, 0x25];
        const LOW_BIT_RATE: [u8; 4] = [0x0a, 0x80, 0x19, 0x21];
        /// The header states what a decoder needs.
        const WITH_PARAMETERS: u8 = 2;
        /// No header of an extension substream is longer.
        const HEADER_LEN: usize = 4096;
        let rest = bytes.strip_prefix(&SUBSTREAM)?;
        let rest = &rest[..rest.len().min(HEADER_LEN)];
        let start = rest.windows(LOW_BIT_RATE.len()).position(|word| word == LOW_BIT_RATE)?;
        let header = rest.get(start + LOW_BIT_RATE.len()..)?.first_chunk()?;
        let &[kind, frequency, m0, m1, _, _, _, high, _, _, r0, r1] = header;
        if kind != WITH_PARAMETERS {
            return None;
        }
        Some(Self {
            sampling_frequency: *EXPRESS_FREQUENCIES.get(usize::from(frequency))?,
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
