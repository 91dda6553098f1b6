//! How often bytes occur.

use std::cmp::Reverse;

use super::instruction_set::{BLOCK, InstructionSet, Kernel, MOST_FIRST, Vectors, chosen};

/// Bytes that are counted at a time: as many vectors of 32 bytes as can be added up at once, and few enough to stay in the first-level
/// cache.
const BATCH: usize = 120 * BLOCK;

/// A batch is gone through so many times at the most; where that is not enough, a table is faster.
const MOST_TURNS: usize = 16;

/// Values that are looked for together, wherever they lie.
const GROUP: usize = 4;

/// Values that are looked for together if they follow each other.
const RUN: usize = 8;

/// How often each byte occurs.
///
/// Letters and quality scores have few values, and most bytes have one of the first few. So the values that were seen are kept, the most
/// frequent first, and looked for in all bytes of a batch; that ends as soon as every byte has been found to be one. Only a batch
/// with a value that was not seen before is counted byte by byte.
///
/// Short pieces are copied until they make up a batch: so work is done for whole blocks only, and an instruction set is chosen once
/// for many records.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counted: Counted,
    /// What waits to be counted: `waiting[..len]`.
    waiting: [u8; BATCH],
    len: usize,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counted: Counted::default(), waiting: [0; BATCH], len: 0 }
    }
}

impl Histogram {
    /// Counts the bytes.
    #[inline]
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        match self.waiting[self.len..].get_mut(..bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.add_batches(chosen(), bytes),
        }
    }

    /// Counts more bytes than can wait.
    #[inline(never)]
    fn add_batches(&mut self, instruction_set: InstructionSet, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(BATCH - self.len);
        self.waiting[self.len..].copy_from_slice(first);
        self.counted.add(instruction_set, &self.waiting);
        let (batches, tail) = rest.as_chunks();
        for batch in batches {
            self.counted.add(instruction_set, batch);
        }
        self.waiting[..tail.len()].copy_from_slice(tail);
        self.len = tail.len();
    }

    /// Adds what another one counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, others) in self.counted.counts.iter_mut().zip(other.counts()) {
            *count += others;
        }
    }

    /// How often each byte occurs.
    pub(crate) fn counts(&self) -> [u64; 256] {
        let mut counts = self.counted.counts;
        count_each_byte(&self.waiting[..self.len], &mut counts);
        counts
    }
}

/// What was counted by whole batches.
#[derive(Debug, Clone)]
struct Counted {
    counts: [u64; 256],
    sought: Sought,
}

impl Default for Counted {
    fn default() -> Self {
        Self { counts: [0; 256], sought: Sought::Each(Vec::new()) }
    }
}

impl Counted {
    fn add(&mut self, instruction_set: InstructionSet, batch: &[u8; BATCH]) {
        let mut counts = [[0; RUN]; MOST_TURNS];
        if instruction_set.run(Count { batch, sought: &self.sought, counts: &mut counts }) {
            self.sought.add(&counts, &mut self.counts);
        } else {
            count_each_byte(batch, &mut self.counts);
            self.sought = instruction_set.run(Seek(&self.counts));
        }
    }
}

/// What is looked for in a batch, the most frequent first when a value was first seen.
#[derive(Debug, Clone)]
enum Sought {
    /// Each of these values, [`GROUP`] of them in a turn.
    Each(Vec<u8>),
    /// The values of runs that begin with these, a run in a turn.
    Runs(Vec<u8>),
}

impl Sought {
    /// Adds what was counted in each turn.
    fn add(&self, counted: &[[u32; RUN]; MOST_TURNS], counts: &mut [u64; 256]) {
        match self {
            Self::Each(values) => {
                for (values, counted) in values.chunks(GROUP).zip(counted) {
                    for (&value, &count) in values.iter().zip(counted) {
                        counts[usize::from(value)] += u64::from(count);
                    }
                }
            }
            Self::Runs(firsts) => {
                for (&first, counted) in firsts.iter().zip(counted) {
                    for (all, &count) in counts[usize::from(first)..].iter_mut().zip(counted) {
                        *all += u64::from(count);
                    }
                }
            }
        }
    }
}

/// Chooses what is to be looked for: all values that occur.
struct Seek<'a>(&'a [u64; 256]);

impl Kernel for Seek<'_> {
    type Output = Sought;

    #[inline(always)]
    fn run<V: Vectors>(self, _: V) -> Sought {
        let counts = self.0;
        let mut values: Vec<u8> = (0..=255).filter(|&value| counts[usize::from(value)] > 0).collect();
        let mut firsts: Vec<u8> = Vec::new();
        for &value in &values {
            if firsts.last().is_none_or(|&first| usize::from(value - first) >= RUN) {
                firsts.push(value);
            }
        }
        // A run that would end behind the last value there is cannot be looked for.
        let can_run = V::EIGHT_AT_ONCE && firsts.last().is_some_and(|&first| first <= MOST_FIRST);
        if can_run && firsts.len() < values.len().div_ceil(GROUP) {
            firsts.sort_by_key(|&first| Reverse(counts[usize::from(first)..][..RUN].iter().sum::<u64>()));
            Sought::Runs(firsts)
        } else {
            values.sort_by_key(|&value| Reverse(counts[usize::from(value)]));
            Sought::Each(values)
        }
    }
}

