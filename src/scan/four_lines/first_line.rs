//! The length of a first line.

use super::super::instruction_set::BLOCK;
use super::record::FourLines;

/// Number of blocks in which a first line must end.
pub(super) const FIRST_LINE: usize = 2;

/// The length of the last first line.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstLine {
    /// Masks of the blocks with the bit of the line end: one bit in one block, none in the blocks before it.
    pub(super) ends: [u64; FIRST_LINE],
    /// Length of the line without its line feed.
    len: usize,
}

impl FirstLine {
    /// An unknown first line, which matches no line.
    pub(super) const UNKNOWN: Self = Self { ends: [u64::MAX; FIRST_LINE], len: 0 };

    /// Creates the first line that ends at the first of these bits.
    #[inline]
    pub(super) fn ending(ends: [u64; FIRST_LINE]) -> Option<Self> {
        match ends {
            [0, 0] => None,
            [0, second] => {
                Some(Self { ends: [0, lowest(second)], len: BLOCK + second.trailing_zeros() as usize })
            }
            [first, _] => Some(Self { ends: [lowest(first), 0], len: first.trailing_zeros() as usize }),
        }
    }

    /// Creates a record with this first line, and second and fourth lines of `len` bytes.
    #[inline]
    pub(super) fn record(self, len: usize) -> FourLines {
        let second = self.len + 1;
        let fourth = second + len + 3;
        FourLines { second, fourth, len, end: fourth + len + 1 }
    }
}

/// Returns the lowest set bit of a mask.
#[inline(always)]
pub(super) fn lowest(mask: u64) -> u64 {
    mask & mask.wrapping_neg()
}
