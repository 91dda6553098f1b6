//! Overlap of the mates of a pair, and the insert size that follows from it.
//!
//! Mates are the two ends of an insert: the first mate from its start, the reverse complement of the second up to its end. If the insert
//! is shorter than both reads together, they overlap, and the length from the start of one to the end of the other is the insert size.
//! If it is shorter than a read, the read continues into the adapter, and only the bases of the insert are compared.
//!
//! An overlap has at least [`MIN_OVERLAP`] bases and at most [`MAX_MISMATCHES`] mismatches, as in fastp; that are fewer than 20 % of
//! them. A base that is not A, C, G or T is a mismatch. Of several overlaps, the one with the highest score is taken: a point for each of
//! its bases, less five for each mismatch; then the one of the shorter insert.
//!
//! Few insert sizes need a comparison of all bases. The first [`MIN_OVERLAP`] bases of one of the mates are in the overlap, and
//! [`Shifts`] counts their mismatches at 64 places of the other mate at a time. Only a place with few enough is an overlap. The longest
//! overlaps are compared first, and those that cannot have a higher score are left out. Mates are cut to their first
//! [`MAX_BASES`](super::mate_bases::MAX_BASES) bases.

use super::criteria::{MAX_MISMATCHES, MIN_OVERLAP};
use super::mate_bases::{MateBases, mismatches};
use super::shifts::Shifts;

/// Points that a mismatch costs, in bases.
const COST: usize = 5;

/// The best overlap so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Best {
    score: usize,
    insert_size: usize,
}

/// Finds the overlaps of mates, in memory that serves one pair after the other.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    first: MateBases,
    /// The reverse complement.
    second: MateBases,
}

impl Overlaps {
    /// Returns the insert size of a pair, if its mates overlap.
    pub(super) fn insert_size(&mut self, first: &[u8], second: &[u8]) -> Option<usize> {
        if first.len().min(second.len()) < MIN_OVERLAP {
            return None;
        }
        self.first.set(first);
        self.second.set_reverse_complement(second);
        let (first, second) = (self.first.numbers(), self.second.numbers());
        // The second mate begins in the first one.
        let best = improve(None, first, second, &Shifts::new(&self.first, &self.second), |shift| {
            shift + second.len()
        });
        // The first mate begins in the second one, so that the insert is shorter than the second mate.
        let best = improve(best, second, first, &Shifts::new(&self.second, &self.first), |shift| {
            second.len() - shift
        });
        best.map(|best| best.insert_size)
    }
}

