//! System calls of Linux.

mod cache;
mod file;
pub(in crate::mmap) mod lease;
mod map;
mod pages;
mod sigbus;
mod spare;
mod usage;
mod write;

pub(in crate::mmap) use cache::{cached, evict, is_cached_at};
pub(in crate::mmap) use file::{huge_page_size, hugetlbfs_page, is_immutable, read_ahead_len};
pub(in crate::mmap) use map::Map;
pub(in crate::mmap) use pages::{advise, lock, page_size, unlock, usage};
pub(in crate::mmap) use sigbus::Guard;
pub(in crate::mmap) use usage::thread_faults;
pub(in crate::mmap) use write::{lock_pages, reserve, start_write_back, unlock_pages};
