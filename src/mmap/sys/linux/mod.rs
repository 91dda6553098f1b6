//! Linux.

mod pages;

pub(in crate::mmap) use pages::{advise, lock, page_size, usage};
