//! Attached pictures.

use super::headers::Headers;
use crate::probe::ratio::Ratio;
use crate::probe::report::Stream;

/// Reads PNG (RFC 2083): `IHDR`, and `pHYs` and `tRNS` before the first `IDAT`.
pub(super) fn png(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    picture.color_range = Some("pc");
    let mut color = None;
    for (kind, body) in chunks(headers.packet) {
        let number = |at: usize| Some(u32::from_be_bytes(*body.get(at..)?.first_chunk()?).into());
        match (kind, number(0), number(4)) {
            (b"IHDR", Some(width), Some(height)) => {
                (picture.width, picture.height) = (width, height);
                // Bit depth and colour type.
                color = body.get(8).copied().zip(body.get(9).copied());
            }
            (b"pHYs", Some(wide), Some(high)) => picture.coded_aspect_ratio = Ratio::new(wide, high),
            // FFmpeg decodes a transparent colour as alpha.
            (b"tRNS", ..) => {
                color = color.map(|(depth, kind)| (depth, if kind == 3 { kind } else { kind | 4 }))
            }
            (b"IDAT", ..) => break,
            _ => {}
        }
    }
    picture.pix_fmt = match color {
        Some((1, 0)) => Some("monob"),
        Some((2 | 4 | 8, 0)) => Some("gray"),
        Some((8, 2)) => Some("rgb24"),
        Some((_, 3)) => Some("pal8"),
        Some((1 | 2 | 4 | 8, 4)) => Some("ya8"),
        Some((8, 6)) => Some("rgba"),
        Some((16, 0)) => Some("gray16be"),
        Some((16, 2)) => Some("rgb48be"),
        Some((16, 4)) => Some("ya16be"),
        Some((16, 6)) => Some("rgba64be"),
        _ => None,
    };
}

/// Returns the types and contents of the chunks of a PNG.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    /// Length of the CRC after the contents.
    const CRC_LEN: usize = 4;
    let mut rest = bytes.strip_prefix(SIGNATURE).unwrap_or_default();
    std::iter::from_fn(move || {
        let (len, after) = rest.split_first_chunk()?;
        let (kind, after) = after.split_first_chunk()?;
        let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
        // The last chunk may be truncated.
        let (body, after) = after.split_at(len.min(after.len()));
        rest = after.get(CRC_LEN..).unwrap_or_default();
        Some((kind, body))
    })
}

/// Reads GIF: width and height of the logical screen. FFmpeg always decodes it with transparency.
pub(super) fn gif(stream: &mut Stream, headers: &Headers<'_>) {
    let picture = stream.picture.get_or_insert_default();
    picture.pix_fmt = Some("bgra");
    if let Some(&[b'G', b'I', b'F', _, _, _, w0, w1, h0, h1]) = headers.packet.first_chunk() {
        picture.width = u16::from_le_bytes([w0, w1]).into();
        picture.height = u16::from_le_bytes([h0, h1]).into();
    }
}
