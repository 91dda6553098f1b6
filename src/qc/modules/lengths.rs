//! Lengths of reads.

use std::collections::BTreeMap;

use super::judged;
use crate::qc::report::{Module, Positions};
use crate::qc::{Grouping, Limits};

/// Lengths below this are counted in a table.
const TABLE: usize = 4096;

/// Maximum number of other lengths that are counted one by one. After that, lengths are rounded down to multiples of [`STEP`].
const MAX_LENGTHS: usize = 1 << 18;

const STEP: u64 = 500;

/// Maximum number of rows without ranges of lengths.
const MAX_SINGLE: u64 = 1 << 20;

/// Number of reads of each length.
#[derive(Debug)]
pub(in crate::qc) struct Lengths {
    table: Vec<u64>,
    /// Number of reads and bases.
    others: BTreeMap<u64, (u64, u64)>,
    rounds: bool,
    pub(in crate::qc) min: u64,
    pub(in crate::qc) max: u64,
    /// Sum of the lengths.
    pub(in crate::qc) bases: u64,
}

impl Default for Lengths {
    fn default() -> Self {
        Self {
            table: vec![0; TABLE],
            others: BTreeMap::new(),
            rounds: false,
            min: u64::MAX,
            max: 0,
            bases: 0,
        }
    }
}

impl Lengths {
    pub(in crate::qc) fn add(&mut self, len: u64) {
        self.min = self.min.min(len);
        self.max = self.max.max(len);
        self.bases += len;
        if let Some(count) = usize::try_from(len).ok().and_then(|len| self.table.get_mut(len)) {
            *count += 1;
            return;
        }
        self.add_other(if self.rounds { round(len) } else { len }, 1, len);
        if !self.rounds && self.others.len() > MAX_LENGTHS {
            self.rounds = true;
            for (len, (reads, bases)) in std::mem::take(&mut self.others) {
                self.add_other(round(len), reads, bases);
            }
        }
    }

    fn add_other(&mut self, len: u64, reads: u64, bases: u64) {
        let counts = self.others.entry(len).or_default();
        *counts = (counts.0 + reads, counts.1 + bases);
    }

    /// Returns the lengths that occur, in ascending order, with the number of reads and of bases.
    pub(in crate::qc) fn counts(&self) -> impl DoubleEndedIterator<Item = (u64, u64, u64)> + '_ {
        let table =
            self.table.iter().enumerate().map(|(len, &reads)| (len as u64, reads, len as u64 * reads));
        let others = self.others.iter().map(|(&len, &(reads, bases))| (len, reads, bases));
        table.filter(|(_, reads, _)| *reads > 0).chain(others)
    }

    pub(in crate::qc) fn results(
        &self,
        grouping: Grouping,
        limits: &Limits,
    ) -> Module<Vec<(Positions, u64)>> {
        let min = self.min.min(self.max);
        let (low, high) = (min.saturating_sub(1), self.max.saturating_add(1));
        let is_single = grouping == Grouping::Single && high - low < MAX_SINGLE;
        let interval = if is_single { 1 } else { interval(high - low) };
        let start = low / interval * interval;
        let bins = usize::try_from((high - start) / interval + 1).unwrap_or(usize::MAX);
        let mut rows: Vec<_> = (0..bins as u64)
            .map(|bin| {
                let first = start + bin * interval;
                (Positions { first, last: high.min(first.saturating_add(interval - 1)) }, 0)
            })
            .collect();
        for (len, count, _) in self.counts() {
            // Rounding cannot leave the first bin.
            let bin = usize::try_from(len.max(start) - start).unwrap_or(usize::MAX);
            if let Some(row) = rows.get_mut(bin / usize::try_from(interval).unwrap_or(usize::MAX)) {
                row.1 += count;
            }
        }
        rows.pop_if(|row| row.1 == 0);
        if rows.first().is_some_and(|row| row.1 == 0) {
            rows.remove(0);
        }
        let has_empty = self.table[0] > 0;
        let fails = has_empty && limits.lengths.error != 0.0;
        let warns = self.max > min && limits.lengths.warn != 0.0;
        judged(rows, fails, warns)
    }
}

fn round(len: u64) -> u64 {
    len / STEP * STEP
}

/// Returns the first interval of 1, 2, 5, 10, 20, 50, ... that gives few rows.
fn interval(range: u64) -> u64 {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    let mut intervals = powers.flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)));
    intervals.find(|interval| range / interval <= 50).unwrap_or(u64::MAX)
}
