//! What MPEG-4 Audio is told of before its first frame, in whatever container.

/// `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1), which MP4 has in `esds`, and Matroska in the `CodecPrivate` of `A_AAC`.
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
    /// How many channels `channelConfiguration` stands for; `None` if it is told in another way, or not known.
    pub channels: Option<u8>,
    /// `extensionSamplingFrequency`: the rate in hertz of what comes out with spectral band replication (HE-AAC), if that is told.
    pub extension_sampling_frequency: Option<u32>,
    /// Parametric stereo is told (HE-AAC v2): two channels come out of one.
    pub has_parametric_stereo: bool,
}

/// `samplingFrequencyIndex` (§1.6.3.4).
const SAMPLING_FREQUENCIES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/// Audio object types.
const SPECTRAL_BAND_REPLICATION: u8 = 5;
const PARAMETRIC_STEREO: u8 = 29;

/// `syncExtensionType` of spectral band replication that is told behind everything else, and of parametric stereo behind that.
const SYNC_EXTENSION: u32 = 0x2b7;
const SYNC_EXTENSION_STEREO: u32 = 0x548;

impl AudioSpecificConfig {
    /// Reads it from bytes, which may be followed by others; `None` if they end too early, or if the frequency is a reserved one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits { bytes, position: 0 };
        let told_first = bits.object_type()?;
        let sampling_frequency = bits.sampling_frequency()?;
        let channels = match bits.take(4)? {
            count @ 1..=6 => u8::try_from(count).ok(),
            7 | 12 | 14 => Some(8),
            11 => Some(7),
            _ => None,
        };
        let mut config = Self {
            object_type: told_first,
            sampling_frequency,
            channels,
            extension_sampling_frequency: None,
            has_parametric_stereo: told_first == PARAMETRIC_STEREO,
        };
        if matches!(told_first, SPECTRAL_BAND_REPLICATION | PARAMETRIC_STEREO) {
            config.extension_sampling_frequency = Some(bits.sampling_frequency()?);
            config.object_type = bits.object_type()?;
        } else if matches!(config.object_type, 1..=4) && channels.is_some() {
            // What is not there is not told.
            let _ = config.read_extension(&mut bits);
        }
        Some(config)
    }

    /// Reads what comes behind a `GASpecificConfig`.
    fn read_extension(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        // `frameLengthFlag`.
        bits.take(1)?;
        // `dependsOnCoreCoder`, which is followed by a delay.
        if bits.take(1)? == 1 {
            bits.take(14)?;
        }
        // `extensionFlag`, which these object types have nothing behind.
        bits.take(1)?;
        if bits.take(11)? != SYNC_EXTENSION
            || bits.object_type()? != SPECTRAL_BAND_REPLICATION
            || bits.take(1)? == 0
        {
            return None;
        }
        self.extension_sampling_frequency = Some(bits.sampling_frequency()?);
        self.has_parametric_stereo = bits.take(11)? == SYNC_EXTENSION_STEREO && bits.take(1)? == 1;
        Some(())
    }
}

/// Reads bits, the highest of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bit.
    position: usize,
}

impl Bits<'_> {
    /// So many bits, 32 at the most, as a number.
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut number = 0;
        for position in self.position..self.position + count {
            let byte = self.bytes.get(position / 8)?;
            number = number << 1 | u32::from(byte >> (7 - position % 8) & 1);
        }
        self.position += count;
        Some(number)
    }

    /// `GetAudioObjectType`.
    fn object_type(&mut self) -> Option<u8> {
        let number = match self.take(5)? {
            31 => 32 + self.take(6)?,
            number => number,
        };
        u8::try_from(number).ok()
    }

    /// An index, or the frequency itself.
    fn sampling_frequency(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => SAMPLING_FREQUENCIES.get(index as usize).copied(),
        }
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
    fn configurations_of_every_way_to_tell_them() {
        // AAC LC, 48,000 Hz, stereo; and with nothing behind it but that there is no replication.
        assert_eq!(read(&[0x11, 0x90]), (2, 48_000, Some(2), None, false));
        assert_eq!(read(&[0x15, 0x88, 0x56, 0xe5, 0x00]), (2, 8000, Some(1), None, false));
        // HE-AAC, told first, and told behind.
        assert_eq!(read(&[0x2b, 0x11, 0x88, 0x00]), (2, 24_000, Some(2), Some(48_000), false));
        assert_eq!(read(&[0x13, 0x10, 0x56, 0xe5, 0x98]), (2, 24_000, Some(2), Some(48_000), false));
        // HE-AAC v2: object type 29.
        assert_eq!(read(&[0xeb, 0x09, 0x88, 0x00]), (2, 24_000, Some(1), Some(48_000), true));
        // A frequency of its own: 5 bits of type, 1111, 24 bits.
        assert_eq!(read(&[0x17, 0x80, 0x00, 0x80, 0x88]), (2, 257, Some(1), None, false));
    }

    #[test]
    fn what_ends_too_early_is_none() {
        let whole = [0x2b, 0x11, 0x88, 0x00];
        assert_eq!((0..4).filter_map(|len| AudioSpecificConfig::read(&whole[..len])).count(), 1);
        // A reserved frequency.
        assert_eq!(AudioSpecificConfig::read(&[0x16, 0x90]), None);
    }
}
