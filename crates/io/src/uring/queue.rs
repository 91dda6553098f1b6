//! Waiting for completions.
//!
//! Any thread may start reads. One thread at a time, the *driver*, waits in the kernel for completions: the first that
//! has to wait. The others wait until it has processed the completions, and then the next of them continues. Futures do
//! not wait; the first of them starts a thread for this purpose, the *reaper*. It takes turns with the others and is
//! the only one that always waits.

use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use pagecut_core::error::{ErrorKind, Result};

use super::batch::ReadOp;
use super::state::{Abandoned, Done, Filled, State};
use super::sys::{Buffer, Request, Ring};

/// First and maximum interval between cancellation attempts for reads that are still in flight.
const CANCEL_INTERVALS: [Duration; 2] = [Duration::from_micros(50), Duration::from_millis(10)];

/// A ring and the state of its reads.
#[derive(Debug)]
pub(super) struct Queue {
    // Dropped before the buffers, which are registered with it.
    pub(super) ring: Ring,
    depth: usize,
    buffer_len: usize,
    shared: Mutex<Shared>,
    /// Signalled when reads have completed or another thread may become the driver.
    changed: Condvar,
    /// Signalled when the reaper has reads in flight to wait for.
    started: Condvar,
}

/// The state, and whether a thread waits in the kernel.
#[derive(Debug)]
struct Shared {
    state: State,
    /// Whether there is a driver. No other thread processes completions then; otherwise the driver could wait for a
    /// completion that has already been processed.
    driven: bool,
    reaper: Option<JoinHandle<()>>,
}

