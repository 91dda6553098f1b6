//! Bitmap subtitles.

use super::headers::Headers;
use crate::probe::report::Canvas;

/// Returns the size of the subtitle canvas, if it is known.
pub(super) fn canvas(name: &str, headers: &Headers<'_>) -> Option<Canvas> {
    match name {
        "hdmv_pgs_subtitle" => of_presentation(headers.packet),
        "dvd_subtitle" => of_index(headers.configuration),
        _ => None,
    }
}

/// Reads the presentation composition segment of a Presentation Graphics stream.
fn of_presentation(packet: &[u8]) -> Option<Canvas> {
    const COMPOSITION: u8 = 0x16;
    let mut rest = packet;
    loop {
        let &[kind, high, low] = rest.first_chunk()?;
        let len = usize::from(u16::from_be_bytes([high, low]));
        let (segment, after) = rest[3..].split_at_checked(len)?;
        if kind == COMPOSITION {
            let &[w0, w1, h0, h1] = segment.first_chunk()?;
            let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
            return Some(Canvas { width: width.into(), height: height.into() });
        }
        rest = after;
    }
}

/// Reads the line `size: 720x576` of the VobSub index, which Matroska stores in `CodecPrivate`.
fn of_index(index: &[u8]) -> Option<Canvas> {
    let line = index.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"size:"))?;
    let (width, height) = str::from_utf8(line).ok()?.trim().split_once('x')?;
    Some(Canvas { width: width.parse().ok()?, height: height.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_in_a_presentation_composition() {
        let size = |packet: &[u8]| of_presentation(packet).map(|canvas| (canvas.width, canvas.height));
        assert_eq!(size(b"\x17\0\x01\0\x16\0\x04\x05\0\x02\xd0"), Some((1280, 720)));
        assert_eq!(size(b"\x16\0\x03\x05\0\x02"), None);
        assert_eq!(size(b"\x17\0\x01\0"), None);
        assert_eq!(size(b""), None);
    }

    #[test]
    fn the_size_in_an_index_of_vobsub() {
        let size = |index: &[u8]| of_index(index).map(|canvas| (canvas.width, canvas.height));
        assert_eq!(size(b"# VobSub\nsize: 960x720\norg: 0, 0\n"), Some((960, 720)));
        assert_eq!(size(b"size: 720x576\r\n"), Some((720, 576)));
        assert_eq!(size(b"size: wide\n"), None);
        assert_eq!(size(b"palette: 0\n"), None);
    }
}
