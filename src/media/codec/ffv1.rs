//! FFV1.

/// The parameters of FFV1 (RFC 9043, 4.2) that describe the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Ffv1Parameters {
    /// `version`.
    pub version: u8,
    /// `colorspace_type`: 0 luma and chroma, 1 RGB; others are reserved.
    pub color_space: u8,
    /// `bits_per_raw_sample`, even if no picture has that many; 0 if not specified, which means 8.
    pub bits_per_sample: u8,
    /// `chroma_planes`.
    pub has_chroma: bool,
    /// `log2_h_chroma_subsample` and `log2_v_chroma_subsample`.
    pub chroma_shift: (u8, u8),
    /// `extra_plane`: transparency is present.
    pub has_transparency: bool,
}

impl Ffv1Parameters {
    /// Reads a configuration record, which the container holds for version 3 (4.3).
    #[must_use]
    pub fn from_configuration(record: &[u8]) -> Option<Self> {
        Self::read(&mut RangeDecoder::new(record)?).filter(|parameters| parameters.version >= 2)
    }

    /// Reads a key frame of versions 0 and 1, which begins with the parameters (4.4).
    #[must_use]
    pub fn from_frame(frame: &[u8]) -> Option<Self> {
        let mut decoder = RangeDecoder::new(frame)?;
        let mut is_key = INITIAL_STATE;
        if !decoder.bit(&mut is_key) {
            return None;
        }
        Self::read(&mut decoder).filter(|parameters| parameters.version < 2)
    }

    fn read(decoder: &mut RangeDecoder<'_>) -> Option<Self> {
        let mut states = [INITIAL_STATE; CONTEXT_SIZE];
        let mut number =
            |decoder: &mut RangeDecoder<'_>| u8::try_from(decoder.symbol(&mut states, false)?).ok();
        let version = number(decoder).filter(|&version| version <= 4)?;
        if version >= 3 {
            number(decoder)?;
        }
        // Custom state transitions apply to the fields after the parameters. Other values of `coder_type` are reserved.
        const CUSTOM: u8 = 2;
        if number(decoder)? == CUSTOM {
            for _ in 1..256 {
                decoder.symbol(&mut states, true)?;
            }
        }
        let number = |decoder: &mut RangeDecoder<'_>, states: &mut [u8; CONTEXT_SIZE]| {
            u8::try_from(decoder.symbol(states, false)?).ok()
        };
        let color_space = number(decoder, &mut states)?;
        let bits_per_sample = if version >= 1 { number(decoder, &mut states)? } else { 0 };
        let has_chroma = decoder.bit(&mut states[0]);
        let chroma_shift = (number(decoder, &mut states)?, number(decoder, &mut states)?);
        let has_transparency = decoder.bit(&mut states[0]);
        Some(Self { version, color_space, bits_per_sample, has_chroma, chroma_shift, has_transparency })
    }
}

/// Number of states of a context, and the initial state (3.8.1.3).
const CONTEXT_SIZE: usize = 32;
const INITIAL_STATE: u8 = 128;

/// The binary range decoder (3.8.1).
struct RangeDecoder<'a> {
    rest: &'a [u8],
    low: u32,
    range: u32,
}

impl<'a> RangeDecoder<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let (&[high, low], rest) = bytes.split_first_chunk()?;
        let low = u32::from(u16::from_be_bytes([high, low]));
        Some(Self { rest, low, range: 0xff00 })
    }

    /// Reads a bit and adapts the state. Bytes after the end are 0.
    fn bit(&mut self, state: &mut u8) -> bool {
        let part = (self.range * u32::from(*state)) >> 8;
        self.range -= part;
        let bit = self.low >= self.range;
        if bit {
            self.low -= self.range;
            self.range = part;
            *state = NEXT[usize::from(*state)];
        } else {
            // The transition of a zero mirrors that of a one.
            *state = NEXT[usize::from(state.wrapping_neg())].wrapping_neg();
        }
        if self.range < 0x100 {
            self.range <<= 8;
            let next = self.rest.split_off_first().copied().unwrap_or(0);
            self.low = self.low << 8 | u32::from(next);
        }
        bit
    }

    /// Reads a number (3.8.1.2); `None` if it has more than 31 bits.
    fn symbol(&mut self, states: &mut [u8; CONTEXT_SIZE], is_signed: bool) -> Option<i64> {
        if self.bit(&mut states[0]) {
            return Some(0);
        }
        let mut exponent = 0;
        while self.bit(&mut states[1 + exponent.min(9)]) {
            exponent += 1;
            if exponent > 31 {
                return None;
            }
        }
        let mut number = 1;
        for place in (0..exponent).rev() {
            number = number << 1 | i64::from(self.bit(&mut states[22 + place.min(9)]));
        }
        let is_negative = is_signed && self.bit(&mut states[11 + exponent.min(10)]);
        Some(if is_negative { -number } else { number })
    }
}

/// The state after a one (3.8.1.4, `default_state_transition`).
const NEXT: [u8; 256] = [
    0, 0, 0, 0, 0, 0, 0, 0, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 56, 57, 58, 59, 60, 61, 62, 63,
    64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88,
    89, 90, 91, 92, 93, 94, 94, 95, 96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110,
    111, 112, 113, 114, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130,
    131, 132, 133, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
    151, 152, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170,
    171, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190,
    190, 191, 192, 194, 194, 195, 196, 197, 198, 199, 200, 201, 202, 202, 204, 205, 206, 207, 208, 209, 209,
    210, 211, 212, 213, 215, 215, 216, 217, 218, 219, 220, 220, 222, 223, 224, 225, 226, 227, 227, 229, 229,
    230, 231, 232, 234, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 248, 0, 0,
    0, 0, 0, 0, 0,
];
