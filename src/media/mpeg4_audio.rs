//! The MPEG-4 audio configuration, in any container.

use super::codec::Bits;

/// `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1): in `esds` of MP4, and in the `CodecPrivate` of `A_AAC` in Matroska.
///
/// ```
/// use pagecut::media::AudioSpecificConfig;
///
/// let config = AudioSpecificConfig::read(&[0x12, 0x10]).unwrap();
/// assert_eq!((config.object_type, config.sampling_frequency, config.channels), (2, 44_100, Some(2)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AudioSpecificConfig {
    /// `audioObjectType` of the frames: 1 AAC Main, 2 AAC LC, 3 AAC SSR, 4 AAC LTP, ...
    pub object_type: u8,
    /// `samplingFrequency` of the frames, in hertz.
    pub sampling_frequency: u32,
    /// Number of channels by `channelConfiguration`; `None` if another element gives it, or the value is reserved.
    pub channels: Option<u8>,
    /// `extensionSamplingFrequency`: the output rate in hertz with spectral band replication (HE-AAC), if it is signalled.
    pub extension_sampling_frequency: Option<u32>,
    /// Parametric stereo is signalled (HE-AAC v2): one coded channel becomes two.
    pub has_parametric_stereo: bool,
}

/// `samplingFrequencyIndex` (§1.6.3.4).
pub(super) const SAMPLING_FREQUENCIES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/// Audio object types.
const SPECTRAL_BAND_REPLICATION: u8 = 5;
const PARAMETRIC_STEREO: u8 = 29;

/// `syncExtensionType` of spectral band replication signalled after the configuration, and of parametric stereo after that.
const SYNC_EXTENSION: u32 = 0x2b7;
const SYNC_EXTENSION_STEREO: u32 = 0x548;

impl AudioSpecificConfig {
    /// Reads the configuration from bytes, which may be followed by others; `None` if they end too early, or the frequency
    /// is reserved.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::read_bits(&mut Bits::new(bytes), true)
    }

    /// Reads the configuration at a bit position. `is_whole`: an extension may follow.
    pub(super) fn read_bits(bits: &mut Bits<'_>, is_whole: bool) -> Option<Self> {
        let first_object_type = read_object_type(bits)?;
        let sampling_frequency = read_frequency(bits)?;
        let channels = match bits.take(4)? {
            count @ 1..=6 => u8::try_from(count).ok(),
            7 | 12 | 14 => Some(8),
            11 => Some(7),
            _ => None,
        };
        let mut config = Self {
            object_type: first_object_type,
            sampling_frequency,
            channels,
            extension_sampling_frequency: None,
            has_parametric_stereo: first_object_type == PARAMETRIC_STEREO,
        };
        if matches!(first_object_type, SPECTRAL_BAND_REPLICATION | PARAMETRIC_STEREO) {
            config.extension_sampling_frequency = Some(read_frequency(bits)?);
            config.object_type = read_object_type(bits)?;
        } else if is_whole && matches!(config.object_type, 1..=4) && channels.is_some() {
            // A missing extension signals nothing.
            let _ = config.read_extension(bits);
        }
        Some(config)
    }

    /// Reads the `GASpecificConfig` and the extension after it.
    fn read_extension(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        // `frameLengthFlag`.
        bits.take(1)?;
        // `dependsOnCoreCoder`, followed by a delay.
        if bits.take(1)? == 1 {
            bits.take(14)?;
        }
        // `extensionFlag`, which adds no fields for these object types.
        bits.take(1)?;
        if bits.take(11)? != SYNC_EXTENSION
            || read_object_type(bits)? != SPECTRAL_BAND_REPLICATION
            || bits.take(1)? == 0
        {
            return None;
        }
        self.extension_sampling_frequency = Some(read_frequency(bits)?);
        self.has_parametric_stereo = bits.take(11)? == SYNC_EXTENSION_STEREO && bits.take(1)? == 1;
        Some(())
    }
}

/// Reads `GetAudioObjectType`.
fn read_object_type(bits: &mut Bits<'_>) -> Option<u8> {
    match bits.byte(5)? {
        31 => Some(32 + bits.byte(6)?),
        number => Some(number),
    }
}

/// Reads an index, or the frequency itself.
fn read_frequency(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(4)? {
        15 => bits.take(24),
        index => SAMPLING_FREQUENCIES.get(index as usize).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (u8, u32, Option<u8>, Option<u32>, bool) {
        let config = AudioSpecificConfig::read(bytes).unwrap();
        (
            config.object_type,
            config.sampling_frequency,
            config.channels,
            config.extension_sampling_frequency,
            config.has_parametric_stereo,
        )
    }

    #[test]
    fn every_signalling_of_a_configuration() {
        // AAC LC, 48,000 Hz, stereo; then with an extension that signals no replication.
        assert_eq!(read(&[0x11, 0x90]), (2, 48_000, Some(2), None, false));
        assert_eq!(read(&[0x15, 0x88, 0x56, 0xe5, 0x00]), (2, 8000, Some(1), None, false));
        // HE-AAC, signalled first, then after the configuration.
        assert_eq!(read(&[0x2b, 0x11, 0x88, 0x00]), (2, 24_000, Some(2), Some(48_000), false));
        assert_eq!(read(&[0x13, 0x10, 0x56, 0xe5, 0x98]), (2, 24_000, Some(2), Some(48_000), false));
        // HE-AAC v2: object type 29.
        assert_eq!(read(&[0xeb, 0x09, 0x88, 0x00]), (2, 24_000, Some(1), Some(48_000), true));
        // An explicit frequency: 5 bits of type, 1111, 24 bits.
        assert_eq!(read(&[0x17, 0x80, 0x00, 0x80, 0x88]), (2, 257, Some(1), None, false));
    }

    #[test]
    fn truncated_configurations_are_none() {
        let whole = [0x2b, 0x11, 0x88, 0x00];
        assert_eq!((0..4).filter_map(|len| AudioSpecificConfig::read(&whole[..len])).count(), 1);
        // A reserved frequency.
        assert_eq!(AudioSpecificConfig::read(&[0x16, 0x90]), None);
    }
}
