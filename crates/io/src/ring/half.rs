//! State shared by the two halves of a ring, and ownership of its bytes.

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::AlignedBuffer;

/// State shared by the halves.
///
/// Each byte of the memory belongs to one half at a time: the filled bytes, starting at the consumer's position and
/// wrapping around, belong to the consumer; the rest, starting at the producer's position, to the producer. A half
/// passes on only bytes that it owns ([`Half::advance`]) and never takes any. So the bytes that it owns according to
/// `state` are its own; it can only have gained more since.
///
/// Passing bytes on is a `Release`, reading the state is an `Acquire`. Every change of `state` is a read-modify-write
/// and so continues the release sequence of all earlier ones: a half that sees a change is ordered after everything
/// that the other half did with the bytes that it had passed on by then. Its writes are visible, and its reads are
/// complete.
struct Ring {
    capacity: usize,
    /// The first byte of `memory`.
    start: NonNull<u8>,
    /// Owns the allocation. The bytes are accessed only through `start`, since a reference to all of them would alias
    /// the slices of the halves.
    memory: AlignedBuffer,
    state: AtomicUsize,
    /// A waiting half holds it from setting its flag until it waits on `changed`.
    lock: Mutex<()>,
    changed: Condvar,
}

// SAFETY: `start` points into `memory`, which the ring owns and which is `Send`; all other fields are `Send`.
#[expect(unsafe_code, reason = "a pointer to owned memory")]
unsafe impl Send for Ring {}

// SAFETY: through a shared reference, only the alignment of `memory` is read and `start` is copied; accesses through
// the pointer have their own argument (`Half::slice`). All other fields are `Sync`.
#[expect(unsafe_code, reason = "a pointer to owned memory")]
unsafe impl Sync for Ring {}

impl Ring {
    fn state(&self) -> State {
        State(self.state.load(Ordering::Acquire))
    }

    /// Wakes a half if its waiting flag was set when `state` was changed.
    fn wake(&self, side: Side, before_change: usize) {
        if State(before_change).has(side.waiting_flag()) {
            // The waiting half holds the lock until it waits on `changed`. Only one half can wait, since the other one
            // is the caller.
            drop(self.lock.lock());
            self.changed.notify_one();
        }
    }
}

/// The number of filled bytes, and flags, in one word: one load shows whether bytes are readable, whether more can
/// follow, and whether a half waits. So the end is not confused with an empty ring, and no wake-up is lost.
#[derive(Clone, Copy)]
struct State(usize);

impl State {
    /// The bits of the byte count.
    const FILLED: usize = usize::MAX >> 4;

    fn has(self, flag: usize) -> bool {
        self.0 & flag != 0
    }

    fn filled(self) -> usize {
        self.0 & Self::FILLED
    }
}

#[derive(Clone, Copy)]
enum Side {
    Producer,
    Consumer,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Producer => Self::Consumer,
            Self::Consumer => Self::Producer,
        }
    }

    /// Returns the flag of a dropped half.
    fn dropped_flag(self) -> usize {
        match self {
            Self::Producer => 1 << (usize::BITS - 1),
            Self::Consumer => 1 << (usize::BITS - 2),
        }
    }

    /// Returns the flag of a waiting half.
    fn waiting_flag(self) -> usize {
        self.dropped_flag() >> 2
    }
}

/// One half of a ring. It owns bytes, gives its user access to them, and passes them on to the other half.
pub(super) struct Half {
    ring: Arc<Ring>,
    side: Side,
    /// Start of the bytes that belong to this half, in `memory`; less than the capacity.
    position: usize,
    /// Length of the last slice that has not been passed on, from `position`.
    sliced: usize,
}

impl Half {
    /// The maximum capacity of a ring in bytes.
    pub(super) const MAX_CAPACITY: usize = State::FILLED;

    /// Creates the producer, which owns all of the memory, and the consumer. `memory` has at least one byte and at most
    /// [`MAX_CAPACITY`](Half::MAX_CAPACITY).
    pub(super) fn pair(mut memory: AlignedBuffer) -> (Self, Self) {
        let ring = Arc::new(Ring {
            capacity: memory.len(),
            start: NonNull::from(&mut *memory).cast(),
            memory,
            state: AtomicUsize::new(0),
            lock: Mutex::default(),
            changed: Condvar::new(),
        });
        let half = |side| Self { ring: Arc::clone(&ring), side, position: 0, sliced: 0 };
        (half(Side::Producer), half(Side::Consumer))
    }

    /// Returns the bytes that belong to this half, up to the end of the memory.
    #[expect(unsafe_code, reason = "a reference into memory that two threads share")]
    pub(super) fn slice(&mut self) -> &mut [u8] {
        self.sliced = self.owned(self.ring.state()).min(self.ring.capacity - self.position);
        let start = self.ring.start.as_ptr().wrapping_add(self.position);
        let bytes = ptr::slice_from_raw_parts_mut(start, self.sliced);
        // SAFETY: at most `capacity - position` bytes at `position` lie in the memory, which the half keeps alive
        // through its `Arc`; each was initialized to zero. They belong to this half (see `Ring`). There is only one
        // other half, which slices only bytes that belong to it: it has passed on these bytes after its reference to
        // them ended, and this thread has seen that. This reference borrows the half mutably, so that meanwhile nothing
        // is sliced again and nothing is passed on; the bytes stay this half's, and this is the only reference to them.
        unsafe { &mut *bytes }
    }

