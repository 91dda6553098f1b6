//! H.265 (ITU-T H.265, ISO/IEC 23008-2).

use super::bits::Bits;
use super::crop::cropped;
use super::{VideoUsability, nal};

/// The fields of `seq_parameter_set_rbsp` (7.3.2.2) that describe the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SequenceParameterSet {
    /// `general_profile_idc`: 1 Main, 2 Main 10, ...
    pub profile_idc: u8,
    /// `general_profile_compatibility_flags`; the most significant bit is that of profile 0.
    pub compatibility_flags: u32,
    /// `general_level_idc`: thirty times the level.
    pub level_idc: u8,
    /// `chroma_format_idc`: 0 without chroma, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma_format_idc: u8,
    /// Bits per luma sample.
    pub bit_depth_luma: u8,
    /// Bits per chroma sample.
    pub bit_depth_chroma: u8,
    /// `pic_width_in_luma_samples`.
    pub coded_width: u32,
    /// `pic_height_in_luma_samples`.
    pub coded_height: u32,
    /// Width of the conformance window.
    pub width: u32,
    /// Height of the conformance window.
    pub height: u32,
    /// `sps_max_num_reorder_pics` of the highest sub-layer.
    pub max_reorder_pictures: u32,
    /// Video usability information.
    pub vui: Option<VideoUsability>,
}

/// `nal_unit_type` (table 7-1).
const VIDEO_PARAMETER_SET: u8 = 32;
const SEQUENCE_PARAMETER_SET: u8 = 33;

/// Exceeds the picture size of all levels.
const MAX_SIDE: u32 = 1 << 17;

fn unit_type(unit: &[u8]) -> Option<u8> {
    unit.first().map(|header| header >> 1 & 0x3f)
}

impl SequenceParameterSet {
    /// Reads a NAL unit; `None` if it is no sequence parameter set, ends too early, or has a value that the standard excludes.
    #[must_use]
    pub fn read(nal_unit: &[u8]) -> Option<Self> {
        if unit_type(nal_unit)? != SEQUENCE_PARAMETER_SET {
            return None;
        }
        let mut bits = Bits::of_nal_unit(nal_unit.get(2..)?);
        bits.skip(4)?;
        let sub_layers = bits.take(3)?;
        if sub_layers > 6 {
            return None;
        }
        bits.skip(1)?;
        let (profile_idc, compatibility_flags, level_idc) = profile_tier_level(&mut bits, sub_layers)?;
        bits.ue_up_to(15)?;
        let chroma_format_idc = bits.ue_up_to(3)?;
        if chroma_format_idc == 3 {
            bits.skip(1)?;
        }
        let (coded_width, coded_height) = (bits.ue_up_to(MAX_SIDE)?, bits.ue_up_to(MAX_SIDE)?);
        let (mut width, mut height) = (coded_width, coded_height);
        if bits.flag()? {
            (width, height) = cropped(&mut bits, chroma_format_idc, 1, (coded_width, coded_height))?;
        }
        if width == 0 || height == 0 {
            return None;
        }
        let (bit_depth_luma, bit_depth_chroma) = (8 + bits.ue_up_to(8)?, 8 + bits.ue_up_to(8)?);
        let order_count_bits = bits.ue_up_to(12)? + 4;
        let mut max_reorder_pictures = 0;
        let has_all_layers = bits.flag()?;
        for _ in if has_all_layers { 0 } else { sub_layers }..=sub_layers {
            bits.ue()?;
            max_reorder_pictures = bits.ue_up_to(16)?;
            bits.ue()?;
        }
        Some(Self {
            profile_idc,
            compatibility_flags,
            level_idc,
            chroma_format_idc: u8::try_from(chroma_format_idc).ok()?,
            bit_depth_luma: u8::try_from(bit_depth_luma).ok()?,
            bit_depth_chroma: u8::try_from(bit_depth_chroma).ok()?,
            coded_width,
            coded_height,
            width,
            height,
            max_reorder_pictures,
            vui: find_vui(&mut bits, order_count_bits)?,
        })
    }

    /// Reads the first sequence parameter set of an `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 8.3.3).
    #[must_use]
    pub fn from_configuration(record: &[u8]) -> Option<Self> {
        units_of_configuration(record).find_map(Self::read)
    }

    /// Reads the first sequence parameter set of a byte stream (annex B).
    #[must_use]
    pub fn from_byte_stream(bytes: &[u8]) -> Option<Self> {
        nal::units_of_byte_stream(bytes).find_map(Self::read)
    }

    /// Reads the first sequence parameter set of a sample, in which lengths of 1 to 4 bytes precede NAL units (ISO/IEC 14496-15).
    #[must_use]
    pub fn from_sample(sample: &[u8], nal_length_size: u8) -> Option<Self> {
        nal::units_of_sample(sample, nal_length_size).find_map(Self::read)
    }
}

