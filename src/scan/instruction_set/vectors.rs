//! The operations of an instruction set, and the macro that implements them from the functions of a file.

use super::prefetch::prefetch;

/// Number of bytes in a block: the number of bits in a mask.
pub(in crate::scan) const BLOCK: usize = 64;

/// The operations of an instruction set on a block. The lowest bit of a mask stands for the first byte.
///
/// A value proves that the machine supports the instruction set, so the methods are safe to call.
pub(in crate::scan) trait Vectors: Copy {
    /// A block in registers.
    type Block: Copy;

    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block;

    /// Returns the mask of the bytes that equal `byte`.
    fn equal(self, block: Self::Block, byte: u8) -> u64;

    /// Returns the mask of the bytes that are `least` or more.
    fn at_least(self, block: Self::Block, least: u8) -> u64;

    /// Returns the lesser of the two bytes in each lane.
    fn lesser(self, one: Self::Block, other: Self::Block) -> Self::Block;

    /// Adds `more` to each byte, modulo 256.
    fn plus(self, block: Self::Block, more: u8) -> Self::Block;

    /// Returns zero in the lane of each byte that is not in the set, and a nonzero byte in the other lanes.
    fn in_set(self, block: Self::Block, set: &AsciiSet) -> Self::Block;

    /// Counts the bytes that equal each of the values.
    fn count_each(self, blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4];

    /// Whether [`count_eight`](Self::count_eight) takes about as long as [`count_each`](Self::count_each), instead of twice as
    /// long.
    const EIGHT_AT_ONCE: bool = false;

    /// Counts the bytes that equal each of eight values, from `first` on. `first` is at most [`MAX_FIRST`].
    #[inline(always)]
    fn count_eight(self, blocks: &[[u8; BLOCK]], first: u8) -> [u32; 8] {
        let count = |steps: [u8; 4]| self.count_each(blocks, steps.map(|step| first + step));
        let ([a, b, c, d], [e, f, g, h]) = (count([0, 1, 2, 3]), count([4, 5, 6, 7]));
        [a, b, c, d, e, f, g, h]
    }

    /// Prefetches the bytes at `distance` from the start of `bytes`, which may be beyond their end.
    #[inline(always)]
    fn prefetch(self, bytes: &[u8; BLOCK], distance: usize) {
        prefetch(bytes, distance);
    }

    /// Writes `start` plus the index of each set bit of `mask` to `positions`. May write up to [`SLACK`] more positions than there
    /// are bits.
    ///
    /// The first two are written unconditionally: a branch on their number would be mispredicted about once per line. More than two
    /// in a block are rare.
    #[inline(always)]
    fn write_positions(self, mut mask: u64, start: usize, positions: &mut [usize]) {
        let count = mask.count_ones() as usize;
        let (first, others) = positions.split_at_mut(SLACK);
        for position in first {
            *position = start.wrapping_add(mask.trailing_zeros() as usize);
            mask &= mask.wrapping_sub(1);
        }
        if count > SLACK {
            for position in &mut others[..count - SLACK] {
                *position = start + mask.trailing_zeros() as usize;
                mask &= mask - 1;
            }
        }
    }
}

/// The first of the last eight byte values.
pub(in crate::scan) const MAX_FIRST: u8 = u8::MAX - 7;

/// Maximum number of positions that [`Vectors::write_positions`] writes beyond the number of bits.
pub(in crate::scan) const SLACK: usize = 2;

/// A computation on vectors, written once and compiled for every instruction set.
///
/// For that, `run` and all functions it calls must be `#[inline(always)]`.
pub(in crate::scan) trait Kernel {
    type Output;

    fn run<V: Vectors>(self, vectors: V) -> Self::Output;
}

/// A set of ASCII characters, in the two forms for lookups.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AsciiSet {
    /// For vectors: bit `byte >> 4` of the row `byte & 15`.
    rows: [u8; 16],
    /// For single bytes: bit `byte & 63` of the word `byte >> 6`.
    words: [u64; 4],
}

