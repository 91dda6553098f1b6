//! MPEG-1 and MPEG-2 Audio.

use super::bits::Bits;

/// The header of an MPEG audio frame (ISO/IEC 11172-3, 2.4.1.3; ISO/IEC 13818-3, 2.4.1.3), including the extension to lower
/// sampling frequencies ("MPEG-2.5").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MpegAudioHeader {
    /// Layer 1, 2 or 3.
    pub layer: u8,
    /// Whether the frame is MPEG-2 or MPEG-2.5, with half or a quarter of the sampling frequencies of MPEG-1.
    pub has_low_frequency: bool,
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Bit rate in bits per second; `None` for a free format.
    pub bit_rate: Option<u32>,
    /// Number of channels, 1 or 2.
    pub channels: u8,
    /// Length of the frame in bytes, including its header; `None` for a free format.
    pub frame_length: Option<u32>,
    /// Samples per channel.
    pub samples: u32,
}

/// Bit rate in kbit/s by `bitrate_index` from 1: layers 1 to 3 of MPEG-1, layer 1 and layers 2 and 3 of MPEG-2.
const BIT_RATES: [[u32; 14]; 5] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

impl MpegAudioHeader {
    /// Reads a header; `None` if the bytes do not begin with one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        if bits.take(11)? != 0x7ff {
            return None;
        }
        // 0 is MPEG-2.5, 2 is MPEG-2, 3 is MPEG-1.
        let (version, layer) = (bits.take(2)?, 4 - bits.byte(2)?);
        if version == 1 || layer == 4 {
            return None;
        }
        bits.skip(1)?;
        let (bit_rate_index, frequency_index) = (bits.take(4)? as usize, bits.take(2)? as usize);
        let padding = bits.take(1)?;
        bits.skip(1)?;
        let channels = if bits.take(2)? == 3 { 1 } else { 2 };
        let shift = [2, 0, 1, 0][version as usize];
        let sampling_frequency = [44_100, 48_000, 32_000].get(frequency_index)? >> shift;
        let has_low_frequency = version != 3;
        let rates = BIT_RATES[match (has_low_frequency, layer) {
            (false, layer) => usize::from(layer - 1),
            (true, 1) => 3,
            (true, _) => 4,
        }];
        let bit_rate = match bit_rate_index.checked_sub(1) {
            Some(index) => Some(rates.get(index)? * 1000),
            None => None,
        };
        let samples = match (layer, has_low_frequency) {
            (1, _) => 384,
            (3, true) => 576,
            _ => 1152,
        };
        let slot = if layer == 1 { 4 } else { 1 };
        let frame_length =
            bit_rate.map(|rate| (samples / 8 / slot * rate / sampling_frequency + padding) * slot);
        Some(Self { layer, has_low_frequency, sampling_frequency, bit_rate, channels, frame_length, samples })
    }
}
