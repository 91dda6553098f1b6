//! Allocations of buffers whose length the input determines.
//!
//! Such a buffer must not take the last memory below a limit of the address space (`ulimit -v`): small allocations abort the process if
//! they fail.

use std::collections::TryReserveError;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Memory in bytes that a large allocation leaves for small ones.
pub const HEADROOM: usize = 16 << 20;

/// An allocation of at least this number of bytes is a large one.
const LARGE: usize = 256 << 10;

/// Reserves capacity for `more` bytes after those of a buffer.
///
/// # Errors
///
/// [`io::ErrorKind::OutOfMemory`] if the allocation fails, or would leave less than [`HEADROOM`]. The buffer keeps its capacity.
pub fn reserve(buffer: &mut Vec<u8>, more: usize) -> io::Result<()> {
    // The capacity at least doubles.
    let least_growth = buffer.capacity();
    reserve_with(buffer, more, least_growth, Vec::try_reserve)
}

/// Reserves capacity for exactly `more` bytes, as [`reserve`] does.
///
/// # Errors
///
/// The same.
pub fn reserve_exact(buffer: &mut Vec<u8>, more: usize) -> io::Result<()> {
    reserve_with(buffer, more, 0, Vec::try_reserve_exact)
}

fn reserve_with(
    buffer: &mut Vec<u8>,
    more: usize,
    least_growth: usize,
    reserve: impl FnOnce(&mut Vec<u8>, usize) -> Result<(), TryReserveError>,
) -> io::Result<()> {
    let free = buffer.capacity() - buffer.len();
    if more <= free {
        return Ok(());
    }
    with_headroom((more - free).max(least_growth), || {
        reserve(buffer, more).map_err(|_| io::ErrorKind::OutOfMemory.into())
    })
}

/// Makes an allocation of `len` bytes.
///
/// # Errors
///
/// [`io::ErrorKind::OutOfMemory`] if the allocation is a large one, and would leave less than [`HEADROOM`]; the errors of `allocate`.
pub fn with_headroom<T, E: From<io::Error>>(
    len: usize,
    allocate: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    /// Held from the check to the allocation, so that threads do not use the same memory.
    static CHECKED: Mutex<()> = Mutex::new(());
    if len < LARGE || !limit::is_set() {
        return allocate();
    }
    let _checked = CHECKED.lock().unwrap_or_else(PoisonError::into_inner);
    if !leaves_headroom(len) {
        return Err(io::Error::from(io::ErrorKind::OutOfMemory).into());
    }
    allocate()
}

/// Returns whether an allocation of `len` bytes now would leave [`HEADROOM`].
pub fn leaves_headroom(len: usize) -> bool {
    is_available(len.saturating_add(HEADROOM))
}

/// Returns whether the limit of the address space allows an allocation of `len` bytes now.
pub fn is_available(len: usize) -> bool {
    limit::rest().is_none_or(|rest| len <= rest)
}

/// The limit of the address space.
#[cfg(target_os = "linux")]
mod limit {
    use std::fs::{self, File};
    use std::io::Read as _;
    use std::sync::OnceLock;

    /// Returns whether the process started with a limit.
    pub(super) fn is_set() -> bool {
        get().is_some()
    }

    /// Returns the number of bytes up to the limit, or `None` without a limit. Memory that was freed, but not returned to the system, is
    /// not among them.
    pub(super) fn rest() -> Option<usize> {
        let limit = get()?;
        let mut text = [0; 1024];
        let len = File::open("/proc/self/stat").and_then(|mut file| file.read(&mut text)).ok()?;
        Some(limit.saturating_sub(of_stat(&text[..len])?))
    }

    fn get() -> Option<usize> {
        static LIMIT: OnceLock<Option<usize>> = OnceLock::new();
        *LIMIT.get_or_init(|| of_limits(&fs::read("/proc/self/limits").ok()?))
    }

    /// Returns the soft limit in `/proc/self/limits`; `None` if it is `unlimited`.
    pub(super) fn of_limits(text: &[u8]) -> Option<usize> {
        let line =
            text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"Max address space"))?;
        first_number(line.trim_ascii_start())
    }

    /// Returns the size of the address space in bytes in `/proc/self/stat`: field 23, `vsize` in proc_pid_stat(5).
    pub(super) fn of_stat(text: &[u8]) -> Option<usize> {
        // Field 2 is the name of the program in parentheses, which may contain blanks and parentheses.
        let name_end = text.iter().rposition(|&byte| byte == b')')?;
        let field = text[name_end + 1..].trim_ascii_start().split(u8::is_ascii_whitespace).nth(20)?;
        first_number(field)
    }

    fn first_number(text: &[u8]) -> Option<usize> {
        let word = text.split(u8::is_ascii_whitespace).next()?;
        str::from_utf8(word).ok()?.parse().ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod limit {
    pub(super) fn is_set() -> bool {
        false
    }

    pub(super) fn rest() -> Option<usize> {
        None
    }
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
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_limit_of_the_address_space_is_parsed() {
        let head = "Limit                     Soft Limit           Hard Limit           Units\n";
        for (limit, expected) in [("unlimited ", None), ("153600000 ", Some(153_600_000))] {
            let text =
                format!("{head}Max address space         {limit}           unlimited            bytes\n");
            assert_eq!(limit::of_limits(text.as_bytes()), expected);
        }
        assert_eq!(limit::of_limits(head.as_bytes()), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_size_of_the_address_space_is_parsed() {
        let fields: Vec<String> = (4..=52).map(|field| (field * 1000).to_string()).collect();
        let text = format!("7 (a) (b c) S {}\n", fields.join(" "));
        assert_eq!(limit::of_stat(text.as_bytes()), Some(23_000));
        assert_eq!(limit::of_stat(b"7 (a) S 1 2"), None);
        let own = limit::of_stat(&std::fs::read("/proc/self/stat").unwrap()).unwrap();
        assert!((1 << 20..1 << 46).contains(&own), "{own}");
    }
}
