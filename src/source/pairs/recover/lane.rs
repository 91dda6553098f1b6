//! An input of pairs, and the records of it that wait for their mates.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::sync::mpsc::Receiver;

use super::block::Block;
use super::piece::PairPiece;
use crate::error::{PairFile, Result};
use crate::fastq::pairs::{CLASSES, Mate, key};
use crate::record::Gap;

/// Approximate memory of a waiting record, without its bytes.
const OVERHEAD: u64 = 192;

/// Decompressed bytes for each compressed byte, where the length of a loss is not certain.
const USUAL_RATIO: u64 = 4;

/// A record that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    block: Rc<Block>,
    index: usize,
}

impl Waiting {
    /// The record, with the blank lines after it.
    #[inline]
    pub(super) fn record(&self) -> &[u8] {
        self.block.record(self.index)
    }

    /// Its first line, without `@`.
    #[inline]
    pub(super) fn definition(&self) -> &[u8] {
        self.block.definition(self.index)
    }
}

/// An input, of which the first records wait for their mates.
pub(super) struct Lane {
    pub(super) file: Option<PairFile>,
    blocks: Receiver<Block>,
    block: Rc<Block>,
    /// Memory of the records that may wait for their mates.
    most_waiting: u64,
    /// Gaps of the block that were not passed on.
    gaps: VecDeque<(usize, Gap)>,
    /// The first record of the block that does not wait yet.
    next: usize,
    has_ended: bool,
    /// Number of the first record that waits.
    pub(super) start: u64,
    waiting: VecDeque<Waiting>,
    /// The length of these records.
    waiting_bytes: u64,
    /// The waiting records before this number are in the index.
    indexed_to: u64,
    /// The numbers of waiting records, by the hash of their key and their class.
    index: HashMap<(u64, u8), VecDeque<u64>>,
    hashes: RandomState,
    /// Length of all records that were read.
    record_bytes: u64,
    /// Length of all gaps that were read.
    gap_bytes: u64,
    /// The record after the last gap that was read.
    after_gap: Option<u64>,
    /// The record after the last one that has a mate.
    after_pair: u64,
}

impl Lane {
    /// `hashes` and `most_waiting` are those of the other lane too.
    pub(super) fn new(
        file: Option<PairFile>,
        blocks: Receiver<Block>,
        hashes: RandomState,
        most_waiting: u64,
    ) -> Self {
        Self {
            file,
            blocks,
            block: Rc::default(),
            most_waiting,
            gaps: VecDeque::new(),
            next: 0,
            has_ended: false,
            start: 0,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            indexed_to: 0,
            index: HashMap::new(),
            hashes,
            record_bytes: 0,
            gap_bytes: 0,
            after_gap: None,
            after_pair: 0,
        }
    }