impl Queue {
    pub(super) fn new(file: File, mut buffers: Vec<Buffer>) -> io::Result<Self> {
        let (depth, buffer_len) = (buffers.len(), buffers.first().map_or(0, |buffer| buffer.memory.len()));
        let ring = Ring::new(file, &mut buffers)?;
        let state = State::new(buffers, ring.is_stream()?);
        let shared = Mutex::new(Shared { state, driven: false, reaper: None });
        Ok(Self { ring, depth, buffer_len, shared, changed: Condvar::new(), started: Condvar::new() })
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn buffer_len(&self) -> usize {
        self.buffer_len
    }

    /// Checks offset and length of a read.
    pub(super) fn check(&self, offset: u64, len: usize) -> Result<()> {
        if len > self.buffer_len {
            let expected = "at most the length of a buffer";
            return Err(ErrorKind::InvalidConfig { name: "len", value: len as u64, expected }.into());
        }
        if i64::try_from(offset).is_err() {
            // The kernel interprets the largest offset as the current file position.
            return Err(ErrorKind::InvalidConfig {
                name: "offset",
                value: offset,
                expected: "less than 2^63",
            }
            .into());
        }
        Ok(())
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Evaluates a query on the state.
    pub(super) fn query<T>(&self, query: impl FnOnce(&State) -> T) -> T {
        query(&self.shared().state)
    }

    /// Starts reads of a batch, as many as there are free buffers.
    pub(super) fn start_batch(&self, ops: &[ReadOp]) -> Result<usize> {
        ops.iter().try_for_each(|op| self.check(op.offset, op.len))?;
        let mut shared = self.shared();
        let mut requests = Vec::new();
        for op in ops {
            match shared.state.start_of_batch(op.token, op.offset, op.len)? {
                Some(request) => requests.push(request),
                None => break,
            }
        }
        let started = requests.len();
        self.push(&mut shared.state, requests);
        self.publish(shared);
        Ok(started)
    }

    /// Returns the completed reads of batches, when there are `at_least` of them or none is in flight.
    pub(super) fn wait_for_batch(&self, at_least: usize) -> Vec<Done> {
        self.publish(self.shared());
        let mut shared = self.shared();
        while !shared.state.has_done(at_least) {
            shared = self.step(shared);
        }
        shared.state.take_done()
    }

    /// Reads and waits for completion.
    pub(super) fn read(&self, offset: u64, len: usize) -> Result<Filled> {
        let number = self.start(self.shared(), offset, len)?;
        let mut shared = self.shared();
        loop {
            if let Some(result) = shared.state.take(number) {
                return Ok(result?);
            }
            if shared.state.in_flight() == 0 {
                // The read waits for a buffer, and all are in use, possibly by this thread.
                shared.state.abandon(number);
                return Err(io::Error::from(io::ErrorKind::ResourceBusy).into());
            }
            shared = self.step(shared);
        }
    }

    /// Starts a read for [`poll`](Queue::poll).
    pub(super) fn start_polled(self: &Arc<Self>, offset: u64, len: usize) -> Result<u64> {
        let mut shared = self.shared();
        if shared.reaper.is_none() && !shared.state.is_closed() {
            let queue = Arc::clone(self);
            let reaper =
                thread::Builder::new().name("pagecut-uring".to_owned()).spawn(move || queue.reap())?;
            shared.reaper = Some(reaper);
        }
        self.start(shared, offset, len)
    }

    fn start(&self, mut shared: MutexGuard<'_, Shared>, offset: u64, len: usize) -> Result<u64> {
        self.check(offset, len)?;
        let (number, request) = shared.state.start(offset, len)?;
        self.push(&mut shared.state, request);
        self.publish(shared);
        Ok(number)
    }

    /// Returns the result of a read, or stores the waker that is woken on completion.
    pub(super) fn poll(&self, number: u64, waker: &Waker) -> Poll<Result<Filled>> {
        // Cloning or dropping a waker may run foreign code, which may call this type again.
        let waker = waker.clone();
        let mut shared = self.shared();
        if let Some(result) = shared.state.take(number) {
            return Poll::Ready(Ok(result?));
        }
        let before = shared.state.wake_by(number, waker);
        drop(shared);
        drop(before);
        Poll::Pending
    }

    /// Abandons a read. It is cancelled; its buffer is free after the kernel has completed it.
    pub(super) fn abandon(&self, number: u64) {
        let mut shared = self.shared();
        let Abandoned { in_flight, request, waker } = shared.state.abandon(number);
        self.push(&mut shared.state, request);
        self.cancel(&mut shared.state, in_flight);
        self.publish(shared);
        drop(waker);
    }

    /// Returns a buffer that was in use.
    pub(super) fn release(&self, buffer: Buffer) {
        let mut shared = self.shared();
        if let Some(request) = shared.state.release(buffer) {
            self.push(&mut shared.state, [request]);
            self.publish(shared);
        }
    }

    /// Cancels all reads in flight and waits until the kernel writes to no buffer any more.
    pub(super) fn close(&self) {
        let [mut interval, longest_interval] = CANCEL_INTERVALS;
        let mut shared = self.shared();
        shared.state.close(libc::ECANCELED);
        loop {
            // One attempt may not suffice: the kernel does not find a read that is just about to wait or to move to a
            // worker.
            let in_flight = shared.state.indices();
            self.cancel(&mut shared.state, in_flight);
            self.publish(shared);
            shared = self.shared();
            if shared.state.in_flight() == 0 {
                break;
            }
            let waited = self.changed.wait_timeout(shared, interval);
            shared = waited.unwrap_or_else(PoisonError::into_inner).0;
            interval = longest_interval.min(interval * 2);
        }
        let reaper = shared.reaper.take();
        // If the kernel refused another thread, the driver may wait for ever.
        let stuck_driver = shared.driven;
        drop(shared);
        self.started.notify_all();
        // A task that the reaper wakes may drop the reader, and a thread cannot join itself.
        let is_other = |reaper: &JoinHandle<()>| reaper.thread().id() != thread::current().id();
        if let Some(reaper) = reaper.filter(|reaper| !stuck_driver && is_other(reaper)) {
            // The reaper does not panic. If it did, nothing would remain to be cleaned up.
            let _ = reaper.join();
        }
    }

    /// Waits for the reads of futures, in a separate thread.
    fn reap(&self) {
        let mut shared = self.shared();
        loop {
            shared = match shared.state.in_flight() {
                0 if shared.state.is_closed() => return,
                0 => self.started.wait(shared).unwrap_or_else(PoisonError::into_inner),
                _ => self.step(shared),
            }
        }
    }

    /// Waits until the state has changed. Some reads must be in flight.
    fn step<'queue>(&'queue self, mut shared: MutexGuard<'queue, Shared>) -> MutexGuard<'queue, Shared> {
        if shared.driven {
            return self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner);
        }
        if !self.settle(&mut shared.state) {
            shared.driven = true;
            drop(shared);
            let waited = self.ring.wait();
            shared = self.shared();
            shared.driven = false;
            if let Err(error) = waited {
                shared.state.fail(&error);
            }
        }
        self.publish(shared);
        self.shared()
    }

    /// Completes a change of the state: submits new requests, processes completions, and wakes waiting threads and
    /// tasks.
    fn publish<'queue>(&'queue self, mut shared: MutexGuard<'queue, Shared>) {
        loop {
            drop(shared);
            let submitted = self.ring.submit();
            shared = self.shared();
            if let Err(error) = submitted {
                shared.state.fail(&error);
            }
            if shared.driven || !self.settle(&mut shared.state) {
                break;
            }
        }
        let wakers = shared.state.take_wakers();
        if shared.state.in_flight() > 0 {
            self.started.notify_all();
        }
        drop(shared);
        self.changed.notify_all();
        for waker in wakers {
            // A waker is foreign code. If it panics, the remaining ones must still be woken.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }

    /// Processes completions. Returns whether there were any.
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
