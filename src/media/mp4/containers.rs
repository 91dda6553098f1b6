//! Container boxes.

use super::{FourCc, entry_layout};

/// Returns the offset of the first child from the start of the payload; `None` if the box is no container, or its type is
/// unknown.
///
/// `parent` is the type of the parent box, and `handler` is `handler_type` of the track; zeros if there is none. Every box in
/// `stsd` is a sample entry, whatever its type.
pub(super) fn children_start(parent: FourCc, handler: FourCc, kind: FourCc, payload: &[u8]) -> Option<usize> {
    if parent == *b"stsd" {
        return entry_layout::children_start(handler, kind, payload);
    }
    // iTunes tags have types of their own.
    if parent == *b"ilst" {
        return Some(0);
    }
    match &kind.0 {
        // ISO/IEC 14496-12.
        b"moov" | b"trak" | b"edts" | b"mdia" | b"minf" | b"dinf" | b"stbl" | b"mvex" | b"moof" | b"traf"
        | b"mfra" | b"udta" | b"sinf" | b"rinf" | b"schi" | b"iprp" | b"ipco" | b"tref" | b"trgr"
        | b"meco" | b"strk" | b"strd" | b"hnti" | b"hinf" | b"grpl" => Some(0),
        b"iref" => Some(4),
        b"dref" | b"stsd" => Some(8),
        b"ipro" | b"fiin" => Some(6),
        // The item count has 16 bits in version 0, and 32 bits later.
        b"iinf" => Some(if payload.first() == Some(&0) { 6 } else { 8 }),
        // Version and flags, which are 0; in QuickTime, the first child follows directly, whose size is not 0.
        b"meta" => Some(if payload.first_chunk().is_none_or(|size| *size == [0; 4]) { 4 } else { 0 }),
        // QuickTime, and tags of iTunes.
        b"wave" | b"gmhd" | b"tapt" | b"clip" | b"matt" | b"ilst" => Some(0),
        _ => None,
    }
}
