//! What only the system can do, a file for each kind of system.

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;

pub(super) use os::{
    direct_alignment, open_direct, page_size, read_ahead, read_at, read_uncached, set_read_ahead,
};
