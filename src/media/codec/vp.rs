//! VP8 and VP9.

use super::bits::Bits;

/// The start of a VP8 key frame (RFC 6386, 9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Vp8Header {
    /// `version`: the profile, 0 to 3.
    pub version: u8,
    /// Width in samples.
    pub width: u16,
    /// Height in samples.
    pub height: u16,
}

impl Vp8Header {
    /// Reads a frame; `None` if it is truncated or not a key frame.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        let &[tag, _, _, 0x9d, 0x01, 0x2a, width_low, width_high, height_low, height_high] =
            frame.first_chunk()?
        else {
            return None;
        };
        if tag & 1 != 0 {
            return None;
        }
        let size = |low, high| u16::from_le_bytes([low, high]) & 0x3fff;
        let (width, height) = (size(width_low, width_high), size(height_low, height_high));
        (width > 0 && height > 0).then_some(Self { version: tag >> 1 & 7, width, height })
    }
}

/// The start of a VP9 key frame (VP9 Bitstream & Decoding Process Specification, 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Vp9Header {
    /// `Profile`, 0 to 3.
    pub profile: u8,
    /// Bits per sample.
    pub bit_depth: u8,
    /// `color_space`: 0 unknown, 1 BT.601, 2 BT.709, 3 SMPTE 170M, 4 SMPTE 240M, 5 BT.2020, 7 RGB.
    pub color_space: u8,
    /// `color_range`.
    pub is_full_range: bool,
    /// Whether chroma has half the samples in width and in height.
    pub subsampling: (bool, bool),
    /// Width in samples.
    pub width: u32,
    /// Height in samples.
    pub height: u32,
}

const FRAME_MARKER: u32 = 2;
const FRAME_SYNC_CODE: u32 = 0x49_8342;
const RGB: u8 = 7;

impl Vp9Header {
    /// Reads a frame, or the first one of a superframe; `None` if it is truncated or not a key frame.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(frame);
        if bits.take(2)? != FRAME_MARKER {
            return None;
        }
        let profile = bits.byte(1)? | bits.byte(1)? << 1;
        if profile == 3 {
            bits.skip(1)?;
        }
        // `show_existing_frame`, and a `frame_type` other than a key frame.
        if bits.flag()? || bits.flag()? {
            return None;
        }
        bits.skip(2)?;
        if bits.take(24)? != FRAME_SYNC_CODE {
            return None;
        }
        let bit_depth = match profile >= 2 {
            true => {
                if bits.flag()? {
                    12
                } else {
                    10
                }
            }
            false => 8,
        };
        let color_space = bits.byte(3)?;
        let has_subsampling = profile & 1 == 1;
        let (is_full_range, subsampling) = if color_space == RGB {
            if !has_subsampling {
                return None;
            }
            bits.skip(1)?;
            (true, (false, false))
        } else {
            let is_full_range = bits.flag()?;
            let subsampling = if has_subsampling { (bits.flag()?, bits.flag()?) } else { (true, true) };
            if has_subsampling {
                bits.skip(1)?;
            }
            (is_full_range, subsampling)
        };
        let (width, height) = (bits.take(16)? + 1, bits.take(16)? + 1);
        Some(Self { profile, bit_depth, color_space, is_full_range, subsampling, width, height })
    }
}
