//! The first bases of a mate, as numbers and as planes of bits.

/// Number of bases of a mate that are compared: more than the short reads have that are sequenced in pairs, so that the work on a longer
/// read is bounded.
pub(super) const MAX_BASES: usize = 512;

/// Number of words in a plane.
pub(super) const WORDS: usize = MAX_BASES / 64;

/// Bits of the numbers of bases: two for the base, in which complements differ, and one for all other letters.
const COMPLEMENT: u8 = 0b11;
const UNKNOWN: u8 = 0b100;

/// The first bases of a mate.
#[derive(Debug)]
pub(super) struct MateBases {
    numbers: [u8; MAX_BASES],
    len: usize,
    /// For each bit of the numbers, a word for every 64 bases.
    pub(super) planes: [[u64; WORDS]; 3],
}

impl Default for MateBases {
    fn default() -> Self {
        Self { numbers: [UNKNOWN; MAX_BASES], len: 0, planes: [[0; WORDS]; 3] }
    }
}

/// Returns the number of a base in upper or lower case.
#[inline]
fn number(letter: u8) -> u8 {
    let upper = letter & !0x20;
    // Conditions in place of a table, so that many letters are compared at once.
    let base =
        u8::from(upper == b'C') | (u8::from(upper == b'G') << 1) | (u8::from(upper == b'T') * COMPLEMENT);
    let is_known = (base != 0) | (upper == b'A');
    base | (u8::from(!is_known) << 2)
}

impl MateBases {
    /// Takes the first bases of a mate.
    pub(super) fn set(&mut self, sequence: &[u8]) {
        self.len = sequence.len().min(MAX_BASES);
        let numbers = &mut self.numbers[..self.len];
        numbers.iter_mut().zip(sequence).for_each(|(number_of, &letter)| *number_of = number(letter));
        self.set_planes();
    }

    /// Takes the reverse complement of the first bases of a mate.
    pub(super) fn set_reverse_complement(&mut self, sequence: &[u8]) {
        self.len = sequence.len().min(MAX_BASES);
        let numbers = &mut self.numbers[..self.len];
        for (number_of, &letter) in numbers.iter_mut().rev().zip(sequence) {
            *number_of = number(letter) ^ COMPLEMENT;
        }
        self.set_planes();
    }

    /// Returns the numbers of the bases. Those of unknown bases are [`UNKNOWN`] or larger.
    pub(super) fn numbers(&self) -> &[u8] {
        &self.numbers[..self.len]
    }

    /// Collects the bits of the numbers, and marks the bases after the last as unknown.
    fn set_planes(&mut self) {
        let words = self.len.div_ceil(64);
        self.numbers[self.len..words * 64].fill(UNKNOWN);
        let Self { numbers, planes, .. } = self;
        for (word, numbers) in numbers[..words * 64].as_chunks::<64>().0.iter().enumerate() {
            for (bit, plane) in planes.iter_mut().enumerate() {
                let eights = numbers.as_chunks::<8>().0.iter().enumerate();
                plane[word] = eights.fold(0, |bits, (eight, numbers)| {
                    bits | eight_bits(u64::from_le_bytes(*numbers) >> bit) << (8 * eight)
                });
            }
        }
        planes[2][words..].fill(u64::MAX);
    }
}

/// Returns the lowest bits of eight bytes.
#[inline]
fn eight_bits(bytes: u64) -> u64 {
    // Byte number n is multiplied to bit 56 + n of the product, and no two of the products meet.
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Returns the number of bases that differ, or are unknown in one of the mates, unless there are more than `most`.
#[inline]
pub(super) fn mismatches(first: &[u8], second: &[u8], most: u32) -> Option<u32> {
    let mut mismatches = 0;
    let chunks = first.chunks(64).zip(second.chunks(64));
    for (first, second) in chunks {
        // At most 64 of them, so a byte counts them.
        let differ = first
            .iter()
            .zip(second)
            .map(|(&first, &second)| u8::from((first != second) | (first >= UNKNOWN)));
        mismatches += u32::from(differ.sum::<u8>());
        if mismatches > most {
            return None;
        }
    }
    Some(mismatches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(sequence: &[u8]) -> MateBases {
        let mut bases = MateBases::default();
        bases.set(sequence);
        bases
    }

    #[test]
    fn all_letters_have_numbers() {
        for letter in 0..=u8::MAX {
            let expected = match letter.to_ascii_uppercase() {
                b'A' => 0,
                b'C' => 1,
                b'G' => 2,
                b'T' => 3,
                _ => 4,
            };
            assert_eq!(number(letter), expected, "{letter}");
        }
    }

    #[test]
    fn planes_have_the_bits_of_the_numbers() {
        let letters = b"ACGTNacgtn.-".repeat(60);
        for len in [0, 1, 29, 63, 64, 65, 300, 511, 512, 700] {
            let mut bases = taken(&[b'T'; MAX_BASES]);
            bases.set(&letters[..len]);
            assert_eq!(bases.numbers().len(), len.min(MAX_BASES));
            let expected = letters[..len].iter().map(|&letter| number(letter));
            for (at, expected) in expected.chain([UNKNOWN; MAX_BASES]).take(MAX_BASES).enumerate() {
                let bit = |plane: usize| bases.planes[plane][at / 64] >> (at % 64) & 1;
                let found = bit(0) | bit(1) << 1 | bit(2) << 2;
                let both_unknown = expected == UNKNOWN && found >> 2 == 1;
                assert!(both_unknown || found == u64::from(expected), "{at} of {len}: {found} {expected}");
            }
        }
    }

    #[test]
    fn a_reverse_complement_starts_at_the_last_base() {
        let mut bases = MateBases::default();
        bases.set_reverse_complement(b"AACGTNN");
        let unknown = UNKNOWN ^ COMPLEMENT;
        assert_eq!(bases.numbers(), [unknown, unknown, 0, 1, 2, 3, 3]);
        assert_eq!(mismatches(taken(b"NNACGTT").numbers(), bases.numbers(), 2), Some(2));
        assert_eq!(mismatches(taken(b"NNACGTT").numbers(), bases.numbers(), 1), None);
    }
}
