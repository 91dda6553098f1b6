//! Measure heap memory. A test program that uses this sets `dhat::Alloc` as its allocator.

/// Returns the result of `work`, and its peak of heap memory in bytes.
pub(crate) fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _profiler = dhat::Profiler::builder().testing().build();
    let before = dhat::HeapStats::get().curr_bytes;
    let result = work();
    (result, dhat::HeapStats::get().max_bytes - before)
}
