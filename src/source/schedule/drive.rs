//! The loop of the workers, and the ledger of their outcomes.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use super::account::Account;
use super::outcome::{Outcome, Then};
use super::parts::PartQueue;
use crate::error::{Error, Result};
use crate::record::{Part, Tally};
use crate::source::threads::{pool, start_current_pool};

/// The work on the parts of an input.
pub(in crate::source) trait Work<T>: Sync {
    /// Works on a part.
    fn work(&self, value: &mut T, part: Part<'_>) -> Outcome;

    /// Completes a part whose bytes are known to be unchanged. Returns its outcome and, if the work ends at another part, the offset
    /// of that part and the error.
    fn finish(&self, value: &mut T, part: Range<u64>, done: Outcome) -> (Outcome, Option<(u64, Error)>) {
        let _ = (value, part);
        (done, None)
    }

    /// Ends the work at the part that starts at `offset`: no worker waits for a part that starts there or later.
    fn stop(&self, offset: u64) {
        let _ = offset;
    }
}

impl<T, F: Fn(&mut T, Part<'_>) -> Outcome + Sync> Work<T> for F {
    fn work(&self, value: &mut T, part: Part<'_>) -> Outcome {
        self(value, part)
    }
}

/// Ends the work if a worker panics, so that no other worker waits for its part.
struct StopOnPanic<'run, T, W: Work<T>>(&'run W, PhantomData<fn(&mut T)>);

impl<T, W: Work<T>> Drop for StopOnPanic<'_, T, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(0);
        }
    }
}

/// Maximum number of threads. More gain nothing, and thousands take longer to wake up than to do the work.
pub(in crate::source) const MAX_THREADS: usize = 1024;

/// Gives all parts to workers. Returns the value of each worker, and the account of the input up to the first error that ended the
/// work. The account is the same for every number of workers.
pub(in crate::source) fn drive<'run, P: PartQueue<'run>, T: Send>(
    parts: &P,
    threads: Option<usize>,
    identity: impl Fn() -> T + Sync,
    work: &impl Work<T>,
) -> (Vec<T>, Account) {
    let ledger = Mutex::new(Ledger::default());
    let stop_from = AtomicU64::new(u64::MAX);
    let worker = || {
        let _guard = StopOnPanic(work, PhantomData);
        let mut value = identity();
        let mut worker = parts.new_worker();
        while let Some(advanced) = parts.advance(&mut worker, &stop_from) {
            let (start, end, (done, ended_at)) = match advanced {
                // Parts are handed out in order, so all later parts come after the error too.
                Ok(_) if parts.part(&worker).offset() > stop_from.load(Ordering::Relaxed) => break,
                Ok(reading) => {
                    let part = parts.part(&worker);
                    let range = part.range();
                    let done = work.work(&mut value, part);
                    let (range, done) = parts.end(&mut worker, range, done);
                    if let Some(mut reading) = reading {
                        // Progress is reported for mappings, whose positions fit into `usize`.
                        reading.at(usize::try_from(range.end).unwrap_or(usize::MAX));
                    }
                    (range.start, range.end, work.finish(&mut value, range, done))
                }
                Err((offset, error)) => (offset, offset, (Outcome::stopped_by(error), None)),
            };
            let stopped_at = match done.then {
                Then::Continue => None,
                Then::Stop => Some(start),
                Then::StopAfter => Some(end),
            };
            let ends_at = ended_at.as_ref().map(|(offset, _)| *offset).or(stopped_at);
            if let Some(offset) = ends_at {
                stop_from.fetch_min(offset, Ordering::Relaxed);
                work.stop(offset);
            }
            let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((offset, error)) = ended_at {
                // The part at `offset` waits in the ledger for this one.
                ledger.waiting.insert(offset, (offset, Outcome::stopped_by(error)));
            }
            ledger.enter(start, end, done);
        }
        value
    };

    let values = match on_workers(if parts.is_single() { Some(1) } else { threads }, worker) {
        Ok(values) => values,
        Err(error) => return (Vec::new(), Account::refused(error)),
    };
    let mut account = ledger.into_inner().unwrap_or_else(PoisonError::into_inner).account();
    if let Err(error) = parts.check() {
        (account.error, account.complete) = (Some(error), false);
    }
    (values, parts.complete(account))
}

