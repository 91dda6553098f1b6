//! AC-3 and Enhanced AC-3.

use super::bits::Bits;

/// The header of a frame of AC-3 or Enhanced AC-3 (ETSI TS 102 366, 4.3.1, 4.3.2 and annex E), or its equivalent in MP4
/// (annex F).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Ac3Header {
    /// Whether the frame is Enhanced AC-3.
    pub is_enhanced: bool,
    /// `strmtyp` 1: the frame belongs to a dependent substream.
    pub is_dependent: bool,
    /// Sampling frequency in hertz.
    pub sampling_frequency: u32,
    /// Bits per second; 0 where an `EC3SpecificBox` does not specify it.
    pub bit_rate: u32,
    /// `acmod`: 0 two mono channels, 1 center, 2 left and right, ..., 7 five channels.
    pub channel_mode: u8,
    /// `lfeon`: a low-frequency effects channel is present.
    pub has_low_frequency_effects: bool,
    /// `bsmod`: the service, such as 0, complete main; `None` if it is not specified.
    pub service: Option<u8>,
    /// Length of the frame in bytes; 0 in a box.
    pub frame_length: u32,
}

/// Bit rate in kbit/s by half of `frmsizecod`.
const BIT_RATES: [u32; 19] =
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

const SAMPLING_FREQUENCIES: [u32; 3] = [48_000, 44_100, 32_000];

impl Ac3Header {
    /// Returns the number of channels, including low-frequency effects.
    #[must_use]
    pub fn channels(&self) -> u8 {
        let full = [2, 1, 2, 3, 3, 4, 4, 5].get(usize::from(self.channel_mode)).copied().unwrap_or(0);
        full + u8::from(self.has_low_frequency_effects)
    }

    /// Reads the header of a frame; `None` if the bytes do not begin with one.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        if bits.take(16)? != 0x0b77 {
            return None;
        }
        // `bsid` is at the same position in both.
        match bytes.get(5)? >> 3 {
            id @ 0..=10 => Self::read_ac3(&mut bits, id),
            11..=16 => Self::read_enhanced(&mut bits),
            _ => None,
        }
    }

    fn read_ac3(bits: &mut Bits<'_>, id: u8) -> Option<Self> {
        bits.skip(16)?;
        let (frequency, size) = (bits.take(2)? as usize, bits.take(6)?);
        // Lower sampling frequencies, by halves (Dolby's `bsid` 9 and 10).
        let shift = id.saturating_sub(8);
        let sampling_frequency = *SAMPLING_FREQUENCIES.get(frequency)?;
        let rate = *BIT_RATES.get(size as usize / 2)? * 1000;
        bits.skip(5)?;
        let service = bits.byte(3)?;
        let channel_mode = bits.byte(3)?;
        // `cmixlev`, `surmixlev`, `dsurmod`.
        if channel_mode & 1 != 0 && channel_mode != 1 {
            bits.skip(2)?;
        }
        if channel_mode & 4 != 0 {
            bits.skip(2)?;
        }
        if channel_mode == 2 {
            bits.skip(2)?;
        }
        // A frame has 1,536 samples, and its length is a multiple of 16 bits.
        let words = 96 * rate / sampling_frequency + u32::from(frequency == 1) * (size & 1);
        Some(Self {
            is_enhanced: false,
            is_dependent: false,
            sampling_frequency: sampling_frequency >> shift,
            bit_rate: rate >> shift,
            channel_mode,
            has_low_frequency_effects: bits.flag()?,
            service: Some(service),
            frame_length: 2 * words,
        })
    }

    fn read_enhanced(bits: &mut Bits<'_>) -> Option<Self> {
        let kind = bits.take(2)?;
        bits.skip(3)?;
        let frame_length = 2 * (bits.take(11)? + 1);
        let (sampling_frequency, blocks) = match bits.take(2)? as usize {
            // `fscod2`: half the frequency, with six blocks.
            3 => (SAMPLING_FREQUENCIES.get(bits.take(2)? as usize)? / 2, 6),
            index => (SAMPLING_FREQUENCIES[index], [1, 2, 3, 6][bits.take(2)? as usize]),
        };
        let (channel_mode, has_low_frequency_effects) = (bits.byte(3)?, bits.flag()?);
        let bits_of_frame = u64::from(frame_length) * 8 * u64::from(sampling_frequency);
        Some(Self {
            is_enhanced: true,
            is_dependent: kind == 1,
            sampling_frequency,
            bit_rate: u32::try_from(bits_of_frame / (blocks * 256)).ok()?,
            channel_mode,
            has_low_frequency_effects,
            service: None,
            frame_length,
        })
    }

    /// Reads the payload of an `AC3SpecificBox`, `dac3` (ETSI TS 102 366, F.4).
    #[must_use]
    pub fn from_dac3(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let sampling_frequency = *SAMPLING_FREQUENCIES.get(bits.take(2)? as usize)?;
        bits.skip(5)?;
        let (service, channel_mode, has_low_frequency_effects) = (bits.byte(3)?, bits.byte(3)?, bits.flag()?);
        Some(Self {
            is_enhanced: false,
            is_dependent: false,
            sampling_frequency,
            bit_rate: BIT_RATES.get(bits.take(5)? as usize)? * 1000,
            channel_mode,
            has_low_frequency_effects,
            service: Some(service),
            frame_length: 0,
        })
    }

    /// Reads the first independent substream of the payload of an `EC3SpecificBox`, `dec3` (ETSI TS 102 366, F.6).
    #[must_use]
    pub fn from_dec3(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        bits.skip(16)?;
        let sampling_frequency = *SAMPLING_FREQUENCIES.get(bits.take(2)? as usize)?;
        bits.skip(7)?;
        let (service, channel_mode, has_low_frequency_effects) = (bits.byte(3)?, bits.byte(3)?, bits.flag()?);
        Some(Self {
            is_enhanced: true,
            is_dependent: false,
            sampling_frequency,
            bit_rate: 0,
            channel_mode,
            has_low_frequency_effects,
            service: Some(service),
            frame_length: 0,
        })
    }
}
