//! A pool of buffers for several threads.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pagecut_core::error::{ErrorKind, Result};

use super::{AlignedBuffer, Alignment};

/// A fixed number of buffers of one length, shared by threads.
///
/// A buffer returns to the pool when it is dropped, with its last contents. If no buffer is free, callers wait in a
/// first-in, first-out queue, so memory stays bounded.
///
/// All memory is allocated at the start, so only the constructor can fail.
///
/// A clone is another handle to the same pool. Buffers in use may outlive all handles.
///
/// ```
/// use pagecut::io::{Alignment, BufferPool};
///
/// let pool = BufferPool::new(2, 4096, Alignment::page())?;
/// std::thread::scope(|scope| {
///     for number in 0..8 {
///         let pool = pool.clone();
///         scope.spawn(move || {
///             let mut buffer = pool.get();
///             buffer.fill(number);
///             assert!(buffer.len() == 4096 && buffer.iter().all(|&byte| byte == number));
///         });
///     }
/// });
/// assert_eq!(pool.free(), 2);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Clone)]
pub struct BufferPool {
    shared: Arc<Shared>,
}

struct Shared {
    count: usize,
    buffer_len: usize,
    alignment: Alignment,
    state: Mutex<State>,
}

struct State {
    /// Free buffers. The capacity suffices for all buffers, so returning one allocates nothing.
    free: Vec<AlignedBuffer>,
    /// Waiting threads in order.
    queue: VecDeque<Waiter>,
}

/// A position in the queue. Each has its own condition variable, so that a returned buffer wakes only the thread that
/// gets it.
type Waiter = Arc<Condvar>;

impl BufferPool {
    /// Creates a pool of `count` buffers of `len` zero bytes each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `count` or `len` is 0; [`ErrorKind::Io`] if the allocation fails.
    pub fn new(count: usize, len: usize, alignment: Alignment) -> Result<Self> {
        for (name, value) in [("number of buffers", count), ("length of a buffer", len)] {
            if value == 0 {
                return Err(ErrorKind::InvalidConfig { name, value: 0, expected: "at least 1" }.into());
            }
        }
        let mut free = Vec::new();
        free.try_reserve_exact(count).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        for _ in 0..count {
            free.push(AlignedBuffer::new(len, alignment)?);
        }
        let state = Mutex::new(State { free, queue: VecDeque::new() });
        Ok(Self { shared: Arc::new(Shared { count, buffer_len: len, alignment, state }) })
    }

    /// Takes a buffer. Waits until one is free and all earlier callers have one.
    ///
    /// The call never returns if no buffer is ever returned: if this thread holds all of them, or they were leaked
    /// ([`std::mem::forget`]).
    #[must_use]
    pub fn get(&self) -> PooledBuffer {
        loop {
            // A timeout of this length does not expire; if it did, the loop would wait again.
            if let Some(buffer) = self.get_timeout(Duration::MAX) {
                return buffer;
            }
        }
    }

    /// Takes a buffer if one is free and no thread waits.
    #[must_use]
    pub fn try_get(&self) -> Option<PooledBuffer> {
        let buffer = self.shared.state().try_take();
        buffer.map(|buffer| self.wrap(buffer))
    }

    /// Takes a buffer as [`get`](BufferPool::get) does. After `timeout`, it leaves the queue and returns `None`.
    #[must_use]
    pub fn get_timeout(&self, timeout: Duration) -> Option<PooledBuffer> {
        // `None` if the deadline exceeds the range of the clock.
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.shared.state();
        if let Some(buffer) = state.try_take() {
            return Some(self.wrap(buffer));
        }
        let waiter = Waiter::default();
        state.queue.push_back(Arc::clone(&waiter));
        loop {
            let left =
                deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                state.leave(&waiter);
                return None;
            }
            (state, _) = waiter.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
            if let Some(buffer) = state.take_for(&waiter) {
                return Some(self.wrap(buffer));
            }
        }
    }

    fn wrap(&self, buffer: AlignedBuffer) -> PooledBuffer {
        PooledBuffer { buffer: Some(buffer), pool: Arc::clone(&self.shared) }
    }

    /// Returns the number of free buffers at this moment.
    #[must_use]
    pub fn free(&self) -> usize {
        self.shared.state().free.len()
    }

    /// Returns the number of all buffers, free and in use.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.count
    }

    /// Returns the length of each buffer in bytes.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.shared.buffer_len
    }

    /// Returns the alignment of each buffer.
    #[must_use]
    pub fn alignment(&self) -> Alignment {
        self.shared.alignment
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a buffer for a caller that is not in the queue.
    fn try_take(&mut self) -> Option<AlignedBuffer> {
        if self.queue.is_empty() { self.free.pop() } else { None }
    }

    /// Takes a buffer for a waiting thread if it is the first one, and removes it from the queue.
    fn take_for(&mut self, waiter: &Waiter) -> Option<AlignedBuffer> {
        let first = self.queue.front().is_some_and(|first| Arc::ptr_eq(first, waiter));
        let buffer = if first { self.free.pop() } else { None };
        if buffer.is_some() {
            self.leave(waiter);
        }
        buffer
    }

    fn leave(&mut self, waiter: &Waiter) {
        self.queue.retain(|other| !Arc::ptr_eq(other, waiter));
        // Several buffers may have been returned while the same thread was the first.
        self.wake_first();
    }

    fn wake_first(&self) {
        if let (false, Some(first)) = (self.free.is_empty(), self.queue.front()) {
            first.notify_one();
        }
    }
}

