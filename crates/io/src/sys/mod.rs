//! System calls for I/O, one implementation per operating system.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;
#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub(super) use os::{copy_file_range, sendfile, splice};
pub(super) use os::{
    direct_alignment, open_direct, page_size, read_ahead, read_at, read_uncached, set_read_ahead,
};
#[cfg(unix)]
pub(super) use unix::{appends, is_nonblocking, is_refusal, wait_readable, wait_writable};
