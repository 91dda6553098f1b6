//! Bytes that will be looked at soon.

/// Asks for the byte at a position of `bytes`, which may lie beyond their end: it will be looked at soon.
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
        // SAFETY: every x86-64 has the instruction, and it reads nothing: of an address that is not mapped it does nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(byte.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    {
        // The standard library has no prefetch for others.
        let _ = byte;
    }
}
