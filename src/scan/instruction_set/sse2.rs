//! SSE2: vectors of 16 bytes, available on every x86-64.

use std::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_add_epi16, _mm_cmpeq_epi8, _mm_cvtsi128_si64, _mm_loadu_si128, _mm_max_epu8,
    _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_sad_epu8, _mm_set_epi64x, _mm_set1_epi8,
    _mm_slli_epi64, _mm_sub_epi8, _mm_unpackhi_epi64,
};

use super::portable::Portable;
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Sse2, [__m128i; 4], is_x86_feature_detected, ["sse2"]);

#[inline]
#[target_feature(enable = "sse2")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
pub(super) fn load_quarter(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is valid for 16 bytes, and an unaligned load requires no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn load(bytes: &[u8; BLOCK]) -> [__m128i; 4] {
    let mut block = [splat(0); 4];
    for (vector, bytes) in block.iter_mut().zip(bytes.as_chunks().0) {
        *vector = load_quarter(bytes);
    }
    block
}

/// Returns the mask of four vectors whose selected bytes have their highest bit set.
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn mask_of(block: [__m128i; 4]) -> u64 {
    let mut mask = 0;
    for (number, vector) in block.into_iter().enumerate() {
        mask |= u64::from(_mm_movemask_epi8(vector).cast_unsigned()) << (16 * number);
    }
    mask
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn equal(mut block: [__m128i; 4], byte: u8) -> u64 {
    let byte = _mm_set1_epi8(byte.cast_signed());
    for vector in &mut block {
        *vector = _mm_cmpeq_epi8(*vector, byte);
    }
    mask_of(block)
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn at_least(mut block: [__m128i; 4], least: u8) -> u64 {
    for vector in &mut block {
        *vector = _mm_cmpeq_epi8(_mm_max_epu8(*vector, splat(least)), *vector);
    }
    mask_of(block)
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn lesser(mut one: [__m128i; 4], other: [__m128i; 4]) -> [__m128i; 4] {
    for (one, other) in one.iter_mut().zip(other) {
        *one = _mm_min_epu8(*one, other);
    }
    one
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn plus(mut block: [__m128i; 4], more: u8) -> [__m128i; 4] {
    for vector in &mut block {
        *vector = _mm_add_epi8(*vector, splat(more));
    }
    block
}

/// SSE2 has no byte shuffle for table lookups, so this uses the portable implementation.
#[inline]
#[target_feature(enable = "sse2")]
fn in_set(mut block: [__m128i; 4], set: &AsciiSet) -> [__m128i; 4] {
    let mut words = [0; 8];
    for ([low, high], vector) in words.as_chunks_mut().0.iter_mut().zip(block) {
        *low = _mm_cvtsi128_si64(vector).cast_unsigned();
        *high = _mm_cvtsi128_si64(_mm_unpackhi_epi64(vector, vector)).cast_unsigned();
    }
    for (vector, [low, high]) in block.iter_mut().zip(Portable.in_set(words, set).as_chunks().0) {
        *vector = _mm_set_epi64x(high.cast_signed(), low.cast_signed());
    }
    block
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn count_each(blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
    /// Each block adds to each byte of a counter four times.
    const BLOCKS: usize = 32;
    let values = values.map(|value| splat(value));
    let mut all = [0; 4];
    for blocks in blocks.chunks(BLOCKS) {
        // An equal byte adds 1 (subtracts -1).
        let mut counts = [splat(0); 4];
        for block in blocks {
            for quarter in load(block) {
                for (count, value) in counts.iter_mut().zip(values) {
                    *count = _mm_sub_epi8(*count, _mm_cmpeq_epi8(quarter, value));
                }
            }
        }
        for (all, count) in all.iter_mut().zip(sum_each(counts)) {
            *all += count;
        }
    }
    all
}

/// Returns the sum of all bytes of each vector.
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn sum_each(vectors: [__m128i; 4]) -> [u32; 4] {
    // A sum of 16 bytes has 12 bits and fits in 16, so four sums fit in each 64-bit lane.
    let [a, b, c, d] = vectors.map(|vector| _mm_sad_epu8(vector, splat(0)));
    let low = _mm_or_si128(a, _mm_slli_epi64::<16>(b));
    let sums = _mm_or_si128(low, _mm_or_si128(_mm_slli_epi64::<32>(c), _mm_slli_epi64::<48>(d)));
    let sums = _mm_cvtsi128_si64(_mm_add_epi16(sums, _mm_unpackhi_epi64(sums, sums))).to_le_bytes();
    [0, 2, 4, 6].map(|at| u16::from_le_bytes([sums[at], sums[at + 1]]).into())
}

#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn splat(byte: u8) -> __m128i {
    _mm_set1_epi8(byte.cast_signed())
}
