//! MPEG-1 and MPEG-2 Video.

use super::bits::Bits;
use super::{Color, nal};

/// The sequence header of MPEG-1 Video (ISO/IEC 11172-2, 2.4.2.3) or MPEG-2 Video (ISO/IEC 13818-2, 6.2.2), the extensions
/// after it, and the scan type of the first picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MpegVideoSequence {
    /// Width in samples.
    pub width: u32,
    /// Height in samples.
    pub height: u32,
    /// `aspect_ratio_information`; for MPEG-2: 1 square samples, 2 a 4:3 display, 3 16:9, 4 2.21:1.
    pub aspect_ratio: u8,
    /// Frame rate as numerator and denominator; `None` for a reserved `frame_rate_code`.
    pub frame_rate: Option<(u32, u32)>,
    /// `bit_rate` in units of 400 bits per second; all 18 bits of MPEG-1 are set for a variable rate.
    pub bit_rate: u32,
    /// `vbv_buffer_size`, in units of 16,384 bits.
    pub buffer_size: u32,
    /// The extension of MPEG-2; `None` for MPEG-1.
    pub extension: Option<MpegVideoExtension>,
    /// Length in bytes of the sequence header and the extensions right after it, with their start codes.
    pub header_length: usize,
}

/// `sequence_extension` and `sequence_display_extension` (ISO/IEC 13818-2, 6.2.2.3 and 6.2.2.4), with the first
/// `picture_coding_extension` (6.2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MpegVideoExtension {
    /// Bits 6 to 4 of `profile_and_level_indication`: 1 High, 4 Main, 5 Simple; 0 with the escape bit is 4:2:2.
    pub profile: u8,
    /// Bits 3 to 0 of `profile_and_level_indication`: 4 High, 8 Main, 10 Low.
    pub level: u8,
    /// The escape bit of `profile_and_level_indication`.
    pub is_escaped: bool,
    /// `progressive_sequence`.
    pub is_progressive: bool,
    /// `chroma_format`: 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma_format: u8,
    /// `low_delay`: there are no B pictures.
    pub has_low_delay: bool,
    /// Colour.
    pub color: Color,
    /// `display_horizontal_size` and `display_vertical_size`.
    pub display_size: Option<(u32, u32)>,
    /// `top_field_first` and `progressive_frame` of the first picture.
    pub first_picture: Option<(bool, bool)>,
}

const SEQUENCE_HEADER: u8 = 0xb3;
const EXTENSION: u8 = 0xb5;
const USER_DATA: u8 = 0xb2;
const PICTURE: u8 = 0x00;
const GROUP: u8 = 0xb8;

/// Frame rates by `frame_rate_code` from 1.
const FRAME_RATES: [(u32, u32); 8] =
    [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)];

impl MpegVideoSequence {
    /// Reads the first sequence header in a stream; `None` if there is none.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut units =
            nal::units_of_byte_stream(bytes).skip_while(|unit| unit.first() != Some(&SEQUENCE_HEADER));
        let header = units.next()?;
        let mut sequence = Self::read_header(header.get(1..)?)?;
        let place = |unit: &[u8]| unit.as_ptr().addr() - header.as_ptr().addr();
        let end = bytes.as_ptr().addr() + bytes.len();
        sequence.header_length = end - header.as_ptr().addr() + 3;
        let mut is_in_header = true;
        for unit in units {
            match unit.first().copied() {
                Some(EXTENSION) => sequence.read_extension(&unit[1..]),
                Some(USER_DATA | PICTURE | GROUP | SEQUENCE_HEADER) => {}
                _ => break,
            }
            if is_in_header && unit.first() != Some(&EXTENSION) {
                is_in_header = false;
                sequence.header_length = place(unit);
            }
            if sequence.extension.is_some_and(|extension| extension.first_picture.is_some()) {
                break;
            }
        }
        Some(sequence)
    }

    fn read_header(bytes: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(bytes);
        let (width, height) = (bits.take(12)?, bits.take(12)?);
        let (aspect_ratio, rate) = (bits.byte(4)?, bits.take(4)? as usize);
        let bit_rate = bits.take(18)?;
        bits.skip(1)?;
        let buffer_size = bits.take(10)?;
        let frame_rate = rate.checked_sub(1).and_then(|index| FRAME_RATES.get(index).copied());
        Some(Self {
            width,
            height,
            aspect_ratio,
            frame_rate,
            bit_rate,
            buffer_size,
            extension: None,
            header_length: 0,
        })
    }

    /// Reads an extension. A truncated one is ignored.
    fn read_extension(&mut self, bytes: &[u8]) {
        let mut bits = Bits::new(bytes);
        let _ = match bits.take(4) {
            Some(1) => self.read_sequence_extension(&mut bits),
            Some(2) => self.extension.as_mut().and_then(|extension| extension.read_display(&mut bits)),
            Some(8) => self.extension.as_mut().and_then(|extension| extension.read_picture(&mut bits)),
            _ => None,
        };
    }

    fn read_sequence_extension(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let (is_escaped, profile, level) = (bits.flag()?, bits.byte(3)?, bits.byte(4)?);
        let (is_progressive, chroma_format) = (bits.flag()?, bits.byte(2)?);
        let (width, height) = (bits.take(2)?, bits.take(2)?);
        let bit_rate = bits.take(12)?;
        bits.skip(1)?;
        let buffer_size = bits.take(8)?;
        let has_low_delay = bits.flag()?;
        let (multiplier, divisor) = (bits.take(2)? + 1, bits.take(5)? + 1);
        self.width |= width << 12;
        self.height |= height << 12;
        self.bit_rate |= bit_rate << 18;
        self.buffer_size |= buffer_size << 10;
        self.frame_rate =
            self.frame_rate.map(|(numerator, denominator)| (numerator * multiplier, denominator * divisor));
        self.extension = Some(MpegVideoExtension {
            profile,
            level,
            is_escaped,
            is_progressive,
            chroma_format,
            has_low_delay,
            color: Color::default(),
            display_size: None,
            first_picture: None,
        });
        Some(())
    }
}

impl MpegVideoExtension {
    fn read_display(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        bits.skip(3)?;
        if bits.flag()? {
            (self.color.primaries, self.color.transfer, self.color.matrix) =
                (bits.byte(8)?, bits.byte(8)?, bits.byte(8)?);
        }
        let width = bits.take(14)?;
        bits.skip(1)?;
        self.display_size = Some((width, bits.take(14)?));
        Some(())
    }

    fn read_picture(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        // `f_code`, `intra_dc_precision`, `picture_structure`.
        bits.skip(16 + 2 + 2)?;
        let is_top_first = bits.flag()?;
        bits.skip(7)?;
        self.first_picture = Some((is_top_first, bits.flag()?));
        Some(())
    }
}
