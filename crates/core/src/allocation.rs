//! Allocations of buffers whose length the input determines.
//!
//! Such a buffer must not take the last memory: small allocations abort the process if they fail.

use std::collections::TryReserveError;
use std::hint::black_box;
use std::io;

/// Memory in bytes that a large buffer leaves for small allocations. A buffer with less capacity is a small one.
pub const HEADROOM: usize = 16 << 20;

/// Reserves capacity for `more` bytes after those of a buffer.
///
/// # Errors
///
/// [`io::ErrorKind::OutOfMemory`] if the allocation fails, or if it leaves less than [`HEADROOM`]. The buffer keeps its capacity.
pub fn reserve(buffer: &mut Vec<u8>, more: usize) -> io::Result<()> {
    reserve_with(buffer, more, Vec::try_reserve)
}

/// Reserves capacity for exactly `more` bytes, as [`reserve`] does.
///
/// # Errors
///
/// The same.
pub fn reserve_exact(buffer: &mut Vec<u8>, more: usize) -> io::Result<()> {
    reserve_with(buffer, more, Vec::try_reserve_exact)
}

fn reserve_with(
    buffer: &mut Vec<u8>,
    more: usize,
    reserve: impl FnOnce(&mut Vec<u8>, usize) -> Result<(), TryReserveError>,
) -> io::Result<()> {
    let before = buffer.capacity();
    reserve(buffer, more).map_err(|_| io::ErrorKind::OutOfMemory)?;
    if buffer.capacity() == before {
        return Ok(());
    }
    leave_headroom(buffer.capacity()).inspect_err(|_| buffer.shrink_to(before))
}

/// Checks the memory left after the allocation of a buffer of `len` bytes.
///
/// # Errors
///
/// [`io::ErrorKind::OutOfMemory`] if the buffer is a large one, and less than [`HEADROOM`] is left.
pub fn leave_headroom(len: usize) -> io::Result<()> {
    if len < HEADROOM || is_available(HEADROOM) { Ok(()) } else { Err(io::ErrorKind::OutOfMemory.into()) }
}

/// Returns whether `len` bytes could be allocated now.
pub fn is_available(len: usize) -> bool {
    let mut memory = Vec::<u8>::new();
    let reserved = memory.try_reserve_exact(len);
    // The compiler may leave out an allocation that nothing uses.
    black_box(memory.as_mut_ptr());
    reserved.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_all_memory_is_an_error() {
        let mut buffer = b"kept".to_vec();
        for reserve in [reserve, reserve_exact] {
            let error = reserve(&mut buffer, isize::MAX as usize - 4).unwrap_err();
            assert_eq!((error.kind(), &buffer[..]), (io::ErrorKind::OutOfMemory, &b"kept"[..]));
            reserve(&mut buffer, HEADROOM).unwrap();
            assert!(buffer.capacity() >= HEADROOM + 4);
        }
        assert!(is_available(HEADROOM) && !is_available(isize::MAX as usize));
    }
}
