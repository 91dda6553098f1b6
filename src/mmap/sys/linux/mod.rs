//! Linux.

mod map;
mod pages;
mod sigbus;

pub(in crate::mmap) use map::Map;
pub(in crate::mmap) use pages::{advise, lock, page_size, usage};