/// Counts with a table.
///
/// Neighbours are counted in different tables, since a byte often equals the one before it, and an addition to the same
/// place would have to wait for the last one.
fn count_each_byte(bytes: &[u8], counts: &mut [u64; 256]) {
    let mut tables = [[0u32; 256]; 4];
    for group in bytes.chunks(tables.len()) {
        for (table, &byte) in tables.iter_mut().zip(group) {
            table[usize::from(byte)] += 1;
        }
    }
    for table in tables {
        for (all, count) in counts.iter_mut().zip(table) {
            *all += u64::from(count);
        }
    }
}

/// Counts what is looked for in a batch, until that makes up all of it. Returns whether it does.
struct Count<'a> {
    batch: &'a [u8; BATCH],
    sought: &'a Sought,
    /// By turns.
    counts: &'a mut [[u32; RUN]; MOST_TURNS],
}

impl Kernel for Count<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> bool {
        let (blocks, _) = self.batch.as_chunks();
        let mut found = 0;
        match self.sought {
            Sought::Each(values) if values.len() <= MOST_TURNS * GROUP => {
                for (values, counts) in values.chunks(GROUP).zip(self.counts) {
                    // Where fewer are left, the last one is looked for once more, and not counted.
                    let group = std::array::from_fn(|at| values[at.min(values.len() - 1)]);
                    counts[..GROUP].copy_from_slice(&vectors.count_each(blocks, group));
                    found += counts[..values.len()].iter().sum::<u32>() as usize;
                    if found == BATCH {
                        return true;
                    }
                }
            }
            Sought::Runs(firsts) if firsts.len() <= MOST_TURNS => {
                for (&first, counts) in firsts.iter().zip(self.counts) {
                    *counts = vectors.count_eight(blocks, first);
                    found += counts.iter().sum::<u32>() as usize;
                    if found == BATCH {
                        return true;
                    }
                }
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::instruction_set::available;
    use super::*;

    /// Letters of `set` in no order.
    fn text(set: &[u8], len: usize) -> Vec<u8> {
        (0..len).map(|at| set[at * at % 251 % set.len()]).collect()
    }

    /// Adds the bytes in pieces of each of the lengths in turn, by every instruction set, and compares with a plain loop.
    fn check(bytes: &[u8], lens: &[usize]) {
        let mut naive = [0; 256];
        bytes.iter().for_each(|&byte| naive[usize::from(byte)] += 1);
        for &set in available() {
            let mut histogram = Histogram::default();
            let mut rest = bytes;
            for &len in lens.iter().cycle() {
                let (piece, behind) = rest.split_at(len.min(rest.len()));
                if piece.len() > BATCH - histogram.len {
                    histogram.add_batches(set, piece);
                } else {
                    histogram.add(piece);
                }
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            assert_eq!(histogram.counts(), naive, "{}, {lens:?}", set.name());
        }
    }

    #[test]
    fn every_mixture_of_values_in_pieces_of_every_length() {
        let all: Vec<u8> = (0..=255).collect();
        let sets: [&[u8]; 11] = [
            b"A",
            b"ACGT",
            b"ACGTN",
            b"ACGTacgtNn\n",
            b"#-8F",
            b"MKVLAWSDEFGHIPQRTYC",
            &all[33..75],
            &all[33..127],
            &all[237..],
            &all[240..],
            &all,
        ];
        for set in sets {
            for lens in [&[1][..], &[150], &[0, 63, 64, 65], &[BATCH - 1], &[BATCH, 1], &[7, 3 * BATCH + 5]] {
                for len in [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH, 5 * BATCH + 77] {
                    if cfg!(miri) && len > BATCH + 1 {
                        continue;
                    }
                    check(&text(set, len), lens);
                }
            }
        }
    }

    #[test]
    fn a_value_that_was_not_seen_before_is_counted_wherever_it_comes() {
        for at in (0..3 * BATCH).step_by(if cfg!(miri) { 5000 } else { 61 }) {
            let mut bytes = text(b"ACGTN", 3 * BATCH);
            bytes[at] = 0;
            bytes[3 * BATCH - 1 - at / 2] = 255;
            check(&bytes, &[150]);
            check(&bytes, &[bytes.len()]);
        }
    }

    #[test]
    fn values_that_give_way_to_others() {
        let pieces = [text(b"N", 2 * BATCH), text(b"ACGT", 2 * BATCH), text(b"acgt", 3 * BATCH)];
        check(&pieces.concat(), &[61]);
        let scores: Vec<Vec<u8>> = (33..127).map(|score| vec![score; 500]).collect();
        check(&scores.concat(), &[75]);
    }

    #[test]
    fn merging_is_adding() {
        let (left, right) = (text(b"ACGT", BATCH + 100), text(b"ACGTN", 2 * BATCH + 50));
        let (mut one, mut other, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        one.add(&left);
        other.add(&right);
        both.add(&left);
        both.add(&right);
        one.merge(&other);
        assert_eq!(one.counts(), both.counts());
    }
}