/// A buffer of a [`BufferPool`]. Drop returns it to the pool.
///
/// It dereferences to a slice, so that the buffer cannot be replaced by another one.
pub struct PooledBuffer {
    /// `None` only during drop.
    buffer: Option<AlignedBuffer>,
    pool: Arc<Shared>,
}

impl Deref for PooledBuffer {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.buffer.as_deref().unwrap_or_default()
    }
}

impl DerefMut for PooledBuffer {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        self.buffer.as_deref_mut().unwrap_or_default()
    }
}

impl AsRef<[u8]> for PooledBuffer {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.free.extend(self.buffer.take());
        state.wake_first();
    }
}

impl fmt::Debug for BufferPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferPool")
            .field("count", &self.count())
            .field("free", &self.free())
            .field("buffer_len", &self.buffer_len())
            .field("alignment", &self.alignment().bytes())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PooledBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PooledBuffer")
            .field("len", &self.len())
            .field("alignment", &self.pool.alignment.bytes())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn pool(count: usize) -> BufferPool {
        BufferPool::new(count, 100, Alignment::SIMD).unwrap()
    }

    /// Waits until `waiting` threads are in the queue.
    fn until_waiting(pool: &BufferPool, waiting: usize) {
        while pool.shared.state().queue.len() != waiting {
            thread::yield_now();
        }
    }

    #[test]
    fn waiting_threads_are_served_in_order() {
        let pool = pool(2);
        let held = [pool.get(), pool.get()];
        let (served, order) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..5 {
                let (handle, served) = (pool.clone(), served.clone());
                scope.spawn(move || {
                    let buffer = handle.get();
                    served.send(number).unwrap();
                    // Only one buffer circulates, so the next thread gets it after this message.
                    drop(buffer);
                });
                until_waiting(&pool, number + 1);
            }
            let [first, second] = held;
            drop(first);
            assert!(order.iter().take(5).eq(0..5));
            drop(second);
        });
        assert_eq!(pool.free(), 2);
    }

    #[test]
    fn two_returned_buffers_serve_two_threads() {
        let pool = pool(2);
        let mut held = [pool.get(), pool.get()];
        let (served, buffers) = mpsc::channel();
        for waiting in [1, 2] {
            let (handle, served) = (pool.clone(), served.clone());
            thread::spawn(move || served.send(handle.get()));
            until_waiting(&pool, waiting);
        }
        let mut state = pool.shared.state();
        for buffer in &mut held {
            // Returns the buffer as drop does, but no woken thread runs in between.
            state.free.extend(buffer.buffer.take());
            state.wake_first();
        }
        drop(state);
        let both: Vec<_> = (0..2).map(|_| buffers.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
        assert_eq!((both.len(), pool.free()), (2, 0));
    }

    #[test]
    fn a_new_caller_does_not_overtake_the_queue() {
        let pool = pool(1);
        // Two waiting threads that have not been woken yet.
        let [first, second] = [Waiter::default(), Waiter::default()];
        pool.shared.state().queue.extend([Arc::clone(&first), Arc::clone(&second)]);
        assert_eq!(pool.free(), 1);
        assert!(pool.try_get().is_none());
        assert!(pool.get_timeout(Duration::from_millis(1)).is_none());
        let mut state = pool.shared.state();
        assert_eq!(state.queue.len(), 2);
        assert!(state.take_for(&second).is_none());
        assert!(state.take_for(&first).is_some());
        assert!(state.queue.len() == 1 && state.take_for(&second).is_none());
    }

    #[test]
    fn a_timed_out_thread_does_not_block_the_queue() {
        let pool = pool(1);
        let held = pool.get();
        let impatient = Waiter::default();
        pool.shared.state().queue.push_back(Arc::clone(&impatient));
        thread::scope(|scope| {
            let patient = scope.spawn(|| pool.get().len());
            until_waiting(&pool, 2);
            // Wakes the first thread, whose time is over, and not the second.
            drop(held);
            pool.shared.state().leave(&impatient);
            assert_eq!(patient.join().unwrap(), 100);
        });
        assert!(pool.try_get().is_some());
    }
}
