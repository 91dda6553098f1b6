//! Positions in reads as rows of tables.
//!
//! Tables have a row for each of the first 65 499 positions, then a row for each 500 positions up to 4 065 499, then one row for all the
//! rest. So their size does not depend on the length of reads. Groups of long reads begin at multiples of 500, so sums over a group
//! are exact.

use super::Grouping;
use super::report::Positions;

/// Number of positions at the start of reads that each part counts in a table. The bases after them are copied, and counted later.
pub(super) const DENSE: usize = 1024;

/// Number of positions with rows of their own.
pub(super) const EXACT: usize = 65_499;

/// Number of positions in a row after these.
const BLOCK: usize = 500;

/// Number of such rows.
const BLOCKS: usize = 8000;

/// Maximum number of rows.
pub(super) const MAX_ROWS: usize = EXACT + BLOCKS + 1;

/// Returns the row of a position, both from 0.
#[inline]
pub(super) fn row(position: usize) -> usize {
    if position < EXACT { position } else { (EXACT + (position - EXACT) / BLOCK).min(MAX_ROWS - 1) }
}

/// Returns the number of rows of reads of this length.
pub(super) fn rows(len: usize) -> usize {
    len.checked_sub(1).map_or(0, |last| row(last) + 1)
}

/// Returns the rows of a group of positions: the first one, and the one after the last.
pub(super) fn rows_of(positions: Positions) -> std::ops::Range<usize> {
    let index = |position: u64| usize::try_from(position - 1).unwrap_or(usize::MAX);
    row(index(positions.first))..row(index(positions.last)) + 1
}

/// Returns the first position of a row, from 0.
pub(super) fn first_in_row(row: usize) -> usize {
    match row {
        ..=EXACT => row,
        MAX_ROWS.. => usize::MAX,
        _ => EXACT + (row - EXACT) * BLOCK,
    }
}

/// Returns the groups of positions 1 to `len`: a group per position has a row of its own, also in long reads.
pub(super) fn groups(grouping: Grouping, len: u64) -> Vec<Positions> {
    let exact = EXACT as u64;
    if grouping != Grouping::Single || len <= exact {
        return grouping.groups(len);
    }
    let mut groups = grouping.groups(exact);
    groups.extend((EXACT..rows(usize::try_from(len).unwrap_or(usize::MAX))).map(|row| Positions {
        first: first_in_row(row) as u64 + 1,
        last: len.min(first_in_row(row + 1) as u64),
    }));
    groups
}

/// Returns the number of positions from `position`, which is from 0, to the end of its row.
pub(super) fn left_in_row(position: usize) -> usize {
    match row(position) {
        row if row < EXACT => 1,
        row if row + 1 == MAX_ROWS => usize::MAX,
        _ => BLOCK - (position - EXACT) % BLOCK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_contiguous_and_end_at_multiples() {
        for position in 1..EXACT + 3 * BLOCK {
            let step = row(position) - row(position - 1);
            assert_eq!(step, usize::from(position < EXACT || (position + 1) % BLOCK == 0), "{position}");
        }
        for position in [0, EXACT - 1, EXACT, EXACT + 1, EXACT + BLOCK - 1, EXACT + 7 * BLOCK] {
            let left = left_in_row(position);
            assert_eq!((row(position + left - 1), row(position + left)), (row(position), row(position) + 1));
        }
        assert_eq!(row(usize::MAX), MAX_ROWS - 1);
        assert_eq!((rows(0), rows(1)), (0, 1));
    }
}
