//! Workers, and the book in which they write what they did.

use std::collections::BTreeMap;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::account::Account;
use super::parts::Parts;
use crate::error::Error;
use crate::record::{Part, Tally};

/// What became of a part.
pub(in crate::source) struct Done {
    pub(in crate::source) tally: Tally,
    /// The first error in the part.
    pub(in crate::source) error: Option<Error>,
    /// Whether the error ended the work, so that nothing behind it counts.
    pub(in crate::source) stop: bool,
    /// Whether the error is not in the part but behind it, so that the part was read as it is.
    pub(in crate::source) behind: bool,
}

impl Done {
    /// Of a part of which nothing counts.
    pub(in crate::source) fn stopped_by(error: Error) -> Self {
        Self { tally: Tally::default(), error: Some(error), stop: true, behind: false }
    }
}

/// What is done with the parts of an input.
pub(in crate::source) trait Work<T>: Sync {
    /// Works on a part.
    fn work(&self, value: &mut T, part: Part<'_>) -> Done;

    /// The part is done, and is known not to have vanished meanwhile. Returns what became of it; and of another part, if that is
    /// where the work ends.
    fn finish(&self, value: &mut T, part: Range<u64>, done: Done) -> (Done, Option<(u64, Error)>) {
        let _ = (value, part);
        (done, None)
    }

    /// The work ends with the part that starts at `offset`: nothing that starts there or behind is waited for.
    fn stop(&self, offset: u64) {
        let _ = offset;
    }
}

impl<T, F: Fn(&mut T, Part<'_>) -> Done + Sync> Work<T> for F {
    fn work(&self, value: &mut T, part: Part<'_>) -> Done {
        self(value, part)
    }
}

/// Tells the work that nothing is to be waited for, if a worker panics.
struct StopOnPanic<'run, T, W: Work<T>>(&'run W, PhantomData<fn(&mut T)>);

impl<T, W: Work<T>> Drop for StopOnPanic<'_, T, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(0);
        }
    }
}

/// No more threads than this are started: more gain nothing, and thousands take longer to wake than the work.
pub(in crate::source) const MOST_THREADS: usize = 1024;

/// Lets workers have all parts. Returns the value of each worker, and the account of the input up to the first error that
/// ended the work: the same for every number of workers.
pub(in crate::source) fn drive<'run, P: Parts<'run>, T: Send>(
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
        let mut hand = parts.hand();
        while let Some(advanced) = parts.advance(&mut hand, &stop_from) {
            let (start, end, (done, ended_at)) = match advanced {
                // Parts come from the left: those after an error will not be asked for.
                Ok(_) if parts.part(&hand).offset() > stop_from.load(Ordering::Relaxed) => break,
                Ok(reading) => {
                    let part = parts.part(&hand);
                    let range = part.range();
                    let done = work.work(&mut value, part);
                    let (range, done) = parts.end(&mut hand, range, done);
                    if let Some(mut reading) = reading {
                        // What tells where it is lies in memory, so it can be counted in `usize`.
                        reading.at(usize::try_from(range.end).unwrap_or(usize::MAX));
                    }
                    (range.start, range.end, work.finish(&mut value, range, done))
                }
                Err((offset, error)) => (offset, offset, (Done::stopped_by(error), None)),
            };
            let stopped_at = if done.behind { end } else { start };
            let ends_at = ended_at.as_ref().map(|(offset, _)| *offset).or(done.stop.then_some(stopped_at));
            if let Some(offset) = ends_at {
                stop_from.fetch_min(offset, Ordering::Relaxed);
                work.stop(offset);
            }
            let mut ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((offset, error)) = ended_at {
                // That part waits for this one.
                ledger.waiting.insert(offset, (offset, Done::stopped_by(error)));
            }
            ledger.enter(start, end, done);
        }
        value
    };

    let values = match threads {
        Some(1) => vec![worker()],
        _ if parts.is_single() => vec![worker()],
        Some(threads) => match rayon::ThreadPoolBuilder::new().num_threads(threads.min(MOST_THREADS)).build()
        {
            Ok(pool) => pool.broadcast(|_| worker()),
            Err(error) => return (Vec::new(), Account::refused(io::Error::other(error).into())),
        },
        None => rayon::broadcast(|_| worker()),
    };
    let mut account = ledger.into_inner().unwrap_or_else(PoisonError::into_inner).account();
    if let Err(error) = parts.check() {
        (account.error, account.complete) = (Some(error), false);
    }
    (values, parts.complete(account))
}

/// Puts together in order what comes in any order.
#[derive(Default)]
struct Ledger {
    /// Everything before this offset is in `tally`.
    counted_to: u64,
    tally: Tally,
    error: Option<Error>,
    stopped: bool,
    /// Parts by their offset, with their end, that wait for one before them.
    waiting: BTreeMap<u64, (u64, Done)>,
}

impl Ledger {
    fn enter(&mut self, start: u64, end: u64, done: Done) {
        self.waiting.insert(start, (end, done));
        // A part starts where the one before ends; where none could be made of a stretch, that one may end behind its start.
        while !self.stopped
            && let Some(first) = self.waiting.first_entry()
            && *first.key() <= self.counted_to
        {
            let (end, done) = first.remove();
            // What ended the work early counts more than a gap that it had gone on behind.
            if self.error.is_none() || (done.stop && done.error.is_some()) {
                let Tally { records, lines, .. } = self.tally;
                self.error = done.error.map(|error| error.count_before(records, lines));
            }
            self.tally += done.tally;
            self.counted_to = self.counted_to.max(end);
            self.stopped = done.stop;
        }
    }

    fn account(self) -> Account {
        debug_assert!(self.stopped || self.waiting.is_empty());
        Account { tally: self.tally, error: self.error, complete: !self.stopped, packed: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn done(records: u64, error: Option<&'static str>, stop: bool) -> Done {
        let error = error.map(|what| ErrorKind::UnknownFormat(what).into());
        Done { tally: Tally { records, ..Tally::default() }, error, stop, behind: false }
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
    fn the_account_is_the_same_in_whatever_order_parts_are_done() {
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
