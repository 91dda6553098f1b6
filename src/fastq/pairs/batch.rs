//! A batch of pairs for a worker.

use std::ops::Range;

use super::Pair;
use super::lockstep::Lockstep;
use crate::error::{Error, Result};
use crate::fastq::Record;

/// Successive pairs, for one worker.
///
/// The iterator ends with the batch, or before a pair that has an error, which [`Pairs::for_each_batch`] then returns.
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
    /// These pairs, of which it is known that they are there. `lockstep` starts before them.
    pub(super) fn new(mut lockstep: Lockstep<'data>, pairs: Range<u64>) -> Result<Self> {
        lockstep.skip_to(pairs.start)?;
        Ok(Self { lockstep, number: pairs.start, left: pairs.end - pairs.start, error: None })
    }

    /// The number of the first pair of the batch, counted from 0 at the start of the inputs. It stays when pairs are taken.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What is wrong with the pair behind those that the batch has given, or would give: what was not asked for is read too, so
    /// that an error does not depend on that.
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
