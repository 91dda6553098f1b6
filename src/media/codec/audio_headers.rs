//! Audio headers with fields at fixed positions.

use super::bits::Bits;

/// The identification header of Opus (RFC 7845, 5.1), or the `dOps` box of MP4 (Encapsulation of Opus in ISO Base Media File Format, 4.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OpusHead {
    /// Output channels.
    pub channels: u8,
    /// Samples at 48 kHz that a decoder drops at the start.
    pub pre_skip: u16,
    /// Sampling frequency of the original input in hertz; 0 if unknown.
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
    pub fn from_dops(payload: &[u8]) -> Option<Self> {
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
    /// `bitrate_nominal` in bits per second; 0 or negative if not specified.
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

    /// Reads the first of several headers stored with Xiph lacing (RFC 9559, 5.4).
    #[must_use]
    pub fn from_laced(bytes: &[u8]) -> Option<Self> {
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
    /// Bits per sample, 4 to 32.
    pub bits_per_sample: u8,
    /// Samples per channel; 0 if unknown.
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

    /// Reads the `STREAMINFO` from metadata blocks, with or without `fLaC` before them.
    #[must_use]
    pub fn from_blocks(bytes: &[u8]) -> Option<Self> {
        let blocks = bytes.strip_prefix(b"fLaC").unwrap_or(bytes);
        // `STREAMINFO` is always the first block.
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
    /// `avgBitRate` in bits per second; 0 if unknown.
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
