//! System calls of Linux.

mod cache;
mod file;
pub(crate) mod lease;
mod map;
mod pages;
mod sigbus;
mod spare;
mod usage;
mod write;

pub(crate) use cache::{cached, evict, is_cached_at};
pub(crate) use file::{huge_page_size, hugetlbfs_page, is_immutable, read_ahead_len};
pub(crate) use map::Map;
pub(crate) use pages::{advise, lock, page_size, unlock, usage};
pub(crate) use sigbus::Guard;
pub(crate) use usage::thread_faults;
pub(crate) use write::{lock_pages, reserve, start_write_back, unlock_pages};
