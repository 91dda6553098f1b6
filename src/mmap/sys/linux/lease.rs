//! Read leases: `F_SETLEASE` of `fcntl(2)`.
//!
//! While a process holds a read lease on a file, the kernel holds back whoever opens it for writing or cuts it, for
//! `/proc/sys/fs/lease-break-time` seconds at the most, and tells the holder by a signal. Here a signal is chosen that does
//! nothing by itself, and the holder asks now and then.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// `F_SETSIG` of `fcntl(2)`, which `libc` has not for every architecture.
const F_SETSIG: i32 = 10;

/// Opens a file once more, to be read.
pub(in crate::mmap) fn open_again(file: &File) -> io::Result<File> {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Takes a read lease. It is refused for a file that somebody has open for writing, and for one that belongs to somebody else.
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::mmap) fn take(file: &File) -> io::Result<()> {
    // SAFETY: a call with a number. `SIGURG` is ignored unless the program says otherwise; the usual `SIGIO` would end the
    // process.
    let set = unsafe { libc::fcntl(file.as_raw_fd(), F_SETSIG, libc::SIGURG) };
    if set != 0 {
        return Err(io::Error::last_os_error());
    }
    set_lease(file, libc::F_RDLCK)
}

/// Gives a lease back.
pub(in crate::mmap) fn give_back(file: &File) -> io::Result<()> {
    set_lease(file, libc::F_UNLCK)
}

#[expect(unsafe_code, reason = "a system call")]
fn set_lease(file: &File, kind: i32) -> io::Result<()> {
    // SAFETY: a call with a number.
    let set = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) };
    if set == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Whether the lease is held and nobody waits for it.
#[expect(unsafe_code, reason = "a system call")]
pub(in crate::mmap) fn is_held(file: &File) -> bool {
    // SAFETY: asks for a number.
    let kind = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLEASE) };
    kind == libc::F_RDLCK
}

/// How long the kernel waits for a lease to be given back.
pub(in crate::mmap) fn break_time() -> Duration {
    let text = fs::read_to_string("/proc/sys/fs/lease-break-time").ok();
    Duration::from_secs(text.and_then(|text| text.trim().parse().ok()).unwrap_or(45))
}
