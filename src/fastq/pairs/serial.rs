//! Pairs one after the other.

use std::iter::FusedIterator;

use super::lockstep::Lockstep;
use super::pair::Pair;
use super::paired::Pairs;
use crate::error::Result;
use crate::fastq::Record;

/// The pairs of two inputs, or of one, in order.
///
/// The iterator ends after the first error. A pair borrows from the inputs and not from the iterator.
#[derive(Debug)]
pub struct Iter<'data> {
    pairs: Pairs<'data>,
    lockstep: Lockstep<'data>,
    ended: bool,
}

impl<'data> Pairs<'data> {
    /// Returns an iterator over the pairs.
    #[must_use]
    pub fn iter(&self) -> Iter<'data> {
        Iter { pairs: *self, lockstep: self.lockstep(), ended: false }
    }
}

impl<'data> Iterator for Iter<'data> {
    type Item = Result<Pair<Record<'data>>>;

    #[inline]
    fn next(&mut self) -> Option<Result<Pair<Record<'data>>>> {
        if self.ended {
            return None;
        }
        match self.lockstep.next() {
            Some(Ok(pair)) => Some(Ok(pair)),
            end => {
                self.ended = true;
                // The loss of bytes takes precedence over an error in them.
                self.pairs.check().err().map(Err).or(end)
            }
        }
    }
}

impl FusedIterator for Iter<'_> {}

impl<'data> IntoIterator for Pairs<'data> {
    type Item = Result<Pair<Record<'data>>>;
    type IntoIter = Iter<'data>;

    fn into_iter(self) -> Iter<'data> {
        self.iter()
    }
}

impl<'data> IntoIterator for &Pairs<'data> {
    type Item = Result<Pair<Record<'data>>>;
    type IntoIter = Iter<'data>;

    fn into_iter(self) -> Iter<'data> {
        self.iter()
    }
}
