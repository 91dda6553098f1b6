//! Checks whether all bytes belong to a class.

use super::blocks::{LastBlock, divide};
use super::instruction_set::{AsciiSet, BLOCK, InstructionSet, Kernel, Vectors, chosen};

/// A set of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Range(ByteRange),
    Characters(AsciiSet),
}

impl Class {
    /// Creates the class of the characters `members`, letters in both cases.
    ///
    /// # Panics
    ///
    /// If a member is not ASCII.
    pub(crate) const fn new(members: &[u8]) -> Self {
        Self::Characters(AsciiSet::from_members(members))
    }

    /// Returns the position of the first byte that does not belong to the class.
    pub(crate) fn first_outside(&self, bytes: &[u8]) -> Option<usize> {
        self.first_outside_with(chosen(), bytes)
    }

    fn first_outside_with(&self, instruction_set: InstructionSet, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Range(members) => instruction_set.run(FirstOutside { members, bytes }),
            Self::Characters(members) => instruction_set.run(FirstOutside { members, bytes }),
        }
    }
}

/// The bytes from `first` to `last` inclusive; if `last` is less than `first`, the bytes from `first` to 255 and from 0 to `last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteRange {
    /// The number that turns `last` into 255 by addition.
    above: u8,
    /// The result of adding `above` to `first`, modulo 256.
    least: u8,
}

impl ByteRange {
    /// Creates the range from `first` to `last` inclusive; if `last` is less than `first`, the range wraps around from 255 to 0.
    pub(crate) const fn new(first: u8, last: u8) -> Self {
        let above = u8::MAX - last;
        Self { above, least: first.wrapping_add(above) }
    }
}

/// A class of bytes that is tested by ranks. Only the minimum rank of many bytes needs to be compared.
pub(super) trait Members {
    /// Returns the minimum rank of a certain member.
    fn min_rank(&self) -> u8;

    /// Returns a rank for each byte. Bytes that are not members rank below the minimum; so do a few rare members.
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block;

    /// Returns the mask of the certain members by their ranks, or, for minimum ranks of several blocks, of the lanes that contain
    /// only members.
    #[inline(always)]
    fn certain<V: Vectors>(&self, vectors: V, ranks: V::Block) -> u64 {
        vectors.at_least(ranks, self.min_rank())
    }

    /// Whether all bytes are certain members, by the minimum rank of each lane.
    #[inline(always)]
    fn are_all<V: Vectors>(&self, vectors: V, ranks: V::Block) -> bool {
        self.certain(vectors, ranks) == u64::MAX
    }

    /// Returns the exact mask of the members.
    #[inline(always)]
    fn members_in<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        self.certain(vectors, self.ranks(vectors, block))
    }
}

impl Members for ByteRange {
    #[inline(always)]
    fn min_rank(&self) -> u8 {
        self.least
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block {
        vectors.plus(block, self.above)
    }
}

impl Members for AsciiSet {
    #[inline(always)]
    fn min_rank(&self) -> u8 {
        1
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block {
        vectors.in_set(block, self)
    }
}

/// Number of blocks that are tested together in long input.
pub(super) const STRIDE: usize = 4;

/// Whether all bytes of a stride are certain members.
#[inline(always)]
pub(super) fn are_members<V: Vectors>(
    vectors: V,
    members: &impl Members,
    [a, b, c, d]: &[[u8; BLOCK]; STRIDE],
) -> bool {
    let ab = vectors.lesser(ranks(vectors, members, a), ranks(vectors, members, b));
    let cd = vectors.lesser(ranks(vectors, members, c), ranks(vectors, members, d));
    members.are_all(vectors, vectors.lesser(ab, cd))
}

/// Returns the ranks of the bytes of a block.
#[inline(always)]
pub(super) fn ranks<V: Vectors>(vectors: V, members: &impl Members, block: &[u8; BLOCK]) -> V::Block {
    members.ranks(vectors, vectors.load(block))
}

/// Finds the first byte that is not a member.
struct FirstOutside<'a, M> {
    members: &'a M,
    bytes: &'a [u8],
}

impl<M: Members> Kernel for FirstOutside<'_, M> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> Option<usize> {
        let mut buffer = [0; BLOCK];
        let (blocks, last) = divide(self.bytes, &mut buffer);
        // Often the byte is near the start, for example where lines end in CR LF.
        let (soon, rest) = blocks.split_at(blocks.len().min(STRIDE));
        if let Some(at) = first_outside_in(vectors, self.members, soon) {
            return Some(at);
        }
        let mut checked = 0;
        while let Some(stride) = rest[checked..].first_chunk()
            && are_members(vectors, self.members, stride)
        {
            checked += STRIDE;
        }
        if let Some(at) = first_outside_in(vectors, self.members, &rest[checked..]) {
            return Some((soon.len() + checked) * BLOCK + at);
        }
        let LastBlock { bytes, mask, start } = last?;
        let outside = !self.members.members_in(vectors, vectors.load(bytes)) & mask;
        (outside != 0).then(|| start.wrapping_add(outside.trailing_zeros() as usize))
    }
}

