//! The kernels that find line feeds, one per instruction set.

/// How many more positions than it found a kernel may write to.
pub(super) const SLACK: usize = 8;

/// Writes `base` plus the position of every line feed of `bytes` to `ends`, and returns how many there are.
///
/// `ends` has to hold `bytes.len() + SLACK` positions; what lies behind the returned number is scratch.
///
/// # Safety
///
/// The machine has the instruction set that the kernel is built for.
type Index = unsafe fn(bytes: &[u8], base: usize, ends: &mut [usize]) -> usize;

/// A kernel that this machine can run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Newlines {
    #[cfg_attr(not(test), expect(dead_code, reason = "tests name the kernel that fails"))]
    name: &'static str,
    /// Invariant: the machine has the instruction set of this kernel. Values are made here and in `available` only.
    index: Index,
}

/// The kernel that every machine can run.
const PORTABLE: Newlines = Newlines { name: "memchr", index: portable };

impl Newlines {
    /// The kernels that this machine can run, the fastest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let wide = std::is_x86_feature_detected!("avx2")
            .then_some(Self { name: "avx2", index: x86_64::avx2 })
            .filter(|_| std::is_x86_feature_detected!("bmi1") && std::is_x86_feature_detected!("popcnt"));
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let wide = None;
        wide.into_iter().chain([PORTABLE])
    }

    /// The fastest kernel that this machine can run.
    pub(super) fn fastest() -> Self {
        Self::available().next().unwrap_or(PORTABLE)
    }

    /// Writes `base` plus the position of every line feed of `bytes` to `ends`, and returns how many there are.
    #[inline]
    #[expect(
        unsafe_code,
        reason = "a kernel is compiled for an instruction set that was looked for at run time"
    )]
    pub(super) fn index(self, bytes: &[u8], base: usize, ends: &mut [usize]) -> usize {
        debug_assert!(ends.len() >= bytes.len() + SLACK);
        // SAFETY: by the invariant of the field, the machine has the instruction set of this kernel.
        unsafe { (self.index)(bytes, base, ends) }
    }
}

/// For every machine. `memchr` brings its own vector code for x86-64, AArch64 and WebAssembly.
fn portable(bytes: &[u8], base: usize, ends: &mut [usize]) -> usize {
    let mut found = 0;
    for at in memchr::memchr_iter(b'\n', bytes) {
        ends[found] = base + at;
        found += 1;
    }
    found
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
    };

    /// Takes 64 bytes at a time as a mask of line feeds. Four positions are written whether there are so many or not:
    /// a branch on their number would be mispredicted about as often as there are lines.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub(super) fn avx2(bytes: &[u8], base: usize, ends: &mut [usize]) -> usize {
        let line_feed = _mm256_set1_epi8(b'\n'.cast_signed());
        let mut found = 0;
        let (halves, tail) = bytes.as_chunks::<32>();
        let (blocks, odd) = halves.as_chunks::<2>();
        for (number, [low, high]) in blocks.iter().enumerate() {
            let mut mask = u64::from(equal(low, line_feed)) | u64::from(equal(high, line_feed)) << 32;
            let at = base + number * 64;
            let count = mask.count_ones() as usize;
            let slots = &mut ends[found..found + 4];
            for slot in slots {
                *slot = at + mask.trailing_zeros() as usize;
                mask &= mask.wrapping_sub(1);
            }
            if count > 4 {
                let mut next = found + 4;
                while mask != 0 {
                    ends[next] = at + mask.trailing_zeros() as usize;
                    mask &= mask - 1;
                    next += 1;
                }
            }
            found += count;
        }
        let done = bytes.len() - odd.as_flattened().len() - tail.len();
        found + super::portable(&bytes[done..], base + done, &mut ends[found..])
    }

    /// A bit for every one of 32 bytes that equals `byte`.
    #[target_feature(enable = "avx2")]
    #[expect(unsafe_code, reason = "the vector loads of the standard library take pointers")]
    fn equal(bytes: &[u8; 32], byte: __m256i) -> u32 {
        // SAFETY: 32 bytes are there to be read, and an unaligned load asks for no alignment.
        let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, byte)).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(bytes: &[u8], base: usize) -> Vec<usize> {
        (0..bytes.len()).filter(|&at| bytes[at] == b'\n').map(|at| base + at).collect()
    }

    fn check(bytes: &[u8]) {
        for kernel in Newlines::available() {
            let mut ends = vec![0; bytes.len() + SLACK];
            let found = kernel.index(bytes, 1000, &mut ends);
            assert_eq!(ends[..found], naive(bytes, 1000), "{} on {bytes:?}", kernel.name);
        }
    }

    #[test]
    fn every_alignment_length_and_density() {
        let longest = if cfg!(miri) { 80 } else { 300 };
        for distance in (1..24).chain([31, 32, 33, 63, 64, 65, 1000]) {
            let text: Vec<u8> =
                (0..longest + 64).map(|at| if at % distance == 0 { b'\n' } else { b'A' }).collect();
            for start in 0..64 {
                for len in (0..longest).step_by(if cfg!(miri) { 13 } else { 1 }) {
                    check(&text[start..start + len]);
                }
            }
        }
    }

    #[test]
    fn bytes_near_the_line_feed_are_none() {
        let text: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        check(&text);
    }
}
