//! Page faults of a thread.

use std::mem::MaybeUninit;

/// Returns the minor and major page faults of this thread since its start: `getrusage(2)` with `RUSAGE_THREAD`.
#[expect(unsafe_code, reason = "a system call that fills a structure")]
pub(crate) fn thread_faults() -> (u64, u64) {
    let mut found = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: writes to the given structure, which has the right type. On failure, it stays zero.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, found.as_mut_ptr()) };
    // SAFETY: all zeros is a valid `rusage`, and so is the value that the call wrote.
    let found = unsafe { found.assume_init() };
    (u64::try_from(found.ru_minflt).unwrap_or(0), u64::try_from(found.ru_majflt).unwrap_or(0))
}
