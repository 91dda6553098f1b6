//! What an instruction set is asked for, and how a file of one is made of it.

use super::prefetch::prefetch;

/// Bytes that are looked at together: as many as a mask has bits.
pub(in crate::scan) const BLOCK: usize = 64;

/// What vectors can do with a block. The lowest bit of a mask stands for the first byte.
///
/// A value is the proof that the machine has the instruction set, so that nothing here is unsafe to call.
pub(in crate::scan) trait Vectors: Copy {
    /// A block in registers.
    type Block: Copy;

    fn load(self, bytes: &[u8; BLOCK]) -> Self::Block;

    /// Which bytes equal `byte`.
    fn equal(self, block: Self::Block, byte: u8) -> u64;

    /// Which bytes are `least` or more.
    fn at_least(self, block: Self::Block, least: u8) -> u64;

    /// The lesser of the two bytes in each place.
    fn lesser(self, one: Self::Block, other: Self::Block) -> Self::Block;

    /// Each byte plus `more`, modulo 256.
    fn plus(self, block: Self::Block, more: u8) -> Self::Block;

    /// Zero in place of each byte that is no member of a set, and something else in place of one that is.
    fn in_set(self, block: Self::Block, set: &AsciiSet) -> Self::Block;

    /// How many bytes equal each of the values.
    fn count_each(self, blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4];

    /// Whether [`count_eight`](Self::count_eight) takes about as long as [`count_each`](Self::count_each), and not twice as long.
    const EIGHT_AT_ONCE: bool = false;

    /// How many bytes equal each of eight values, from `first` on, which is [`MOST_FIRST`] at the most.
    #[inline(always)]
    fn count_eight(self, blocks: &[[u8; BLOCK]], first: u8) -> [u32; 8] {
        let count = |steps: [u8; 4]| self.count_each(blocks, steps.map(|step| first + step));
        let ([a, b, c, d], [e, f, g, h]) = (count([0, 1, 2, 3]), count([4, 5, 6, 7]));
        [a, b, c, d, e, f, g, h]
    }

    /// Asks for the bytes that lie `distance` behind the start of `bytes`, which may be beyond their end: they will be looked
    /// at soon.
    #[inline(always)]
    fn prefetch(self, bytes: &[u8; BLOCK], distance: usize) {
        prefetch(bytes, distance);
    }

    /// Writes `start` plus the number of each bit of `mask` to `positions`, of which up to [`SLACK`] more than there are bits
    /// may be written to.
    ///
    /// Two are written whether there are so many or not: a branch on their number would be mispredicted about as often as
    /// there are lines. More than two in a block are rare.
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

/// The first of the last eight values that a byte can have.
pub(in crate::scan) const MOST_FIRST: u8 = u8::MAX - 7;

/// How many more positions than a mask has bits [`Vectors::write_positions`] may write to.
pub(in crate::scan) const SLACK: usize = 2;

/// Work for vectors, written once and compiled for every instruction set.
///
/// For that, `run` and all that it calls have to be `#[inline(always)]`.
pub(in crate::scan) trait Kernel {
    type Output;

    fn run<V: Vectors>(self, vectors: V) -> Self::Output;
}

/// A set of ASCII characters, in the two forms in which bytes are looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AsciiSet {
    /// For vectors: bit `byte >> 4` of the row `byte & 15`.
    rows: [u8; 16],
    /// For a byte at a time: bit `byte & 63` of the word `byte >> 6`.
    words: [u64; 4],
}

impl AsciiSet {
    pub(in crate::scan) const fn new() -> Self {
        Self { rows: [0; 16], words: [0; 4] }
    }

    /// The set with one more member.
    ///
    /// # Panics
    ///
    /// If it is not ASCII.
    pub(in crate::scan) const fn with(mut self, member: u8) -> Self {
        assert!(member.is_ascii());
        self.rows[(member & 15) as usize] |= 1 << (member >> 4);
        self.words[(member >> 6) as usize] |= 1 << (member & 63);
        self
    }

    /// The characters of `members`, letters in both cases.
    ///
    /// # Panics
    ///
    /// If one is not ASCII.
    pub(crate) const fn of(members: &[u8]) -> Self {
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

/// Defines an instruction set: the type that proves that the machine has it, and what leads to the functions of the file.
///
/// These are `load`, `equal`, `at_least`, `lesser`, `plus`, `in_set` and `count_each`, and `count_eight` where it is named, compiled for the
/// features that are named here, or for some of them; the file says so with `#[target_feature]`.
macro_rules! define {
    ($set:ident, $block:ty, $detected:ident, [$($feature:tt),+] $(, $count_eight:ident)?) => {
        /// Proof that the machine has the instruction set: values are made by `detect` only.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct $set(());

        impl $set {
            /// The proof, if this is such a machine.
            pub(super) fn detect() -> Option<Self> {
                ($(std::arch::$detected!($feature))&&+).then_some(Self(()))
            }

            /// Runs a kernel that is compiled for this instruction set.
            #[inline]
            #[expect(unsafe_code, reason = "code for an instruction set that was looked for at run time")]
            pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
                #[target_feature($(enable = $feature),+)]
                fn compiled<K: Kernel>(set: $set, kernel: K) -> K::Output {
                    kernel.run(set)
                }
                // SAFETY: `self` exists, so `detect` found all the features that this function is compiled for.
                unsafe { compiled(self, kernel) }
            }
        }

        #[expect(unsafe_code, reason = "code for an instruction set that was looked for at run time")]
        impl Vectors for $set {
            type Block = $block;

            #[inline(always)]
            fn load(self, bytes: &[u8; BLOCK]) -> $block {
                // SAFETY: `self` exists, so `detect` found all the features; functions of this file need no others.
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
