//! Whether all bytes belong to a class.

use super::blocks::{LastBlock, blocks_of};
use super::instruction_set::{AsciiSet, BLOCK, InstructionSet, Kernel, Vectors, chosen};

/// A set of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    Range(ByteRange),
    Characters(AsciiSet),
}

impl Class {
    /// The characters of `members`, letters in both cases.
    ///
    /// # Panics
    ///
    /// If one is not ASCII.
    pub(crate) const fn of(members: &[u8]) -> Self {
        Self::Characters(AsciiSet::of(members))
    }

    /// The first byte that does not belong to the class.
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

/// The bytes from `first` to `last`, both included; if `last` is less, those up to 255 and from 0 on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteRange {
    /// What has to be added to the last one, for 255.
    above: u8,
    /// What the first one comes to then.
    least: u8,
}

impl ByteRange {
    /// The bytes from `first` to `last`, both included; if `last` is less, those up to 255 and from 0 on.
    pub(crate) const fn new(first: u8, last: u8) -> Self {
        let above = u8::MAX - last;
        Self { above, least: first.wrapping_add(above) }
    }
}

/// What says of bytes whether they belong to it, by ranks: so that of many bytes only the least rank need be looked at.
pub(super) trait Members {
    /// What rank is enough for a member.
    fn least(&self) -> u8;

    /// A rank for each byte: less than the least for all that are no members, and not for members, but for a few that are rare.
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block;

    /// Which bytes are members for sure, by their ranks; or in which places all are, by the least rank in each.
    #[inline(always)]
    fn surely<V: Vectors>(&self, vectors: V, ranks: V::Block) -> u64 {
        vectors.at_least(ranks, self.least())
    }

    /// Whether all bytes are members for sure, by the least rank in each place.
    #[inline(always)]
    fn are_all<V: Vectors>(&self, vectors: V, ranks: V::Block) -> bool {
        self.surely(vectors, ranks) == u64::MAX
    }

    /// Which bytes are members, without exception.
    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        self.surely(vectors, self.ranks(vectors, block))
    }
}

impl Members for ByteRange {
    #[inline(always)]
    fn least(&self) -> u8 {
        self.least
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block {
        vectors.plus(block, self.above)
    }
}

impl Members for AsciiSet {
    #[inline(always)]
    fn least(&self) -> u8 {
        1
    }

    #[inline(always)]
    fn ranks<V: Vectors>(&self, vectors: V, block: V::Block) -> V::Block {
        vectors.in_set(block, self)
    }
}

/// How many blocks are looked at together, where there are many.
pub(super) const STRIDE: usize = 4;

/// Whether all bytes of a stride are members for sure.
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

/// The ranks of the bytes of a block.
#[inline(always)]
pub(super) fn ranks<V: Vectors>(vectors: V, members: &impl Members, block: &[u8; BLOCK]) -> V::Block {
    members.ranks(vectors, vectors.load(block))
}

/// Finds the first byte that is no member.
struct FirstOutside<'a, M> {
    members: &'a M,
    bytes: &'a [u8],
}

impl<M: Members> Kernel for FirstOutside<'_, M> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> Option<usize> {
        let mut buffer = [0; BLOCK];
        let (blocks, last) = blocks_of(self.bytes, &mut buffer);
        // One that is found is likely to be found soon, as where lines have other ends.
        let (soon, rest) = blocks.split_at(blocks.len().min(STRIDE));
        if let Some(at) = first_outside_in(vectors, self.members, soon) {
            return Some(at);
        }
        let mut sound = 0;
        while let Some(stride) = rest[sound..].first_chunk()
            && are_members(vectors, self.members, stride)
        {
            sound += STRIDE;
        }
        if let Some(at) = first_outside_in(vectors, self.members, &rest[sound..]) {
            return Some((soon.len() + sound) * BLOCK + at);
        }
        let LastBlock { bytes, meant, start } = last?;
        let outside = !self.members.among(vectors, vectors.load(bytes)) & meant;
        (outside != 0).then(|| start.wrapping_add(outside.trailing_zeros() as usize))
    }
}

/// Where in some blocks the first byte is that is no member.
#[inline(always)]
pub(super) fn first_outside_in<V: Vectors>(
    vectors: V,
    members: &impl Members,
    blocks: &[[u8; BLOCK]],
) -> Option<usize> {
    for (number, block) in blocks.iter().enumerate() {
        let outside = !members.among(vectors, vectors.load(block));
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
    fn the_first_outsider_is_found_at_every_place() {
        let longest = if cfg!(miri) { 70 } else { 600 };
        for class in [range(b'!', b'~'), Class::of(b"acgtI")] {
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
    fn a_slice_has_no_bytes_but_its_own() {
        // Whatever lies around the slice belongs to no class.
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
    fn a_class_is_what_it_was_made_of() {
        let class = Class::of(b"aC-\n\x7f");
        for byte in 0..=255 {
            check(class, |byte| b"aAcC-\n\x7f".contains(&byte), &[byte]);
            check(class, |byte| b"aAcC-\n\x7f".contains(&byte), &[byte; 64]);
        }
    }

    #[test]
    fn a_range_has_both_its_ends() {
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
