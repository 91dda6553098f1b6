//! Virtual offsets of BGZF.

use std::fmt;

/// Bits of the position within a block.
const WITHIN_BITS: u32 = 16;

/// A virtual offset of BGZF (SAM specification, section 4.1.1): the upper 48 bits are the offset of the block in the
/// compressed file, the lower 16 bits the position in the decompressed block.
///
/// Their order is that of the positions. A [`Gzi`](super::Gzi) converts them to offsets of decompressed bytes and back.
///
/// ```
/// use pagecut::compress::bgzf::VirtualOffset;
///
/// let place = VirtualOffset::new(49_342, 256).unwrap();
/// assert_eq!(u64::from(place), 49_342 << 16 | 256);
/// assert_eq!(VirtualOffset::from(3_233_677_568).block_offset(), 49_342);
/// assert_eq!(place.to_string(), "49342:256");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VirtualOffset(u64);

impl VirtualOffset {
    /// Creates the offset of the byte at `within_block` in the block at `block_offset` in the compressed file; `None`
    /// if `block_offset` is 2^48 or more.
    #[must_use]
    pub const fn new(block_offset: u64, within_block: u16) -> Option<Self> {
        if block_offset >> (u64::BITS - WITHIN_BITS) != 0 {
            return None;
        }
        Some(Self(block_offset << WITHIN_BITS | within_block as u64))
    }

    /// Returns the offset of the block in the compressed file.
    #[must_use]
    pub const fn block_offset(self) -> u64 {
        self.0 >> WITHIN_BITS
    }

    /// Returns the position in the decompressed block.
    #[must_use]
    pub const fn within_block(self) -> u16 {
        let [low, high, ..] = self.0.to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}

impl From<u64> for VirtualOffset {
    fn from(bits: u64) -> Self {
        Self(bits)
    }
}

impl From<VirtualOffset> for u64 {
    fn from(place: VirtualOffset) -> Self {
        place.0
    }
}

impl fmt::Display for VirtualOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.block_offset(), self.within_block())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_round_trip_within_48_bits() {
        let blocks = [0, 1, 0xffff, 1 << 16, (1 << 48) - 1];
        for (block, within) in
            blocks.into_iter().flat_map(|block| [0, 1, u16::MAX].map(|within| (block, within)))
        {
            let place = VirtualOffset::new(block, within).unwrap();
            assert_eq!((place.block_offset(), place.within_block()), (block, within));
            assert_eq!(VirtualOffset::from(u64::from(place)), place);
        }
        assert_eq!(VirtualOffset::new(1 << 48, 0), None);
        assert_eq!(VirtualOffset::new(u64::MAX, 0), None);
        assert!(VirtualOffset::new(1, u16::MAX) < VirtualOffset::new(2, 0));
    }
}
