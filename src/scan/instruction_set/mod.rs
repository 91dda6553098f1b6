//! The instruction sets of this machine, and the choice between them.
//!
//! Kernels are written once, with [`Vectors`]. Each file beside this one implements it for one instruction set.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;
mod chosen;
#[cfg(all(any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")), not(miri)))]
mod eight;
#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
mod neon;
mod portable;
mod prefetch;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod sse2;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod ssse3;
mod vectors;

pub(crate) use chosen::{available, choose, chosen, requested};
pub(crate) use prefetch::prefetch;
pub(crate) use vectors::AsciiSet;
pub(super) use vectors::{BLOCK, Kernel, MAX_FIRST, SLACK, Vectors};

/// An instruction set that this machine supports.
#[derive(Debug, Clone, Copy)]
pub(crate) enum InstructionSet {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Avx512(avx512::Avx512),
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Avx2(avx2::Avx2),
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Ssse3(ssse3::Ssse3),
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    Sse2(sse2::Sse2),
    #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
    Neon(neon::Neon),
    Portable(portable::Portable),
}

impl InstructionSet {
    /// Returns the instruction sets of this machine, the fastest first.
    fn detect() -> Vec<Self> {
        let portable = Self::Portable(portable::Portable);
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let all = [
            avx512::Avx512::detect().map(Self::Avx512),
            avx2::Avx2::detect().map(Self::Avx2),
            ssse3::Ssse3::detect().map(Self::Ssse3),
            sse2::Sse2::detect().map(Self::Sse2),
            Some(portable),
        ];
        #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
        let all = [neon::Neon::detect().map(Self::Neon), Some(portable)];
        #[cfg(any(
            miri,
            not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")))
        ))]
        let all = [Some(portable)];
        all.into_iter().flatten().collect()
    }

    /// Returns the name in lower case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx512(_) => "avx512",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx2(_) => "avx2",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Ssse3(_) => "ssse3",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Sse2(_) => "sse2",
            #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
            Self::Neon(_) => "neon",
            Self::Portable(_) => "portable",
        }
    }

    /// Runs a kernel that is compiled for this instruction set.
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx512(set) => set.run(kernel),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx2(set) => set.run(kernel),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Ssse3(set) => set.run(kernel),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Sse2(set) => set.run(kernel),
            #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
            Self::Neon(set) => set.run(kernel),
            Self::Portable(set) => set.run(kernel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Masks of a block: from the vectors, and from a plain loop.
    struct Masks<'a>(&'a [u8; BLOCK]);

    impl Kernel for Masks<'_> {
        type Output = Vec<(u64, u64)>;

        fn run<V: Vectors>(self, vectors: V) -> Self::Output {
            let block = vectors.load(self.0);
            let naive = |is_meant: &dyn Fn(u8) -> bool| {
                (0..BLOCK).filter(|&at| is_meant(self.0[at])).map(|at| 1 << at).sum()
            };
            let mut masks = Vec::new();
            for byte in 0..=255 {
                masks.push((vectors.equal(block, byte), naive(&|other| other == byte)));
            }
            for number in [0, 1, 10, 33, 64, 126, 127, 128, 129, 200, 254, 255] {
                masks.push((vectors.at_least(block, number), naive(&|byte| byte >= number)));
                for least in [0, 1, 127, 128, 200, 255] {
                    let sums = vectors.plus(block, number);
                    let expected = naive(&|byte| byte.wrapping_add(number) >= least);
                    masks.push((vectors.at_least(sums, least), expected));
                    let lesser = vectors.lesser(sums, block);
                    let expected = naive(&|byte| byte.wrapping_add(number).min(byte) >= least);
                    masks.push((vectors.at_least(lesser, least), expected));
                }
            }
            for step in 1..=128 {
                let members: Vec<u8> = (0..128).step_by(step).collect();
                let set = members.iter().fold(AsciiSet::new(), |set, &member| set.with(member));
                let members_only = vectors.in_set(block, &set);
                masks.push((!vectors.equal(members_only, 0), naive(&|byte| members.contains(&byte))));
            }
            masks
        }
    }

    #[test]
    fn masks_match_a_plain_loop() {
        for set in available() {
            for shift in 0..if cfg!(miri) { 2 } else { 12 } {
                // All byte values, in another order each time, and many equal ones.
                for stride in [0, 1, 3, 5] {
                    let byte = |at: usize| (at * stride + shift * 61).to_le_bytes()[0];
                    let block: [u8; BLOCK] = std::array::from_fn(byte);
                    for (number, (mask, expected)) in set.run(Masks(&block)).into_iter().enumerate() {
                        assert_eq!(mask, expected, "{}, mask {number} of {block:?}", set.name());
                    }
                }
            }
        }
    }

    /// Counts of four values, and of eight consecutive ones.
    struct Counts<'a>(&'a [[u8; BLOCK]], [u8; 4], u8);

    impl Kernel for Counts<'_> {
        type Output = ([u32; 4], [u32; 8]);

        fn run<V: Vectors>(self, vectors: V) -> Self::Output {
            (vectors.count_each(self.0, self.1), vectors.count_eight(self.0, self.2))
        }
    }

    /// Compares the counts of the given values, and of eight values from each of `firsts` on, with a plain loop.
    fn check_counts(blocks: &[[u8; BLOCK]], values: [u8; 4], firsts: impl Iterator<Item = u8>) {
        let mut naive = [0; 256];
        blocks.as_flattened().iter().for_each(|&byte| naive[usize::from(byte)] += 1);
        for first in firsts {
            let eight = *naive[usize::from(first)..].first_chunk().unwrap();
            let expected = (values.map(|value| naive[usize::from(value)]), eight);
            for set in available() {
                let counted = set.run(Counts(blocks, values, first));
                let (name, len) = (set.name(), blocks.len());
                assert_eq!(counted, expected, "{name}: {values:?} and from {first} on, in {len} blocks");
            }
        }
    }

    #[test]
    fn counts_match_a_plain_loop_for_all_block_counts() {
        // More blocks than one byte per lane can count.
        const BLOCKS: usize = 260;
        let mixed: Vec<[u8; BLOCK]> = (0..BLOCKS)
            .map(|block| std::array::from_fn(|at| (at * at + 7 * block).to_le_bytes()[0]))
            .collect();
        let same = vec![[0xff; BLOCK]; BLOCKS];
        for blocks in [&mixed, &same] {
            for len in (0..=66).chain(125..=130).chain(238..=BLOCKS).step_by(if cfg!(miri) { 40 } else { 1 })
            {
                for values in [[0, 1, 127, 128], [0xff; 4], [0xff, 9, 16, 0xff]] {
                    check_counts(&blocks[..len], values, [121, MAX_FIRST].into_iter());
                }
            }
        }
    }

    #[test]
    fn eight_values_are_counted_from_every_first_value() {
        // Every byte value occurs, each with a different count.
        let sorted: Vec<u8> = (0..=255).flat_map(|byte| vec![byte; usize::from(byte) + 1]).collect();
        let mixed: Vec<u8> = (0..sorted.len()).map(|at| sorted[at * 12_345 % sorted.len()]).collect();
        check_counts(mixed.as_chunks().0, [0; 4], (0..=MAX_FIRST).step_by(if cfg!(miri) { 62 } else { 1 }));
    }

    /// The positions of the set bits of a mask.
    struct Positions(u64);

    impl Kernel for Positions {
        type Output = Vec<usize>;

        fn run<V: Vectors>(self, vectors: V) -> Vec<usize> {
            let count = self.0.count_ones() as usize;
            let mut positions = vec![0; count + SLACK];
            vectors.write_positions(self.0, 500, &mut positions);
            positions.truncate(count);
            positions
        }
    }

    #[test]
    fn positions_match_the_set_bits() {
        for set in available() {
            for bits in 0..=64 {
                let dense = 1u64.checked_shl(bits).map_or(!0, |bit| bit - 1);
                for mask in
                    [dense, !dense, dense.wrapping_mul(0x9e37_79b9_7f4a_7c15), dense & 0x8421_0842_1084_2101]
                {
                    let naive: Vec<usize> =
                        (0..64).filter(|at| mask >> at & 1 == 1).map(|at| 500 + at).collect();
                    assert_eq!(set.run(Positions(mask)), naive, "{}", set.name());
                }
            }
        }
    }
}
