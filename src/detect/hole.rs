//! The NUL bytes of a hole at the start of a file, which a crash may leave there.

/// Minimum number of NUL bytes at the start of an input that are a hole.
const MIN_HOLE: usize = 16;

/// Returns whether the first bytes of an input are a hole.
pub(super) fn is_hole(head: &[u8]) -> bool {
    hole_len(head) >= MIN_HOLE
}

/// Returns the number of NUL bytes at the start.
pub(crate) fn hole_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len())
}
