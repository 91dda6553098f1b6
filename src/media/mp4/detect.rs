//! Detection of MP4.

use super::BoxHeader;
use crate::head::{Certainty, Head};

/// Detects MP4 by its first box.
pub(crate) fn detect(head: &Head<'_>) -> Option<Certainty> {
    begins_with_box(head.bytes).then_some(Certainty::Signature)
}

/// Boxes at the start of a file or segment (ISO/IEC 14496-12 §4.3 and §8; QuickTime).
const FIRST_BOXES: [&[u8; 4]; 17] = [
    b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"sidx", b"ssix",
    b"emsg", b"prft", b"pdin", b"meta", b"uuid", b"PICT",
];

/// Whether an input begins with a box. Its first eight bytes, size and type, may be text, as in `>s1 free-living`; a box has
/// a non-text byte soon after that.
fn begins_with_box(head: &[u8]) -> bool {
    const TEXT_LEN: usize = 64;
    let Some(header) = BoxHeader::read(head) else { return false };
    // Bytes from 0x80 are letters in UTF-8 and Latin-1. NCBI joins definitions with 0x01.
    let is_of_text = |&byte: &u8| matches!(byte, 0x01 | b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    let is_text = head.iter().take(TEXT_LEN).all(is_of_text);
    let least = match &header.kind.0 {
        // Brand and version.
        b"ftyp" | b"styp" => header.header_len + 8,
        _ => header.header_len,
    };
    // A box that extends to the end of the file holds media data or free space.
    let has_size = match header.size {
        Some(size) => size >= least as u64,
        None => matches!(&header.kind.0, b"mdat" | b"moov"),
    };
    FIRST_BOXES.contains(&&header.kind.0) && has_size && !is_text
}
