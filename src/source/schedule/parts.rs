//! The interface between an input and its workers.

use std::ops::Range;
use std::sync::atomic::AtomicU64;

use super::account::Account;
use super::outcome::Outcome;
use crate::error::Error;
use crate::record::{Part, Reading};

/// The result of a step to the next part: the progress report of the part, if the backend wants one; or an error with the offset at which
/// the input ends; or `None` after the last part.
pub(in crate::source) type Advanced<'run> = Option<Result<Option<Box<dyn Reading + 'run>>, (u64, Error)>>;

/// How an input is divided into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Division {
    /// By the fastest method: parts may depend on the number of workers, since the caller sees only records.
    Records,
    /// At boundaries, into parts that do not depend on the number of workers.
    Parts,
    /// At boundaries, and reading continues after a fault.
    Recovering,
}

/// The parts of an input, in order, for any number of workers.
pub(in crate::source) trait PartQueue<'run>: Sync {
    /// State of a worker, for example the buffer of its part.
    type Worker;

    /// Returns the state of a new worker.
    fn new_worker(&self) -> Self::Worker;

    /// Moves to the next part. Parts that start after `stop_from` are not needed.
    fn advance(&self, worker: &mut Self::Worker, stop_from: &AtomicU64) -> Advanced<'run>;

    /// Returns the part of a worker; an empty one before the first.
    fn part<'part>(&self, worker: &'part Self::Worker) -> Part<'part>;

    /// Returns whether there is one part only, so that a second worker would have no work.
    fn is_single(&self) -> bool;

    /// Checks after the last part that the input has not changed since it was opened.
    fn check(&self) -> Result<(), Error>;

    /// Checks that no byte of the part that a worker has was lost since it was read.
    fn check_part(&self, worker: &Self::Worker) -> Result<(), Error> {
        let _ = worker;
        Ok(())
    }

    /// Completes the account with facts that are known only at the end of the input.
    fn complete(&self, account: Account) -> Account {
        account
    }

    /// Ends the part of a worker. Returns the exact range of the part, and its outcome: an error about vanished bytes takes precedence.
    fn end(&self, worker: &mut Self::Worker, part: Range<u64>, done: Outcome) -> (Range<u64>, Outcome);
}
