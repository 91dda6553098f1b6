//! Counts of byte values.

use std::cmp::Reverse;

use super::instruction_set::{BLOCK, InstructionSet, Kernel, MAX_FIRST, Vectors, chosen};

/// Number of bytes that are counted together: as many 32-byte vectors as can be added without overflow, and few enough to stay in
/// the L1 cache.
const BATCH: usize = 120 * BLOCK;

/// Maximum number of passes over a batch; beyond it, a table is faster.
const MAX_PASSES: usize = 16;

/// Number of values that one pass counts, wherever they lie.
const GROUP: usize = 4;

/// Number of consecutive values that one pass counts.
const RUN: usize = 8;

/// Counts of each byte value.
///
/// Letters and quality scores have few values, and most bytes have one of the first few. The histogram therefore keeps the values
/// that it has seen, the most frequent first, and compares all bytes of a batch with them, until the counts add up to the batch.
/// Only a batch with a new value is counted byte by byte.
///
/// Short slices are copied until they fill a batch, so that the kernels process whole blocks only, and one dispatch to an
/// instruction set serves many records.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counted: Counted,
    /// Bytes that are not counted yet: `waiting[..len]`.
    waiting: [u8; BATCH],
    len: usize,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counted: Counted::default(), waiting: [0; BATCH], len: 0 }
    }
}

impl Histogram {
    /// Counts bytes.
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

    /// Counts bytes that exceed the free space for waiting bytes.
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

    /// Adds the counts of another histogram.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, others) in self.counted.counts.iter_mut().zip(other.counts()) {
            *count += others;
        }
    }

    /// Returns the counts of all byte values.
    pub(crate) fn counts(&self) -> [u64; 256] {
        let mut counts = self.counted.counts;
        count_each_byte(&self.waiting[..self.len], &mut counts);
        counts
    }
}

/// Counts of whole batches.
#[derive(Debug, Clone)]
struct Counted {
    counts: [u64; 256],
    targets: Targets,
}

impl Default for Counted {
    fn default() -> Self {
        Self { counts: [0; 256], targets: Targets::Each(Vec::new()) }
    }
}

impl Counted {
    fn add(&mut self, instruction_set: InstructionSet, batch: &[u8; BATCH]) {
        let mut counts = [[0; RUN]; MAX_PASSES];
        if instruction_set.run(Count { batch, targets: &self.targets, counts: &mut counts }) {
            self.targets.add(&counts, &mut self.counts);
        } else {
            count_each_byte(batch, &mut self.counts);
            self.targets = instruction_set.run(SelectTargets(&self.counts));
        }
    }
}

/// The values to search for in a batch, in descending order of frequency when the last new value was seen.
#[derive(Debug, Clone)]
enum Targets {
    /// These values, [`GROUP`] per pass.
    Each(Vec<u8>),
    /// Runs of consecutive values that begin with these, one run per pass.
    Runs(Vec<u8>),
}

impl Targets {
    /// Adds the counts of each pass.
    fn add(&self, counted: &[[u32; RUN]; MAX_PASSES], counts: &mut [u64; 256]) {
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

/// Selects the values to search for: all that occur.
struct SelectTargets<'a>(&'a [u64; 256]);

impl Kernel for SelectTargets<'_> {
    type Output = Targets;

    #[inline(always)]
    fn run<V: Vectors>(self, _: V) -> Targets {
        let counts = self.0;
        let mut values: Vec<u8> = (0..=255).filter(|&value| counts[usize::from(value)] > 0).collect();
        let mut firsts: Vec<u8> = Vec::new();
        for &value in &values {
            if firsts.last().is_none_or(|&first| usize::from(value - first) >= RUN) {
                firsts.push(value);
            }
        }
        // A run must not extend beyond 255.
        let can_run = V::EIGHT_AT_ONCE && firsts.last().is_some_and(|&first| first <= MAX_FIRST);
        if can_run && firsts.len() < values.len().div_ceil(GROUP) {
            firsts.sort_by_key(|&first| Reverse(counts[usize::from(first)..][..RUN].iter().sum::<u64>()));
            Targets::Runs(firsts)
        } else {
            values.sort_by_key(|&value| Reverse(counts[usize::from(value)]));
            Targets::Each(values)
        }
    }
}

/// Counts with a table.
///
/// Neighboring bytes use different tables: a byte often equals the one before it, and an addition to the same counter would wait
/// for the previous one.
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

/// Counts the values in a batch until the counts add up to the batch. Returns whether they do.
struct Count<'a> {
    batch: &'a [u8; BATCH],
    targets: &'a Targets,
    /// The counts of each pass.
    counts: &'a mut [[u32; RUN]; MAX_PASSES],
}

impl Kernel for Count<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> bool {
        let (blocks, _) = self.batch.as_chunks();
        let mut found = 0;
        match self.targets {
            Targets::Each(values) if values.len() <= MAX_PASSES * GROUP => {
                for (values, counts) in values.chunks(GROUP).zip(self.counts) {
                    // If fewer values are left, the last one fills the group, and its extra counts are ignored.
                    let group = std::array::from_fn(|at| values[at.min(values.len() - 1)]);
                    counts[..GROUP].copy_from_slice(&vectors.count_each(blocks, group));
                    found += counts[..values.len()].iter().sum::<u32>() as usize;
                    if found == BATCH {
                        return true;
                    }
                }
            }
            Targets::Runs(firsts) if firsts.len() <= MAX_PASSES => {
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

    /// Returns letters of `set` in a pseudo-random order.
    fn text(set: &[u8], len: usize) -> Vec<u8> {
        (0..len).map(|at| set[at * at % 251 % set.len()]).collect()
    }

    /// Adds the bytes in pieces of the given lengths in turn with every instruction set, and compares with a plain loop.
    fn check(bytes: &[u8], lens: &[usize]) {
        let mut naive = [0; 256];
        bytes.iter().for_each(|&byte| naive[usize::from(byte)] += 1);
        for &set in available() {
            let mut histogram = Histogram::default();
            let mut rest = bytes;
            for &len in lens.iter().cycle() {
                let (piece, after) = rest.split_at(len.min(rest.len()));
                if piece.len() > BATCH - histogram.len {
                    histogram.add_batches(set, piece);
                } else {
                    histogram.add(piece);
                }
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            assert_eq!(histogram.counts(), naive, "{}, {lens:?}", set.name());
        }
    }

    #[test]
    fn all_mixtures_of_values_and_piece_lengths() {
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
    fn a_new_value_is_counted_at_every_position() {
        for at in (0..3 * BATCH).step_by(if cfg!(miri) { 5000 } else { 61 }) {
            let mut bytes = text(b"ACGTN", 3 * BATCH);
            bytes[at] = 0;
            bytes[3 * BATCH - 1 - at / 2] = 255;
            check(&bytes, &[150]);
            check(&bytes, &[bytes.len()]);
        }
    }

    #[test]
    fn values_that_replace_others_are_counted() {
        let pieces = [text(b"N", 2 * BATCH), text(b"ACGT", 2 * BATCH), text(b"acgt", 3 * BATCH)];
        check(&pieces.concat(), &[61]);
        let scores: Vec<Vec<u8>> = (33..127).map(|score| vec![score; 500]).collect();
        check(&scores.concat(), &[75]);
    }

    #[test]
    fn merged_histograms_equal_added_bytes() {
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
