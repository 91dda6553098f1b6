//! Opening of two inputs at the same time.

use std::panic::resume_unwind;
use std::thread;

/// Calls two functions at the same time: the second one on a thread. Without that thread, calls them one after the other.
///
/// # Errors
///
/// The error of `first`, without waiting for `second`, or else that of `second`.
pub(super) fn open_both<T: Send + 'static, E: Send + 'static>(
    first: impl FnOnce() -> Result<T, E>,
    second: impl FnOnce() -> Result<T, E> + Clone + Send + 'static,
) -> Result<(T, T), E> {
    match thread::Builder::new().name("pagecut-open".into()).spawn(second.clone()) {
        Ok(thread) => {
            let first = first()?;
            Ok((first, thread.join().unwrap_or_else(|panic| resume_unwind(panic))?))
        }
        Err(_) => Ok((first()?, second()?)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_second_is_opened_while_the_first_waits() {
        let (give, take) = mpsc::channel();
        let first = || take.recv_timeout(Duration::from_secs(60)).map_err(|_| "the second was not called");
        let second = move || {
            give.send(1).map_err(|_| "the first has ended")?;
            Ok(2)
        };
        assert_eq!(open_both(first, second), Ok((1, 2)));
    }

    #[test]
    fn the_error_of_the_first_is_not_delayed() {
        let (_keep, take) = mpsc::channel::<()>();
        let take = std::sync::Arc::new(std::sync::Mutex::new(take));
        let second = move || take.lock().map_err(|_| "").and_then(|take| take.recv().map_err(|_| "dropped"));
        assert_eq!(open_both(|| Err("first"), second), Err("first"));
    }
}
