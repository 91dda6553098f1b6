//! Where lines end, and whether they hold what they should.

use super::super::class::{Members, STRIDE, are_members, first_outside_in};
use super::super::instruction_set::{BLOCK, Vectors};

/// How far ahead bytes are asked for: while records are looked at, the machine does not see that scanning will go on.
pub(super) const AHEAD: usize = 4096;

/// Bytes that are looked at together, in the middle of a long line.
const STRIDE_LEN: usize = STRIDE * BLOCK;

/// Every byte that does not end a line: no line feed, and no carriage return either unless it is let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoLineEnd<const CARRIAGE_RETURN: bool>;

/// Every byte but a line feed.
pub(super) const NO_LINE_FEED: NoLineEnd<true> = NoLineEnd;

/// Every byte that has no part in ending a line.
pub(super) const NO_LINE_END: NoLineEnd<false> = NoLineEnd;

impl<const CARRIAGE_RETURN: bool> Members for NoLineEnd<CARRIAGE_RETURN> {
    /// Those below are rare, and a carriage return that is let through may have a part in ending a line.
    #[inline(always)]
    fn least(&self) -> u8 {
        b'\r' + 1
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, _vectors: V, block: V::Block) -> V::Block {
        block
    }

    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        let carriage_returns = if CARRIAGE_RETURN { 0 } else { vectors.equal(block, b'\r') };
        !(vectors.equal(block, b'\n') | carriage_returns)
    }
}

/// How many bytes from `from` on are members, up to the first that is not; `None` if that is among the last bytes or not there.
/// `line` are the first bytes.
#[inline(always)]
pub(super) fn first_outside<V: Vectors>(
    vectors: V,
    members: &impl Members,
    bytes: &[u8],
    from: usize,
    line: &[[u8; BLOCK]; STRIDE],
) -> Option<usize> {
    // A line is likely to end in the same block as the one four lines before.
    for (number, block) in line.iter().enumerate() {
        let mask = outside(vectors, members, block);
        if mask != 0 {
            return Some(number * BLOCK + mask.trailing_zeros() as usize);
        }
    }
    let mut len = STRIDE_LEN;
    loop {
        let stride = stride_at(bytes, from + len)?;
        // Nothing is asked for ahead here: the machine sees by itself how it goes on, and is slower if it is told.
        if !are_members(vectors, members, stride)
            && let Some(at) = first_outside_in(vectors, members, stride)
        {
            return Some(len + at);
        }
        len += STRIDE_LEN;
    }
}

/// The bytes of a block that are no members; asks for those that are some way ahead.
///
/// Not a closure: that would not be compiled for the instruction set.
#[inline(always)]
pub(super) fn outside<V: Vectors>(vectors: V, members: &impl Members, block: &[u8; BLOCK]) -> u64 {
    vectors.prefetch(block, AHEAD);
    !members.among(vectors, vectors.load(block))
}

/// The blocks of the stride at a position, if it is not among the last bytes.
#[inline(always)]
pub(super) fn stride_at(bytes: &[u8], at: usize) -> Option<&[[u8; BLOCK]; STRIDE]> {
    bytes.get(at..)?.as_chunks().0.first_chunk()
}
