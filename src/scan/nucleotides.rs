//! How often each nucleotide occurs.

use super::Histogram;
use super::blocks::{LastBlock, blocks_of};
use super::instruction_set::{BLOCK, InstructionSet, Kernel, Vectors, chosen};

/// What nearly all letters of a nucleotide sequence are, the most frequent first.
const LETTERS: [u8; 10] = *b"ACGTNacgtn";

/// How many of them are looked for first.
const FIRST: usize = 4;

/// From how many other letters in a block on a sequence is taken for one of amino acids.
const MANY: u32 = 16;

impl Histogram {
    /// Counts bytes that are likely to be nucleotides. Others are counted too, but not as fast.
    pub(crate) fn add_nucleotides(&mut self, bytes: &[u8]) {
        self.add_nucleotides_with(chosen(), bytes);
    }

    fn add_nucleotides_with(&mut self, instruction_set: InstructionSet, bytes: &[u8]) {
        let counted = instruction_set.run(CountNucleotides { bytes, histogram: self });
        self.add(&bytes[counted..]);
    }
}

/// Counts bytes up to the first block with many that are no nucleotides, and returns how many were counted.
struct CountNucleotides<'a> {
    bytes: &'a [u8],
    histogram: &'a mut Histogram,
}

impl Kernel for CountNucleotides<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> usize {
        let Self { bytes, histogram } = self;
        let mut buffer = [0; BLOCK];
        let (blocks, last) = blocks_of(bytes, &mut buffer);
        let mut counts = [0; LETTERS.len()];
        let mut counted = 0;
        for block in blocks {
            if !count(vectors, block, !0, &mut counts, histogram) {
                break;
            }
            counted += BLOCK;
        }
        if let Some(LastBlock { bytes: last, meant, .. }) = last
            && counted == blocks.len() * BLOCK
            && count(vectors, last, meant, &mut counts, histogram)
        {
            counted = bytes.len();
        }
        for (letter, count) in LETTERS.into_iter().zip(counts) {
            histogram.add_count(letter, count);
        }
        counted
    }
}

/// Counts those bytes of a block that are meant, unless many are no nucleotides: then it counts none.
#[inline(always)]
fn count<V: Vectors>(
    vectors: V,
    bytes: &[u8; BLOCK],
    meant: u64,
    counts: &mut [u64; LETTERS.len()],
    histogram: &mut Histogram,
) -> bool {
    let block = vectors.load(bytes);
    let mut masks = [0; LETTERS.len()];
    let mut others = meant;
    for (mask, letter) in masks.iter_mut().zip(LETTERS).take(FIRST) {
        *mask = vectors.equal(block, letter) & meant;
        others &= !*mask;
    }
    if others != 0 {
        for (mask, letter) in masks.iter_mut().zip(LETTERS).skip(FIRST) {
            *mask = vectors.equal(block, letter) & meant;
            others &= !*mask;
        }
        if others.count_ones() > MANY {
            return false;
        }
        for (count, mask) in counts.iter_mut().zip(masks).skip(FIRST) {
            *count += u64::from(mask.count_ones());
        }
        while others != 0 {
            histogram.add_count(bytes[others.trailing_zeros() as usize], 1);
            others &= others - 1;
        }
    }
    for (count, mask) in counts.iter_mut().zip(masks).take(FIRST) {
        *count += u64::from(mask.count_ones());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    fn check(bytes: &[u8]) {
        let mut naive = [0; 256];
        bytes.iter().for_each(|&byte| naive[usize::from(byte)] += 1);
        for &set in available() {
            let mut histogram = Histogram::default();
            histogram.add_nucleotides_with(set, bytes);
            let counts: Vec<u64> = (0..=255).map(|byte| histogram.of(byte)).collect();
            assert_eq!(counts, naive, "{}: {bytes:?}", set.name());
        }
    }

    /// Letters of `set` in no order.
    fn sequence(set: &[u8], len: usize) -> Vec<u8> {
        (0..len).map(|at| set[at * at % 251 % set.len()]).collect()
    }

    #[test]
    fn every_length_and_every_mixture_of_letters() {
        let lens = (0..200).step_by(if cfg!(miri) { 31 } else { 3 });
        let sets: [&[u8]; 7] =
            [b"ACGT", b"ACGTN", b"ACGTacgt", b"acgtn", b"ACGT-", b"ACGTNRYKM-.* ", b"MKVLAWSDEFGHIPQRTYC"];
        for len in lens {
            for set in sets {
                check(&sequence(set, len));
            }
        }
    }

    #[test]
    fn every_byte_is_counted_among_nucleotides() {
        for byte in 0..=255 {
            for others in [1, 16, 17] {
                let mut bytes = sequence(b"ACGTNacgtn", 190);
                bytes[60..60 + others].fill(byte);
                check(&bytes);
            }
        }
    }

    #[test]
    fn amino_acids_behind_nucleotides_and_before() {
        let (nucleotides, amino_acids) = (sequence(b"ACGTN", 150), sequence(b"MKVLIPFWDE", 150));
        check(&[nucleotides.as_slice(), &amino_acids, &nucleotides].concat());
        check(&[amino_acids.as_slice(), &nucleotides].concat());
    }
}
