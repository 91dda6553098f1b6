//! What the two halves of a ring share, and who may touch which byte.

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::io::AlignedBuffer;

/// What the halves share.
///
/// Each byte of the memory belongs to one half at a time: as many as are filled, in a circle from the position of the consumer
/// on, to the consumer, and the rest, from the position of the producer on, to the producer. A half gives bytes away that it has
/// ([`Half::pass_on`]), and never takes any. So what it sees in `state` to be its own is its own; it can only have been given
/// more since.
///
/// To give away is a `Release`, to look is an `Acquire`. Every change of `state` is a read-modify-write, and so continues the
/// release sequence of each one before: who sees it comes after whatever the other half did with the bytes that it had given
/// away by then. What it wrote is there, and what it read it has read.
struct Ring {
    capacity: usize,
    /// The first byte of `memory`.
    start: NonNull<u8>,
    /// Kept to be given back. Its bytes are reached through `start` alone, since a reference to all of them would overlap with
    /// what the halves have lent.
    memory: AlignedBuffer,
    state: AtomicUsize,
    /// Held by a half from saying that it waits until it hears the bell.
    gate: Mutex<()>,
    bell: Condvar,
}

// SAFETY: `start` points into `memory`, which the ring owns and which is `Send`; all else is `Send` by itself.
#[expect(unsafe_code, reason = "memory of our own behind a pointer")]
unsafe impl Send for Ring {}

// SAFETY: through a shared reference, `memory` is asked for its alignment only, and `start` is copied; who goes where it points
// argues for that himself (`Half::lend`). All else is `Sync` by itself.
#[expect(unsafe_code, reason = "memory of our own behind a pointer")]
unsafe impl Sync for Ring {}

impl Ring {
    fn state(&self) -> State {
        State(self.state.load(Ordering::Acquire))
    }

    /// Wakes a half, if it had said that it waits when `state` was changed.
    fn wake(&self, side: Side, before_change: usize) {
        if State(before_change).has(side.waits()) {
            // It holds the gate until it hears the bell; and nobody else hears it, since the other half is the one that rings.
            drop(self.gate.lock());
            self.bell.notify_one();
        }
    }
}

/// How many bytes are filled, and flags, in one word: it is seen at one moment whether there is something to read, whether there
/// will be, and whether somebody waits for it. So no end is taken for an empty ring, and no wake-up is lost.
#[derive(Clone, Copy)]
struct State(usize);

impl State {
    /// The bits that are not flags.
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

    /// The flag of a half that was dropped.
    fn gone(self) -> usize {
        match self {
            Self::Producer => 1 << (usize::BITS - 1),
            Self::Consumer => 1 << (usize::BITS - 2),
        }
    }

    /// The flag of a half that waits for bytes.
    fn waits(self) -> usize {
        self.gone() >> 2
    }
}

/// One of the two halves of a ring. It has bytes, lends them to its user, and passes them on to the other half.
pub(super) struct Half {
    ring: Arc<Ring>,
    side: Side,
    /// Where the bytes begin that belong to this half, from the start of the memory; less than the capacity.
    position: usize,
    /// How many of them, from `position` on, were lent last and not passed on since.
    lent: usize,
}

impl Half {
    /// The most bytes that a ring can have.
    pub(super) const MAX_CAPACITY: usize = State::FILLED;

    /// The producer, to which all of the memory belongs, and the consumer. It has a byte at least, and no more than
    /// [`MAX_CAPACITY`](Half::MAX_CAPACITY).
    pub(super) fn pair(mut memory: AlignedBuffer) -> (Self, Self) {
        let ring = Arc::new(Ring {
            capacity: memory.len(),
            start: NonNull::from(&mut *memory).cast(),
            memory,
            state: AtomicUsize::new(0),
            gate: Mutex::default(),
            bell: Condvar::new(),
        });
        let half = |side| Self { ring: Arc::clone(&ring), side, position: 0, lent: 0 };
        (half(Side::Producer), half(Side::Consumer))
    }

    /// Lends the bytes that belong to this half, as far as the end of the memory.
    #[expect(unsafe_code, reason = "a reference into memory that two threads share")]
    pub(super) fn lend(&mut self) -> &mut [u8] {
        self.lent = self.owned(self.ring.state()).min(self.ring.capacity - self.position);
        let start = self.ring.start.as_ptr().wrapping_add(self.position);
        let bytes = ptr::slice_from_raw_parts_mut(start, self.lent);
        // SAFETY: at most `capacity - position` bytes from `position` on lie in the memory, which the half keeps through its
        // `Arc`; each was made as a zero, so it has a value. They belong to this half (see `Ring`). Of the other half there is
        // one, which lends only bytes that belong to it: what it lent of these, it has passed on after the reference was gone,
        // and this thread has seen that. This reference borrows the half mutably, so that meanwhile nothing is lent again and
        // nothing passed on; the bytes stay this half's, and this is the only reference to them.
        unsafe { &mut *bytes }
    }

