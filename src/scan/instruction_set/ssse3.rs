//! SSSE3: SSE2 plus a byte shuffle, for lookups in a table of 16 bytes.

use std::arch::x86_64::{
    __m128i, _mm_adds_epu8, _mm_and_si128, _mm_cvtsi32_si128, _mm_loadu_si128, _mm_set1_epi8, _mm_setr_epi8,
    _mm_shuffle_epi8, _mm_sll_epi16, _mm_srl_epi16, _mm_srli_epi16, _mm_sub_epi8, _mm_xor_si128,
};

use super::eight::{MAX_VECTORS, define_count_eight};
use super::sse2::{at_least, count_each, equal, lesser, load, load_quarter, plus, splat, sum_each};
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Ssse3, [__m128i; 4], is_x86_feature_detected, ["sse2", "ssse3", "popcnt"], count_eight);
define_count_eight!(__m128i, 16, "ssse3");

#[inline]
#[target_feature(enable = "sse2,ssse3")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn in_set(mut block: [__m128i; 4], set: &AsciiSet) -> [__m128i; 4] {
    // SAFETY: the reference is valid for 16 bytes, and an unaligned load requires no alignment.
    let rows = unsafe { _mm_loadu_si128(set.rows().as_ptr().cast()) };
    let bits = _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    let low_half = _mm_set1_epi8(15);
    for vector in &mut block {
        // A byte that is not ASCII has its highest bit set, so the shuffle returns zero.
        let row = _mm_shuffle_epi8(rows, *vector);
        let high_half = _mm_and_si128(_mm_srli_epi16::<4>(*vector), low_half);
        let bit = _mm_shuffle_epi8(bits, high_half);
        *vector = _mm_and_si128(row, bit);
    }
    block
}

#[inline]
#[target_feature(enable = "ssse3")]
fn marks(bytes: &[u8; 16], first: u8) -> __m128i {
    let marks = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128);
    // The eight values become 0x78 to 0x7f. All others have their highest bit set, so the shuffle returns zero.
    let above = _mm_sub_epi8(load_quarter(bytes), splat(first));
    _mm_shuffle_epi8(marks, _mm_adds_epu8(above, splat(0x78)))
}

#[inline]
#[target_feature(enable = "ssse3")]
fn and(one: __m128i, other: __m128i) -> __m128i {
    _mm_and_si128(one, other)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn xor(one: __m128i, other: __m128i) -> __m128i {
    _mm_xor_si128(one, other)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn left(vector: __m128i, bits: u8) -> __m128i {
    _mm_sll_epi16(vector, _mm_cvtsi32_si128(bits.into()))
}

#[inline]
#[target_feature(enable = "ssse3")]
fn right(vector: __m128i, bits: u8) -> __m128i {
    _mm_srl_epi16(vector, _mm_cvtsi32_si128(bits.into()))
}
