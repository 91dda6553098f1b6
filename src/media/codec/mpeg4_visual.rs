//! MPEG-4 Visual ("part 2").

use super::bits::Bits;
use super::{Color, nal};

/// The headers before the first video object plane of MPEG-4 Visual (ISO/IEC 14496-2, 6.2.2 and 6.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mpeg4Visual {
    /// `profile_and_level_indication`; `None` without a `VisualObjectSequence`.
    pub profile_and_level: Option<u8>,
    /// `video_object_type_indication`: 1 simple, 17 advanced simple.
    pub object_type: u8,
    /// Sample aspect ratio, neither value 0.
    pub sample_aspect_ratio: Option<(u32, u32)>,
    /// `low_delay`: there are no B pictures; `None` if not specified.
    pub has_low_delay: Option<bool>,
    /// `vop_time_increment_resolution`: ticks per second.
    pub time_resolution: u32,
    /// `fixed_vop_time_increment`: ticks per picture.
    pub fixed_time_increment: Option<u32>,
    /// Width in samples.
    pub width: u32,
    /// Height in samples.
    pub height: u32,
    /// `interlaced`: pictures may have fields.
    pub is_interlaced: bool,
    /// `quarter_sample`.
    pub has_quarter_samples: bool,
    /// `video_signal_type` of the `VisualObject`; `None` if absent.
    pub color: Option<Color>,
}

const VISUAL_OBJECT_SEQUENCE: u8 = 0xb0;
const VISUAL_OBJECT: u8 = 0xb5;

/// `aspect_ratio_info` from 1 on (table 6-12).
const ASPECT_RATIOS: [(u32, u32); 5] = [(1, 1), (12, 11), (10, 11), (16, 11), (40, 33)];

impl Mpeg4Visual {
    /// Reads the first rectangular `VideoObjectLayer` in a stream; `None` if there is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (mut profile_and_level, mut color) = (None, None);
        for unit in nal::units_of_byte_stream(bytes) {
            match *unit {
                [VISUAL_OBJECT_SEQUENCE, indication, ..] => profile_and_level = Some(indication),
                [VISUAL_OBJECT, ..] => color = signal_type(&unit[1..]),
                [0x20..=0x2f, ..] => {
                    let layer = Self::read_layer(&unit[1..], profile_and_level)?;
                    return Some(Self { color, ..layer });
                }
                _ => {}
            }
        }
        None
    }

    fn read_layer(bytes: &[u8], profile_and_level: Option<u8>) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        bits.skip(1)?;
        let object_type = bits.byte(8)?;
        let mut version = 1;
        if bits.flag()? {
            version = bits.take(4)?;
            bits.skip(3)?;
        }
        let ratio = match bits.take(4)? {
            15 => Some((bits.take(8)?, bits.take(8)?)),
            index => (index as usize).checked_sub(1).and_then(|index| ASPECT_RATIOS.get(index).copied()),
        };
        let mut has_low_delay = None;
        if bits.flag()? {
            bits.skip(2)?;
            has_low_delay = Some(bits.flag()?);
            // `vbv_parameters`.
            if bits.flag()? {
                bits.skip(79)?;
            }
        }
        // `video_object_layer_shape`: rectangular.
        if bits.take(2)? != 0 {
            return None;
        }
        bits.skip(1)?;
        let time_resolution = bits.take(16)?;
        bits.skip(1)?;
        let fixed_time_increment = match bits.flag()? {
            true => Some(bits.take((u32::BITS - time_resolution.saturating_sub(1).leading_zeros()).max(1))?),
            false => None,
        };
        bits.skip(1)?;
        let width = bits.take(13)?;
        bits.skip(1)?;
        let height = bits.take(13)?;
        bits.skip(1)?;
        let is_interlaced = bits.flag()?;
        Some(Self {
            profile_and_level,
            object_type,
            sample_aspect_ratio: ratio.filter(|&(width, height)| width > 0 && height > 0),
            has_low_delay,
            time_resolution,
            fixed_time_increment: fixed_time_increment.filter(|&ticks| ticks > 0),
            width,
            height,
            is_interlaced,
            has_quarter_samples: version != 1 && has_quarter_samples(&mut bits, version).unwrap_or(false),
            color: None,
        })
    }
}

/// Reads the colour of a `VisualObject` of video or still texture (6.2.2).
fn signal_type(object: &[u8]) -> Option<Color> {
    let mut bits = Bits::new(object);
    // `visual_object_verid`, `visual_object_priority`.
    if bits.flag()? {
        bits.skip(4 + 3)?;
    }
    if !matches!(bits.take(4)?, 1 | 2) || !bits.flag()? {
        return None;
    }
    // `video_format`.
    bits.skip(3)?;
    let mut color = Color { is_full_range: Some(bits.flag()?), ..Color::default() };
    if bits.flag()? {
        (color.primaries, color.transfer, color.matrix) = (bits.byte(8)?, bits.byte(8)?, bits.byte(8)?);
    }
    Some(color)
}

/// Reads the fields from after `interlaced` up to `quarter_sample`.
fn has_quarter_samples(bits: &mut Bits<'_>, version: u32) -> Option<bool> {
    bits.skip(1)?;
    match bits.take(if version == 1 { 1 } else { 2 })? {
        0 => {}
        // A static sprite: four sizes of 13 bits with markers.
        1 => bits.skip(56 + 6 + 2 + 1 + 1)?,
        _ => bits.skip(6 + 2 + 1)?,
    }
    // `not_8_bit`.
    if bits.flag()? {
        bits.skip(8)?;
    }
    // `quant_type`, and matrices that end with a 0.
    if bits.flag()? {
        for _ in 0..2 {
            if bits.flag()? {
                for _ in 0..64 {
                    if bits.take(8)? == 0 {
                        break;
                    }
                }
            }
        }
    }
    bits.flag()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_of_a_visual_object() {
        // Video, PAL, full range, BT.470 BG, SMPTE 170M twice.
        let object = [0b0000_1100, 0b1110_0000, 0b1010_0000, 0b1100_0000, 0b1100_0000];
        let color = signal_type(&object).unwrap();
        assert_eq!(
            (color.is_full_range, color.primaries, color.transfer, color.matrix),
            (Some(true), 5, 6, 6)
        );
        // Without `colour_description`.
        let color = signal_type(&[0b0000_1100, 0b0100_0000]).unwrap();
        assert_eq!((color.is_full_range, color.primaries), (Some(true), Color::UNSPECIFIED));
        assert_eq!(signal_type(&[0b0000_1000]), None);
        assert_eq!(signal_type(&[0b0000_0000]), None);
    }
}
