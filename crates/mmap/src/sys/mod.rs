//! System calls for mappings, one implementation per operating system. Only this module uses `libc` for mappings.
//!
//! Every function with a range parameter requires that the range lies in the mapping.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;

mod borrow;
mod guarded;
mod writable;

pub(super) use borrow::SharedMap;
pub use borrow::{Atomic, AtomicView, View, ViewMut};
pub(super) use guarded::Guarded;
pub(super) use os::{
    Map, advise, cached, evict, huge_page_size, hugetlbfs_page, is_cached_at, is_immutable, lease, lock,
    page_size, read_ahead_len, thread_faults, unlock, usage,
};
pub(super) use os::{reserve, start_write_back};
pub(super) use writable::{map_private, map_writable};
