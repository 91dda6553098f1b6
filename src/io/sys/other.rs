//! Systems other than Linux.

/// The length of a page on most of them.
pub(in crate::io) fn page_size() -> usize {
    if cfg!(all(target_vendor = "apple", target_arch = "aarch64")) { 16 << 10 } else { 4 << 10 }
}
