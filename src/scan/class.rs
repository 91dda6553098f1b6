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

/// The bytes from `first` to `last`, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByteRange {
    first: u8,
    last: u8,
}

impl ByteRange {
    /// The bytes from `first` to `last`, both included.
    pub(crate) const fn new(first: u8, last: u8) -> Self {
        Self { first, last }
    }
}

/// What says of the bytes of a block whether they belong to it.
pub(super) trait Members {
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64;
}

impl Members for ByteRange {
    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        vectors.in_range(block, self.first, self.last)
    }
}

impl Members for AsciiSet {
    #[inline(always)]
    fn among<V: Vectors>(&self, vectors: V, block: V::Block) -> u64 {
        vectors.in_set(block, self)
    }
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
        for (number, block) in blocks.iter().enumerate() {
            let outside = !self.members.among(vectors, vectors.load(block));
            if outside != 0 {
                return Some(number * BLOCK + outside.trailing_zeros() as usize);
            }
        }
        let LastBlock { bytes, meant, start } = last?;
        let outside = !self.members.among(vectors, vectors.load(bytes)) & meant;
        (outside != 0).then(|| start.wrapping_add(outside.trailing_zeros() as usize))
    }
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
        let longest = if cfg!(miri) { 70 } else { 140 };
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
    }
}
