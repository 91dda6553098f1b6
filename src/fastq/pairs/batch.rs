//! A batch of pairs for a worker.

use std::ops::Range;

use super::lockstep::Lockstep;
use super::pair::Pair;
use crate::error::{Error, Result};
use crate::fastq::Record;

/// Successive pairs, for one worker.
///
/// The iterator ends with the batch, or before an invalid pair, whose error [`Pairs::for_each_batch`] then returns.
///
/// [`Pairs::for_each_batch`]: super::Pairs::for_each_batch
#[derive(Debug)]
pub struct Batch<'data> {
    lockstep: Lockstep<'data>,
    number: u64,
    left: u64,
    error: Option<Error>,
}

impl<'data> Batch<'data> {
    /// A batch of these pairs, which were counted before. `lockstep` starts before them.
    pub(super) fn new(mut lockstep: Lockstep<'data>, pairs: Range<u64>) -> Result<Self> {
        lockstep.skip_to(pairs.start)?;
        Ok(Self { lockstep, number: pairs.start, left: pairs.end - pairs.start, error: None })
    }

    /// Returns the number of the first pair of the batch, from 0 at the start of the inputs. It does not change as pairs are taken.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Reads the rest of the batch, and returns the error that ends it. So the error does not depend on how many pairs the caller took.
    pub(super) fn into_error(mut self) -> Option<Error> {
        self.by_ref().for_each(drop);
        self.error
    }

    #[cold]
    fn end(&mut self, error: Error) -> Option<Pair<Record<'data>>> {
        self.left = 0;
        self.error = Some(error);
        None
    }
}

impl<'data> Iterator for Batch<'data> {
    type Item = Pair<Record<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Pair<Record<'data>>> {
        self.left = self.left.checked_sub(1)?;
        match self.lockstep.next() {
            Some(Ok(pair)) => Some(pair),
            Some(Err(error)) => self.end(error),
            None => self.end(self.lockstep.changed()),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, usize::try_from(self.left).ok())
    }
}

impl std::iter::FusedIterator for Batch<'_> {}