/// Returns the position in some blocks of the first byte that is not a member.
#[inline(always)]
pub(super) fn first_outside_in<V: Vectors>(
    vectors: V,
    members: &impl Members,
    blocks: &[[u8; BLOCK]],
) -> Option<usize> {
    for (number, block) in blocks.iter().enumerate() {
        let outside = !members.members_in(vectors, vectors.load(block));
        if outside != 0 {
            return Some(number * BLOCK + outside.trailing_zeros() as usize);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    fn range(first: u8, last: u8) -> Class {
        Class::Range(ByteRange::new(first, last))
    }

    fn check(class: Class, is_member: impl Fn(u8) -> bool, bytes: &[u8]) {
        let naive = bytes.iter().position(|&byte| !is_member(byte));
        for &set in available() {
            assert_eq!(class.first_outside_with(set, bytes), naive, "{} on {bytes:?}", set.name());
        }
    }

    #[test]
    fn the_first_outsider_is_found_at_every_position() {
        let longest = if cfg!(miri) { 70 } else { 600 };
        for class in [range(b'!', b'~'), Class::new(b"acgtI")] {
            let is_member = |byte| byte == b'I';
            for len in 0..longest {
                let mut bytes = vec![b'I'; len];
                check(class, is_member, &bytes);
                for at in (0..len).rev() {
                    bytes[at] = 0x7f;
                    check(class, is_member, &bytes);
                }
            }
        }
    }

    #[test]
    fn bytes_around_the_slice_are_not_read() {
        // The bytes around the slice are not in the class.
        let class = range(b'I', b'I');
        for start in 1..70 {
            for len in 0..70 {
                let mut bytes = [0; 200];
                bytes[start..start + len].fill(b'I');
                check(class, |byte| byte == b'I', &bytes[start..start + len]);
                check(class, |byte| byte == b'I', &bytes[start..=start + len]);
            }
        }
    }

    #[test]
    fn a_class_contains_exactly_its_members() {
        let class = Class::new(b"aC-\n\x7f");
        for byte in 0..=255 {
            check(class, |byte| b"aAcC-\n\x7f".contains(&byte), &[byte]);
            check(class, |byte| b"aAcC-\n\x7f".contains(&byte), &[byte; 64]);
        }
    }

    #[test]
    fn a_range_includes_both_ends() {
        for (first, last) in
            [(33, 126), (0, 0), (0, 255), (255, 255), (127, 128), (128, 200), (0, 127), (9, 10)]
        {
            for byte in 0..=255 {
                let class = range(first, last);
                check(class, |byte| (first..=last).contains(&byte), &[byte]);
                check(class, |byte| (first..=last).contains(&byte), &[byte; 64]);
            }
        }
        for (first, last) in [(63, 10), (255, 0), (128, 126)] {
            for byte in 0..=255 {
                check(range(first, last), |byte| byte >= first || byte <= last, &[byte]);
            }
        }
    }
}
