//! H.264 (ITU-T H.264, ISO/IEC 14496-10).

use super::bits::Bits;
use super::crop::cropped;
use super::{VideoUsability, nal};

/// The fields of `seq_parameter_set_rbsp` (7.3.2.1) that describe the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SequenceParameterSet {
    /// `profile_idc`: 66 Baseline, 77 Main, 100 High, ...
    pub profile_idc: u8,
    /// `constraint_set0_flag`, the most significant bit, to `constraint_set5_flag`.
    pub constraint_flags: u8,
    /// `level_idc`: ten times the level.
    pub level_idc: u8,
    /// `chroma_format_idc`: 0 without chroma, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma_format_idc: u8,
    /// Bits per luma sample.
    pub bit_depth_luma: u8,
    /// Bits per chroma sample.
    pub bit_depth_chroma: u8,
    /// `max_num_ref_frames`.
    pub max_reference_frames: u32,
    /// Width of the coded pictures in luma samples.
    pub coded_width: u32,
    /// Height of the coded frames in luma samples.
    pub coded_height: u32,
    /// Width after cropping.
    pub width: u32,
    /// Height after cropping.
    pub height: u32,
    /// `frame_mbs_only_flag`: no picture is a field or has field macroblocks.
    pub is_frames_only: bool,
    /// Video usability information.
    pub vui: Option<VideoUsability>,
    /// Parameters of slice headers.
    slices: SliceFields,
}

/// Parameters for parsing the start of a slice header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SliceFields {
    has_separate_planes: bool,
    frame_num_bits: u32,
    /// Number of bits of `pic_order_cnt_lsb`, if `pic_order_cnt_type` is 0.
    order_count_bits: Option<u32>,
}

/// The start of a slice header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slice {
    /// A slice of a frame, with `delta_pic_order_cnt_bottom`.
    Frame { bottom_delta: i64 },
    /// A slice of a field, with `frame_num` and `bottom_field_flag`.
    Field { frame: u32, is_bottom: bool },
}

/// The order of the fields of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldOrder {
    /// Both fields have the same time.
    Progressive,
    /// The top field is first.
    TopFirst,
    /// The bottom field is first.
    BottomFirst,
}

/// `nal_unit_type` (table 7-1).
const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;
const SUPPLEMENTAL: u8 = 6;
const SEQUENCE_PARAMETER_SET: u8 = 7;
const PICTURE_PARAMETER_SET: u8 = 8;

/// Payload type of the SEI message `pic_timing` (annex D).
const PICTURE_TIMING: u32 = 1;

/// Exceeds the number of macroblocks in a row or column of all levels.
const MAX_MACROBLOCKS: u32 = 1 << 14;

impl SequenceParameterSet {
    /// Reads a NAL unit; `None` if it is no sequence parameter set, ends too early, or has a value that the standard excludes.
    #[must_use]
    pub fn read(nal_unit: &[u8]) -> Option<Self> {
        let (&header, _) = nal_unit.split_first()?;
        if header & 0x1f != SEQUENCE_PARAMETER_SET {
            return None;
        }
        let mut bits = Bits::of_nal_unit(&nal_unit[1..]);
        let (profile_idc, constraint_flags, level_idc) = (bits.byte(8)?, bits.byte(8)?, bits.byte(8)?);
        bits.ue_up_to(31)?;
        let (mut chroma_format_idc, mut has_separate_planes) = (1, false);
        let (mut bit_depth_luma, mut bit_depth_chroma) = (8, 8);
        if has_chroma_format(profile_idc) {
            chroma_format_idc = bits.ue_up_to(3)?;
            has_separate_planes = chroma_format_idc == 3 && bits.flag()?;
            (bit_depth_luma, bit_depth_chroma) = (8 + bits.ue_up_to(6)?, 8 + bits.ue_up_to(6)?);
            bits.skip(1)?;
            if bits.flag()? {
                skip_scaling_matrix(&mut bits, if chroma_format_idc == 3 { 12 } else { 8 })?;
            }
        }
        let frame_num_bits = 4 + bits.ue_up_to(12)?;
        let order_count_bits = match bits.ue_up_to(2)? {
            0 => Some(4 + bits.ue_up_to(12)?),
            1 => {
                bits.skip(1)?;
                bits.se()?;
                bits.se()?;
                for _ in 0..bits.ue_up_to(255)? {
                    bits.se()?;
                }
                None
            }
            _ => None,
        };
        let max_reference_frames = bits.ue()?;
        bits.skip(1)?;
        let coded_width = 16 * (bits.ue_up_to(MAX_MACROBLOCKS)? + 1);
        let map_units = bits.ue_up_to(MAX_MACROBLOCKS)? + 1;
        let is_frames_only = bits.flag()?;
        let fields = if is_frames_only { 1 } else { 2 };
        if !is_frames_only {
            bits.skip(1)?;
        }
        let coded_height = 16 * map_units * fields;
        bits.skip(1)?;
        let (mut width, mut height) = (coded_width, coded_height);
        if bits.flag()? {
            (width, height) = cropped(&mut bits, chroma_format_idc, fields, (coded_width, coded_height))?;
        }
        let vui = bits.flag()?.then(|| VideoUsability::of_h264(&mut bits));
        Some(Self {
            profile_idc,
            constraint_flags,
            level_idc,
            chroma_format_idc: u8::try_from(chroma_format_idc).ok()?,
            bit_depth_luma: u8::try_from(bit_depth_luma).ok()?,
            bit_depth_chroma: u8::try_from(bit_depth_chroma).ok()?,
            max_reference_frames,
            coded_width,
            coded_height,
            width,
            height,
            is_frames_only,
            vui,
            slices: SliceFields { has_separate_planes, frame_num_bits, order_count_bits },
        })
    }

