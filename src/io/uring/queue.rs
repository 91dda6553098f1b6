//! Who waits for the kernel, and for whom.
//!
//! Any thread may begin reads. One at a time waits in the kernel for completions: the *driver*. It is whoever has to wait first;
//! the others wait until it has taken in what was completed, and the next of them goes on. Futures do not wait, so the first of
//! them starts a thread that does, the *reaper*. It is one more of those who take turns, and the only one who always does.

use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::batch::ReadOp;
use super::state::{Abandoned, Done, Filled, State};
use super::sys::{Buffer, Request, Ring};
use crate::error::{ErrorKind, Result};

/// How long to wait at first, and at the most, before reads that were not cancelled are cancelled once more.
const PATIENCE: [Duration; 2] = [Duration::from_micros(50), Duration::from_millis(10)];

/// A ring, and what is known of its reads.
#[derive(Debug)]
pub(super) struct Queue {
    // Dropped before the buffers, which are registered with it.
    pub(super) ring: Ring,
    depth: usize,
    buffer_len: usize,
    turn: Mutex<Turn>,
    /// Reads have ended, or the next one may drive.
    changed: Condvar,
    /// There are reads in flight for the reaper to wait for.
    begun: Condvar,
}

/// The state, and whose turn it is to wait in the kernel.
#[derive(Debug)]
struct Turn {
    state: State,
    /// Whether there is a driver. Nobody else takes in completions then, or it could wait for what was taken in already.
    driven: bool,
    reaper: Option<JoinHandle<()>>,
}

impl Queue {
    pub(super) fn new(file: File, mut buffers: Vec<Buffer>) -> io::Result<Self> {
        let (depth, buffer_len) = (buffers.len(), buffers.first().map_or(0, |buffer| buffer.memory.len()));
        let ring = Ring::new(file, &mut buffers)?;
        let state = State::new(buffers, ring.is_stream()?);
        let turn = Mutex::new(Turn { state, driven: false, reaper: None });
        Ok(Self { ring, depth, buffer_len, turn, changed: Condvar::new(), begun: Condvar::new() })
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn buffer_len(&self) -> usize {
        self.buffer_len
    }

    /// Whether so many bytes can be asked for at this place.
    pub(super) fn check(&self, offset: u64, len: usize) -> Result<()> {
        if len > self.buffer_len {
            let expected = "at most the length of a buffer";
            return Err(ErrorKind::InvalidConfig { name: "len", value: len as u64, expected }.into());
        }
        if i64::try_from(offset).is_err() {
            // For the kernel, the last of them would be the position of the file.
            return Err(ErrorKind::InvalidConfig {
                name: "offset",
                value: offset,
                expected: "less than 2^63",
            }
            .into());
        }
        Ok(())
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks something of the state.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&State) -> T) -> T {
        question(&self.turn().state)
    }

    /// Begins as many reads of a batch as there are free buffers.
    pub(super) fn begin_batch(&self, ops: &[ReadOp]) -> Result<usize> {
        ops.iter().try_for_each(|op| self.check(op.offset, op.len))?;
        let mut turn = self.turn();
        let mut requests = Vec::new();
        for op in ops {
            match turn.state.begin_of_batch(op.token, op.offset, op.len)? {
                Some(request) => requests.push(request),
                None => break,
            }
        }
        let begun = requests.len();
        self.push(&mut turn.state, requests);
        self.publish(turn);
        Ok(begun)
    }

    /// The reads of batches that are over, when there are `at_least` so many, or none is in flight.
    pub(super) fn wait_for_batch(&self, at_least: usize) -> Vec<Done> {
        self.publish(self.turn());
        let mut turn = self.turn();
        while !turn.state.has_done(at_least) {
            turn = self.step(turn);
        }
        turn.state.take_done()
    }

    /// Reads, and waits for it.
    pub(super) fn read(&self, offset: u64, len: usize) -> Result<Filled> {
        let number = self.begin(self.turn(), offset, len)?;
        let mut turn = self.turn();
        loop {
            if let Some(result) = turn.state.take(number) {
                return Ok(result?);
            }
            if turn.state.in_flight() == 0 {
                // It waits for a buffer, and all of them are with those who were given them, of whom this thread may be one.
                turn.state.abandon(number);
                return Err(io::Error::from(io::ErrorKind::ResourceBusy).into());
            }
            turn = self.step(turn);
        }
    }

    /// Begins a read that is asked for by [`poll`](Queue::poll).
    pub(super) fn begin_to_poll(self: &Arc<Self>, offset: u64, len: usize) -> Result<u64> {
        let mut turn = self.turn();
        if turn.reaper.is_none() && !turn.state.is_closed() {
            let queue = Arc::clone(self);
            let reaper =
                thread::Builder::new().name("pagecut-uring".to_owned()).spawn(move || queue.reap())?;
            turn.reaper = Some(reaper);
        }
        self.begin(turn, offset, len)
    }

    fn begin(&self, mut turn: MutexGuard<'_, Turn>, offset: u64, len: usize) -> Result<u64> {
        self.check(offset, len)?;
        let (number, request) = turn.state.begin(offset, len)?;
        self.push(&mut turn.state, request);
        self.publish(turn);
        Ok(number)
    }

