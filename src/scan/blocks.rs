//! Bytes as blocks, whatever their number.

use super::instruction_set::BLOCK;

/// The bytes behind the last whole block, as a block.
pub(super) struct LastBlock<'a> {
    pub(super) bytes: &'a [u8; BLOCK],
    /// Which of them are the bytes that are meant. The others were seen before, or do not exist.
    pub(super) meant: u64,
    /// The position of the first byte of the block. It lies before the start if there is no whole block, and then wraps.
    pub(super) start: usize,
}

/// Bytes as whole blocks and a last one, which is made of `buffer` if the bytes are fewer than a block.
#[inline(always)]
pub(super) fn blocks_of<'a>(
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
    let meant = !0 << (BLOCK - tail.len());
    (blocks, Some(LastBlock { bytes: last, meant, start: bytes.len().wrapping_sub(BLOCK) }))
}
