//! Counts the steps of walks for tests: element headers, frame sizes, and blocks of 64 bytes searched for a start.

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Counts steps of this thread.
pub(super) fn count(steps: usize) {
    COUNT.set(COUNT.get() + steps as u64);
}

/// Returns the number of steps of `work`.
pub(super) fn steps(work: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}