/// Compares `mate` with `text` at the shifts, and returns the better one of their best overlap and `best`.
fn improve(
    mut best: Option<Best>,
    text: &[u8],
    mate: &[u8],
    shifts: &Shifts,
    insert_size: impl Fn(usize) -> usize,
) -> Option<Best> {
    for shift in shifts.iter().take_while(|shift| shift + MIN_OVERLAP <= text.len()) {
        let overlap = mate.len().min(text.len() - shift);
        // Overlaps do not get longer, and a mismatch makes the score lower.
        if best.is_some_and(|best| overlap < best.score) {
            break;
        }
        if let Some(mismatches) = mismatches(&text[shift..], mate, MAX_MISMATCHES) {
            let found = Best { score: overlap - COST * mismatches as usize, insert_size: insert_size(shift) };
            let is_better = |best: Best| (found.score, best.insert_size) > (best.score, found.insert_size);
            if best.is_none_or(is_better) {
                best = Some(found);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reverse_complement(sequence: &[u8]) -> Vec<u8> {
        let complement = |&letter: &u8| match letter {
            b'A' => b'T',
            b'C' => b'G',
            b'G' => b'C',
            b'T' => b'A',
            other => other,
        };
        sequence.iter().rev().map(complement).collect()
    }

    /// Compares all bases at all insert sizes.
    fn naive(first: &[u8], second: &[u8]) -> Option<usize> {
        let (first, second) = (&first[..first.len().min(512)], &second[..second.len().min(512)]);
        let second = reverse_complement(second);
        let mut best = None;
        for insert in 1..first.len() + second.len() {
            // Positions in the insert that both mates have.
            let positions = insert.saturating_sub(second.len())..insert.min(first.len());
            let differ = |&at: &usize| {
                let (one, other) = (first[at], second[at + second.len() - insert]);
                one != other || !b"ACGT".contains(&one)
            };
            let (overlap, mismatches) = (positions.len(), positions.filter(differ).count());
            if overlap >= 30 && mismatches <= 5 && mismatches * 5 <= overlap {
                let score = overlap - 5 * mismatches;
                if best.is_none_or(|(most, _)| score > most) {
                    best = Some((score, insert));
                }
            }
        }
        best.map(|(_, insert)| insert)
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % end
        }

        fn letters(&mut self, alphabet: &[u8], len: usize) -> Vec<u8> {
            (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
        }

        /// Mates of an insert with adapters after its ends, and errors at this many places.
        fn pair(&mut self, alphabet: &[u8], insert: usize, lens: [usize; 2], errors: usize) -> [Vec<u8>; 2] {
            let insert = self.letters(alphabet, insert);
            let strands = [insert.clone(), reverse_complement(&insert)];
            let mut mates = [0, 1].map(|mate| {
                let adapter = self.letters(b"ACGT", lens[mate]);
                [&strands[mate][..], &adapter].concat()[..lens[mate]].to_vec()
            });
            for _ in 0..errors {
                let mate = self.below(2);
                let at = self.below(lens[mate]);
                mates[mate][at] = b"ACGTN"[self.below(5)];
            }
            mates
        }
    }

    #[test]
    fn insert_sizes_equal_those_of_all_comparisons() {
        let mut random = Random(7);
        let mut overlaps = Overlaps::default();
        let mut found = [0; 2];
        for round in 0..3000 {
            let alphabet = [&b"ACGT"[..], b"AC", b"AAAAAAC", b"A", b"ACGTN"][round % 5];
            let most = if round % 50 == 0 { 700 } else { 180 };
            let lens = [random.below(most) + 1, random.below(most) + 1];
            let errors = random.below(12);
            let insert = random.below(most * 2) + 1;
            let [first, second] = random.pair(alphabet, insert, lens, errors);
            let expected = naive(&first, &second);
            found[usize::from(expected.is_some())] += 1;
            assert_eq!(overlaps.insert_size(&first, &second), expected, "round {round}");
        }
        assert!(found.iter().all(|&count| count > 300), "{found:?}");
    }

    #[test]
    fn known_insert_sizes_are_found() {
        let mut random = Random(1);
        let mut overlaps = Overlaps::default();
        for insert in 1..=300 {
            let [first, second] = random.pair(b"ACGT", insert, [150, 150], 0);
            let expected = (30..=270).contains(&insert).then_some(insert);
            assert_eq!(overlaps.insert_size(&first, &second), expected, "{insert}");
            let lower = first.to_ascii_lowercase();
            assert_eq!(overlaps.insert_size(&lower, &second), expected, "{insert}");
        }
        for insert in [200, 450, 994, 995] {
            let [first, second] = random.pair(b"ACGT", insert, [5000, 600], 0);
            let expected = (insert < 995).then_some(insert);
            assert_eq!(overlaps.insert_size(&first, &second), expected, "{insert}");
        }
    }

    #[test]
    fn five_mismatches_are_an_overlap_and_six_are_not() {
        let mut random = Random(3);
        let mut overlaps = Overlaps::default();
        for (alphabet, wrong) in [(b"ACGT", b'N'), (b"CCGG", b'A')] {
            for count in 4..=7 {
                let [mut first, second] = random.pair(alphabet, 100, [80, 80], 0);
                for at in 0..count {
                    first[20 + 8 * at] = wrong;
                }
                let expected = (count <= 5).then_some(100);
                assert_eq!(overlaps.insert_size(&first, &second), expected, "{count}");
            }
        }
    }
}