    /// Reads the first sequence parameter set of an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3).
    #[must_use]
    pub fn from_configuration(record: &[u8]) -> Option<Self> {
        parameter_sets(record).find_map(Self::read)
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

    /// Finds the field order of the first picture in a byte stream that contains its parameter sets. If that picture is a
    /// field, the next field must be the other one of its frame; otherwise the result is `None`.
    #[must_use]
    pub fn field_order_of_byte_stream(&self, bytes: &[u8]) -> Option<FieldOrder> {
        self.field_order(&[], nal::units_of_byte_stream(bytes))
    }

    /// Finds the field order in a sample; see [`Self::field_order_of_byte_stream`]. `record` is the
    /// `AVCDecoderConfigurationRecord`.
    #[must_use]
    pub fn field_order_of_sample(&self, record: &[u8], sample: &[u8]) -> Option<FieldOrder> {
        let length_size = (record.get(4)? & 3) + 1;
        self.field_order(record, nal::units_of_sample(sample, length_size))
    }

    fn field_order<'a>(&self, record: &[u8], units: impl Iterator<Item = &'a [u8]>) -> Option<FieldOrder> {
        if self.is_frames_only && !self.vui.is_some_and(|vui| vui.has_picture_structure) {
            return Some(FieldOrder::Progressive);
        }
        let mut has_bottom_order = parameter_sets(record).find_map(has_bottom_order_count);
        let (mut told, mut first_field) = (None, None);
        for unit in units {
            match unit.first()? & 0x1f {
                PICTURE_PARAMETER_SET => has_bottom_order = has_bottom_order_count(unit),
                SUPPLEMENTAL => told = told.or_else(|| self.picture_structure(unit)),
                SLICE | IDR_SLICE => match (self.slice(unit, has_bottom_order?)?, told) {
                    (Slice::Field { frame, is_bottom }, _) => {
                        let (first_frame, is_bottom_first) = *first_field.get_or_insert((frame, is_bottom));
                        if first_frame != frame {
                            return None;
                        } else if is_bottom != is_bottom_first {
                            let bottom_first = is_bottom_first.then_some(FieldOrder::BottomFirst);
                            return bottom_first.or(Some(FieldOrder::TopFirst));
                        }
                    }
                    (Slice::Frame { .. }, Some(_)) => return told,
                    (Slice::Frame { bottom_delta: 1.. }, None) => return Some(FieldOrder::TopFirst),
                    (Slice::Frame { bottom_delta: 0 }, None) => return Some(FieldOrder::Progressive),
                    (Slice::Frame { .. }, None) => return Some(FieldOrder::BottomFirst),
                },
                _ => {}
            }
        }
        None
    }

    /// Reads the start of a slice header (7.3.3).
    fn slice(&self, unit: &[u8], has_bottom_order: bool) -> Option<Slice> {
        let mut bits = Bits::of_nal_unit(unit);
        let is_idr = bits.byte(8)? & 0x1f == IDR_SLICE;
        for _ in 0..3 {
            bits.ue()?;
        }
        if self.slices.has_separate_planes {
            bits.skip(2)?;
        }
        let frame = bits.take(self.slices.frame_num_bits)?;
        if self.is_frames_only {
            return Some(Slice::Frame { bottom_delta: 0 });
        }
        if bits.flag()? {
            return Some(Slice::Field { frame, is_bottom: bits.flag()? });
        }
        if is_idr {
            bits.ue()?;
        }
        let Some(order_count_bits) = self.slices.order_count_bits else {
            return Some(Slice::Frame { bottom_delta: 0 });
        };
        bits.skip(order_count_bits)?;
        Some(Slice::Frame { bottom_delta: if has_bottom_order { bits.se()? } else { 0 } })
    }