impl AsciiSet {
    pub(in crate::scan) const fn new() -> Self {
        Self { rows: [0; 16], words: [0; 4] }
    }

    /// Returns the set with one more member.
    ///
    /// # Panics
    ///
    /// If the member is not ASCII.
    pub(in crate::scan) const fn with(mut self, member: u8) -> Self {
        assert!(member.is_ascii());
        self.rows[(member & 15) as usize] |= 1 << (member >> 4);
        self.words[(member >> 6) as usize] |= 1 << (member & 63);
        self
    }

    /// Creates the set of the characters `members`, letters in both cases.
    ///
    /// # Panics
    ///
    /// If a member is not ASCII.
    pub(crate) const fn from_members(members: &[u8]) -> Self {
        let mut set = Self::new();
        let mut at = 0;
        while at < members.len() {
            set = set.with(members[at].to_ascii_uppercase()).with(members[at].to_ascii_lowercase());
            at += 1;
        }
        set
    }

    #[inline(always)]
    pub(super) fn rows(&self) -> &[u8; 16] {
        &self.rows
    }

    #[inline(always)]
    pub(super) fn has(&self, byte: u8) -> bool {
        self.words[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }
}

/// Defines an instruction set: the type that proves that the machine supports it, and the calls of the functions in its file.
///
/// These functions are `load`, `equal`, `at_least`, `lesser`, `plus`, `in_set` and `count_each`, and `count_eight` if it is named.
/// The file compiles them with `#[target_feature]` for some or all of the features named here.
macro_rules! define {
    ($set:ident, $block:ty, $detected:ident, [$($feature:tt),+] $(, $count_eight:ident)?) => {
        /// Proof that the machine supports the instruction set: only `detect` creates values.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $set(());

        impl $set {
            /// Returns the proof, if the machine supports all features.
            pub(super) fn detect() -> Option<Self> {
                ($(std::arch::$detected!($feature))&&+).then_some(Self(()))
            }

            /// Runs a kernel that is compiled for this instruction set.
            #[inline]
            #[expect(unsafe_code, reason = "code for an instruction set that was detected at run time")]
            pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
                #[target_feature($(enable = $feature),+)]
                fn compiled<K: Kernel>(set: $set, kernel: K) -> K::Output {
                    kernel.run(set)
                }
                // SAFETY: `self` exists, so `detect` found all the features for which this function is compiled.
                unsafe { compiled(self, kernel) }
            }
        }

        #[expect(unsafe_code, reason = "code for an instruction set that was detected at run time")]
        impl Vectors for $set {
            type Block = $block;

            #[inline(always)]
            fn load(self, bytes: &[u8; BLOCK]) -> $block {
                // SAFETY: `self` exists, so `detect` found all the features, and the functions of this file need no others.
                unsafe { load(bytes) }
            }

            #[inline(always)]
            fn equal(self, block: $block, byte: u8) -> u64 {
                // SAFETY: as above.
                unsafe { equal(block, byte) }
            }

            #[inline(always)]
            fn at_least(self, block: $block, least: u8) -> u64 {
                // SAFETY: as above.
                unsafe { at_least(block, least) }
            }

            #[inline(always)]
            fn lesser(self, one: $block, other: $block) -> $block {
                // SAFETY: as above.
                unsafe { lesser(one, other) }
            }

            #[inline(always)]
            fn plus(self, block: $block, more: u8) -> $block {
                // SAFETY: as above.
                unsafe { plus(block, more) }
            }

            #[inline(always)]
            fn in_set(self, block: $block, set: &AsciiSet) -> $block {
                // SAFETY: as above.
                unsafe { in_set(block, set) }
            }

            #[inline(always)]
            fn count_each(self, blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
                // SAFETY: as above.
                unsafe { count_each(blocks, values) }
            }

            $(
                const EIGHT_AT_ONCE: bool = true;

                #[inline(always)]
                fn $count_eight(self, blocks: &[[u8; BLOCK]], first: u8) -> [u32; 8] {
                    // SAFETY: as above.
                    unsafe { $count_eight(blocks, first) }
                }
            )?
        }
    };
}
pub(super) use define;
