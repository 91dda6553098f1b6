//! Counts of the bases after the first positions of long reads.
//!
//! A part with long reads has about one base for each count in a table, so a table for each part would be slow to merge. Parts copy
//! these bases instead. When the part is known to be before the first error, any worker counts them in one of two tables.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::axis::{self, DENSE, EXACT};
use super::letters::{COLUMNS, LETTERS};

/// Number of columns for the characters of quality scores: 33 to 126, and two that stay empty.
pub(super) const SCORES: usize = 96;

/// The character of the first column.
pub(super) const FIRST_CHARACTER: u8 = b'!';

/// Number of positions for which sums of quality scores are kept, to compute means of positions that have no row.
pub(super) const SUMMED: usize = 1 << 19;

/// Number of positions that are counted in all waiting reads before the next ones, so that their rows stay in the cache.
const BATCH: usize = 512;

/// Number of bytes that wait to be counted together. The tables exceed the caches, so a row should serve many reads.
const WAITING: usize = 8 << 20;

/// Bases and quality scores of long reads, from a position on.
#[derive(Debug, Default)]
pub(super) struct Tail {
    /// For each read, its letters, then its quality scores.
    bytes: Vec<u8>,
    /// Start in `bytes`, and number of bases, of each read.
    reads: Vec<(usize, usize)>,
}

impl Tail {
    pub(super) fn push(&mut self, sequence: &[u8], quality: &[u8]) {
        self.reads.push((self.bytes.len(), sequence.len()));
        self.bytes.extend_from_slice(sequence);
        self.bytes.extend_from_slice(quality);
    }

    /// Returns the letters and the quality scores of reads.
    fn reads(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.reads.iter().map(|&(start, len)| self.bytes[start..start + 2 * len].split_at(len))
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.reads.clear();
    }
}

/// Counts by position, from [`DENSE`] on.
#[derive(Debug, Default)]
pub(super) struct TailTable {
    /// Length of the longest read.
    len: usize,
    /// Counts of the characters at each of the exact rows, and how often such a count overflowed.
    exact: Vec<[u32; SCORES]>,
    overflows: Vec<(usize, usize)>,
    /// The same for the other rows.
    blocks: Vec<[u64; SCORES]>,
    /// Counts of the letters in all rows.
    bases: Vec<[u64; LETTERS]>,
    /// Number and sum of the characters at positions without a row.
    sums: Vec<(u32, u64)>,
}

impl TailTable {
    fn add(&mut self, tails: &[Tail]) {
        let mut reads: Vec<_> = tails.iter().flat_map(Tail::reads).collect();
        reads.sort_unstable_by_key(|(sequence, _)| std::cmp::Reverse(sequence.len()));
        let longest = reads.first().map_or(0, |(sequence, _)| sequence.len());
        self.grow(DENSE + longest);
        let exact = EXACT - DENSE;
        for start in (0..longest.min(exact)).step_by(BATCH) {
            for (sequence, quality) in reads.iter().take_while(|(sequence, _)| sequence.len() > start) {
                let end = (start + BATCH).min(exact).min(sequence.len());
                self.add_exact(start, &sequence[start..end], &quality[start..end]);
            }
        }
        for (sequence, quality) in reads.iter().take_while(|(sequence, _)| sequence.len() > exact) {
            self.add_blocks(&sequence[exact..], &quality[exact..]);
        }
    }

    /// Adds rows for reads of this length.
    fn grow(&mut self, len: usize) {
        if len > self.len {
            self.len = len;
            let rows = axis::rows(len);
            self.exact.resize(rows.min(EXACT) - DENSE, [0; SCORES]);
            self.blocks.resize(rows.saturating_sub(EXACT), [0; SCORES]);
            self.bases.resize(rows - DENSE, [0; LETTERS]);
            self.sums.resize(len.min(SUMMED).saturating_sub(EXACT), (0, 0));
        }
    }

    /// Counts bases at exact rows, from row `start` of this table.
    fn add_exact(&mut self, start: usize, sequence: &[u8], quality: &[u8]) {
        for (row, (counts, &score)) in self.exact[start..].iter_mut().zip(quality).enumerate() {
            let column = usize::from(score - FIRST_CHARACTER);
            counts[column] = counts[column].wrapping_add(1);
            if counts[column] == 0 {
                self.overflows.push((start + row, column));
            }
        }
        for (counts, &letter) in self.bases[start..].iter_mut().zip(sequence) {
            counts[usize::from(COLUMNS[usize::from(letter)]) % LETTERS] += 1;
        }
    }

