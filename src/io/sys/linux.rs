//! Linux.

/// Length of a page in bytes: `sysconf(3)`.
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::io) fn page_size() -> usize {
    // SAFETY: asks for a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
}
