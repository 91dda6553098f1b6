//! System calls of Linux.

mod cache;
mod file;
pub(crate) mod lease;
mod map;
mod page_size;
mod pages;
mod sigbus;
mod spare;
mod usage;
mod write;

pub(crate) use cache::{cached, evict, is_cached_at};
pub(crate) use file::{hugetlbfs_page, is_immutable, read_ahead_len};
pub(crate) use map::Map;
pub(crate) use page_size::{huge_page_size, page_size};
pub(crate) use pages::{advise, lock, unlock, usage};
pub(crate) use sigbus::Guard;
pub(crate) use usage::thread_faults;
pub(crate) use write::{lock_pages, reserve, start_write_back, unlock_pages};
