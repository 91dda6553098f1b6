//! Video usability information of H.264 and H.265.

use super::Color;
use super::bits::Bits;

/// Video usability information of H.264 (annex E) and H.265 (annex E).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VideoUsability {
    /// Sample aspect ratio, neither value 0; `None` if unspecified.
    pub sample_aspect_ratio: Option<(u32, u32)>,
    /// Colour.
    pub color: Color,
    /// `chroma_sample_loc_type_top_field`: 0 is left, 1 is center, 2 is top left, ...
    pub chroma_location: Option<u8>,
    /// `vui_num_units_in_tick` and `vui_time_scale`, of which neither is 0.
    pub timing: Option<(u32, u32)>,
    /// `pic_struct_present_flag` of H.264, `frame_field_info_present_flag` of H.265: SEI messages hold the picture
    /// structure.
    pub has_picture_structure: bool,
    /// H.264: `max_num_reorder_frames`.
    pub max_reorder_frames: Option<u32>,
    /// H.264: number of bits of `cpb_removal_delay` and `dpb_output_delay` together, the start of the SEI message
    /// `pic_timing`.
    pub(super) picture_timing_delay_bits: u32,
}

/// Sample aspect ratios by `aspect_ratio_idc` from 1 (ITU-T H.273, table 8).
const ASPECT_RATIOS: [(u32, u32); 16] = [
    (1, 1),
    (12, 11),
    (10, 11),
    (16, 11),
    (40, 33),
    (24, 11),
    (20, 11),
    (32, 11),
    (80, 33),
    (18, 11),
    (15, 11),
    (64, 33),
    (160, 99),
    (4, 3),
    (3, 2),
    (2, 1),
];

const EXTENDED_ASPECT_RATIO: u8 = 255;

impl VideoUsability {
    /// Reads the H.264 syntax (E.1.1). Fields after the end keep their default.
    pub(super) fn of_h264(bits: &mut Bits<'_>) -> Self {
        let mut vui = Self::default();
        let _ = vui.read_shared(bits).and_then(|()| vui.read_h264(bits));
        vui
    }

    /// Reads the H.265 syntax (E.2.1) up to the timing. Fields after the end keep their default.
    pub(super) fn of_h265(bits: &mut Bits<'_>) -> Self {
        let mut vui = Self::default();
        let _ = vui.read_shared(bits).and_then(|()| vui.read_h265(bits));
        vui
    }

    fn read_shared(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        if bits.flag()? {
            let ratio = match bits.byte(8)? {
                EXTENDED_ASPECT_RATIO => Some((bits.take(16)?, bits.take(16)?)),
                index => usize::from(index).checked_sub(1).and_then(|at| ASPECT_RATIOS.get(at).copied()),
            };
            self.sample_aspect_ratio = ratio.filter(|&(width, height)| width > 0 && height > 0);
        }
        // `overscan_info_present_flag`, `overscan_appropriate_flag`.
        if bits.flag()? {
            bits.skip(1)?;
        }
        // `video_signal_type_present_flag`, `video_format`.
        if bits.flag()? {
            bits.skip(3)?;
            self.color.is_full_range = Some(bits.flag()?);
            if bits.flag()? {
                (self.color.primaries, self.color.transfer, self.color.matrix) =
                    (bits.byte(8)?, bits.byte(8)?, bits.byte(8)?);
            }
        }
        if bits.flag()? {
            let (top, _bottom) = (bits.ue_up_to(5)?, bits.ue_up_to(5)?);
            self.chroma_location = u8::try_from(top).ok();
        }
        Some(())
    }

    fn read_timing(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let timing = (bits.take(32)?, bits.take(32)?);
        self.timing = Some(timing).filter(|&(units, scale)| units > 0 && scale > 0);
        Some(())
    }

    fn read_h264(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        if bits.flag()? {
            self.read_timing(bits)?;
            // `fixed_frame_rate_flag`.
            bits.skip(1)?;
        }
        let has_nal_hrd = bits.flag()?;
        if has_nal_hrd {
            self.picture_timing_delay_bits = read_hrd(bits)?;
        }
        let has_vcl_hrd = bits.flag()?;
        if has_vcl_hrd {
            self.picture_timing_delay_bits = read_hrd(bits)?;
        }
        if has_nal_hrd || has_vcl_hrd {
            // `low_delay_hrd_flag`.
            bits.skip(1)?;
        }
        self.has_picture_structure = bits.flag()?;
        // `bitstream_restriction_flag`.
        if bits.flag()? {
            bits.skip(1)?;
            for _ in 0..4 {
                bits.ue()?;
            }
            let reorder = bits.ue_up_to(16)?;
            // `max_dec_frame_buffering` must be present.
            bits.ue()?;
            self.max_reorder_frames = Some(reorder);
        }
        Some(())
    }

    fn read_h265(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        // `neutral_chroma_indication_flag`, `field_seq_flag`.
        bits.skip(2)?;
        self.has_picture_structure = bits.flag()?;
        // `default_display_window_flag`.
        if bits.flag()? {
            for _ in 0..4 {
                bits.ue()?;
            }
        }
        if bits.flag()? {
            self.read_timing(bits)?;
        }
        Some(())
    }
}

/// Reads `hrd_parameters` of H.264 (E.1.2). Returns the number of bits of `cpb_removal_delay` and `dpb_output_delay`
/// together.
fn read_hrd(bits: &mut Bits<'_>) -> Option<u32> {
    let count = bits.ue_up_to(31)? + 1;
    bits.skip(8)?;
    for _ in 0..count {
        bits.ue()?;
        bits.ue()?;
        bits.skip(1)?;
    }
    bits.skip(5)?;
    let delays = bits.take(5)? + 1 + bits.take(5)? + 1;
    bits.skip(5)?;
    Some(delays)
}
