//! Buffers that threads share.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{AlignedBuffer, Alignment};
use crate::error::{ErrorKind, Result};

/// A fixed number of buffers of one length, shared by threads.
///
/// A buffer comes back when it is dropped, with the bytes that were last written to it. While all are lent out, who wants one
/// waits in line: memory stays within its bound, and whoever came first is served first.
///
/// All memory is taken at the start. Whatever could fail fails there, and not when a buffer is asked for.
///
/// A clone is a handle on the same pool. Buffers that are lent out outlive the handles.
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
    /// The buffers that nobody has. It has room for all of them, so that giving one back takes no memory.
    free: Vec<AlignedBuffer>,
    /// Who waits, the first to be served in front.
    line: VecDeque<Place>,
}

/// A place in the line. Each has a bell of its own, so that a buffer that comes back wakes only the thread that is to have it.
type Place = Arc<Condvar>;

impl BufferPool {
    /// A pool of `count` buffers of `len` zeros each.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] if `count` or `len` is 0; [`ErrorKind::Io`] if there is not so much memory.
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
        let state = Mutex::new(State { free, line: VecDeque::new() });
        Ok(Self { shared: Arc::new(Shared { count, buffer_len: len, alignment, state }) })
    }

    /// A buffer, as soon as one is free and everybody who came before has one.
    ///
    /// It waits for good if no buffer ever comes back: if this thread itself has them all, or they were forgotten
    /// ([`std::mem::forget`]).
    #[must_use]
    pub fn get(&self) -> PooledBuffer {
        loop {
            // That time does not come; but if it did, the wait would go on.
            if let Some(buffer) = self.get_timeout(Duration::MAX) {
                return buffer;
            }
        }
    }

    /// A buffer, if one is free and nobody waits for it.
    #[must_use]
    pub fn try_get(&self) -> Option<PooledBuffer> {
        let buffer = self.shared.state().take_as_newcomer();
        buffer.map(|buffer| self.lend(buffer))
    }

    /// A buffer, as [`get`](BufferPool::get) gives it; `None` if it took longer than `timeout`. The place in line is then lost.
    #[must_use]
    pub fn get_timeout(&self, timeout: Duration) -> Option<PooledBuffer> {
        // `None` is later than the clock can tell.
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.shared.state();
        if let Some(buffer) = state.take_as_newcomer() {
            return Some(self.lend(buffer));
        }
        let place = Place::default();
        state.line.push_back(Arc::clone(&place));
        loop {
            let left =
                deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                state.leave(&place);
                return None;
            }
            (state, _) = place.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
            if let Some(buffer) = state.take_from(&place) {
                return Some(self.lend(buffer));
            }
        }
    }

    fn lend(&self, buffer: AlignedBuffer) -> PooledBuffer {
        PooledBuffer { buffer: Some(buffer), pool: Arc::clone(&self.shared) }
    }

    /// How many buffers are not lent out, at this moment.
    #[must_use]
    pub fn free(&self) -> usize {
        self.shared.state().free.len()
    }

    /// How many buffers there are, free and lent out.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.count
    }

    /// The length of each buffer in bytes.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.shared.buffer_len
    }

    /// Where each buffer begins.
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
    /// A buffer for somebody who does not stand in line.
    fn take_as_newcomer(&mut self) -> Option<AlignedBuffer> {
        if self.line.is_empty() { self.free.pop() } else { None }
    }

    /// A buffer for somebody who stands in line, and leaves it with the buffer.
    fn take_from(&mut self, place: &Place) -> Option<AlignedBuffer> {
        let first = self.line.front().is_some_and(|first| Arc::ptr_eq(first, place));
        let buffer = if first { self.free.pop() } else { None };
        if buffer.is_some() {
            self.leave(place);
        }
        buffer
    }

    fn leave(&mut self, place: &Place) {
        self.line.retain(|other| !Arc::ptr_eq(other, place));
        // Several buffers may have come back while one and the same thread was the first.
        self.wake_first();
    }

    fn wake_first(&self) {
        if let (false, Some(first)) = (self.free.is_empty(), self.line.front()) {
            first.notify_one();
        }
    }
}

/// A buffer of a [`BufferPool`], to which it goes back when it is dropped.
///
/// It is lent as a slice, so that no other buffer can be put in its place.
pub struct PooledBuffer {
    /// `None` only while it is given back.
    buffer: Option<AlignedBuffer>,
    pool: Arc<Shared>,
}

impl Deref for PooledBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.buffer.as_deref().unwrap_or_default()
    }
}

impl DerefMut for PooledBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.buffer.as_deref_mut().unwrap_or_default()
    }
}

impl AsRef<[u8]> for PooledBuffer {
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

    /// Waits until so many threads stand in line.
    fn until_waiting(pool: &BufferPool, waiting: usize) {
        while pool.shared.state().line.len() != waiting {
            thread::yield_now();
        }
    }

    #[test]
    fn who_waits_is_served_in_order() {
        let pool = pool(2);
        let held = [pool.get(), pool.get()];
        let (served, order) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..5 {
                let (handle, served) = (pool.clone(), served.clone());
                scope.spawn(move || {
                    let buffer = handle.get();
                    served.send(number).unwrap();
                    // Only one buffer goes round, so that the next is served after this was sent.
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
    fn two_that_come_back_before_the_first_wakes_serve_two() {
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
            // As when it is dropped, but nobody who was woken runs in between.
            state.free.extend(buffer.buffer.take());
            state.wake_first();
        }
        drop(state);
        let both: Vec<_> = (0..2).map(|_| buffers.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
        assert_eq!((both.len(), pool.free()), (2, 0));
    }

    #[test]
    fn nobody_overtakes_those_who_wait() {
        let pool = pool(1);
        // Two who were not woken yet.
        let [first, second] = [Place::default(), Place::default()];
        pool.shared.state().line.extend([Arc::clone(&first), Arc::clone(&second)]);
        assert_eq!(pool.free(), 1);
        assert!(pool.try_get().is_none());
        assert!(pool.get_timeout(Duration::from_millis(1)).is_none());
        let mut state = pool.shared.state();
        assert_eq!(state.line.len(), 2);
        assert!(state.take_from(&second).is_none());
        assert!(state.take_from(&first).is_some());
        assert!(state.line.len() == 1 && state.take_from(&second).is_none());
    }

    #[test]
    fn who_gives_up_does_not_stand_in_the_way() {
        let pool = pool(1);
        let held = pool.get();
        let impatient = Place::default();
        pool.shared.state().line.push_back(Arc::clone(&impatient));
        thread::scope(|scope| {
            let patient = scope.spawn(|| pool.get().len());
            until_waiting(&pool, 2);
            // Wakes the one in front, whose time is over, and not the one behind.
            drop(held);
            pool.shared.state().leave(&impatient);
            assert_eq!(patient.join().unwrap(), 100);
        });
        assert!(pool.try_get().is_some());
    }
}
