//! Memory that threads share: a pool of buffers, a ring of bytes, slices that keep their owner.

#[path = "../common/mod.rs"]
mod common;
mod pool;
mod ring;
mod shared_slice;

use std::io;

use pagecut::{Error, ErrorKind};

fn is_out_of_memory(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io(error) if error.kind() == io::ErrorKind::OutOfMemory)
}
