//! Linux.

mod pages;
mod write;

pub(in crate::mmap) use pages::{advise, lock, page_size, usage};
pub(in crate::mmap) use write::{lock_pages, reserve, start_write_back, unlock_pages};
