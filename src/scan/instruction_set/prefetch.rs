//! Prefetches bytes.

/// Prefetches the byte at a position of `bytes`, which may be beyond their end.
#[inline(always)]
#[cfg_attr(
    all(target_arch = "x86_64", not(miri)),
    expect(unsafe_code, reason = "the prefetch of the standard library takes a pointer")
)]
pub(crate) fn prefetch(bytes: &[u8], position: usize) {
    let byte = bytes.as_ptr().wrapping_add(position);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 CPU has the instruction, and it accesses no memory that a program could observe: for an unmapped address it does nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(byte.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    {
        // The standard library has no stable prefetch for other architectures.
        let _ = byte;
    }
}
