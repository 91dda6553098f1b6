//! Apple ProRes.

use super::Color;

/// The header of a ProRes frame (SMPTE RDD 36, 5.1 and 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProResHeader {
    /// Width in samples.
    pub width: u16,
    /// Height in samples.
    pub height: u16,
    /// `chroma_format`: 2 is 4:2:2, 3 is 4:4:4.
    pub chroma_format: u8,
    /// `interlace_mode`: 0 progressive, 1 top field first, 2 bottom field first.
    pub interlace_mode: u8,
    /// `aspect_ratio_information`: 0 unspecified, 1 square samples, 2 a 4:3 display, 3 16:9.
    pub aspect_ratio: u8,
    /// Colour; without a range.
    pub color: Color,
    /// `alpha_channel_type`: 0 none, 1 of 8 bits, 2 of 16 bits.
    pub alpha: u8,
}

impl ProResHeader {
    /// Reads a frame with its size and its identifier `icpf`; `None` if it is truncated or begins with other bytes.
    #[must_use]
    pub fn from_frame(frame: &[u8]) -> Option<Self> {
        Self::read(frame.get(4..)?.strip_prefix(b"icpf")?)
    }

    /// Reads a frame header, the start of a frame in Matroska; `None` if it is truncated.
    #[must_use]
    pub fn read(frame: &[u8]) -> Option<Self> {
        let &[_, _, _, _, _, _, _, _, w0, w1, h0, h1, flags, aspect, primaries, transfer, matrix, alpha] =
            frame.first_chunk()?;
        Some(Self {
            width: u16::from_be_bytes([w0, w1]),
            height: u16::from_be_bytes([h0, h1]),
            chroma_format: flags >> 6,
            interlace_mode: flags >> 2 & 3,
            aspect_ratio: aspect >> 4,
            color: Color { is_full_range: None, primaries, transfer, matrix },
            alpha: alpha & 15,
        })
    }
}
