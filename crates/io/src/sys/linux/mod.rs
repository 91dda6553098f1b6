//! System calls of Linux.

mod read;
mod send;

use std::io;

pub(crate) use read::{direct_alignment, open_direct, read_ahead, read_at, read_uncached, set_read_ahead};
pub(crate) use send::{copy_file_range, sendfile, splice};

/// Returns the page size in bytes: `sysconf(3)`.
#[expect(unsafe_code, reason = "a system call")]
pub(crate) fn page_size() -> usize {
    // SAFETY: returns a number.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).ok().filter(|size| size.is_power_of_two()).unwrap_or(4096)
}

/// Converts an offset to a signed type of the kernel. An offset that is too large gives the kernel's own error.
fn signed<T: TryFrom<u64>>(offset: u64) -> io::Result<T> {
    T::try_from(offset).map_err(|_| io::Error::from_raw_os_error(libc::EOVERFLOW))
}
