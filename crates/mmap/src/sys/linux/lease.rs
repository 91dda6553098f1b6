//! Read leases: `F_SETLEASE` of `fcntl(2)`.
//!
//! While a process holds a read lease on a file, the kernel blocks every process that opens it for writing or truncates
//! it, for at most `/proc/sys/fs/lease-break-time` seconds, and sends the holder a signal. Here the signal is one that
//! is ignored by default, and the holder polls the state of the lease.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// `F_SETSIG` of `fcntl(2)`, which `libc` does not define for every architecture.
const F_SETSIG: i32 = 10;

/// Opens a file again for reading, as a separate open file description.
pub(crate) fn open_again(file: &File) -> io::Result<File> {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Takes a read lease. The kernel refuses it if a process has the file open for writing, and for files of other users.
#[expect(unsafe_code, reason = "a system call")]
pub(crate) fn take(file: &File) -> io::Result<()> {
    // SAFETY: a call with a number. `SIGURG` is ignored by default; the default `SIGIO` would kill the process.
    let set = unsafe { libc::fcntl(file.as_raw_fd(), F_SETSIG, libc::SIGURG) };
    if set != 0 {
        return Err(io::Error::last_os_error());
    }
    set_lease(file, libc::F_RDLCK)
}

/// Releases a lease.
pub(crate) fn release(file: &File) -> io::Result<()> {
    set_lease(file, libc::F_UNLCK)
}

#[expect(unsafe_code, reason = "a system call")]
fn set_lease(file: &File, kind: i32) -> io::Result<()> {
    // SAFETY: a call with a number.
    let set = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns whether the lease is held and no process waits for it.
#[expect(unsafe_code, reason = "a system call")]
pub(crate) fn is_held(file: &File) -> bool {
    // SAFETY: returns a number.
    let kind = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLEASE) };
    kind == libc::F_RDLCK
}

/// Returns the time that the kernel waits for the release of a lease.
pub(crate) fn break_time() -> Duration {
    let text = fs::read_to_string("/proc/sys/fs/lease-break-time").ok();
    Duration::from_secs(text.and_then(|text| text.trim().parse().ok()).unwrap_or(45))
}
