//! Media containers, by their first bytes.

use super::FileKind;
use crate::media::matroska::{EbmlHeader, ElementId, Matroska};
use crate::media::mp4::BoxHeader;
use crate::record::{Format, Part};

/// What a file of media is.
pub(super) enum Media {
    /// One that pagecut reads.
    Known(FileKind),
    /// Another one: what there is to say of it.
    Other(&'static str),
}

/// Tells a container by its first bytes, where these leave no doubt.
pub(super) fn detect(head: &[u8]) -> Option<Media> {
    if begins_with_box(head) {
        return Some(Media::Known(FileKind::Mp4));
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        return Some(match doc_type(head) {
            None | Some(b"" | b"matroska" | b"webm") => Media::Known(FileKind::Matroska),
            Some(_) => Media::Other("EBML, but neither Matroska nor WebM, which is not read"),
        });
    }
    other(head).map(Media::Other)
}

/// Boxes that a file or a segment of one begins with (ISO/IEC 14496-12 §4.3 and §8; QuickTime).
const FIRST_BOXES: [&[u8; 4]; 17] = [
    b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"moof", b"sidx", b"ssix",
    b"emsg", b"prft", b"pdin", b"meta", b"uuid", b"PICT",
];

/// Whether an input begins with a box. The eight bytes of its size and its type may be text, as in `>s1 free-living`; a box has a byte
/// soon after that no text has.
fn begins_with_box(head: &[u8]) -> bool {
    const TEXT_LEN: usize = 64;
    let Some(header) = BoxHeader::read(head) else { return false };
    // Bytes from 0x80 on are letters in UTF-8 and Latin-1. NCBI joins definitions with 0x01.
    let is_of_text = |&byte: &u8| matches!(byte, 0x01 | b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..);
    let is_text = head.iter().take(TEXT_LEN).all(is_of_text);
    let least = match &header.kind.0 {
        // Brand and version.
        b"ftyp" | b"styp" => header.header_len + 8,
        _ => header.header_len,
    };
    // What lasts to the end of the file are data, or all the rest.
    let has_size = match header.size {
        Some(size) => size >= least as u64,
        None => matches!(&header.kind.0, b"mdat" | b"moov"),
    };
    FIRST_BOXES.contains(&&header.kind.0) && has_size && !is_text
}

/// `DocType` of the EBML header, if it is in view and whole.
fn doc_type(head: &[u8]) -> Option<&[u8]> {
    let first = Matroska.records_of(Part::from_view(head, head.len(), 0, false)).next()?.ok()?;
    let header = EbmlHeader::read(first.element()).ok().filter(|_| first.id() == ElementId::EBML)?;
    Some(header.doc_type)
}

/// What is known, but not read yet.
fn other(head: &[u8]) -> Option<&'static str> {
    const OTHERS: [(&[u8], &str); 8] = [
        (b"OggS", "Ogg, which is not read yet"),
        (b"fLaC", "FLAC, which is not read yet"),
        (b"ID3\x02", "MP3, or other sound behind an ID3 tag, which is not read yet"),
        (b"ID3\x03", "MP3, or other sound behind an ID3 tag, which is not read yet"),
        (b"ID3\x04", "MP3, or other sound behind an ID3 tag, which is not read yet"),
        (b"DKIF\0\0", "IVF, which is not read yet"),
        (b"FLV\x01", "FLV, which is not read"),
        (b"\0\0\x01\xba", "an MPEG program stream, which is not read"),
    ];
    let named = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    named.or_else(|| riff(head)).or_else(|| is_adts(head).then_some("AAC in ADTS, which is not read yet"))
}

/// RIFF, of which files of 64 bits have other names.
fn riff(head: &[u8]) -> Option<&'static str> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => Some("WAV, which is not read yet"),
        (b"RIFF", b"AVI ") => Some("AVI, which is not read yet"),
        _ => None,
    }
}

/// Whether two frames of ADTS stand in a row (ISO/IEC 13818-7 §6.2): twelve bits of ones, which are the sync word, could be
/// anything.
fn is_adts(head: &[u8]) -> bool {
    let frame_len = |at: usize| {
        let &[0xff, second, _, b3, b4, b5] = head.get(at..)?.first_chunk()? else { return None };
        let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
        (second & 0xf6 == 0xf0 && len >= 7).then_some(len)
    };
    frame_len(0).and_then(frame_len).is_some()
}
