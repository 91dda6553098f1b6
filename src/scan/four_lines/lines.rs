//! Finds line ends and checks the bytes of lines.

use super::super::class::{Members, STRIDE, are_members, first_outside_in};
use super::super::instruction_set::{BLOCK, Vectors};

/// Prefetch distance in bytes: while records are processed, the hardware prefetcher does not see that scanning will continue.
pub(super) const AHEAD: usize = 4096;

/// Number of bytes that are tested together in the middle of a long line.
const STRIDE_LEN: usize = STRIDE * BLOCK;

/// All bytes that do not end a line: all but the line feed and, unless the parameter admits it, the carriage return.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoLineEnd<const CARRIAGE_RETURN: bool>;

/// All bytes except the line feed.
pub(super) const NO_LINE_FEED: NoLineEnd<true> = NoLineEnd;

/// All bytes except the line feed and the carriage return.
pub(super) const NO_LINE_END: NoLineEnd<false> = NoLineEnd;

impl<const CARRIAGE_RETURN: bool> Members for NoLineEnd<CARRIAGE_RETURN> {
    /// Bytes below this rank are rare, and an admitted carriage return may still be part of a line end.
    #[inline(always)]
    fn min_rank(&self) -> u8 {
        b'\r' + 1
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, _vectors: V, block: V::Block) -> V::Block {
        block
    }

    #[inline(always)]
    fn members_in<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        let carriage_returns = if CARRIAGE_RETURN { 0 } else { vectors.equal(block, b'\r') };
        !(vectors.equal(block, b'\n') | carriage_returns)
    }
}

/// Returns the number of members from `from` on, up to the first byte that is not one. Returns `None` if that byte is among the
/// last bytes or does not exist. `line` contains the first bytes.
#[inline(always)]
pub(super) fn first_outside<V: Vectors>(
    vectors: V,
    members: &impl Members,
    bytes: &[u8],
    from: usize,
    line: &[[u8; BLOCK]; STRIDE],
) -> Option<usize> {
    // A line probably ends in the same block as the line four lines before, so this branch is predictable.
    for (number, block) in line.iter().enumerate() {
        let mask = outside(vectors, members, block);
        if mask != 0 {
            return Some(number * BLOCK + mask.trailing_zeros() as usize);
        }
    }
    let mut len = STRIDE_LEN;
    loop {
        let stride = stride_at(bytes, from + len)?;
        // No prefetch here: the hardware prefetcher sees the pattern, and explicit prefetches slow it down.
        if !are_members(vectors, members, stride)
            && let Some(at) = first_outside_in(vectors, members, stride)
        {
            return Some(len + at);
        }
        len += STRIDE_LEN;
    }
}

/// Returns the mask of the bytes of a block that are not members, and prefetches bytes ahead.
///
/// Not a closure: that would not be compiled for the instruction set.
#[inline(always)]
pub(super) fn outside<V: Vectors>(vectors: V, members: &impl Members, block: &[u8; BLOCK]) -> u64 {
    vectors.prefetch(block, AHEAD);
    !members.members_in(vectors, vectors.load(block))
}

/// Returns the blocks of the stride at a position, if it is not among the last bytes.
#[inline(always)]
pub(super) fn stride_at(bytes: &[u8], at: usize) -> Option<&[[u8; BLOCK]; STRIDE]> {
    bytes.get(at..)?.as_chunks().0.first_chunk()
}