/// Reads `vps_num_units_in_tick` and `vps_time_scale` of the first video parameter set of a byte stream that has both,
/// neither 0 (7.3.2.1).
#[must_use]
pub fn timing_of_byte_stream(bytes: &[u8]) -> Option<(u32, u32)> {
    nal::units_of_byte_stream(bytes).find_map(timing)
}

fn timing(unit: &[u8]) -> Option<(u32, u32)> {
    if unit_type(unit)? != VIDEO_PARAMETER_SET {
        return None;
    }
    let mut bits = Bits::of_nal_unit(unit.get(2..)?);
    bits.skip(12)?;
    let sub_layers = bits.take(3)?;
    bits.skip(17)?;
    profile_tier_level(&mut bits, sub_layers)?;
    let has_all_layers = bits.flag()?;
    for _ in if has_all_layers { 0 } else { sub_layers }..=sub_layers {
        for _ in 0..3 {
            bits.ue()?;
        }
    }
    let last_layer = bits.take(6)?;
    for _ in 0..bits.ue_up_to(1023)? {
        bits.skip(last_layer + 1)?;
    }
    if !bits.flag()? {
        return None;
    }
    Some((bits.take(32)?, bits.take(32)?)).filter(|&(units, scale)| units > 0 && scale > 0)
}

/// Returns the NAL units of an `HEVCDecoderConfigurationRecord`.
fn units_of_configuration(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = record.get(23..).unwrap_or_default();
    let mut arrays = record.get(22).copied().unwrap_or_default();
    let mut units = 0;
    std::iter::from_fn(move || {
        while units == 0 {
            arrays = arrays.checked_sub(1)?;
            let &[_, high, low] = rest.first_chunk()?;
            units = u16::from_be_bytes([high, low]);
            rest = &rest[3..];
        }
        units -= 1;
        nal::take(&mut rest)
    })
}

/// Reads `profile_tier_level` (7.3.3): profile, compatibility flags and level.
fn profile_tier_level(bits: &mut Bits<'_>, sub_layers: u32) -> Option<(u8, u32, u8)> {
    bits.skip(3)?;
    let (profile, compatibility) = (bits.byte(5)?, bits.take(32)?);
    bits.skip(48)?;
    let level = bits.byte(8)?;
    let mut present = [(false, false); 7];
    for layer in present.iter_mut().take(sub_layers as usize) {
        *layer = (bits.flag()?, bits.flag()?);
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers))?;
    }
    for (has_profile, has_level) in present {
        bits.skip(if has_profile { 88 } else { 0 })?;
        bits.skip(if has_level { 8 } else { 0 })?;
    }
    Some((profile, compatibility, level))
}

/// Skips the fields before the video usability information, and reads it; `Some(None)` if there is none.
fn find_vui(bits: &mut Bits<'_>, order_count_bits: u32) -> Option<Option<VideoUsability>> {
    for _ in 0..6 {
        bits.ue()?;
    }
    if bits.flag()? && bits.flag()? {
        skip_scaling_lists(bits)?;
    }
    bits.skip(2)?;
    // `pcm_enabled_flag`.
    if bits.flag()? {
        bits.skip(8)?;
        bits.ue()?;
        bits.ue()?;
        bits.skip(1)?;
    }
    skip_reference_sets(bits)?;
    // `long_term_ref_pics_present_flag`.
    if bits.flag()? {
        for _ in 0..bits.ue_up_to(32)? {
            bits.skip(order_count_bits + 1)?;
        }
    }
    bits.skip(2)?;
    Some(bits.flag()?.then(|| VideoUsability::of_h265(bits)))
}

/// Skips `scaling_list_data` (7.3.4).
fn skip_scaling_lists(bits: &mut Bits<'_>) -> Option<()> {
    for size in 0..4 {
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if bits.flag()? {
                if size > 1 {
                    bits.se()?;
                }
                for _ in 0..64.min(1 << (4 + (size << 1))) {
                    bits.se()?;
                }
            } else {
                bits.ue()?;
            }
        }
    }
    Some(())
}

/// Skips the `st_ref_pic_set` (7.3.7) of a sequence parameter set.
fn skip_reference_sets(bits: &mut Bits<'_>) -> Option<()> {
    // Number of pictures in the previous set.
    let mut pictures = 0;
    for set in 0..bits.ue_up_to(64)? {
        if set > 0 && bits.flag()? {
            bits.skip(1)?;
            bits.ue()?;
            let mut kept = 0;
            for _ in 0..=pictures {
                // `used_by_curr_pic_flag`, and otherwise `use_delta_flag`.
                kept += u32::from(bits.flag()? || bits.flag()?);
            }
            pictures = kept;
        } else {
            pictures = bits.ue_up_to(16)? + bits.ue_up_to(16)?;
            for _ in 0..pictures {
                bits.ue()?;
                bits.skip(1)?;
            }
        }
    }
    Some(())
}
