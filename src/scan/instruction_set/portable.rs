//! Portable implementation: eight bytes at a time in a general-purpose register.

use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors};

/// The instruction set of every machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

impl Portable {
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }
}

/// A one in the lowest bit of each byte.
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// The lower seven bits of each byte.
const LOW: u64 = 0x7f * ONES;

/// Returns the mask of those of eight bytes whose highest bit is set.
///
/// The product moves the bit of byte `n` to bit `56 + n`. No two bits meet on the way, so nothing is carried.
#[inline(always)]
fn gather(bytes: u64) -> u64 {
    ((bytes & !LOW) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Returns the mask of a block, eight bytes at a time.
#[inline(always)]
fn mask_of(words: [u64; 8], members: impl Fn(u64) -> u64) -> u64 {
    let mut mask = 0;
    for (number, word) in words.into_iter().enumerate() {
        mask |= gather(members(word)) << (8 * number);
    }
    mask
}

impl Vectors for Portable {
    /// The first of eight bytes is the lowest one.
    type Block = [u64; 8];

    #[inline(always)]
    fn load(self, bytes: &[u8; BLOCK]) -> [u64; 8] {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        words
    }

    #[inline(always)]
    fn equal(self, block: [u64; 8], byte: u8) -> u64 {
        let other = ONES * u64::from(byte);
        mask_of(block, |word| zeros(word ^ other))
    }

    #[inline(always)]
    fn at_least(self, block: [u64; 8], least: u8) -> u64 {
        mask_of(block, |word| at_least(word, ONES * u64::from(least)))
    }

    #[inline(always)]
    fn lesser(self, mut one: [u64; 8], other: [u64; 8]) -> [u64; 8] {
        for (one, other) in one.iter_mut().zip(other) {
            let is_other = ((at_least(*one, other) & !LOW) >> 7) * 0xff;
            *one = (*one & !is_other) | (other & is_other);
        }
        one
    }

    #[inline(always)]
    fn plus(self, block: [u64; 8], more: u8) -> [u64; 8] {
        block.map(|word| sum(word, ONES * u64::from(more)))
    }

    #[inline(always)]
    fn in_set(self, block: [u64; 8], set: &AsciiSet) -> [u64; 8] {
        block.map(|word| u64::from_le_bytes(word.to_le_bytes().map(|byte| set.has(byte).into())))
    }

    #[inline(always)]
    fn count_each(self, blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
        /// Each block adds to each byte of a counter eight times.
        const BLOCKS: usize = 255 / 8;
        let mut all = [0; 4];
        for blocks in blocks.chunks(BLOCKS) {
            let mut counts = [0; 4];
            for block in blocks {
                for word in self.load(block) {
                    for (count, value) in counts.iter_mut().zip(values) {
                        *count += (zeros(word ^ (ONES * u64::from(value))) & !LOW) >> 7;
                    }
                }
            }
            for (all, count) in all.iter_mut().zip(counts) {
                *all += count.to_le_bytes().into_iter().map(u32::from).sum::<u32>();
            }
        }
        all
    }
}

/// Sets the highest bit of each byte that is zero; the lower bits are undefined.
#[inline(always)]
fn zeros(word: u64) -> u64 {
    // The addition sets the highest bit of a byte if one of its lower bits is set, and never carries.
    !(((word & LOW) + LOW) | word)
}

/// Returns the sum of the bytes of `left` and `right`, modulo 256.
#[inline(always)]
fn sum(left: u64, right: u64) -> u64 {
    // Without their highest bits, no byte carries into another; the xor then corrects the highest bits.
    ((left & LOW) + (right & LOW)) ^ ((left ^ right) & !LOW)
}

/// Sets the highest bit of each byte whose `left` is not less than its `right`; the lower bits are undefined.
#[inline(always)]
fn at_least(left: u64, right: u64) -> u64 {
    // The highest bits decide if they differ, otherwise the lower ones.
    let lower = (left | !LOW) - (right & LOW);
    (left & !right) | (!(left ^ right) & lower)
}
