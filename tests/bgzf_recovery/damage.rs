//! Damage of blocks.

use std::ops::Range;

use crate::make::CompressedFile;

/// A kind of damage to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    Magic,
    Flags,
    ShortBsize,
    LongBsize,
    /// The lengths of this and the next block.
    NextBsize,
    Payload,
    Sum,
    LongIsize,
    ShortIsize,
    HugeIsize,
    Zeros,
}

impl Damage {
    pub(crate) const ALL: [Self; 11] = [
        Self::Magic,
        Self::Flags,
        Self::ShortBsize,
        Self::LongBsize,
        Self::NextBsize,
        Self::Payload,
        Self::Sum,
        Self::LongIsize,
        Self::ShortIsize,
        Self::HugeIsize,
        Self::Zeros,
    ];

    /// Returns whether the damage is detected: the first block identifies the file as BGZF, and zeros after all others
    /// are padding.
    pub(crate) fn is_detected(self, packed: &CompressedFile, block: usize) -> bool {
        match self {
            Self::Magic | Self::Flags => block > 0,
            Self::Zeros => block > 0 && block + 1 < packed.members(),
            _ => true,
        }
    }

    pub(crate) fn apply(self, packed: &CompressedFile, block: usize, bytes: &mut [u8]) {
        let Range { start, end } = packed.range(block);
        let mut set_bsize = |len: usize| {
            bytes[start + 16..start + 18].copy_from_slice(&u16::try_from(len - 1).unwrap().to_le_bytes());
        };
        match self {
            Self::Magic => bytes[start] ^= 0x10,
            Self::Flags => bytes[start + 3] = 8,
            Self::ShortBsize => set_bsize(end - start - 1),
            Self::LongBsize => set_bsize(end - start + 30),
            Self::NextBsize if block + 1 < packed.members() => set_bsize(packed.range(block + 1).end - start),
            Self::NextBsize => set_bsize(65_536),
            // This block type of DEFLATE is invalid.
            Self::Payload => bytes[start + 18] |= 6,
            Self::Sum => bytes[end - 8] ^= 1,
            Self::LongIsize => bytes[end - 3] ^= 0x80,
            Self::ShortIsize => bytes[end - 4..end].copy_from_slice(&0_u32.to_le_bytes()),
            Self::HugeIsize => bytes[end - 1] ^= 0x80,
            Self::Zeros => bytes[start..end].fill(0),
        }
    }
}
