//! Queue of runs of an input, filled by one worker for all.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::origin::Origin;
use crate::compress::{CompressionStats, Run, Taken, Unpacker};
use crate::error::Result;

/// Minimum number of waiting bytes for which a worker is woken, unless runs are much shorter. Waking a worker takes as long as
/// decompressing tens of kilobytes.
const BATCH_LEN: usize = 1 << 20;

/// Maximum number of runs per batch.
const MAX_RUNS_PER_BATCH: usize = 4;

/// Queue of runs of an input, filled by one worker for all.
///
/// One worker at a time reads, and puts its runs into a queue, from which the others take them in the order of the input. Only when the
/// queue holds enough runs for a while does the reading worker process one itself. A decoder that is the bottleneck therefore never waits,
/// its state stays in the caches of one core, and the other workers are woken once for several runs.
pub(super) struct RunQueue<'input> {
    unpacker: Mutex<Unpacker<Origin<'input>>>,
    state: Mutex<State>,
    /// Signals that a batch waits in the queue, or that no worker reads.
    moved: Condvar,
}

/// The runs that wait, and the state of the readers.
#[derive(Default)]
struct State {
    /// Number of workers.
    workers: usize,
    /// Whether one of them reads.
    is_taking: bool,
    /// Length of a run in bytes.
    run_len: usize,
    /// Runs that were read, the oldest first.
    runs: VecDeque<(Run, TakenRun)>,
    /// Empty runs for reuse.
    free: Vec<Run>,
    /// Number of runs read.
    count: u64,
    /// Whether the last run was read.
    has_ended: bool,
}

impl State {
    /// Returns the number of runs for which a worker is woken.
    fn batch(&self) -> usize {
        (BATCH_LEN / self.run_len.max(1)).clamp(1, MAX_RUNS_PER_BATCH)
    }

    /// Returns the maximum number of waiting runs: two batches, so that one is read while the other is processed. It is 0 for a single
    /// worker, and 1 if runs are long.
    fn max_waiting(&self) -> usize {
        match self.workers {
            0 | 1 => 0,
            _ if self.run_len > BATCH_LEN => 1,
            _ => 2 * self.batch(),
        }
    }
}

/// The result of reading a run.
pub(super) struct TakenRun {
    /// Number of the run, counted from 0.
    pub(super) number: u64,
    pub(super) taken: Result<Taken>,
    /// Number of bytes of the input read, this run included.
    pub(super) offset: u64,
    /// Decompression statistics, this run included, if the input is compressed.
    pub(super) packed: Option<CompressionStats>,
}

impl<'input> RunQueue<'input> {
    pub(super) fn new(input: Origin<'input>) -> Self {
        Self { unpacker: Mutex::new(Unpacker::new(input)), state: Mutex::default(), moved: Condvar::new() }
    }

    /// Returns the input.
    pub(super) fn input_mut(&mut self) -> &mut Origin<'input> {
        self.unpacker.get_mut().unwrap_or_else(PoisonError::into_inner).get_mut()
    }

    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> std::io::Result<()> {
        self.unpacker().rewind(Origin::rewind)?;
        *self.state() = State::default();
        Ok(())
    }

    /// Sets whether the bytes read are kept, so that they can be [taken again](RunQueue::take_again).
    pub(super) fn keep(&mut self, keeps: bool) {
        self.unpacker().keep(keeps);
    }

    /// Sets whether reading continues after damage. Returns whether the kept bytes are taken again from the start for that.
    pub(super) fn take_again(&mut self, recovers: bool) -> bool {
        let again = {
            let mut unpacker = self.unpacker();
            unpacker.recovers() != recovers && unpacker.take_again(recovers)
        };
        if again {
            *self.state() = State::default();
        }
        again
    }

    /// Adds a worker.
    pub(super) fn add_worker(&self) {
        self.state().workers += 1;
    }

    /// Takes the next run from the queue, or reads it if no worker reads; `None` if there is no more.
    pub(super) fn take(&self, run: &mut Run, len: usize) -> Option<TakenRun> {
        let mut state = self.state();
        state.run_len = len;
        loop {
            if !state.is_taking && !state.has_ended && state.runs.len() <= state.max_waiting() / 2 {
                state.is_taking = true;
                drop(state);
                return Some(self.take_for_all(run));
            }
            if let Some((given, taken)) = state.runs.pop_front() {
                state.free.push(std::mem::replace(run, given));
                return Some(taken);
            }
            if state.has_ended {
                return None;
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads runs until the queue is full, and takes the oldest run.
    fn take_for_all(&self, run: &mut Run) -> TakenRun {
        let _guard = EndOnPanic(self);
        let mut unpacker = self.unpacker();
        let mut len = self.state().run_len;
        loop {
            let taken = unpacker.take(run, len);
            let (offset, packed) = (unpacker.offset(), unpacker.compression_stats());
            let mut state = self.state();
            state.has_ended = !matches!(taken, Ok(Taken::Some));
            let taken = TakenRun { number: state.count, taken, offset, packed };
            state.count += 1;
            if state.has_ended || state.runs.len() >= state.max_waiting() {
                state.is_taking = false;
                let oldest = match state.runs.pop_front() {
                    None => taken,
                    Some((oldest, its)) => {
                        state.runs.push_back((std::mem::replace(run, oldest), taken));
                        its
                    }
                };
                drop(state);
                self.moved.notify_all();
                return oldest;
            }
            let mut empty = state.free.pop().unwrap_or_default();
            empty.clear();
            state.runs.push_back((std::mem::replace(run, empty), taken));
            len = state.run_len;
            let is_batch = state.runs.len() >= state.batch();
            drop(state);
            if is_batch {
                self.moved.notify_one();
            }
        }
    }

    /// Ends reading.
    fn end(&self) {
        let mut state = self.state();
        (state.is_taking, state.has_ended) = (false, true);
        drop(state);
        self.moved.notify_all();
    }

    /// Returns whether the whole input was read.
    pub(super) fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    /// Returns the decompressor, for the worker that reads.
    fn unpacker(&self) -> MutexGuard<'_, Unpacker<Origin<'input>>> {
        self.unpacker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the other workers if the reading worker panics.
struct EndOnPanic<'run, 'input>(&'run RunQueue<'input>);

impl Drop for EndOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{io, thread};

    use super::super::ahead::ReadAhead;
    use super::*;

    #[test]
    fn every_run_is_taken_once_and_few_wait() {
        let bytes: Vec<u8> = (0..=250).cycle().take(5_000_000).collect();
        for workers in [1, 2, 5] {
            for len in [10_000, BATCH_LEN / 3, BATCH_LEN, BATCH_LEN + 1] {
                let queue =
                    RunQueue::new(Origin::Stream(ReadAhead::new(Box::new(io::Cursor::new(bytes.clone())))));
                let received = Mutex::new(Vec::new());
                let work = || {
                    queue.add_worker();
                    let mut run = Run::default();
                    run.clear();
                    while let Some(taken) = queue.take(&mut run, len) {
                        let state = queue.state();
                        assert!(state.runs.len() <= state.max_waiting(), "{workers} workers, runs of {len}");
                        drop(state);
                        received.lock().unwrap().push((taken.number, taken.offset, run.as_slice().to_vec()));
                        run.clear();
                    }
                };
                thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
                let mut received = received.into_inner().unwrap();
                received.sort();
                let mut joined = Vec::new();
                for (number, (its, offset, run)) in (0..).zip(received) {
                    joined.extend(run);
                    assert_eq!((its, offset), (number, joined.len() as u64));
                }
                assert!(joined == bytes, "{workers} workers, runs of {len}");
            }
        }
    }
}
