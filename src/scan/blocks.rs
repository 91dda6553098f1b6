//! Divides bytes into blocks.

use super::instruction_set::BLOCK;

/// A block that contains the bytes after the last whole block.
pub(super) struct LastBlock<'a> {
    pub(super) bytes: &'a [u8; BLOCK],
    /// Mask of the bytes after the last whole block. The other bytes of the block were in an earlier block, or are padding.
    pub(super) mask: u64,
    /// Position of the first byte of the block. If there is no whole block, it is before the start of the bytes and wraps around.
    pub(super) start: usize,
}

/// Divides bytes into whole blocks and a last one. `buffer` holds the last block if the bytes are fewer than a block.
#[inline(always)]
pub(super) fn divide<'a>(
    bytes: &'a [u8],
    buffer: &'a mut [u8; BLOCK],
) -> (&'a [[u8; BLOCK]], Option<LastBlock<'a>>) {
    let (blocks, tail) = bytes.as_chunks();
    if tail.is_empty() {
        return (blocks, None);
    }
    let last = bytes.last_chunk().unwrap_or_else(|| {
        buffer[BLOCK - tail.len()..].copy_from_slice(tail);
        buffer
    });
    let mask = !0 << (BLOCK - tail.len());
    (blocks, Some(LastBlock { bytes: last, mask, start: bytes.len().wrapping_sub(BLOCK) }))
}
