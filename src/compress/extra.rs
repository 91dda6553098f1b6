//! The extra field of a gzip header (RFC 1952, section 2.3.1.1) and its BGZF subfield (SAM specification, section 4.1).

/// Length of a gzip header before its optional fields.
pub(super) const FIXED_LEN: usize = 10;

/// Flag of a header with an extra field.
pub(super) const HAS_EXTRA: u8 = 1 << 2;

/// Returns the end of the extra field of a gzip header; `None` if the header has none, or `head` does not contain its
/// length.
pub(super) fn end(head: &[u8]) -> Option<usize> {
    let has_extra = matches!(head, [0x1f, 0x8b, 8, flags, ..] if flags & HAS_EXTRA != 0);
    let len = head.get(FIXED_LEN..).filter(|_| has_extra)?.first_chunk()?;
    Some(FIXED_LEN + 2 + usize::from(u16::from_le_bytes(*len)))
}

/// Returns the length of a BGZF block, which the subfield `BC` of an extra field stores minus 1.
pub(super) fn block_len(mut extra: &[u8]) -> Option<usize> {
    while let [first, second, low, high, rest @ ..] = extra {
        let field = rest.get(..usize::from(u16::from_le_bytes([*low, *high])))?;
        if let ([b'B', b'C'], &[low, high]) = ([*first, *second], field) {
            return Some(usize::from(u16::from_le_bytes([low, high])) + 1);
        }
        extra = &rest[field.len()..];
    }
    None
}

/// Returns whether a gzip header starts a BGZF block, according to the part of its extra field in `head`.
pub(super) fn begins_block(head: &[u8]) -> bool {
    let extra = end(head).and_then(|end| head.get(FIXED_LEN + 2..end.min(head.len())));
    extra.is_some_and(|extra| block_len(extra).is_some())
}