    /// Returns the field order in `pic_struct` of the SEI message `pic_timing` (D.1.3), at any position in its NAL unit.
    fn picture_structure(&self, unit: &[u8]) -> Option<FieldOrder> {
        let vui = self.vui.filter(|vui| vui.has_picture_structure)?;
        let mut bits = Bits::of_nal_unit(unit.get(1..)?);
        loop {
            let number = |bits: &mut Bits<'_>| {
                let mut number = 0u32;
                loop {
                    let byte = bits.take(8)?;
                    number = number.checked_add(byte)?;
                    if byte != 0xff {
                        return Some(number);
                    }
                }
            };
            let (kind, len) = (number(&mut bits)?, number(&mut bits)?);
            if kind == PICTURE_TIMING {
                bits.skip(vui.picture_timing_delay_bits)?;
                return Some(match bits.take(4)? {
                    3 | 5 => FieldOrder::TopFirst,
                    4 | 6 => FieldOrder::BottomFirst,
                    _ => FieldOrder::Progressive,
                });
            }
            bits.skip(len.checked_mul(8)?)?;
        }
    }
}

/// Returns the parameter sets of an `AVCDecoderConfigurationRecord`, sequence parameter sets first.
fn parameter_sets(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = record.get(6..).unwrap_or_default();
    let mut sequences = record.get(5).map_or(0, |count| count & 0x1f);
    let mut pictures = None;
    std::iter::from_fn(move || {
        if sequences > 0 {
            sequences -= 1;
            return nal::take(&mut rest);
        }
        let left = pictures.get_or_insert_with(|| rest.split_off_first().copied().unwrap_or(0));
        *left = left.checked_sub(1)?;
        nal::take(&mut rest)
    })
}

/// Reads `bottom_field_pic_order_in_frame_present_flag` of a picture parameter set (7.3.2.2).
fn has_bottom_order_count(unit: &[u8]) -> Option<bool> {
    let mut bits = Bits::of_nal_unit(unit);
    if bits.byte(8)? & 0x1f != PICTURE_PARAMETER_SET {
        return None;
    }
    bits.ue()?;
    bits.ue()?;
    bits.skip(1)?;
    bits.flag()
}

/// Whether sequence parameter sets of a profile have `chroma_format_idc` and the fields after it.
fn has_chroma_format(profile_idc: u8) -> bool {
    matches!(profile_idc, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

fn skip_scaling_matrix(bits: &mut Bits<'_>, lists: u32) -> Option<()> {
    for list in 0..lists {
        if !bits.flag()? {
            continue;
        }
        // `scaling_list` (7.3.2.1.1.1).
        let (mut last, mut next) = (8, 8);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next != 0 {
                next = (last + bits.se()?).rem_euclid(256);
            }
            if next != 0 {
                last = next;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fields_of_a_frame_give_their_order() {
        // `profile_idc` 77; `frame_num` of 4 bits; 20 by 9 macroblocks in fields; then a picture parameter set.
        let sets = [
            &[0, 0, 1, 0x67, 77, 0, 30, 0b1110_1011, 0b0000_1010, 0b1000_0100, 0b1001_1000][..],
            &[0, 0, 1, 0x68, 0b1110_0000],
        ]
        .concat();
        // `first_mb_in_slice`, `slice_type` and `pic_parameter_set_id` of 0; `frame_num`; `field_pic_flag`; `bottom_field_flag`.
        let field = |frame: u8, is_bottom: bool| {
            let bits = 0b1110_0000 | frame << 1 | 1;
            [0, 0, 1, 0x41, bits, u8::from(is_bottom) << 7 | 0x40]
        };
        let sps = SequenceParameterSet::from_byte_stream(&sets).unwrap();
        assert!(!sps.is_frames_only);
        let order =
            |fields: &[[u8; 6]]| sps.field_order_of_byte_stream(&[&sets[..], &fields.concat()].concat());
        assert_eq!(order(&[field(5, false), field(5, true)]), Some(FieldOrder::TopFirst));
        // A field may have several slices.
        let slices = [field(5, true), field(5, true), field(5, false)];
        assert_eq!(order(&slices), Some(FieldOrder::BottomFirst));
        assert_eq!(order(&[field(5, false)]), None);
        assert_eq!(order(&[field(5, false), field(6, true)]), None);
    }
}
