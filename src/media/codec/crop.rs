//! Cropping windows.

use super::bits::Bits;

/// Reads the offsets of a cropping window, and returns the width and height of coded pictures after cropping:
/// `frame_crop_left_offset`, ... of H.264 (7.4.2.1.1), `conf_win_left_offset`, ... of H.265 (7.4.3.2.1).
/// `fields` is 2 if frames may be coded as two fields, whose rows the vertical offsets then count, and else 1.
///
/// Like FFmpeg, ignores a window that is larger than the picture.
pub(super) fn cropped(
    bits: &mut Bits<'_>,
    chroma_format_idc: u32,
    fields: u32,
    (coded_width, coded_height): (u32, u32),
) -> Option<(u32, u32)> {
    let unit_x = if matches!(chroma_format_idc, 1 | 2) { 2 } else { 1 };
    let unit_y = if chroma_format_idc == 1 { 2 } else { 1 } * fields;
    let mut crop = |unit: u32| Some(u64::from(bits.ue()?) * u64::from(unit));
    let [left, right, top, bottom] = [crop(unit_x)?, crop(unit_x)?, crop(unit_y)?, crop(unit_y)?];
    let rest = |whole: u32, cropped: u64| {
        let rest = u64::from(whole).checked_sub(cropped).filter(|&rest| rest > 0);
        rest.and_then(|rest| u32::try_from(rest).ok())
    };
    let inner = rest(coded_width, left + right).zip(rest(coded_height, top + bottom));
    Some(inner.unwrap_or((coded_width, coded_height)))
}
