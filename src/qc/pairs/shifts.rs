//! Shifts of one mate against the other that may be overlaps, found for 64 shifts at a time.

use super::criteria::{MAX_MISMATCHES, MIN_OVERLAP};
use super::mate_bases::{MateBases, WORDS};

/// Words of short reads.
const SHORT: usize = 4;

/// Number of bases after which the search ends if no shift is left.
const HALF: usize = MIN_OVERLAP / 2;

/// Shifts as bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifts([u64; WORDS]);

impl Shifts {
    /// Returns the shifts of `mate`, to the right against `text`, at which its first [`MIN_OVERLAP`] bases have at most
    /// [`MAX_MISMATCHES`] mismatches. All bases of `text` after its last are unknown.
    pub(super) fn new(text: &MateBases, mate: &MateBases) -> Self {
        let mut shifts = [0; WORDS];
        let Some(pattern) = mate.numbers().first_chunk() else { return Self(shifts) };
        if text.numbers().len() <= SHORT * 64 {
            shifts[..SHORT].copy_from_slice(&possible::<SHORT>(&text.planes, pattern));
        } else {
            shifts = possible::<WORDS>(&text.planes, pattern);
        }
        Self(shifts)
    }

    /// Returns the shifts from the lowest on.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(word, bits)| {
            let without_lowest = |bits: &u64| Some(bits & (bits - 1)).filter(|&rest| rest != 0);
            let all = std::iter::successors(Some(bits).filter(|&bits| bits != 0), without_lowest);
            all.map(move |bits| word * 64 + bits.trailing_zeros() as usize)
        })
    }
}

/// Counts the mismatches at all shifts of the first words, and returns the shifts with few enough.
#[inline]
fn possible<const N: usize>(planes: &[[u64; WORDS]; 3], pattern: &[u8; MIN_OVERLAP]) -> [u64; N] {
    let mut counters = Counters([[0; N], [u64::MAX; N], [0; N]], [0; N]);
    for (at, &number) in pattern.iter().enumerate() {
        if at == HALF && counters.1 == [u64::MAX; N] {
            break;
        }
        counters.add(&mismatches(planes, number, at));
    }
    counters.1.map(|over| !over)
}

/// Returns the shifts at which the base with this number in the pattern, at this position, is another one than that of the text.
#[inline]
fn mismatches<const N: usize>(planes: &[[u64; WORDS]; 3], number: u8, at: usize) -> [u64; N] {
    let [low, high, unknown] = [0, 1, 2].map(|bit| 0_u64.wrapping_sub(u64::from(number >> bit & 1)));
    let mut at_zero = [u64::MAX; N];
    for (word, mismatches) in at_zero.iter_mut().enumerate() {
        *mismatches = (planes[0][word] ^ low) | (planes[1][word] ^ high) | planes[2][word] | unknown;
    }
    let mut shifted = [0; N];
    for word in 0..N {
        let next = if word + 1 < N { at_zero[word + 1] } else { u64::MAX };
        shifted[word] = at_zero[word] >> at | (next << 1) << (63 - at);
    }
    shifted
}

/// For each bit of the words, a counter of three bits in three words, and whether it has overflowed. Counters begin at 2, so that
/// [`MAX_MISMATCHES`] fit.
struct Counters<const N: usize>([[u64; N]; 3], [u64; N]);

const _: () = assert!(MAX_MISMATCHES == 0b111 - 2, "counters of three bits that begin at 2");

impl<const N: usize> Counters<N> {
    #[inline]
    fn add(&mut self, bits: &[u64; N]) {
        let Self(counters, over) = self;
        for word in 0..N {
            let mut carry = bits[word];
            for counter in counters.iter_mut() {
                let sum = counter[word] ^ carry;
                carry &= counter[word];
                counter[word] = sum;
            }
            over[word] |= carry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_have_few_mismatches_at_the_start() {
        let mut state = 1_u64;
        let mut letters = |count: usize| -> Vec<u8> {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Few letters, so that many shifts are near the limit.
                b"AAAAAAAAAAAAAACN"[(state >> 60) as usize]
            };
            (0..count).map(|_| next()).collect()
        };
        let mut found = 0;
        for (text_len, mate_len) in
            [(30, 30), (64, 40), (150, 150), (256, 31), (257, 300), (512, 512), (200, 29)]
        {
            let (text, mate) = (letters(text_len), letters(mate_len));
            let (mut text_bases, mut mate_bases) = (MateBases::default(), MateBases::default());
            text_bases.set(&text);
            mate_bases.set(&mate);
            let shifts: Vec<_> = Shifts::new(&text_bases, &mate_bases).iter().collect();
            let is_possible = |shift: &usize| {
                let differ = |at: &usize| {
                    mate[*at] == b'N'
                        || text.get(shift + at).is_none_or(|&letter| letter == b'N' || letter != mate[*at])
                };
                (0..MIN_OVERLAP).filter(differ).count() <= MAX_MISMATCHES as usize
            };
            let expected: Vec<_> =
                (0..text_len).filter(|_| mate_len >= MIN_OVERLAP).filter(is_possible).collect();
            found += expected.len();
            assert_eq!(shifts, expected, "{text_len} {mate_len}");
        }
        assert!(found > 20, "{found}");
    }
}
