//! Memory shared by threads: a pool of buffers, a ring buffer, slices with shared ownership.

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
