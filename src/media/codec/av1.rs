//! AV1.

use super::Color;
use super::bits::Bits;

/// The sequence header of AV1 (AV1 Bitstream & Decoding Process Specification, 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Av1Sequence {
    /// `seq_profile`: 0 Main, 1 High, 2 Professional.
    pub profile: u8,
    /// `seq_level_idx[0]`.
    pub level: u8,
    /// Width of the largest frame in samples.
    pub width: u32,
    /// Height of the largest frame in samples.
    pub height: u32,
    /// Bits of a sample.
    pub bit_depth: u8,
    /// There is no chroma.
    pub is_monochrome: bool,
    /// Chroma has half of the samples in width and in height.
    pub subsampling: (bool, bool),
    /// Colour; the range is always specified.
    pub color: Color,
    /// `chroma_sample_position`: 0 unknown, 1 left, 2 top left.
    pub chroma_position: u8,
    /// Ticks of a picture and ticks of a second, where pictures are evenly spaced.
    pub timing: Option<(u32, u32)>,
}

const OBU_SEQUENCE_HEADER: u32 = 1;
const OBU_METADATA: u32 = 5;

impl Av1Sequence {
    /// Reads the first sequence header among OBUs, all of which but the last have a size (5.3).
    #[must_use]
    pub fn of_obus(bytes: &[u8]) -> Option<Self> {
        let header = Obus { rest: bytes }.find(|obu| obu.kind == OBU_SEQUENCE_HEADER)?;
        Self::read(header.payload)
    }

    /// Bytes of the OBUs that a decoder configuration has (AV1 Codec ISO Media File Format Binding, 2.3.4): sequence headers and
    /// metadata; `None` if there is no sequence header among them.
    #[must_use]
    pub fn configuration_len(bytes: &[u8]) -> Option<usize> {
        let obus =
            || Obus { rest: bytes }.filter(|obu| matches!(obu.kind, OBU_SEQUENCE_HEADER | OBU_METADATA));
        obus().any(|obu| obu.kind == OBU_SEQUENCE_HEADER).then(|| obus().map(|obu| obu.len).sum())
    }

    /// Reads the sequence header in an `AV1CodecConfigurationRecord` (AV1 Codec ISO Media File Format Binding, 2.3).
    #[must_use]
    pub fn of_configuration(record: &[u8]) -> Option<Self> {
        Self::of_obus(record.get(4..)?)
    }

    /// Reads the payload of an OBU.
    fn read(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let profile = bits.byte(3)?;
        bits.skip(1)?;
        let is_reduced = bits.flag()?;
        let (level, timing) = if is_reduced { (bits.byte(5)?, None) } else { operating_points(&mut bits)? };
        let (width_bits, height_bits) = (bits.take(4)? + 1, bits.take(4)? + 1);
        let (width, height) = (bits.take(width_bits)? + 1, bits.take(height_bits)? + 1);
        skip_tools(&mut bits, is_reduced)?;
        let has_high_depth = bits.flag()?;
        let bit_depth = match (profile, has_high_depth) {
            (2, true) => {
                if bits.flag()? {
                    12
                } else {
                    10
                }
            }
            (_, true) => 10,
            _ => 8,
        };
        let is_monochrome = profile != 1 && bits.flag()?;
        let mut color = Color::default();
        if bits.flag()? {
            (color.primaries, color.transfer, color.matrix) = (bits.byte(8)?, bits.byte(8)?, bits.byte(8)?);
        }
        let mut chroma_position = 0;
        let mut subsampling = (true, true);
        if is_monochrome {
            color.is_full_range = Some(bits.flag()?);
        } else if (color.primaries, color.transfer, color.matrix) == (1, 13, 0) {
            (color.is_full_range, subsampling) = (Some(true), (false, false));
        } else {
            color.is_full_range = Some(bits.flag()?);
            subsampling = match (profile, bit_depth) {
                (0, _) => (true, true),
                (1, _) => (false, false),
                (_, 12) => {
                    let is_half_width = bits.flag()?;
                    (is_half_width, is_half_width && bits.flag()?)
                }
                _ => (true, false),
            };
            if subsampling == (true, true) {
                chroma_position = bits.byte(2)?;
            }
        }
        Some(Self {
            profile,
            level,
            width,
            height,
            bit_depth,
            is_monochrome,
            subsampling,
            color,
            chroma_position,
            timing,
        })
    }
}

