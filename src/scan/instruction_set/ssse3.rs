//! SSSE3: SSE2, and bytes looked up in a table of 16.

use std::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_set1_epi8, _mm_setr_epi8, _mm_shuffle_epi8,
    _mm_srli_epi16,
};

use super::sse2::{count_each, equal, in_range, load, mask_of};
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Ssse3, [__m128i; 4], is_x86_feature_detected, ["sse2", "ssse3", "popcnt"]);

#[inline]
#[target_feature(enable = "sse2,ssse3")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn in_set(mut block: [__m128i; 4], set: &AsciiSet) -> u64 {
    // SAFETY: 16 bytes are there to be read, and an unaligned load asks for no alignment.
    let rows = unsafe { _mm_loadu_si128(set.rows().as_ptr().cast()) };
    let bits = _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    let low_half = _mm_set1_epi8(15);
    for vector in &mut block {
        // A byte that is not ASCII has its highest bit set, and looks up zero.
        let row = _mm_shuffle_epi8(rows, *vector);
        let high_half = _mm_and_si128(_mm_srli_epi16::<4>(*vector), low_half);
        let bit = _mm_shuffle_epi8(bits, high_half);
        // Without a bit (not ASCII), nothing equals nothing: hence the other way round.
        *vector = _mm_cmpeq_epi8(_mm_and_si128(row, bit), _mm_set1_epi8(0));
    }
    !mask_of(block)
}