/// Does work on this many threads at once, or on those of the current rayon pool. Returns what each of them made.
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the threads cannot be started.
pub(in crate::source) fn on_workers<T: Send>(
    threads: Option<usize>,
    worker: impl Fn() -> T + Sync,
) -> Result<Vec<T>> {
    match threads {
        Some(1) => Ok(vec![worker()]),
        Some(threads) => Ok(pool(threads.min(MAX_THREADS))?.broadcast(|_| worker())),
        None => {
            start_current_pool()?;
            Ok(rayon::broadcast(|_| worker()))
        }
    }
}

/// The threads of a new pool, as many as those of the current one, for work that is set to no number of threads.
///
/// # Errors
///
/// [`ErrorKind::Io`](crate::ErrorKind::Io) if the threads cannot be started.
pub(in crate::source) fn own_pool(threads: Option<usize>) -> Result<Option<ThreadPool>> {
    if threads.is_some() {
        return Ok(None);
    }
    start_current_pool()?;
    Ok(Some(pool(rayon::current_num_threads())?))
}

/// Sums up outcomes in the order of the input; they come in any order.
#[derive(Default)]
struct Ledger {
    /// Everything before this offset is in `tally`.
    counted_to: u64,
    tally: Tally,
    error: Option<Error>,
    stopped: bool,
    /// Outcomes that wait for one before them, by the start of their part, with its end.
    waiting: BTreeMap<u64, (u64, Outcome)>,
}

impl Ledger {
    fn enter(&mut self, start: u64, end: u64, done: Outcome) {
        self.waiting.insert(start, (end, done));
        // A part starts where the previous part ends; a part that could not be read may start earlier.
        while !self.stopped
            && let Some(first) = self.waiting.first_entry()
            && *first.key() <= self.counted_to
        {
            let (end, done) = first.remove();
            let stops = done.stops();
            // A fatal error takes precedence over an earlier recovered gap.
            if self.error.is_none() || (stops && done.error.is_some()) {
                let Tally { records, lines, .. } = self.tally;
                self.error = done.error.map(|error| error.count_before(records, lines));
            }
            self.tally += done.tally;
            self.counted_to = self.counted_to.max(end);
            self.stopped = stops;
        }
    }

    fn account(self) -> Account {
        debug_assert!(self.stopped || self.waiting.is_empty());
        Account { tally: self.tally, error: self.error, complete: !self.stopped, compression: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn done(records: u64, error: Option<&'static str>, stop: bool) -> Outcome {
        let error = error.map(|what| ErrorKind::UnknownFormat(what).into());
        let then = if stop { Then::Stop } else { Then::Continue };
        let mut tally = Tally::default();
        tally.records = records;
        Outcome { tally, error, then }
    }

    /// The account of four parts that are entered in this order; the second and third have errors.
    fn account(order: [usize; 4], stop: bool) -> (u64, Option<String>, bool) {
        let mut ledger = Ledger::default();
        for part in order {
            let error = [None, Some("first"), Some("second"), None][part];
            let start = part as u64 * 10;
            ledger.enter(start, start + 10, done(1 << part, error, stop && error.is_some()));
        }
        let account = ledger.account();
        (account.tally.records, account.error.map(|error| error.to_string()), account.complete)
    }

    #[test]
    fn the_account_does_not_depend_on_the_order() {
        for a in 0..4 {
            for b in (0..4).filter(|&b| b != a) {
                for c in (0..4).filter(|&c| c != a && c != b) {
                    let order = [a, b, c, 6 - a - b - c];
                    assert_eq!(account(order, true), (0b0011, Some("first".into()), false), "{order:?}");
                    assert_eq!(account(order, false), (0b1111, Some("first".into()), true), "{order:?}");
                }
            }
        }
    }
}
