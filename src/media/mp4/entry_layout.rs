//! Length of the fields of a sample entry, after which its boxes begin.

use super::media_kind::{is_audio, is_visual};
use super::{BoxHeader, FourCc, MediaKind};

/// Length of the fields of a visual sample entry (ISO/IEC 14496-12 §12.1.3).
pub(super) const VISUAL_LEN: usize = 78;

/// Length of the fields of an audio sample entry (§12.2.3).
const AUDIO_LEN: usize = 28;

/// Returns the length of the fields that QuickTime adds to an audio sample entry of this version.
pub(super) fn quicktime_len(version: u16, payload: &[u8]) -> usize {
    match version {
        // ISO/IEC 14496-12 has a version 1 too, in which a box follows directly; its type is printable.
        1 if payload.get(AUDIO_LEN + 4..AUDIO_LEN + 8).is_some_and(|name| name[0] < b' ') => 16,
        2 => 36,
        _ => 0,
    }
}

/// Returns the length of the fields of an audio sample entry.
pub(super) fn audio_len(payload: &[u8]) -> usize {
    let version = payload.get(8..10).map_or(0, |version| u16::from_be_bytes([version[0], version[1]]));
    AUDIO_LEN + quicktime_len(version, payload)
}

/// Returns the offset of the boxes from the start of the payload of a sample entry; `None` if it is unknown for its format.
///
/// The handler of the track gives the layout of unknown formats (ISO/IEC 14496-12 §8.5.2). Some formats have more fields
/// before the boxes, so the offset is returned only if a box begins there.
pub(super) fn children_start(handler: FourCc, format: FourCc, payload: &[u8]) -> Option<usize> {
    match &format.0 {
        _ if is_visual(format) => Some(VISUAL_LEN),
        _ if is_audio(format) => Some(audio_len(payload)),
        b"mp4s" | b"wvtt" => Some(8),
        b"tx3g" => Some(38),
        _ => {
            let start = match MediaKind::of(handler, None) {
                MediaKind::Video => VISUAL_LEN,
                MediaKind::Audio => audio_len(payload),
                MediaKind::Subtitle | MediaKind::Data | MediaKind::Attachment => return None,
            };
            payload.get(start..).filter(|rest| begins_with_box(rest)).map(|_| start)
        }
    }
}

/// Whether a complete box begins at the start of `bytes`: one with a size, and a type of printable characters.
fn begins_with_box(bytes: &[u8]) -> bool {
    BoxHeader::read(bytes).is_some_and(|header| {
        let fits = |size| (header.header_len as u64..=bytes.len() as u64).contains(&size);
        header.size.is_some_and(fits) && header.kind.0.iter().all(|&byte| byte >= b' ')
    })
}