/// An OBU (5.3).
struct Obu<'data> {
    kind: u32,
    payload: &'data [u8],
    /// Bytes with the header.
    len: usize,
}

/// The OBUs in a temporal unit, up to the first that is not whole.
struct Obus<'data> {
    rest: &'data [u8],
}

impl<'data> Iterator for Obus<'data> {
    type Item = Obu<'data>;

    fn next(&mut self) -> Option<Obu<'data>> {
        let mut bits = Bits::new(self.rest);
        bits.skip(1)?;
        let (kind, has_extension, has_size) = (bits.take(4)?, bits.flag()?, bits.flag()?);
        bits.skip(1)?;
        if has_extension {
            bits.skip(8)?;
        }
        let size = if has_size { leb128(&mut bits)? } else { bits.rest().len() };
        let (payload, after) = bits.rest().split_at_checked(size)?;
        let len = self.rest.len() - after.len();
        self.rest = after;
        Some(Obu { kind, payload, len })
    }
}

/// Reads timing, decoder model and operating points. Returns the first level, and the timing.
fn operating_points(bits: &mut Bits<'_>) -> Option<(u8, Option<(u32, u32)>)> {
    let (mut timing, mut delay_bits) = (None, None);
    if bits.flag()? {
        let (units, scale) = (bits.take(32)?, bits.take(32)?);
        // `equal_picture_interval`, `num_ticks_per_picture_minus_1`.
        if bits.flag()? {
            let ticks = bits.ue()?.checked_add(1)?.checked_mul(units)?;
            timing = Some((ticks, scale)).filter(|&(ticks, scale)| ticks > 0 && scale > 0);
        }
        if bits.flag()? {
            delay_bits = Some(bits.take(5)? + 1);
            bits.skip(32 + 5 + 5)?;
        }
    }
    let has_display_delays = bits.flag()?;
    let mut first_level = None;
    for _ in 0..=bits.take(5)? {
        bits.skip(12)?;
        let level = bits.byte(5)?;
        first_level = first_level.or(Some(level));
        if level > 7 {
            bits.skip(1)?;
        }
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.skip(2 * delay_bits + 1)?;
        }
        if has_display_delays && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some((first_level?, timing))
}

/// Skips the flags of tools between the size of frames and the colour.
fn skip_tools(bits: &mut Bits<'_>, is_reduced: bool) -> Option<()> {
    if !is_reduced && bits.flag()? {
        bits.skip(7)?;
    }
    bits.skip(3)?;
    if !is_reduced {
        bits.skip(4)?;
        let has_order_hint = bits.flag()?;
        if has_order_hint {
            bits.skip(2)?;
        }
        // `seq_choose_screen_content_tools`, `seq_choose_integer_mv`.
        let may_have_screen_content = bits.flag()? || bits.flag()?;
        if may_have_screen_content && !bits.flag()? {
            bits.skip(1)?;
        }
        if has_order_hint {
            bits.skip(3)?;
        }
    }
    bits.skip(3)
}

/// Reads `leb128` (4.10.5), of at most four bytes.
fn leb128(bits: &mut Bits<'_>) -> Option<usize> {
    let mut number = 0;
    for at in 0..8 {
        let byte = bits.take(8)? as usize;
        if at < 4 {
            number |= (byte & 0x7f) << (7 * at);
        } else if byte & 0x7f != 0 {
            return None;
        }
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