    /// Reads until `records` records wait, or the input ends. Returns whether that number waits. Passes gaps to `take`.
    #[inline]
    pub(super) fn has_waiting(
        &mut self,
        records: usize,
        take: &mut impl FnMut(PairPiece<'_>) -> Result<()>,
    ) -> Result<bool> {
        while self.waiting.len() < records {
            if !self.read_on(take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Lets the next record wait. Returns whether there is one.
    #[inline]
    fn read_on(&mut self, take: &mut impl FnMut(PairPiece<'_>) -> Result<()>) -> Result<bool> {
        loop {
            while self.gaps.front().is_some_and(|(before, _)| *before == self.next) {
                if let Some((_, gap)) = self.gaps.pop_front() {
                    self.pass_gap(gap, take)?;
                }
            }
            if self.next < self.block.len() {
                break;
            }
            // The sender is dropped at the end.
            let Ok(mut block) = self.blocks.recv() else {
                self.has_ended = true;
                return Ok(false);
            };
            self.gaps = block.take_gaps().into();
            (self.block, self.next) = (Rc::new(block), 0);
        }
        let waiting = Waiting { block: Rc::clone(&self.block), index: self.next };
        let len = waiting.record().len() as u64;
        self.record_bytes += len;
        self.waiting_bytes += len;
        self.waiting.push_back(waiting);
        self.next += 1;
        Ok(true)
    }

    #[cold]
    fn pass_gap(&mut self, gap: Gap, take: &mut impl FnMut(PairPiece<'_>) -> Result<()>) -> Result<()> {
        let lost = gap.lost.as_ref().map_or(0, |lost| match &lost.decompressed {
            Some(unpacked) => unpacked.end - unpacked.start,
            None => (lost.compressed.end - lost.compressed.start).saturating_mul(USUAL_RATIO),
        });
        let len = (gap.range.end - gap.range.start).saturating_add(lost);
        self.gap_bytes = self.gap_bytes.saturating_add(len);
        self.after_gap = Some(self.end());
        take(PairPiece::Gap { file: self.file, gap })
    }

    /// The number of the next record that will wait.
    fn end(&self) -> u64 {
        self.start + self.waiting.len() as u64
    }

    /// Whether all records were read.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Whether no more records may wait.
    fn is_full(&self) -> bool {
        self.waiting_bytes + self.waiting.len() as u64 * OVERHEAD >= self.most_waiting
    }

    /// Whether orphans of this length are too many without a gap.
    pub(super) fn is_too_much(&self, orphan_bytes: u64) -> bool {
        orphan_bytes > self.most_waiting && !self.has_gap_after_pair()
    }

    /// The first record that waits.
    #[inline]
    pub(super) fn front(&self) -> Option<&Waiting> {
        self.waiting.front()
    }

    /// The record after the first one that waits.
    #[inline]
    pub(super) fn second(&self) -> Option<&Waiting> {
        self.waiting.get(1)
    }

    /// The first record that waits as a mate, for errors.
    #[cold]
    pub(super) fn mate(&self, index: usize) -> Option<Mate<'_>> {
        let Waiting { block, index: at } = self.waiting.get(index)?;
        let (header, offset) = block.header(*at);
        Some(Mate { file: self.file, record: self.start + index as u64, offset, line: None, header })
    }

    /// Takes the first record that waits. `is_paired` if its mate is taken too.
    #[inline]
    pub(super) fn pop(&mut self, is_paired: bool) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        if self.start < self.indexed_to {
            self.remove_from_index(first.definition());
        }
        self.waiting_bytes -= first.record().len() as u64;
        self.start += 1;
        if is_paired {
            self.after_pair = self.start;
        }
        Some(first)
    }

    /// Whether there was a gap after the last pair.
    pub(super) fn has_gap_after_pair(&self) -> bool {
        self.after_gap.is_some_and(|record| record >= self.after_pair)
    }

    /// The records read so far, with an estimate of those in gaps.
    pub(super) fn estimated_records(&self) -> u64 {
        let read = self.end();
        let lost = u128::from(self.gap_bytes) * u128::from(read) / u128::from(self.record_bytes.max(1));
        read.saturating_add(u64::try_from(lost).unwrap_or(u64::MAX))
    }

    /// The number of records in the index.
    pub(super) fn indexed(&self) -> u64 {
        self.indexed_to.saturating_sub(self.start)
    }

    /// Adds the next record to the index, if there is one and there is room for it. Returns its number.
    pub(super) fn index_next(
        &mut self,
        take: &mut impl FnMut(PairPiece<'_>) -> Result<()>,
    ) -> Result<Option<u64>> {
        let number = self.indexed_to.max(self.start);
        if number == self.end() && (self.is_full() || !self.read_on(take)?) {
            return Ok(None);
        }
        if let Some(waiting) = self.get(number) {
            let (key, class) = key(waiting.definition());
            let hash = self.hashes.hash_one(key);
            self.index.entry((hash, class)).or_default().push_back(number);
        }
        self.indexed_to = number + 1;
        Ok(Some(number))
    }

    fn remove_from_index(&mut self, definition: &[u8]) {
        let (key, class) = key(definition);
        let key = (self.hashes.hash_one(key), class);
        if let Some(numbers) = self.index.get_mut(&key) {
            numbers.pop_front();
            if numbers.is_empty() {
                self.index.remove(&key);
            }
        }
    }

    /// A waiting record.
    pub(super) fn get(&self, number: u64) -> Option<&Waiting> {
        self.waiting.get(usize::try_from(number.checked_sub(self.start)?).ok()?)
    }

    /// Returns the number of the first record in the index that is the mate of a record with this definition in the other lane.
    pub(super) fn find(&self, definition: &[u8], are_mates: impl Fn(&[u8]) -> bool) -> Option<u64> {
        let hash = self.hashes.hash_one(key(definition).0);
        let first_of_class = |class| self.index.get(&(hash, class))?.front().copied();
        let is_mate = |number: &u64| self.get(*number).is_some_and(|mate| are_mates(mate.definition()));
        // Records of one class have the same mates.
        (0..CLASSES).filter_map(first_of_class).filter(is_mate).min()
    }
}
