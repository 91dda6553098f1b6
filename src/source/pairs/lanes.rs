//! Brings blocks of two inputs together, or takes those of one in which the mates alternate.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use super::batch::{Mates, Slice};
use super::block::{Block, Blocks, End};
use super::paired_source::{PairTally, PairedSource};
use crate::error::{Error, PairFile, Result};
use crate::fastq::MateFormat;
use crate::fastq::pairs::Mate;
use crate::record::{Format, Tally};
use crate::source::open::Source;

/// Blocks to be filled again, as many as are kept for that.
pub(super) struct Pool<L> {
    blocks: Mutex<Vec<Block<L>>>,
    most: usize,
}

impl<L: Copy> Pool<L> {
    pub(super) fn new(most: usize) -> Self {
        Self { blocks: Mutex::default(), most }
    }

    /// An empty block.
    pub(super) fn take(&self) -> Block<L> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a block that has no other user.
    pub(super) fn give(&self, block: Arc<Block<L>>) {
        let Some(mut block) = Arc::into_inner(block) else { return };
        block.clear();
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.len() < self.most {
            blocks.push(block);
        }
    }

    /// Keeps the blocks of a batch.
    pub(super) fn give_all(&self, mates: Mates<L>) {
        self.give(mates.first.block);
        if let Some(second) = mates.second {
            self.give(second.block);
        }
    }
}

/// A block, and how the input ended if that is the last one.
pub(super) type Filled<L> = (Block<L>, Option<End>);

/// A source of the blocks of an input.
pub(super) trait Feed<L> {
    /// Returns the next block. Not called after the last one.
    fn next(&mut self, pool: &Pool<L>) -> Filled<L>;
}

/// Fills the blocks on the calling thread.
impl<F: MateFormat> Feed<F::Layout> for Blocks<'_, F> {
    fn next(&mut self, pool: &Pool<F::Layout>) -> Filled<F::Layout> {
        let mut block = pool.take();
        let end = self.fill(&mut block);
        (block, end)
    }
}

/// Receives the blocks from the thread that fills them.
impl<L: Copy> Feed<L> for Receiver<Filled<L>> {
    fn next(&mut self, _: &Pool<L>) -> Filled<L> {
        // A thread that ends without its last block has panicked; joining it resumes the panic.
        self.recv().unwrap_or_else(|_| (Block::default(), Some(Ok(Tally::default()))))
    }
}

/// The blocks of an input, one after the other.
pub(super) struct Lane<L, D> {
    feed: D,
    file: Option<PairFile>,
    block: Arc<Block<L>>,
    /// The first record of the block that belongs to no batch yet.
    next: usize,
    end: Option<End>,
}

impl<L: Copy, D: Feed<L>> Lane<L, D> {
    fn new(feed: D, file: Option<PairFile>) -> Self {
        Self { feed, file, block: Arc::default(), next: 0, end: None }
    }

    /// Number of records of the current block that belong to no batch yet; 0 only at the end.
    fn available(&mut self, pool: &Pool<L>) -> usize {
        while self.next == self.block.len() && self.end.is_none() {
            pool.give(std::mem::take(&mut self.block));
            let (block, end) = self.feed.next(pool);
            (self.block, self.next, self.end) = (Arc::new(block), 0, end);
        }
        self.block.len() - self.next
    }

    /// Takes the next records of the current block.
    fn take(&mut self, records: usize) -> Slice<L> {
        let start = self.next;
        self.next += records;
        Slice { block: Arc::clone(&self.block), start }
    }

    /// Returns the first record of the current block that belongs to no batch.
    fn next_mate<F: MateFormat + Format<Layout = L>>(&self, format: &F) -> Option<Mate<'_>> {
        (self.next < self.block.len()).then(|| self.block.mate(format, self.next, self.file))
    }

    /// Returns the error of a record whose mate is missing, because this input has ended.
    fn missing(&self, mate: &Mate<'_>) -> Error {
        match self.tally() {
            Ok(tally) => mate.missing(self.file, tally.records, tally.bytes()),
            Err(error) => error,
        }
    }

    /// Returns the counts of the input, which has ended.
    ///
    /// # Errors
    ///
    /// The error with which the input ended.
    fn tally(&self) -> Result<Tally> {
        self.end.clone().unwrap_or_else(|| Ok(Tally::default()))
    }
}

/// The inputs, from which batches are taken.
pub(super) struct Lanes<F: MateFormat, D> {
    first: Lane<F::Layout, D>,
    /// `None` if the mates alternate in `first`.
    second: Option<Lane<F::Layout, D>>,
    /// The number of the next pair.
    pub(super) pairs: u64,
    /// The result of reading both inputs, once they have ended.
    pub(super) end: Option<Result<PairTally>>,
}

impl<F: MateFormat, D: Feed<F::Layout>> Lanes<F, D> {
    /// Opens the inputs. Calls `open` with each of them and the number of records of a pair in it, 1 or 2.
    pub(super) fn open<'source>(
        source: &'source PairedSource,
        mut open: impl FnMut(&'source Source, usize, Option<PairFile>) -> Result<D>,
    ) -> Result<Self> {
        let mates = if source.second.is_some() { 1 } else { 2 };
        let mut lane = |(source, file)| Ok::<_, Error>(Lane::new(open(source, mates, file)?, file));
        let mut inputs = source.inputs();
        // There is a first input.
        let first = lane(inputs.next().unwrap_or((&source.first, None)))?;
        let second = inputs.next().map(lane).transpose()?;
        Ok(Self { first, second, pairs: 0, end: None })
    }

    /// The next batch, which lies in one block of each input.
    pub(super) fn next_batch(&mut self, format: &F, pool: &Pool<F::Layout>) -> Option<Mates<F::Layout>> {
        if self.end.is_some() {
            return None;
        }
        let first = self.first.available(pool);
        let pairs = match &mut self.second {
            Some(second) => first.min(second.available(pool)),
            None => first / 2,
        };
        if pairs == 0 {
            self.end = Some(self.end(format));
            return None;
        }
        let numbers = self.pairs..self.pairs + pairs as u64;
        self.pairs = numbers.end;
        let (first, second) = match &mut self.second {
            Some(second) => (self.first.take(pairs), Some(second.take(pairs))),
            None => (self.first.take(2 * pairs), None),
        };
        Some(Mates { pairs: numbers, first, second })
    }

    /// How the inputs end after the last pair.
    fn end(&self, format: &F) -> Result<PairTally> {
        let Self { first, second, pairs, .. } = self;
        let last = second.as_ref().unwrap_or(first);
        if let Some(mate) = first.next_mate(format) {
            return Err(last.missing(&mate));
        }
        let tally = first.tally()?;
        let Some(second) = second else { return Ok(PairTally { pairs: *pairs, first: tally, second: None }) };
        match second.next_mate(format) {
            Some(mate) => Err(first.missing(&mate)),
            None => Ok(PairTally { pairs: *pairs, first: tally, second: Some(second.tally()?) }),
        }
    }
}
