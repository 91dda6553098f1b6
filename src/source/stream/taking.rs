//! Takes runs of an input, for all workers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::input::Input;
use crate::compress::{Run, Taken, Unpacker};
use crate::error::Result;

/// Takes runs of an input, for all workers.
///
/// One worker at a time takes. As long as another one waits for a run, it gives away what it has taken and goes on: the state of a
/// decoder stays in the caches of one core, and nobody wakes up before the next run is begun.
pub(super) struct Taking<'input> {
    unpacker: Mutex<Unpacker<Input<'input>>>,
    desk: Mutex<Desk>,
    /// There is a run on the desk, or nobody takes.
    moved: Condvar,
    /// How many bytes of the input were taken.
    offset: AtomicU64,
}

/// Where runs change hands.
#[derive(Default)]
struct Desk {
    /// Whether a worker takes.
    busy: bool,
    /// How many wait for a run.
    waiting: usize,
    /// What was taken for those who wait.
    runs: VecDeque<(Run, TakenRun)>,
    /// What they have given for it.
    free: Vec<Run>,
    /// How many runs were taken.
    count: u64,
    /// Whether the last one was.
    ended: bool,
}

/// What came of taking a run.
pub(super) struct TakenRun {
    /// Which one it is, counted from 0.
    pub(super) number: u64,
    pub(super) taken: Result<Taken>,
}

impl<'input> Taking<'input> {
    pub(super) fn new(input: Input<'input>) -> Self {
        Self {
            unpacker: Mutex::new(Unpacker::new(input)),
            desk: Mutex::default(),
            moved: Condvar::new(),
            offset: AtomicU64::new(0),
        }
    }

    /// Goes back to the start.
    pub(super) fn rewind(&mut self) -> std::io::Result<()> {
        self.unpacker().rewind(Input::rewind)?;
        *self.desk() = Desk::default();
        Ok(())
    }

    /// Takes the next run, or has it from the worker that takes; `None` if there is no more.
    pub(super) fn take(&self, run: &mut Run, len: usize) -> Option<TakenRun> {
        let mut desk = self.desk();
        loop {
            if let Some((given, taken)) = desk.runs.pop_front() {
                desk.free.push(std::mem::replace(run, given));
                return Some(taken);
            }
            if desk.ended {
                return None;
            }
            if !desk.busy {
                break;
            }
            desk.waiting += 1;
            desk = self.moved.wait(desk).unwrap_or_else(PoisonError::into_inner);
            desk.waiting -= 1;
        }
        desk.busy = true;
        drop(desk);
        Some(self.take_for_all(run, len))
    }

    /// Takes runs, as long as others wait for them, and then one that it keeps.
    fn take_for_all(&self, run: &mut Run, len: usize) -> TakenRun {
        let _guard = EndOnPanic(self);
        let mut unpacker = self.unpacker();
        loop {
            let taken = unpacker.take(run, len);
            self.offset.store(unpacker.offset(), Ordering::Relaxed);
            let mut desk = self.desk();
            let number = desk.count;
            desk.count += 1;
            desk.ended = !matches!(taken, Ok(Taken::Some));
            let taken = TakenRun { number, taken };
            if desk.ended || desk.waiting <= desk.runs.len() {
                desk.busy = false;
                drop(desk);
                self.moved.notify_all();
                return taken;
            }
            let mut empty = desk.free.pop().unwrap_or_default();
            empty.clear();
            desk.runs.push_back((std::mem::replace(run, empty), taken));
            drop(desk);
            self.moved.notify_one();
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

    /// How many bytes of the input were taken, of compressed ones if it is compressed.
    pub(super) fn offset(&self) -> u64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// What runs are taken of; for whoever does not take.
    pub(super) fn unpacker(&self) -> MutexGuard<'_, Unpacker<Input<'input>>> {
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
