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
    /// Bits per sample.
    pub bit_depth: u8,
    /// Whether there is no chroma.
    pub is_monochrome: bool,
    /// Whether chroma has half the samples in width and in height.
    pub subsampling: (bool, bool),
    /// Colour; the range is always specified.
    pub color: Color,
    /// `chroma_sample_position`: 0 unknown, 1 left, 2 top left.
    pub chroma_position: u8,
    /// Ticks per picture and ticks per second, if pictures are evenly spaced.
    pub timing: Option<(u32, u32)>,
    /// `film_grain_params_present`.
    pub has_film_grain: bool,
    frames: FrameSyntax,
}

/// The fields of the sequence header that frame headers depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FrameSyntax {
    /// `reduced_still_picture_header`.
    is_reduced: bool,
    /// Number of bits of the frame width and height.
    size_bits: (u32, u32),
    /// `idLen`; 0 without frame identifiers.
    id_bits: u32,
    /// `seq_force_screen_content_tools` and `seq_force_integer_mv`; `None` if each frame specifies it.
    has_screen_content: Option<bool>,
    has_integer_mv: Option<bool>,
    /// `OrderHintBits`.
    order_hint_bits: u32,
    /// `enable_superres`.
    has_superres: bool,
    /// `decoder_model_info_present_flag`.
    has_decoder_model: bool,
    /// Number of bits of `frame_presentation_time`; 0 without it.
    presentation_bits: u32,
}

/// Types of OBUs (6.2.2).
const OBU_SEQUENCE_HEADER: u32 = 1;
const OBU_FRAME_HEADER: u32 = 3;
const OBU_METADATA: u32 = 5;
const OBU_FRAME: u32 = 6;

/// `KEY_FRAME` (6.8.2).
const KEY_FRAME: u32 = 0;

impl Av1Sequence {
    /// Reads the first sequence header in a sequence of OBUs, all of which except the last have a size (5.3).
    #[must_use]
    pub fn from_obus(bytes: &[u8]) -> Option<Self> {
        let header = Obus { rest: bytes }.find(|obu| obu.kind == OBU_SEQUENCE_HEADER)?;
        Self::read(header.payload)
    }

    /// Returns the length of the OBUs that a decoder configuration holds (AV1 Codec ISO Media File Format Binding, 2.3.4):
    /// sequence headers and metadata; `None` without a sequence header.
    #[must_use]
    pub fn configuration_len(bytes: &[u8]) -> Option<usize> {
        let obus =
            || Obus { rest: bytes }.filter(|obu| matches!(obu.kind, OBU_SEQUENCE_HEADER | OBU_METADATA));
        obus().any(|obu| obu.kind == OBU_SEQUENCE_HEADER).then(|| obus().map(|obu| obu.len).sum())
    }

    /// Returns the sample aspect ratio by the display size of the first frame (`render_size`, 5.9.6), from a temporal unit
    /// that begins with a key frame; `None` for other temporal units.
    #[must_use]
    pub fn sample_aspect_ratio(&self, temporal_unit: &[u8]) -> Option<(u64, u64)> {
        let mut obus = Obus { rest: temporal_unit };
        let frame = obus.find(|obu| matches!(obu.kind, OBU_FRAME_HEADER | OBU_FRAME))?;
        let ((width, height), (shown_width, shown_height)) = self.frame_sizes(frame.payload)?;
        Some((u64::from(height) * u64::from(shown_width), u64::from(width) * u64::from(shown_height)))
    }

    /// Reads the size of a key frame, and its display size (5.9.2).
    fn frame_sizes(&self, header: &[u8]) -> Option<((u32, u32), (u32, u32))> {
        let syntax = self.frames;
        let mut bits = Bits::new(header);
        if !syntax.is_reduced {
            let shows_existing_frame = bits.flag()?;
            if shows_existing_frame || bits.take(2)? != KEY_FRAME || !bits.flag()? {
                return None;
            }
            bits.skip(syntax.presentation_bits)?;
        }
        // `disable_cdf_update`.
        bits.skip(1)?;
        let has_screen_content = match syntax.has_screen_content {
            Some(has_screen_content) => has_screen_content,
            None => bits.flag()?,
        };
        if has_screen_content && syntax.has_integer_mv.is_none() {
            bits.skip(1)?;
        }
        bits.skip(syntax.id_bits)?;
        let has_own_size = !syntax.is_reduced && bits.flag()?;
        bits.skip(syntax.order_hint_bits)?;
        // Buffer removal times.
        if syntax.has_decoder_model && bits.flag()? {
            return None;
        }
        let mut size = (self.width, self.height);
        if has_own_size {
            size = (bits.take(syntax.size_bits.0)? + 1, bits.take(syntax.size_bits.1)? + 1);
        }
        // `use_superres`, `coded_denom`: the size is the upscaled one.
        if syntax.has_superres && bits.flag()? {
            bits.skip(3)?;
        }
        let is_shown_otherwise = bits.flag()?;
        let shown = if is_shown_otherwise { (bits.take(16)? + 1, bits.take(16)? + 1) } else { size };
        Some((size, shown))
    }

