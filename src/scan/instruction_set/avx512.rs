//! AVX-512: vectors of 64 bytes, and comparisons that return masks.

use std::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm_setr_epi8, _mm512_add_epi8, _mm512_and_si512, _mm512_broadcast_i32x4,
    _mm512_cmpeq_epi8_mask, _mm512_cmpge_epu8_mask, _mm512_loadu_si512, _mm512_min_epu8, _mm512_set1_epi8,
    _mm512_shuffle_epi8, _mm512_srli_epi16,
};

// For counting eight values at once, two vectors of 32 bytes are as fast as one of 64.
use super::avx2::count_eight;
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(
    Avx512,
    __m512i,
    is_x86_feature_detected,
    ["avx2", "avx512f", "avx512bw", "bmi1", "popcnt"],
    count_eight
);

#[inline]
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn load(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: the reference is valid for 64 bytes, and an unaligned load requires no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn equal(block: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn at_least(block: __m512i, least: u8) -> u64 {
    _mm512_cmpge_epu8_mask(block, _mm512_set1_epi8(least.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn lesser(one: __m512i, other: __m512i) -> __m512i {
    _mm512_min_epu8(one, other)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn plus(block: __m512i, more: u8) -> __m512i {
    _mm512_add_epi8(block, _mm512_set1_epi8(more.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn in_set(block: __m512i, set: &AsciiSet) -> __m512i {
    // SAFETY: the reference is valid for 16 bytes, and an unaligned load requires no alignment.
    let rows = unsafe { _mm_loadu_si128(set.rows().as_ptr().cast()) };
    let rows = _mm512_broadcast_i32x4(rows);
    let bits = _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    let bits = _mm512_broadcast_i32x4(bits);
    // A byte that is not ASCII has its highest bit set, so the shuffle returns zero.
    let row = _mm512_shuffle_epi8(rows, block);
    let column = _mm512_and_si512(_mm512_srli_epi16::<4>(block), _mm512_set1_epi8(15));
    _mm512_and_si512(row, _mm512_shuffle_epi8(bits, column))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,popcnt")]
fn count_each(blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
    let mut counts = [0; 4];
    for block in blocks {
        let block = load(block);
        for (count, value) in counts.iter_mut().zip(values) {
            *count += equal(block, value).count_ones();
        }
    }
    counts
}
