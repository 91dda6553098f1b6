//! What only the system can do, a folder or file for each kind of system. The only place that names `libc` for mappings.
//!
//! Every function that takes a range takes one that lies inside of the mapping.

#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(not(target_os = "linux"), path = "other.rs")]
mod os;

mod guarded;
mod lendable;
mod writable;

pub(super) use guarded::Guarded;
pub(super) use lendable::Lendable;
pub use lendable::{Atomic, AtomicView, View, ViewMut};
pub(super) use os::{
    Map, advise, cached, evict, huge_page_size, hugetlbfs_page, is_cached_at, is_immutable, lease, lock,
    page_size, read_ahead_len, thread_faults, unlock, usage,
};
pub(super) use os::{reserve, start_write_back};
pub(super) use writable::{map_private, map_writable};
