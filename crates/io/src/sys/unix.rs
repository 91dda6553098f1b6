//! System calls of all Unix systems.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

/// Returns whether writes go to the end of the file: `O_APPEND`.
pub(crate) fn appends(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(status_flags(fd)? & libc::O_APPEND != 0)
}

/// Returns whether the descriptor is non-blocking: `O_NONBLOCK`.
pub(crate) fn is_nonblocking(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(status_flags(fd)? & libc::O_NONBLOCK != 0)
}

/// Returns the status flags of a descriptor: `fcntl(2)` with `F_GETFL`.
#[expect(unsafe_code, reason = "a system call of a descriptor")]
fn status_flags(fd: BorrowedFd<'_>) -> io::Result<libc::c_int> {
    // SAFETY: the descriptor is open, since it is borrowed, and this command takes no argument.
    let flags = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) };
    if flags < 0 { Err(io::Error::last_os_error()) } else { Ok(flags) }
}

/// Returns whether an error means that the call does not support these descriptors, so that another call may work.
///
/// Some of these errors also indicate a fault of the descriptors themselves (`EBADF` for a file in append mode and for
/// one that is not readable); the next call then returns it as well.
pub(crate) fn is_refusal(error: &io::Error) -> bool {
    let by_number = [libc::EINVAL, libc::EXDEV, libc::EBADF, libc::EPERM, libc::EACCES, libc::EOVERFLOW];
    error.kind() == io::ErrorKind::Unsupported
        || error.raw_os_error().is_some_and(|number| by_number.contains(&number))
}

/// Waits until the descriptor is readable or its other end is closed: `poll(2)`.
pub(crate) fn wait_readable(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<()> {
    poll(fd, libc::POLLIN, timeout)
}

/// Waits until the descriptor is writable or its other end is closed: `poll(2)`.
pub(crate) fn wait_writable(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<()> {
    poll(fd, libc::POLLOUT, timeout)
}

/// Waits for an event of a descriptor, or for an error or hang-up, which `poll(2)` always reports.
#[expect(unsafe_code, reason = "a system call that takes an address")]
fn poll(fd: BorrowedFd<'_>, events: libc::c_short, timeout: Option<Duration>) -> io::Result<()> {
    // A deadline beyond the range of the clock counts as none.
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut request = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // Rounded up, so that the last fraction of a millisecond is waited for, too.
        let millis = left.map_or(-1, |left| {
            libc::c_int::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(libc::c_int::MAX)
        });
        // SAFETY: the call reads and writes one structure, which lives in this function.
        let ready = unsafe { libc::poll(&raw mut request, 1, millis) };
        match ready {
            1.. => return Ok(()),
            0 if left.is_some_and(|left| left.is_zero()) => return Err(io::ErrorKind::TimedOut.into()),
            0 => {}
            _ => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => {}
                error => return Err(error),
            },
        }
    }
}