    /// What became of a read; if it is not over, this one is woken when it is.
    pub(super) fn poll(&self, number: u64, waker: &Waker) -> Poll<Result<Filled>> {
        // To clone a waker or drop one may run code of others, which may come back here.
        let waker = waker.clone();
        let mut turn = self.turn();
        if let Some(result) = turn.state.take(number) {
            return Poll::Ready(Ok(result?));
        }
        let before = turn.state.wake_by(number, waker);
        drop(turn);
        drop(before);
        Poll::Pending
    }

    /// Forgets a read that nobody asks for any more. The kernel is told to give it up; its buffer is free when it has.
    pub(super) fn abandon(&self, number: u64) {
        let mut turn = self.turn();
        let Abandoned { in_flight, request, waker } = turn.state.abandon(number);
        self.push(&mut turn.state, request);
        self.cancel(&mut turn.state, in_flight);
        self.publish(turn);
        drop(waker);
    }

    /// Takes back a buffer that was lent out.
    pub(super) fn release(&self, buffer: Buffer) {
        let mut turn = self.turn();
        if let Some(request) = turn.state.release(buffer) {
            self.push(&mut turn.state, [request]);
            self.publish(turn);
        }
    }

    /// Cancels what can be cancelled, and waits until the kernel writes to no buffer any more.
    pub(super) fn close(&self) {
        let [mut patience, longest] = PATIENCE;
        let mut turn = self.turn();
        turn.state.close(libc::ECANCELED);
        loop {
            // Once may not be enough: a read that is about to wait, or to go to a worker, is not found.
            let in_flight = turn.state.indices();
            self.cancel(&mut turn.state, in_flight);
            self.publish(turn);
            turn = self.turn();
            if turn.state.in_flight() == 0 {
                break;
            }
            let waited = self.changed.wait_timeout(turn, patience);
            turn = waited.unwrap_or_else(PoisonError::into_inner).0;
            patience = longest.min(patience * 2);
        }
        let reaper = turn.reaper.take();
        // A driver that waits for nothing was left behind when the kernel refused another thread, and may wait for ever.
        let left_behind = turn.driven;
        drop(turn);
        self.begun.notify_all();
        // What the reaper wakes may drop the reader, and a thread cannot wait for itself.
        let is_other = |reaper: &JoinHandle<()>| reaper.thread().id() != thread::current().id();
        if let Some(reaper) = reaper.filter(|reaper| !left_behind && is_other(reaper)) {
            // It does nothing that panics; if it did, there is nothing left to do for it.
            let _ = reaper.join();
        }
    }

    /// The thread that waits for the reads of futures.
    fn reap(&self) {
        let mut turn = self.turn();
        loop {
            turn = match turn.state.in_flight() {
                0 if turn.state.is_closed() => return,
                0 => self.begun.wait(turn).unwrap_or_else(PoisonError::into_inner),
                _ => self.step(turn),
            }
        }
    }

    /// Waits until something has changed; there are reads in flight.
    fn step<'queue>(&'queue self, mut turn: MutexGuard<'queue, Turn>) -> MutexGuard<'queue, Turn> {
        if turn.driven {
            return self.changed.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        if !self.settle(&mut turn.state) {
            turn.driven = true;
            drop(turn);
            let waited = self.ring.wait();
            turn = self.turn();
            turn.driven = false;
            if let Err(error) = waited {
                turn.state.fail(&error);
            }
        }
        self.publish(turn);
        self.turn()
    }

    /// Ends a change of the state: tells the kernel of new requests, takes in what it has completed by then, and wakes those for
    /// whom something has changed.
    fn publish<'queue>(&'queue self, mut turn: MutexGuard<'queue, Turn>) {
        loop {
            drop(turn);
            let submitted = self.ring.submit();
            turn = self.turn();
            if let Err(error) = submitted {
                turn.state.fail(&error);
            }
            if turn.driven || !self.settle(&mut turn.state) {
                break;
            }
        }
        let wakers = turn.state.take_wakers();
        if turn.state.in_flight() > 0 {
            self.begun.notify_all();
        }
        drop(turn);
        self.changed.notify_all();
        for waker in wakers {
            // A waker is code of others. If it panics, the next ones are to be woken all the same.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }

    /// Takes in what the kernel has completed; whether there was anything.
    fn settle(&self, state: &mut State) -> bool {
        let completions = self.ring.completions();
        let found = !completions.is_empty();
        for (buffer, outcome) in completions {
            let request = state.complete(buffer, outcome);
            self.push(state, request);
        }
        found
    }

    fn push(&self, state: &mut State, requests: impl IntoIterator<Item = Request>) {
        if let Err(error) = requests.into_iter().try_for_each(|request| self.ring.push(request)) {
            state.fail(&error);
        }
    }

    fn cancel(&self, state: &mut State, indices: impl IntoIterator<Item = u16>) {
        if let Err(error) = indices.into_iter().try_for_each(|index| self.ring.cancel(index)) {
            state.fail(&error);
        }
    }
}
