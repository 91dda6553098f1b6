//! Threads that cannot be started.

use std::error::Error as _;
use std::io;
use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Returns the error of work for which a thread could not be started. It is no error of the input.
pub(in crate::source) fn not_started(error: &io::Error) -> io::Error {
    let what = format!("a thread could not be started ({error}): use fewer threads (`-t` of the command)");
    io::Error::new(error.kind(), what)
}

/// A pool of this many threads, or of the usual number for 0.
pub(in crate::source) fn pool(threads: usize) -> io::Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(io::Error::other)
        .map_err(|error| not_started(&error))
}

/// Starts the threads of the current rayon pool, unless it exists. Without that, rayon panics if a thread cannot be started.
///
/// # Errors
///
/// That a thread could not be started.
pub(in crate::source) fn start_current_pool() -> io::Result<()> {
    static REFUSED: OnceLock<Option<io::Error>> = OnceLock::new();
    if rayon::current_thread_index().is_some() {
        return Ok(());
    }
    // An error without a source says that the pool exists.
    let start = || ThreadPoolBuilder::new().build_global().err().filter(|error| error.source().is_some());
    match REFUSED.get_or_init(|| start().map(io::Error::other)) {
        None => Ok(()),
        Some(error) => Err(not_started(error)),
    }
}
