//! What only the system can do, a file for each kind of system.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;
#[cfg(unix)]
mod unix;

pub(super) use os::page_size;
#[cfg(unix)]
pub(super) use os::{copy_file_range, sendfile, splice};
#[cfg(unix)]
pub(super) use unix::{appends, is_nonblocking, is_refusal, wait_readable, wait_writable};
