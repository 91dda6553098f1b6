//! Allocation of memory for copies of parts.

use std::io;

use crate::allocation;
use crate::error::{Error, Result};
use crate::record::Part;

/// Returns an empty buffer with capacity for `len` bytes of a part.
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) at the start of the part, if memory is exhausted.
pub(super) fn reserve(format: &'static str, part: Part<'_>, len: usize) -> Result<Vec<u8>> {
    let mut buffer = Vec::new();
    allocation::reserve_exact(&mut buffer, len).map_err(|_| out_of_memory(format, part.offset()))?;
    Ok(buffer)
}

/// Returns the error of a failed allocation, at an offset of the input.
pub(super) fn out_of_memory(format: &'static str, offset: u64) -> Error {
    Error::from(io::Error::from(io::ErrorKind::OutOfMemory)).of_bytes_at(format, offset)
}
