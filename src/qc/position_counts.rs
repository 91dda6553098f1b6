//! Counts of letters and quality scores by position, of all reads.

use super::axis::{self, DENSE, EXACT};
use super::letters::LETTERS;
use super::part_counts::{CHARACTERS, PartCounts};
use super::tails::{FIRST_CHARACTER, SCORES, TailTable};

/// Counts of letters and quality scores by position.
#[derive(Debug, Default)]
pub(super) struct PositionCounts {
    quality: Vec<[u64; CHARACTERS]>,
    bases: Vec<[u64; LETTERS]>,
    tails: [TailTable; 2],
}

impl PositionCounts {
    /// Adds the first positions of the reads of a part.
    pub(super) fn add(&mut self, part: &PartCounts) {
        if part.rows > self.quality.len() {
            self.quality.resize(part.rows, [0; CHARACTERS]);
            self.bases.resize(part.rows, [0; LETTERS]);
        }
        for (totals, counts) in self.quality.iter_mut().zip(&part.quality[..part.rows]) {
            totals.iter_mut().zip(counts).for_each(|(total, &count)| *total += u64::from(count));
        }
        for (totals, counts) in self.bases.iter_mut().zip(&part.bases[..part.rows]) {
            totals.iter_mut().zip(counts).for_each(|(total, &count)| *total += u64::from(count));
        }
    }

    /// Adds the other positions.
    pub(super) fn set_tails(&mut self, tails: [TailTable; 2]) {
        self.tails = tails;
    }

    /// Returns the number of rows; see [`axis`].
    pub(super) fn rows(&self) -> usize {
        self.tails.iter().map(TailTable::rows).fold(self.quality.len(), usize::max)
    }

    /// Returns the counts of the characters from `!` in a row.
    pub(super) fn quality(&self, row: usize) -> [u64; SCORES] {
        let mut counts = [0; SCORES];
        if row < DENSE {
            if let Some(dense) = self.quality.get(row) {
                // The last columns of both tables are empty.
                counts[..SCORES - 1].copy_from_slice(&dense[usize::from(FIRST_CHARACTER)..]);
            }
        } else {
            for tail in &self.tails {
                counts.iter_mut().zip(tail.quality(row)).for_each(|(count, more)| *count += more);
            }
        }
        counts
    }

    /// Returns the counts of the letters in a row.
    pub(super) fn bases(&self, row: usize) -> [u64; LETTERS] {
        if row < DENSE {
            return self.bases.get(row).copied().unwrap_or([0; LETTERS]);
        }
        let [mut counts, others] = [&self.tails[0], &self.tails[1]].map(|tail| tail.bases(row));
        counts.iter_mut().zip(others).for_each(|(count, more)| *count += more);
        counts
    }

    /// Returns the number and the sum of the characters at a position that shares its row with others.
    pub(super) fn sum(&self, position: usize) -> (u64, u64) {
        debug_assert!(position >= EXACT);
        let [a, b] = [&self.tails[0], &self.tails[1]].map(|tail| tail.sum(position));
        (a.0 + b.0, a.1 + b.1)
    }

    /// Returns the lowest and the highest character of all quality scores.
    pub(super) fn characters(&self) -> Option<(u8, u8)> {
        let mut totals = [0; SCORES];
        for row in 0..self.rows() {
            totals.iter_mut().zip(self.quality(row)).for_each(|(total, count)| *total += count);
        }
        let character = |column: usize| FIRST_CHARACTER + u8::try_from(column).unwrap_or(0);
        let first = totals.iter().position(|&count| count > 0)?;
        let last = totals.iter().rposition(|&count| count > 0)?;
        Some((character(first), character(last)))
    }

    /// Returns the counts of the letters in all rows.
    pub(super) fn all_bases(&self) -> [u64; LETTERS] {
        let mut totals = [0; LETTERS];
        for row in 0..self.rows() {
            totals.iter_mut().zip(self.bases(row)).for_each(|(total, count)| *total += count);
        }
        totals
    }
}

/// Returns the counts of the letters at positions from `first` to `last`.
pub(super) fn sum_of_letters(counts: &PositionCounts, positions: super::report::Positions) -> [u64; LETTERS] {
    axis::rows_of(positions).fold([0; LETTERS], |mut sum, row| {
        sum.iter_mut().zip(counts.bases(row)).for_each(|(sum, count)| *sum += count);
        sum
    })
}
