//! JPEG, the frames of Motion JPEG.

/// The header of a JPEG frame (ITU-T T.81, B.2.2), with fields of APP0 and APP14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct JpegHeader {
    /// The second byte of the frame marker: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, 0xc3 lossless, ...
    pub process: u8,
    /// Bits per sample.
    pub precision: u8,
    /// Width in samples.
    pub width: u16,
    /// Height in samples.
    pub height: u16,
    /// Number of components.
    pub components: u8,
    /// Horizontal and vertical sampling factors of up to four components; 0 for absent ones.
    pub sampling: [(u8, u8); 4],
    /// Identifiers of up to four components.
    pub identifiers: [u8; 4],
    /// Sample aspect ratio from the densities of JFIF, with or without units.
    pub sample_aspect_ratio: Option<(u16, u16)>,
    /// `transform` of Adobe's APP14: 0 is RGB or CMYK.
    pub adobe_transform: Option<u8>,
}

impl JpegHeader {
    /// Reads an image up to its frame header; `None` if it is truncated or begins with other bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
        let (mut sample_aspect_ratio, mut adobe_transform) = (None, None);
        loop {
            let (&[prefix, marker], after) = rest.split_first_chunk()?;
            if prefix != 0xff {
                return None;
            }
            // Bytes of 0xff may precede a marker.
            if marker == 0xff {
                rest = &rest[1..];
                continue;
            }
            // Markers without a segment.
            if matches!(marker, 0x01 | 0xd0..=0xd7) {
                rest = after;
                continue;
            }
            let &[high, low] = after.first_chunk()?;
            let (segment, next) = after.split_at_checked(u16::from_be_bytes([high, low]).into())?;
            let segment = segment.get(2..)?;
            match (marker, segment) {
                (0xe0, &[b'J', b'F', b'I', b'F', 0, _, _, _, x0, x1, y0, y1, ..]) => {
                    let (x, y) = (u16::from_be_bytes([x0, x1]), u16::from_be_bytes([y0, y1]));
                    sample_aspect_ratio = Some((y, x)).filter(|&(y, x)| y > 0 && x > 0);
                }
                (0xee, &[b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                    adobe_transform = Some(transform);
                }
                (
                    0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf,
                    &[precision, h0, h1, w0, w1, components, ..],
                ) => {
                    let (mut sampling, mut identifiers) = ([(0, 0); 4], [0; 4]);
                    for (at, component) in
                        segment[6..].chunks_exact(3).take(components.min(4).into()).enumerate()
                    {
                        identifiers[at] = component[0];
                        sampling[at] = (component[1] >> 4, component[1] & 15);
                    }
                    return Some(Self {
                        process: marker,
                        precision,
                        width: u16::from_be_bytes([w0, w1]),
                        height: u16::from_be_bytes([h0, h1]),
                        components,
                        sampling,
                        identifiers,
                        sample_aspect_ratio,
                        adobe_transform,
                    });
                }
                // The end of the image, or a scan without a frame header.
                (0xd9 | 0xda, _) => return None,
                _ => {}
            }
            rest = next;
        }
    }
}
