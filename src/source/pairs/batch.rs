//! A batch of pairs for a worker.

use std::iter::FusedIterator;
use std::ops::Range;
use std::sync::Arc;

use super::block::Block;
use crate::error::{Error, PairFile, Result};
use crate::fastq::pairs::mismatch;
use crate::fastq::{MateFormat, Pair};
use crate::record::Format;

/// Records of a block from an index on.
#[derive(Debug)]
pub(super) struct Slice<L> {
    pub(super) block: Arc<Block<L>>,
    pub(super) start: usize,
}

/// The records of successive pairs.
#[derive(Debug)]
pub(super) struct Mates<L> {
    /// The numbers of the pairs.
    pub(super) pairs: Range<u64>,
    pub(super) first: Slice<L>,
    /// `None` if the mates alternate in `first`.
    pub(super) second: Option<Slice<L>>,
}

impl<L: Copy> Mates<L> {
    /// The blocks and the indices of the mates of a pair, which is counted from the first one here.
    fn places(&self, pair: usize) -> [(&Block<L>, usize); 2] {
        let Slice { block, start } = &self.first;
        match &self.second {
            Some(second) => [(block, start + pair), (&second.block, second.start + pair)],
            None => [(block, start + 2 * pair), (block, start + 2 * pair + 1)],
        }
    }

    fn pair<F: Format<Layout = L>>(&self, format: &F, pair: usize) -> Pair<F::Record<'_>> {
        let [first, second] = self.places(pair).map(|(block, index)| block.record(format, index));
        Pair { first, second }
    }
}

/// Successive pairs, for one worker. The iterator ends after the first error, that of two records that are not mates.
#[derive(Debug)]
pub struct PairBatch<'batch, F: MateFormat> {
    format: &'batch F,
    mates: &'batch Mates<F::Layout>,
    check_names: bool,
    /// The next pair, counted from the first one here.
    next: usize,
    end: usize,
    error: Option<Error>,
}

impl<'batch, F: MateFormat> PairBatch<'batch, F> {
    pub(super) fn new(format: &'batch F, mates: &'batch Mates<F::Layout>, check_names: bool) -> Self {
        let pairs = mates.pairs.end - mates.pairs.start;
        // The pairs are in memory, so their number fits into `usize`.
        let end = usize::try_from(pairs).unwrap_or(usize::MAX);
        Self { format, mates, check_names, next: 0, end, error: None }
    }

    /// Returns the number of the first pair of the batch, counted from 0 at the start of the inputs. It does not change as pairs are taken.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.mates.pairs.start
    }

    /// Compares the remaining pairs. Returns the error of the batch, if there is one, with the number of its pair.
    pub(super) fn into_error(mut self) -> Option<(u64, Error)> {
        self.by_ref().for_each(drop);
        self.error.map(|error| (self.mates.pairs.start + self.next as u64 - 1, error))
    }

    /// Returns the number of the last returned pair.
    pub(super) fn last_number(&self) -> u64 {
        self.mates.pairs.start + (self.next as u64).saturating_sub(1)
    }

    /// Compares the names of a pair.
    #[inline]
    fn check(&self, index: usize, pair: &Pair<F::Record<'_>>) -> Result<()> {
        if !self.check_names {
            return Ok(());
        }
        match mismatch(F::definition(&pair.first), F::definition(&pair.second)) {
            None => Ok(()),
            Some(mismatch) => {
                let [(first, at), (second, second_at)] = self.mates.places(index);
                let files = self.mates.second.as_ref().map(|_| (PairFile::First, PairFile::Second));
                let first = first.mate(self.format, at, files.map(|files| files.0));
                Err(first
                    .mismatch(&second.mate(self.format, second_at, files.map(|files| files.1)), mismatch))
            }
        }
    }
}

impl<'batch, F: MateFormat> Iterator for PairBatch<'batch, F> {
    type Item = Result<Pair<F::Record<'batch>>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let pair = self.mates.pair(self.format, self.next);
        let checked = self.check(self.next, &pair);
        self.next += 1;
        Some(match checked {
            Ok(()) => Ok(pair),
            Err(error) => {
                self.end = self.next;
                self.error = Some(error.clone());
                Err(error)
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.end - self.next))
    }
}

impl<F: MateFormat> FusedIterator for PairBatch<'_, F> {}
