//! AVX2: vectors of 32 bytes.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi16, _mm_cvtsi32_si128, _mm_cvtsi128_si64, _mm_loadu_si128,
    _mm_unpackhi_epi64, _mm256_add_epi8, _mm256_adds_epu8, _mm256_and_si256, _mm256_broadcastsi128_si256,
    _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_max_epu8,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_sad_epu8, _mm256_set1_epi8,
    _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_sll_epi16, _mm256_slli_epi64,
    _mm256_srl_epi16, _mm256_srli_epi16, _mm256_sub_epi8, _mm256_xor_si256,
};

use super::eight::{MAX_VECTORS, define_count_eight};
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Avx2, [__m256i; 2], is_x86_feature_detected, ["avx2", "bmi1", "popcnt"], count_eight);
define_count_eight!(__m256i, 32, "avx2");

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; BLOCK]) -> [__m256i; 2] {
    let (halves, _) = bytes.as_chunks();
    [load_half(&halves[0]), load_half(&halves[1])]
}

#[inline]
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn load_half(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is valid for 32 bytes, and an unaligned load requires no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Returns the mask of two vectors whose selected bytes have their highest bit set.
#[inline]
#[target_feature(enable = "avx2")]
fn mask_of([low, high]: [__m256i; 2]) -> u64 {
    let mask = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
    mask(low) | mask(high) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal([low, high]: [__m256i; 2], byte: u8) -> u64 {
    let byte = _mm256_set1_epi8(byte.cast_signed());
    mask_of([_mm256_cmpeq_epi8(low, byte), _mm256_cmpeq_epi8(high, byte)])
}

#[inline]
#[target_feature(enable = "avx2")]
fn at_least([low, high]: [__m256i; 2], least: u8) -> u64 {
    let least = splat(least);
    let is_at_least = |half| _mm256_cmpeq_epi8(_mm256_max_epu8(half, least), half);
    mask_of([is_at_least(low), is_at_least(high)])
}

#[inline]
#[target_feature(enable = "avx2")]
fn lesser(one: [__m256i; 2], other: [__m256i; 2]) -> [__m256i; 2] {
    [_mm256_min_epu8(one[0], other[0]), _mm256_min_epu8(one[1], other[1])]
}

#[inline]
#[target_feature(enable = "avx2")]
fn plus([low, high]: [__m256i; 2], more: u8) -> [__m256i; 2] {
    [_mm256_add_epi8(low, splat(more)), _mm256_add_epi8(high, splat(more))]
}

#[inline]
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn in_set(mut block: [__m256i; 2], set: &AsciiSet) -> [__m256i; 2] {
    // SAFETY: the reference is valid for 16 bytes, and an unaligned load requires no alignment.
    let rows: __m128i = unsafe { _mm_loadu_si128(set.rows().as_ptr().cast()) };
    let rows = _mm256_broadcastsi128_si256(rows);
    #[rustfmt::skip]
    let bits = _mm256_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
    );
    let low_half = _mm256_set1_epi8(15);
    for half in &mut block {
        // A byte that is not ASCII has its highest bit set, so the shuffle returns zero.
        let row = _mm256_shuffle_epi8(rows, *half);
        let column = _mm256_and_si256(_mm256_srli_epi16::<4>(*half), low_half);
        let bit = _mm256_shuffle_epi8(bits, column);
        *half = _mm256_and_si256(row, bit);
    }
    block
}

#[inline]
#[target_feature(enable = "avx2")]
fn count_each(blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
    let values = values.map(|value| splat(value));
    let mut all = [0; 4];
    // An equal byte adds 1 (subtracts -1), and each block adds to each counter twice.
    for blocks in blocks.chunks(255 / 2) {
        let mut counts = [splat(0); 4];
        for block in blocks {
            for half in load(block) {
                for (count, value) in counts.iter_mut().zip(values) {
                    *count = _mm256_sub_epi8(*count, _mm256_cmpeq_epi8(half, value));
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
#[target_feature(enable = "avx2")]
fn sum_each(vectors: [__m256i; 4]) -> [u32; 4] {
    // A sum of 32 bytes has 13 bits and fits in 16, so four sums fit in each 64-bit lane.
    let [a, b, c, d] = vectors.map(|vector| _mm256_sad_epu8(vector, _mm256_setzero_si256()));
    let low = _mm256_or_si256(a, _mm256_slli_epi64::<16>(b));
    let high = _mm256_or_si256(_mm256_slli_epi64::<32>(c), _mm256_slli_epi64::<48>(d));
    let sums = _mm256_or_si256(low, high);
    let sums = _mm_add_epi16(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let sums = _mm_cvtsi128_si64(_mm_add_epi16(sums, _mm_unpackhi_epi64(sums, sums))).to_le_bytes();
    [0, 2, 4, 6].map(|at| u16::from_le_bytes([sums[at], sums[at + 1]]).into())
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn marks(bytes: &[u8; 32], first: u8) -> __m256i {
    #[rustfmt::skip]
    let marks = _mm256_setr_epi8(
        0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128,
        0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128,
    );
    // The eight values become 0x78 to 0x7f. All others have their highest bit set, so the shuffle returns zero.
    let above = _mm256_sub_epi8(load_half(bytes), splat(first));
    _mm256_shuffle_epi8(marks, _mm256_adds_epu8(above, splat(0x78)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn and(one: __m256i, other: __m256i) -> __m256i {
    _mm256_and_si256(one, other)
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(one: __m256i, other: __m256i) -> __m256i {
    _mm256_xor_si256(one, other)
}

#[inline]
#[target_feature(enable = "avx2")]
fn left(vector: __m256i, bits: u8) -> __m256i {
    _mm256_sll_epi16(vector, _mm_cvtsi32_si128(bits.into()))
}

#[inline]
#[target_feature(enable = "avx2")]
fn right(vector: __m256i, bits: u8) -> __m256i {
    _mm256_srl_epi16(vector, _mm_cvtsi32_si128(bits.into()))
}
