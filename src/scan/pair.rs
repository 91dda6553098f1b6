//! Finds markers that consist of two bytes.

use std::ops::Range;

use super::instruction_set::{BLOCK, Kernel, Vectors, chosen};

/// Two bytes at a fixed distance, for markers whose first byte alone is too frequent.
///
/// A FASTA header is `>` after a line feed; an MPEG transport packet is a sync byte with another sync byte one packet later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BytePair {
    pub(crate) first: u8,
    pub(crate) second: u8,
    /// Distance from the first byte to the second.
    pub(crate) distance: usize,
}

impl BytePair {
    /// Returns the position of the first pair whose first byte is in `range`; the second byte may be after it.
    pub(crate) fn find(self, data: &[u8], range: Range<usize>) -> Option<usize> {
        let start = range.start;
        let firsts = data.get(range)?;
        let seconds = data.get(start + self.distance..)?;
        let len = firsts.len().min(seconds.len());
        let pair = FindPair { pair: self, firsts: &firsts[..len], seconds: &seconds[..len] };
        chosen().run(pair).map(|at| start + at)
    }

    /// Returns the positions of all pairs whose first byte is in `range`.
    pub(crate) fn find_all(self, data: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> {
        let mut from = range.start;
        std::iter::from_fn(move || {
            let found = self.find(data, from..range.end)?;
            from = found + 1;
            Some(found)
        })
    }
}

/// Finds the first position with both bytes.
struct FindPair<'a> {
    pair: BytePair,
    firsts: &'a [u8],
    /// The bytes at the distance; as many as `firsts`.
    seconds: &'a [u8],
}

impl Kernel for FindPair<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> Option<usize> {
        let Self { pair: BytePair { first, second, .. }, firsts, seconds } = self;
        let (first_blocks, first_tail) = firsts.as_chunks::<BLOCK>();
        let (second_blocks, second_tail) = seconds.as_chunks::<BLOCK>();
        for (number, (firsts, seconds)) in first_blocks.iter().zip(second_blocks).enumerate() {
            let both =
                vectors.equal(vectors.load(firsts), first) & vectors.equal(vectors.load(seconds), second);
            if both != 0 {
                return Some(number * BLOCK + both.trailing_zeros() as usize);
            }
        }
        let tail = first_tail.iter().zip(second_tail).position(|pair| pair == (&first, &second));
        tail.map(|at| first_blocks.len() * BLOCK + at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    const PACKET: BytePair = BytePair { first: b'G', second: b'H', distance: 188 };
    const LINE: BytePair = BytePair { first: b'\n', second: b'>', distance: 1 };

    fn naive(pair: BytePair, data: &[u8], range: Range<usize>) -> Option<usize> {
        range
            .into_iter()
            .find(|&at| data[at] == pair.first && data.get(at + pair.distance) == Some(&pair.second))
    }

    #[test]
    fn every_instruction_set_finds_the_first_pair() {
        for set in available() {
            for len in (0..200).step_by(if cfg!(miri) { 17 } else { 3 }) {
                let (mut firsts, mut seconds) = (vec![b'G'; len], vec![b'.'; len]);
                for at in (0..len).rev() {
                    seconds[at] = b'H';
                    let both = FindPair { pair: PACKET, firsts: &firsts, seconds: &seconds };
                    assert_eq!(set.run(both), Some(at), "{}", set.name());
                    firsts[at] = b'.';
                    let one = FindPair { pair: PACKET, firsts: &firsts, seconds: &seconds };
                    assert_eq!(set.run(one), None, "{}", set.name());
                    firsts[at] = b'G';
                    seconds[at] = b'.';
                }
            }
        }
    }

    #[test]
    fn pairs_are_found_at_every_position_and_never_half() {
        for pair in [PACKET, LINE] {
            for at in 0..260 {
                let mut data = vec![b'.'; 450];
                data[at] = pair.first;
                data[at + pair.distance] = pair.second;
                for len in [at, at + 1, at + pair.distance, at + pair.distance + 1, 450] {
                    let data = &data[..len];
                    for range in [0..len, at.min(len)..len, (at + 1).min(len)..len, 0..at.min(len)] {
                        let expected = naive(pair, data, range.clone());
                        assert_eq!(pair.find(data, range.clone()), expected, "{at}, {range:?} of {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn all_pairs_are_found_in_order() {
        let pair = BytePair { first: b'G', second: b'G', distance: 3 };
        let data = b"GGGGGG..G..G..G".repeat(20);
        let expected: Vec<usize> = (5..250).filter(|&at| data[at] == b'G' && data[at + 3] == b'G').collect();
        assert_eq!(pair.find_all(&data, 5..250).collect::<Vec<_>>(), expected);
        assert_eq!(pair.find(&data, 300..301), None);
    }
}