    /// Gives the first of the bytes that were lent to the other half.
    pub(super) fn pass_on(&mut self, len: usize) {
        assert!(len <= self.lent, "{len} bytes cannot be passed on: {} were lent", self.lent);
        self.lent -= len;
        self.position = (self.position + len) % self.ring.capacity;
        let before = match self.side {
            Side::Producer => self.ring.state.fetch_add(len, Ordering::Release),
            Side::Consumer => self.ring.state.fetch_sub(len, Ordering::Release),
        };
        self.ring.wake(self.side.other(), before);
    }

    /// Waits until bytes belong to this half, or none ever will.
    pub(super) fn wait(&self) {
        let done = |state| self.owned(state) > 0 || state.has(self.side.other().gone());
        if done(self.ring.state()) {
            return;
        }
        let mut gate = self.ring.gate.lock().unwrap_or_else(PoisonError::into_inner);
        // Looks and says that it waits, at once: a change that is not seen here comes later, and sees the flag.
        while !done(State(self.ring.state.fetch_or(self.side.waits(), Ordering::Acquire))) {
            gate = self.ring.bell.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
        self.ring.state.fetch_and(!self.side.waits(), Ordering::Relaxed);
    }

    /// How many bytes belong to this half.
    fn owned(&self, state: State) -> usize {
        match self.side {
            Side::Producer => self.ring.capacity - state.filled(),
            Side::Consumer => state.filled(),
        }
    }

    /// Whether the other half was dropped.
    pub(super) fn is_abandoned(&self) -> bool {
        self.ring.state().has(self.side.other().gone())
    }

    /// How many bytes both halves have.
    pub(super) fn capacity(&self) -> usize {
        self.ring.capacity
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        let before = self.ring.state.fetch_or(self.side.gone(), Ordering::Release);
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
    use crate::io::Alignment;

    fn pair(capacity: usize) -> (Half, Half) {
        Half::pair(AlignedBuffer::new(capacity, Alignment::SIMD).unwrap())
    }

    /// Comes back when the state says that a half waits.
    fn until_waiting(ring: &Ring, side: Side) {
        while !ring.state().has(side.waits()) {
            thread::yield_now();
        }
    }

    /// A half that has no bytes waits until something happens to the other one, and finds that it has so many.
    fn wakes(capacity: usize, waiting: Side, happens: impl Fn(Half) -> Option<Half>, found: usize) {
        let (mut producer, consumer) = pair(capacity);
        let (mut waiter, other) = match waiting {
            Side::Producer => {
                producer.lend();
                producer.pass_on(capacity);
                (producer, consumer)
            }
            Side::Consumer => (consumer, producer),
        };
        let ring = Arc::clone(&waiter.ring);
        let thread = thread::spawn(move || {
            waiter.wait();
            assert!(!waiter.ring.state().has(waiter.side.waits()));
            waiter.lend().len()
        });
        until_waiting(&ring, waiting);
        // Kept until the thread is done, so that it was not its end that woke the waiter.
        let other = happens(other);
        assert_eq!(thread.join().unwrap(), found);
        drop(other);
    }

    #[test]
    fn a_half_that_waits_is_woken_by_bytes() {
        for capacity in [1, 5] {
            for side in [Side::Producer, Side::Consumer] {
                let pass_on_one = |mut half: Half| {
                    half.lend();
                    half.pass_on(1);
                    Some(half)
                };
                wakes(capacity, side, pass_on_one, 1);
            }
        }
    }

    #[test]
    fn a_half_that_waits_is_woken_by_the_end_of_the_other() {
        for side in [Side::Producer, Side::Consumer] {
            let end = |half| {
                drop(half);
                None
            };
            wakes(3, side, end, 0);
            let end_in_a_panic = |half| {
                let panicking = thread::spawn(move || {
                    let _half: Half = half;
                    panic!("a thread ends");
                });
                assert!(panicking.join().is_err());
                None
            };
            wakes(3, side, end_in_a_panic, 0);
        }
    }

    #[test]
    fn no_more_is_passed_on_than_was_lent() {
        let panics = |half: &mut Half, len| {
            let passing_on = std::panic::AssertUnwindSafe(|| half.pass_on(len));
            std::panic::catch_unwind(passing_on).is_err()
        };
        let (mut producer, mut consumer) = pair(10);
        assert!(panics(&mut producer, 1), "nothing was lent");
        assert_eq!(producer.lend().len(), 10);
        assert!(panics(&mut producer, 11) && panics(&mut producer, usize::MAX));
        producer.pass_on(6);
        assert!(panics(&mut producer, 5));
        producer.pass_on(4);
        assert!(panics(&mut producer, 1));
        assert!(panics(&mut consumer, 1), "nothing was lent");
        assert_eq!(consumer.lend().len(), 10);
        consumer.pass_on(7);
        assert!(panics(&mut consumer, 4));
        assert!(panics(&mut producer, 1), "what became free was not lent yet");
        assert_eq!((producer.lend().len(), consumer.lend().len()), (7, 3));
    }
}
