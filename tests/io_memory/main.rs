//! Memory that threads share: slices that keep their owner.

#[path = "../common/mod.rs"]
mod common;
mod shared_slice;
