//! Where parts come from.

use std::ops::Range;
use std::sync::atomic::AtomicU64;

use super::account::Account;
use super::drive::Done;
use crate::error::Error;
use crate::record::{Part, Reading};

/// The report of the progress in a part, if the backend wants one, or an error with the offset from which there is nothing more; `None`
/// when all parts were handed out.
pub(in crate::source) type Advanced<'run> = Option<Result<Option<Box<dyn Reading + 'run>>, (u64, Error)>>;

/// How an input is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Cutting {
    /// As it is fastest: only the records are looked at, and not where one part ends and another begins.
    Records,
    /// At cuts, into parts that are the same however many workers there are.
    Parts,
    /// So too; and reading goes on behind a fault.
    Recovering,
}

/// Parts of an input, handed out from the left to any number of workers.
pub(in crate::source) trait Parts<'run>: Sync {
    /// What a worker keeps from part to part: where the bytes of the part lie, for instance.
    type Hand;

    /// That of a worker who begins.
    fn hand(&self) -> Self::Hand;

    /// Moves on to the next part. Nothing is wanted that starts after `stop_from`.
    fn advance(&self, hand: &mut Self::Hand, stop_from: &AtomicU64) -> Advanced<'run>;

    /// The part that a worker moved on to last; an empty one before the first.
    fn part<'part>(&self, hand: &'part Self::Hand) -> Part<'part>;

    /// Whether one part is all there is, so that a second worker would find nothing to do.
    fn is_single(&self) -> bool;

    /// Whether the input is still what it was when it was opened, as far as can be told. Asked when all is read.
    fn check(&self) -> Result<(), Error>;

    /// Completes the account of the input with what only the end of it shows.
    fn complete(&self, account: Account) -> Account {
        account
    }

    /// A worker is done with the part that it was given last. Puts right where that was and what became of it: where its bytes were
    /// lost meanwhile, that is what counts.
    fn end(&self, hand: &mut Self::Hand, part: Range<u64>, done: Done) -> (Range<u64>, Done);
}
