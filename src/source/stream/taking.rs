//! Takes runs of an input, for all workers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::input::Input;
use crate::compress::{CompressionStats, Run, Taken, Unpacker};
use crate::error::Result;

/// Nobody is woken for fewer bytes, unless they come in runs that are much shorter: to wake a worker takes as long as to decompress
/// tens of kilobytes.
const LOT_LEN: usize = 1 << 20;

/// How many runs make a lot at the most.
const MOST_IN_LOT: usize = 4;

/// Takes runs of an input, for all workers.
///
/// One worker at a time takes, and lays what it has taken on a desk, from which the others have it in the order of the input. Only
/// when as much lies there as they will need for a while it works too: a decoder that is the slowest of all never waits, its state
/// stays in the caches of one core, and the others are woken once for several runs.
pub(super) struct Taking<'input> {
    unpacker: Mutex<Unpacker<Input<'input>>>,
    desk: Mutex<Desk>,
    /// There is a lot on the desk, or nobody takes.
    moved: Condvar,
}

/// Where runs change hands.
#[derive(Default)]
struct Desk {
    /// How many workers there are.
    workers: usize,
    /// Whether one of them takes.
    busy: bool,
    /// How long runs are to be.
    run_len: usize,
    /// What was taken, the oldest first.
    runs: VecDeque<(Run, TakenRun)>,
    /// What was given for it.
    free: Vec<Run>,
    /// How many runs were taken.
    count: u64,
    /// Whether the last one was.
    ended: bool,
}

impl Desk {
    /// How many runs somebody is woken for.
    fn lot(&self) -> usize {
        (LOT_LEN / self.run_len.max(1)).clamp(1, MOST_IN_LOT)
    }

    /// How many runs may lie here: two lots, so that one can be taken while the other is worked on; but none for a worker that is
    /// alone, and one of those that are long.
    fn most(&self) -> usize {
        match self.workers {
            0 | 1 => 0,
            _ if self.run_len > LOT_LEN => 1,
            _ => 2 * self.lot(),
        }
    }
}

/// What came of taking a run.
pub(super) struct TakenRun {
    /// Which one it is, counted from 0.
    pub(super) number: u64,
    pub(super) taken: Result<Taken>,
    /// How many bytes of the input were taken by then.
    pub(super) offset: u64,
    /// What was taken by then, if the input is compressed.
    pub(super) packed: Option<CompressionStats>,
}

impl<'input> Taking<'input> {
    pub(super) fn new(input: Input<'input>) -> Self {
        Self { unpacker: Mutex::new(Unpacker::new(input)), desk: Mutex::default(), moved: Condvar::new() }
    }

    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> std::io::Result<()> {
        self.unpacker().rewind(Input::rewind)?;
        *self.desk() = Desk::default();
        Ok(())
    }

    /// Keeps what is taken, so that it can be [taken again](Taking::take_again); or does so no more.
    pub(super) fn keep(&mut self, keeps: bool) {
        self.unpacker().keep(keeps);
    }

    /// Goes on behind damage, or does not. Returns whether what was taken is taken again for that, from the start.
    pub(super) fn take_again(&mut self, recovers: bool) -> bool {
        let again = {
            let mut unpacker = self.unpacker();
            unpacker.recovers() != recovers && unpacker.take_again(recovers)
        };
        if again {
            *self.desk() = Desk::default();
        }
        again
    }

    /// There is another worker.
    pub(super) fn add_worker(&self) {
        self.desk().workers += 1;
    }

    /// Takes the next run, or has it from the worker that takes; `None` if there is no more.
    pub(super) fn take(&self, run: &mut Run, len: usize) -> Option<TakenRun> {
        let mut desk = self.desk();
        desk.run_len = len;
        loop {
            if !desk.busy && !desk.ended && desk.runs.len() <= desk.most() / 2 {
                desk.busy = true;
                drop(desk);
                return Some(self.take_for_all(run));
            }
            if let Some((given, taken)) = desk.runs.pop_front() {
                desk.free.push(std::mem::replace(run, given));
                return Some(taken);
            }
            if desk.ended {
                return None;
            }
            desk = self.moved.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes runs until there is a run for each who may want one, and then has the oldest of them.
    fn take_for_all(&self, run: &mut Run) -> TakenRun {
        let _guard = EndOnPanic(self);
        let mut unpacker = self.unpacker();
        let mut len = self.desk().run_len;
        loop {
            let taken = unpacker.take(run, len);
            let (offset, packed) = (unpacker.offset(), unpacker.compression_stats());
            let mut desk = self.desk();
            desk.ended = !matches!(taken, Ok(Taken::Some));
            let taken = TakenRun { number: desk.count, taken, offset, packed };
            desk.count += 1;
            if desk.ended || desk.runs.len() >= desk.most() {
                desk.busy = false;
                let oldest = match desk.runs.pop_front() {
                    None => taken,
                    Some((oldest, its)) => {
                        desk.runs.push_back((std::mem::replace(run, oldest), taken));
                        its
                    }
                };
                drop(desk);
                self.moved.notify_all();
                return oldest;
            }
            let mut empty = desk.free.pop().unwrap_or_default();
            empty.clear();
            desk.runs.push_back((std::mem::replace(run, empty), taken));
            len = desk.run_len;
            let is_lot = desk.runs.len() >= desk.lot();
            drop(desk);
            if is_lot {
                self.moved.notify_one();
            }
        }
    }

    /// Takes no more.
    fn end(&self) {
        let mut desk = self.desk();
        (desk.busy, desk.ended) = (false, true);
        drop(desk);
        self.moved.notify_all();
    }

    /// Whether all of the input was taken.
    pub(super) fn has_ended(&self) -> bool {
        self.desk().ended
    }

    /// What runs are taken of, for the one who takes.
    fn unpacker(&self) -> MutexGuard<'_, Unpacker<Input<'input>>> {
        self.unpacker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets nobody wait for runs of a worker that panics.
struct EndOnPanic<'run, 'input>(&'run Taking<'input>);

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
    fn every_run_is_had_once_and_few_lie_on_the_desk() {
        let bytes: Vec<u8> = (0..=250).cycle().take(5_000_000).collect();
        for workers in [1, 2, 5] {
            for len in [10_000, LOT_LEN / 3, LOT_LEN, LOT_LEN + 1] {
                let taking =
                    Taking::new(Input::Stream(ReadAhead::new(Box::new(io::Cursor::new(bytes.clone())))));
                let had = Mutex::new(Vec::new());
                let work = || {
                    taking.add_worker();
                    let mut run = Run::default();
                    run.clear();
                    while let Some(taken) = taking.take(&mut run, len) {
                        let desk = taking.desk();
                        assert!(desk.runs.len() <= desk.most(), "{workers} workers, runs of {len}");
                        drop(desk);
                        had.lock().unwrap().push((taken.number, taken.offset, run.as_slice().to_vec()));
                        run.clear();
                    }
                };
                thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
                let mut had = had.into_inner().unwrap();
                had.sort();
                let mut joined = Vec::new();
                for (number, (its, offset, run)) in (0..).zip(had) {
                    joined.extend(run);
                    assert_eq!((its, offset), (number, joined.len() as u64));
                }
                assert!(joined == bytes, "{workers} workers, runs of {len}");
            }
        }
    }
}
