//! The fields of the headers.

use std::ops::Range;

use crate::error::ErrorKind;
use crate::media::{TimeBase, codec_name};

/// The first bytes of a file.
pub(super) const SIGNATURE: [u8; 4] = *b"DKIF";

/// Bytes of the fields of the file header.
pub(super) const HEADER_LEN: usize = 32;

/// Bytes of a frame header.
pub(super) const FRAME_HEADER_LEN: usize = 12;

/// The header of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Length of the header in bytes, 32 or more. The first frame begins there.
    pub header_len: u16,
    /// The coding: `VP80`, `VP90`, `AV01`, ...
    pub four_cc: [u8; 4],
    /// Width of the pictures in pixels.
    pub width: u16,
    /// Height of the pictures in pixels.
    pub height: u16,
    /// Denominator of the time unit in seconds: 25 for 25 frames per second. Above 0.
    pub time_base_denominator: u32,
    /// Numerator of the time unit in seconds. Above 0.
    pub time_base_numerator: u32,
    /// The number of frames (libvpx), or the duration in time units (ffmpeg). 0 if the writer did not know it.
    pub frame_count: u32,
}

impl Header {
    /// Reads the fields. The position of an error is the first byte of the field.
    pub(super) fn read(bytes: &[u8; HEADER_LEN]) -> Result<Self, (ErrorKind, usize)> {
        let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let wrong = |why: &'static str, position| Err((ErrorKind::Invalid(why.into()), position));
        let header = Self {
            header_len: u16_at(6),
            four_cc: [bytes[8], bytes[9], bytes[10], bytes[11]],
            width: u16_at(12),
            height: u16_at(14),
            time_base_denominator: u32_at(16),
            time_base_numerator: u32_at(20),
            frame_count: u32_at(24),
        };
        if !bytes.starts_with(&SIGNATURE) {
            return wrong("the header does not begin with DKIF", 0);
        }
        if u16_at(4) != 0 {
            return wrong("the version of the header is not 0", 4);
        }
        if usize::from(header.header_len) < HEADER_LEN {
            return wrong("the header has a length below 32", 6);
        }
        if header.time_base_denominator == 0 {
            return wrong("the denominator of the time base is 0", 16);
        }
        if header.time_base_numerator == 0 {
            return wrong("the numerator of the time base is 0", 20);
        }
        Ok(header)
    }
}

impl Header {
    /// Returns the name that ffmpeg has for the codec, such as `vp8`; `None` if the codec is unknown.
    #[must_use]
    pub fn codec_name(&self) -> Option<&'static str> {
        codec_name::of_bitmap(self.four_cc)
    }

    /// The unit of the times.
    #[must_use]
    pub fn time_base(&self) -> TimeBase {
        TimeBase::fraction(self.time_base_numerator.into(), self.time_base_denominator.into())
    }
}

/// A frame with its header, borrowed from the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'data> {
    /// Offset of the frame header, in bytes from the start of the input.
    pub offset: u64,
    /// Presentation time in units of the time base. The file has 64 bits without a sign; ffmpeg reads them with one.
    pub pts: i64,
    /// The coded frame.
    pub payload: &'data [u8],
}

impl Frame<'_> {
    /// Offset of the payload, in bytes from the start of the input.
    #[must_use]
    pub fn payload_offset(&self) -> u64 {
        self.offset + FRAME_HEADER_LEN as u64
    }

    /// The bytes of the input that the frame and its header take.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.offset..self.payload_offset() + self.payload.len() as u64
    }
}
