//! NEON: vectors of 16 bytes, available on every AArch64.

use std::arch::aarch64::{
    uint8x16_t, vaddlvq_u8, vaddq_u8, vandq_u8, vceqq_u8, vcgeq_u8, vdupq_n_s8, vdupq_n_u8, veorq_u8,
    vgetq_lane_u64, vld1q_u8, vminq_u8, vpaddq_u8, vqtbl1q_u8, vreinterpretq_u64_u8, vshlq_u8, vshrq_n_u8,
    vsubq_u8,
};

use super::eight::{MAX_VECTORS, define_count_eight};
use super::vectors::{AsciiSet, BLOCK, Kernel, Vectors, define};

define!(Neon, [uint8x16_t; 4], is_aarch64_feature_detected, ["neon"], count_eight);
define_count_eight!(uint8x16_t, 16, "neon");

#[inline]
#[target_feature(enable = "neon")]
#[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
fn load_quarter(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference is valid for 16 bytes, and the load requires no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let mut block = [vdupq_n_u8(0); 4];
    for (vector, bytes) in block.iter_mut().zip(bytes.as_chunks().0) {
        *vector = load_quarter(bytes);
    }
    block
}

/// One bit for each of eight bytes, twice.
static BITS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

/// Returns the mask of four vectors whose selected bytes have all bits set, and the others none.
///
/// Each byte keeps its own bit, and three pairwise additions turn eight bytes into one.
#[inline]
#[target_feature(enable = "neon")]
fn mask_of([first, second, third, fourth]: [uint8x16_t; 4]) -> u64 {
    let bits = load_quarter(&BITS);
    let low = vpaddq_u8(vandq_u8(first, bits), vandq_u8(second, bits));
    let high = vpaddq_u8(vandq_u8(third, bits), vandq_u8(fourth, bits));
    let sum = vpaddq_u8(low, high);
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)))
}

#[inline]
#[target_feature(enable = "neon")]
fn equal(mut block: [uint8x16_t; 4], byte: u8) -> u64 {
    let byte = vdupq_n_u8(byte);
    for vector in &mut block {
        *vector = vceqq_u8(*vector, byte);
    }
    mask_of(block)
}

#[inline]
#[target_feature(enable = "neon")]
fn at_least(mut block: [uint8x16_t; 4], least: u8) -> u64 {
    for vector in &mut block {
        *vector = vcgeq_u8(*vector, splat(least));
    }
    mask_of(block)
}

#[inline]
#[target_feature(enable = "neon")]
fn lesser(mut one: [uint8x16_t; 4], other: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
    for (one, other) in one.iter_mut().zip(other) {
        *one = vminq_u8(*one, other);
    }
    one
}

#[inline]
#[target_feature(enable = "neon")]
fn plus(mut block: [uint8x16_t; 4], more: u8) -> [uint8x16_t; 4] {
    for vector in &mut block {
        *vector = vaddq_u8(*vector, splat(more));
    }
    block
}

#[inline]
#[target_feature(enable = "neon")]
fn in_set(mut block: [uint8x16_t; 4], set: &AsciiSet) -> [uint8x16_t; 4] {
    let rows = load_quarter(set.rows());
    let bits = load_quarter(&BITS);
    for vector in &mut block {
        let row = vqtbl1q_u8(rows, vandq_u8(*vector, vdupq_n_u8(15)));
        // The table has 16 bytes; indices of bytes that are not ASCII are moved beyond its end, where the lookup returns zero.
        let column = vshrq_n_u8::<4>(*vector);
        let beyond = vandq_u8(vcgeq_u8(column, vdupq_n_u8(8)), vdupq_n_u8(16));
        *vector = vandq_u8(row, vqtbl1q_u8(bits, vaddq_u8(column, beyond)));
    }
    block
}

#[inline]
#[target_feature(enable = "neon")]
fn count_each(blocks: &[[u8; BLOCK]], values: [u8; 4]) -> [u32; 4] {
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
                    *count = vsubq_u8(*count, vceqq_u8(quarter, value));
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
#[target_feature(enable = "neon")]
fn sum_each(vectors: [uint8x16_t; 4]) -> [u32; 4] {
    vectors.map(|vector| u32::from(vaddlvq_u8(vector)))
}

#[inline]
#[target_feature(enable = "neon")]
fn splat(byte: u8) -> uint8x16_t {
    vdupq_n_u8(byte)
}

#[inline]
#[target_feature(enable = "neon")]
fn marks(bytes: &[u8; 16], first: u8) -> uint8x16_t {
    static MARKS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
    // Beyond the end of the table, the lookup returns zero.
    vqtbl1q_u8(load_quarter(&MARKS), vsubq_u8(load_quarter(bytes), splat(first)))
}

#[inline]
#[target_feature(enable = "neon")]
fn and(one: uint8x16_t, other: uint8x16_t) -> uint8x16_t {
    vandq_u8(one, other)
}

#[inline]
#[target_feature(enable = "neon")]
fn xor(one: uint8x16_t, other: uint8x16_t) -> uint8x16_t {
    veorq_u8(one, other)
}

#[inline]
#[target_feature(enable = "neon")]
fn left(vector: uint8x16_t, bits: u8) -> uint8x16_t {
    vshlq_u8(vector, vdupq_n_s8(bits.cast_signed()))
}

#[inline]
#[target_feature(enable = "neon")]
fn right(vector: uint8x16_t, bits: u8) -> uint8x16_t {
    vshlq_u8(vector, vdupq_n_s8(-bits.cast_signed()))
}