    /// Reads the sequence header in an `AV1CodecConfigurationRecord` (AV1 Codec ISO Media File Format Binding, 2.3).
    #[must_use]
    pub fn from_configuration(record: &[u8]) -> Option<Self> {
        Self::from_obus(record.get(4..)?)
    }

    /// Reads the payload of an OBU.
    fn read(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let profile = bits.byte(3)?;
        bits.skip(1)?;
        let is_reduced = bits.flag()?;
        let mut frames = FrameSyntax { is_reduced, ..FrameSyntax::default() };
        let (level, timing) =
            if is_reduced { (bits.byte(5)?, None) } else { operating_points(&mut bits, &mut frames)? };
        frames.size_bits = (bits.take(4)? + 1, bits.take(4)? + 1);
        let (width, height) = (bits.take(frames.size_bits.0)? + 1, bits.take(frames.size_bits.1)? + 1);
        read_tools(&mut bits, &mut frames)?;
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
        // `separate_uv_delta_q`.
        if !is_monochrome {
            bits.skip(1)?;
        }
        let has_film_grain = bits.flag()?;
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
            has_film_grain,
            frames,
        })
    }
}

/// An OBU (5.3).
struct Obu<'data> {
    kind: u32,
    payload: &'data [u8],
    /// Length in bytes, including the header.
    len: usize,
}

/// The OBUs of a temporal unit, up to the first incomplete one.
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
fn operating_points(bits: &mut Bits<'_>, frames: &mut FrameSyntax) -> Option<(u8, Option<(u32, u32)>)> {
    let (mut timing, mut delay_bits) = (None, None);
    if bits.flag()? {
        let (units, scale) = (bits.take(32)?, bits.take(32)?);
        // `equal_picture_interval`, `num_ticks_per_picture_minus_1`.
        let is_even = bits.flag()?;
        if is_even {
            let ticks = bits.ue()?.checked_add(1)?.checked_mul(units)?;
            timing = Some((ticks, scale)).filter(|&(ticks, scale)| ticks > 0 && scale > 0);
        }
        if bits.flag()? {
            frames.has_decoder_model = true;
            delay_bits = Some(bits.take(5)? + 1);
            bits.skip(32 + 5)?;
            let presentation_bits = bits.take(5)? + 1;
            frames.presentation_bits = if is_even { 0 } else { presentation_bits };
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

/// Reads the flags of tools between the size of frames and the colour.
fn read_tools(bits: &mut Bits<'_>, frames: &mut FrameSyntax) -> Option<()> {
    if !frames.is_reduced && bits.flag()? {
        frames.id_bits = bits.take(4)? + 2 + bits.take(3)? + 1;
    }
    bits.skip(3)?;
    if !frames.is_reduced {
        bits.skip(4)?;
        let has_order_hint = bits.flag()?;
        if has_order_hint {
            bits.skip(2)?;
        }
        // `seq_choose_screen_content_tools`, `seq_choose_integer_mv`.
        let is_chosen_by_frames = bits.flag()?;
        frames.has_screen_content = if is_chosen_by_frames { None } else { Some(bits.flag()?) };
        if frames.has_screen_content != Some(false) && !bits.flag()? {
            frames.has_integer_mv = Some(bits.flag()?);
        }
        if has_order_hint {
            frames.order_hint_bits = bits.take(3)? + 1;
        }
    }
    frames.has_superres = bits.flag()?;
    bits.skip(2)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Converts a string of bits to bytes, padded with zeros.
    fn bytes(bits: &str) -> Vec<u8> {
        let digits: Vec<u8> = bits.bytes().filter(|digit| *digit != b' ').map(|digit| digit - b'0').collect();
        digits
            .chunks(8)
            .map(|byte| byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | bit << (7 - at)))
            .collect()
    }

    fn obu(kind: u8, payload: &[u8]) -> Vec<u8> {
        [&[kind << 3 | 2, payload.len().try_into().unwrap()][..], payload].concat()
    }

    #[test]
    fn sample_aspect_ratio_of_the_render_size() {
        // A reduced still picture header of profile 0 with 64x48 pixels of 8 bits.
        let sequence = bytes("000 1 1 00000 0101 0101 111111 101111 000 0 00 0 0 0 0 00 0");
        let frame = |size: &str| {
            // `disable_cdf_update`, `allow_screen_content_tools`, then the size.
            let frame = bytes(&["0 0", size].join(" "));
            [obu(1, &sequence), obu(6, &frame)].concat()
        };
        let unit = frame("0");
        let header = Av1Sequence::from_obus(&unit).unwrap();
        assert_eq!((header.width, header.height), (64, 48));
        assert_eq!(header.sample_aspect_ratio(&unit), Some((48 * 64, 64 * 48)));
        // Displayed at 128x48.
        let wide = frame("1 0000000001111111 0000000000101111");
        assert_eq!(header.sample_aspect_ratio(&wide), Some((48 * 128, 64 * 48)));
        assert_eq!(header.sample_aspect_ratio(&obu(1, &sequence)), None);
    }
}
