//! AVX2: 32 bytes at a time.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_extract_epi32, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_sad_epu8,
    _mm256_set1_epi8, _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    _mm256_sub_epi8,
};

use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Avx2, [__m256i; 2], is_x86_feature_detected, ["avx2", "bmi1", "popcnt"]);

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
    // SAFETY: 32 bytes are there to be read, and an unaligned load asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// The mask of two vectors in which the bytes that are meant have their highest bit set.
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
fn in_range(mut block: [__m256i; 2], first: u8, last: u8) -> u64 {
    let (first, span) =
        (_mm256_set1_epi8(first.cast_signed()), _mm256_set1_epi8((last - first).cast_signed()));
    for half in &mut block {
        let above = _mm256_sub_epi8(*half, first);
        *half = _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above);
    }
    mask_of(block)
}

#[inline]
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn in_set(mut block: [__m256i; 2], set: &AsciiSet) -> u64 {
    // SAFETY: 16 bytes are there to be read, and an unaligned load asks for no alignment.
    let rows: __m128i = unsafe { _mm_loadu_si128(set.rows().as_ptr().cast()) };
    let rows = _mm256_broadcastsi128_si256(rows);
    #[rustfmt::skip]
    let bits = _mm256_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
    );
    let low_half = _mm256_set1_epi8(15);
    for half in &mut block {
        // A byte that is not ASCII has its highest bit set, and looks up zero.
        let row = _mm256_shuffle_epi8(rows, *half);
        let column = _mm256_and_si256(_mm256_srli_epi16::<4>(*half), low_half);
        let bit = _mm256_shuffle_epi8(bits, column);
        *half = _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256());
    }
    !mask_of(block)
}

#[inline]
#[target_feature(enable = "avx2")]
fn count_each(blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
    let values = values.map(|value| _mm256_set1_epi8(value.cast_signed()));
    // A byte that equals is -1, and a block comes to each byte twice.
    let mut counts = [_mm256_setzero_si256(); 4];
    for block in blocks {
        for half in load(block) {
            for (count, value) in counts.iter_mut().zip(values) {
                *count = _mm256_sub_epi8(*count, _mm256_cmpeq_epi8(half, value));
            }
        }
    }
    counts.map(|count| sum(count))
}

/// The sum of all bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn sum(bytes: __m256i) -> u32 {
    let sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    let sum = _mm256_extract_epi32::<0>(sums)
        + _mm256_extract_epi32::<2>(sums)
        + _mm256_extract_epi32::<4>(sums)
        + _mm256_extract_epi32::<6>(sums);
    sum.cast_unsigned()
}