    /// Counts the bases after the exact rows.
    fn add_blocks(&mut self, mut sequence: &[u8], mut quality: &[u8]) {
        for ((number, sum), &score) in self.sums.iter_mut().zip(quality) {
            *number = number.saturating_add(1);
            *sum += u64::from(score);
        }
        let mut position = EXACT;
        while !sequence.is_empty() {
            let taken = axis::left_in_row(position).min(sequence.len());
            let row = axis::row(position);
            for &score in &quality[..taken] {
                self.blocks[row - EXACT][usize::from(score - FIRST_CHARACTER)] += 1;
            }
            for &letter in &sequence[..taken] {
                self.bases[row - DENSE][usize::from(COLUMNS[usize::from(letter)]) % LETTERS] += 1;
            }
            (sequence, quality) = (&sequence[taken..], &quality[taken..]);
            position += taken;
        }
    }

    /// Returns the number of rows, of which the first [`DENSE`] are not here.
    pub(super) fn rows(&self) -> usize {
        axis::rows(self.len)
    }

    /// Returns the counts of the characters in a row.
    pub(super) fn quality(&self, row: usize) -> [u64; SCORES] {
        if row < EXACT {
            let Some(counts) = self.exact.get(row - DENSE) else { return [0; SCORES] };
            let mut counts = counts.map(u64::from);
            for (_, column) in self.overflows.iter().filter(|overflow| overflow.0 == row - DENSE) {
                counts[*column] += 1 << 32;
            }
            counts
        } else {
            self.blocks.get(row - EXACT).copied().unwrap_or([0; SCORES])
        }
    }

    /// Returns the counts of the letters in a row.
    pub(super) fn bases(&self, row: usize) -> [u64; LETTERS] {
        self.bases.get(row - DENSE).copied().unwrap_or([0; LETTERS])
    }

    /// Returns the number and the sum of the characters at a position without a row.
    pub(super) fn sum(&self, position: usize) -> (u64, u64) {
        self.sums.get(position - EXACT).map_or((0, 0), |&(number, sum)| (u64::from(number), sum))
    }
}

/// Tails that wait to be counted, and the tables.
#[derive(Debug, Default)]
pub(super) struct Tails {
    waiting: Mutex<(Vec<Tail>, usize)>,
    free: Mutex<Vec<Tail>>,
    tables: [Mutex<TailTable>; 2],
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tails {
    /// Adds a tail, and leaves an empty one in its place.
    pub(super) fn push(&self, tail: &mut Tail) {
        if tail.reads.is_empty() {
            return;
        }
        let full = std::mem::replace(tail, lock(&self.free).pop().unwrap_or_default());
        let mut waiting = lock(&self.waiting);
        waiting.1 += full.bytes.len();
        waiting.0.push(full);
    }

    /// Counts the waiting tails if there are enough, and a table is free. Waits for a table if there are too many.
    pub(super) fn count(&self) {
        let len = lock(&self.waiting).1;
        if len < WAITING {
            return;
        }
        let free = self.tables.iter().find_map(|table| match table.try_lock() {
            Ok(table) => Some(table),
            Err(TryLockError::Poisoned(table)) => Some(table.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        match free {
            Some(mut table) => self.count_in(&mut table),
            None if len > 2 * WAITING => self.count_in(&mut lock(&self.tables[0])),
            None => {}
        }
    }

    fn count_in(&self, table: &mut TailTable) {
        let (mut tails, _) = std::mem::take(&mut *lock(&self.waiting));
        table.add(&tails);
        tails.retain(|tail| tail.bytes.capacity() <= WAITING / 2);
        tails.iter_mut().for_each(Tail::clear);
        lock(&self.free).append(&mut tails);
    }

    /// Counts everything that waits, and returns the tables.
    pub(super) fn finish(self) -> [TailTable; 2] {
        self.count_in(&mut lock(&self.tables[0]));
        self.tables.map(|table| table.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