    /// Passes the first `len` bytes of the last slice on to the other half.
    pub(super) fn advance(&mut self, len: usize) {
        assert!(len <= self.sliced, "{len} bytes exceed the last slice of {}", self.sliced);
        self.sliced -= len;
        self.position = (self.position + len) % self.ring.capacity;
        let before = match self.side {
            Side::Producer => self.ring.state.fetch_add(len, Ordering::Release),
            Side::Consumer => self.ring.state.fetch_sub(len, Ordering::Release),
        };
        self.ring.wake(self.side.other(), before);
    }

    /// Waits until this half owns bytes, or the other half is dropped.
    pub(super) fn wait(&self) {
        let done = |state| self.owned(state) > 0 || state.has(self.side.other().dropped_flag());
        if done(self.ring.state()) {
            return;
        }
        let mut lock = self.ring.lock.lock().unwrap_or_else(PoisonError::into_inner);
        // Reads the state and sets the flag in one operation: a change that is not seen here comes later and sees the
        // flag.
        while !done(State(self.ring.state.fetch_or(self.side.waiting_flag(), Ordering::Acquire))) {
            lock = self.ring.changed.wait(lock).unwrap_or_else(PoisonError::into_inner);
        }
        self.ring.state.fetch_and(!self.side.waiting_flag(), Ordering::Relaxed);
    }

    /// Returns the number of bytes that belong to this half.
    fn owned(&self, state: State) -> usize {
        match self.side {
            Side::Producer => self.ring.capacity - state.filled(),
            Side::Consumer => state.filled(),
        }
    }

    /// Returns whether the other half was dropped.
    pub(super) fn is_abandoned(&self) -> bool {
        self.ring.state().has(self.side.other().dropped_flag())
    }

    /// Returns the capacity of the ring in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.ring.capacity
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        let before = self.ring.state.fetch_or(self.side.dropped_flag(), Ordering::Release);
        self.ring.wake(self.side.other(), before);
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Half")
            .field("capacity", &self.ring.capacity)
            .field("alignment", &self.ring.memory.alignment().bytes())
            .field("owned", &self.owned(self.ring.state()))
            .field("abandoned", &self.is_abandoned())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::Alignment;

    fn pair(capacity: usize) -> (Half, Half) {
        Half::pair(AlignedBuffer::new(capacity, Alignment::SIMD).unwrap())
    }

    /// Returns when the waiting flag of a half is set.
    fn until_waiting(ring: &Ring, side: Side) {
        while !ring.state().has(side.waiting_flag()) {
            thread::yield_now();
        }
    }

    /// Checks that a half without bytes waits until an action of the other half, and then owns `found` bytes.
    fn check_wake_up(capacity: usize, waiting: Side, happens: impl Fn(Half) -> Option<Half>, found: usize) {
        let (mut producer, consumer) = pair(capacity);
        let (mut waiter, other) = match waiting {
            Side::Producer => {
                producer.slice();
                producer.advance(capacity);
                (producer, consumer)
            }
            Side::Consumer => (consumer, producer),
        };
        let ring = Arc::clone(&waiter.ring);
        let thread = thread::spawn(move || {
            waiter.wait();
            assert!(!waiter.ring.state().has(waiter.side.waiting_flag()));
            waiter.slice().len()
        });
        until_waiting(&ring, waiting);
        // Kept until the thread ends, so that dropping it cannot be the cause of the wake-up.
        let other = happens(other);
        assert_eq!(thread.join().unwrap(), found);
        drop(other);
    }

    #[test]
    fn bytes_wake_a_waiting_half() {
        for capacity in [1, 5] {
            for side in [Side::Producer, Side::Consumer] {
                let advance_one = |mut half: Half| {
                    half.slice();
                    half.advance(1);
                    Some(half)
                };
                check_wake_up(capacity, side, advance_one, 1);
            }
        }
    }

    #[test]
    fn drop_of_one_half_wakes_the_other() {
        for side in [Side::Producer, Side::Consumer] {
            let end = |half| {
                drop(half);
                None
            };
            check_wake_up(3, side, end, 0);
            let end_in_a_panic = |half| {
                let panicking = thread::spawn(move || {
                    let _half: Half = half;
                    panic!("a thread ends");
                });
                assert!(panicking.join().is_err());
                None
            };
            check_wake_up(3, side, end_in_a_panic, 0);
        }
    }

    #[test]
    fn advancing_past_the_slice_panics() {
        let panics = |half: &mut Half, len| {
            let advancing = std::panic::AssertUnwindSafe(|| half.advance(len));
            std::panic::catch_unwind(advancing).is_err()
        };
        let (mut producer, mut consumer) = pair(10);
        assert!(panics(&mut producer, 1), "no slice yet");
        assert_eq!(producer.slice().len(), 10);
        assert!(panics(&mut producer, 11) && panics(&mut producer, usize::MAX));
        producer.advance(6);
        assert!(panics(&mut producer, 5));
        producer.advance(4);
        assert!(panics(&mut producer, 1));
        assert!(panics(&mut consumer, 1), "no slice yet");
        assert_eq!(consumer.slice().len(), 10);
        consumer.advance(7);
        assert!(panics(&mut consumer, 4));
        assert!(panics(&mut producer, 1), "the freed space is not in a slice yet");
        assert_eq!((producer.slice().len(), consumer.slice().len()), (7, 3));
    }
}
