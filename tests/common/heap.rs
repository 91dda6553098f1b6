//! Measures heap memory. A test program that uses this sets `dhat::Alloc` as its allocator.

#![allow(dead_code, reason = "each test file uses some of the functions")]

/// Returns the result of `work`, and its peak heap memory in bytes.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;
    let result = work();
    (result, dhat::HeapStats::get().max_bytes - before)
}

/// Returns the result of `work`, and the number of its allocations.
pub(crate) fn blocks<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().total_blocks;
    let result = work();
    (result, dhat::HeapStats::get().total_blocks - before)
}
