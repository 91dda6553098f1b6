//! ADTS and LOAS frames of AAC.

use super::super::mpeg4_audio::{AudioSpecificConfig, SAMPLING_FREQUENCIES};
use super::bits::Bits;

/// The header of an ADTS frame (ISO/IEC 14496-3, 1.A.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AdtsHeader {
    /// `profile_ObjectType` as an audio object type: 1 AAC Main, 2 AAC LC, 3 AAC SSR, 4 AAC LTP.
    pub object_type: u8,
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Number of channels by `channel_configuration`; `None` if the frame specifies them.
    pub channels: Option<u8>,
    /// `aac_frame_length`: length of the frame in bytes, including its header.
    pub frame_length: u16,
    /// Number of raw data blocks of 1,024 samples per channel.
    pub blocks: u8,
}

impl AdtsHeader {
    /// Length of a header without its CRC, in bytes.
    pub const LEN: usize = 7;

    /// Reads a header; `None` if the bytes do not begin with one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        // `syncword`, `ID`, and a `layer` of 0.
        if bits.take(12)? != 0xfff || bits.take(3)? & 3 != 0 {
            return None;
        }
        let is_protected = !bits.flag()?;
        let object_type = bits.byte(2)? + 1;
        let sampling_frequency = *SAMPLING_FREQUENCIES.get(bits.take(4)? as usize)?;
        bits.skip(1)?;
        let channels = match bits.byte(3)? {
            0 => None,
            7 => Some(8),
            count => Some(count),
        };
        bits.skip(4)?;
        let frame_length = u16::try_from(bits.take(13)?).ok()?;
        bits.skip(11)?;
        let blocks = bits.byte(2)? + 1;
        let header_length = if is_protected { 9 } else { 7 };
        (frame_length >= header_length).then_some(Self {
            object_type,
            sampling_frequency,
            channels,
            frame_length,
            blocks,
        })
    }
}

/// Reads the `AudioSpecificConfig` in the `StreamMuxConfig` of a LOAS frame (ISO/IEC 14496-3, 1.7.2 and 1.7.3); `None` if
/// the bytes do not begin with such a frame, or the frame reuses the previous configuration.
#[must_use]
pub fn audio_config_of_loas(bytes: &[u8]) -> Option<AudioSpecificConfig> {
    let mut bits = Bits::new(bytes);
    // `syncword`, `audioMuxLengthBytes`, `useSameStreamMux`.
    if bits.take(11)? != 0x2b7 {
        return None;
    }
    bits.skip(13)?;
    if bits.flag()? {
        return None;
    }
    let version = bits.take(1)?;
    // `audioMuxVersionA` other than 0 is reserved.
    if version == 1 && bits.flag()? {
        return None;
    }
    if version == 1 {
        latm_value(&mut bits)?;
    }
    // `allStreamsSameTimeFraming`, `numSubFrames`, and one program and layer.
    bits.skip(7)?;
    if bits.take(4)? != 0 || bits.take(3)? != 0 {
        return None;
    }
    if version == 1 {
        latm_value(&mut bits)?;
    }
    AudioSpecificConfig::read_bits(&mut bits, false)
}

/// Reads `LatmGetValue`.
fn latm_value(bits: &mut Bits<'_>) -> Option<()> {
    let bytes = bits.take(2)? + 1;
    bits.skip(8 * bytes)
}
