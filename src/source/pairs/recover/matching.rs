//! The search for the mates of records in damaged inputs.

use super::lane::{Lane, Waiting};
use super::piece::PairPiece;
use crate::error::{Error, PairFile, Result};
use crate::fastq::Pair;
use crate::fastq::pairs::mismatch;

/// Counts of pairs, and of records without a mate in the first and in the second input.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) pairs: u64,
    pub(super) orphans: [u64; 2],
}

/// Hands pairs and orphans to `take`, and counts them.
struct Out<T> {
    counts: Counts,
    take: T,
    /// The error of the first two records that are no mates, if no pair is before them.
    first_mismatch: Option<Error>,
}

impl<T: FnMut(PairPiece<'_>) -> Result<()>> Out<T> {
    fn pair(&mut self, first: &Waiting, second: &Waiting) -> Result<()> {
        self.counts.pairs += 1;
        (self.take)(PairPiece::Pair(Pair { first: first.record(), second: second.record() }))
    }

    fn orphan(&mut self, file: Option<PairFile>, record: &Waiting) -> Result<()> {
        self.counts.orphans[usize::from(file == Some(PairFile::Second))] += 1;
        (self.take)(PairPiece::Orphan { file, record: record.record() })
    }

    /// Notes two records that are no mates.
    fn note(&mut self, mismatch: impl FnOnce() -> Option<Error>) {
        if self.counts.pairs == 0 && self.first_mismatch.is_none() {
            self.first_mismatch = mismatch();
        }
    }

    /// Ends the search.
    ///
    /// # Errors
    ///
    /// That of the first two records, if there is no pair, and no gap that explains it.
    fn end(self, has_gap: bool) -> Result<Counts> {
        self.first_mismatch.filter(|_| self.counts.pairs == 0 && !has_gap).map_or(Ok(self.counts), Err)
    }
}

/// Whether records with these definitions are a first and a second mate.
#[inline]
fn are_mates(first: &[u8], second: &[u8]) -> bool {
    mismatch(first, second).is_none()
}

/// Finds the pairs of an input in which each second mate follows its first one.
///
/// # Errors
///
/// Those of `take`; that of the names of two records, if there is no pair in too many bytes without a gap.
pub(super) fn match_interleaved(
    mut lane: Lane,
    take: impl FnMut(PairPiece<'_>) -> Result<()>,
) -> Result<Counts> {
    let mut out = Out { counts: Counts::default(), take, first_mismatch: None };
    let mut without_pair = 0;
    while lane.has_waiting(1, &mut out.take)? {
        lane.has_waiting(2, &mut out.take)?;
        match (lane.front(), lane.second()) {
            (Some(first), Some(second)) if are_mates(first.definition(), second.definition()) => {
                out.pair(first, second)?;
                lane.pop(true);
                lane.pop(true);
                without_pair = 0;
            }
            (Some(first), _) => {
                out.note(|| mismatch_in_one(&lane));
                out.orphan(None, first)?;
                without_pair += first.record().len() as u64;
                if lane.is_too_much(without_pair)
                    && let Some(error) = mismatch_in_one(&lane)
                {
                    return Err(error);
                }
                lane.pop(false);
            }
            (None, _) => break,
        }
    }
    out.end(lane.has_gap_after_pair())
}

#[cold]
fn mismatch_in_one(lane: &Lane) -> Option<Error> {
    let (first, second) = (lane.front()?, lane.second()?);
    let mismatch = mismatch(first.definition(), second.definition())?;
    Some(lane.mate(0)?.mismatch(&lane.mate(1)?, mismatch))
}

/// Finds the pairs of two inputs.
///
/// # Errors
///
/// Those of `take`; that of the names of two records, if too many bytes of both inputs without a gap have no mates.
pub(super) fn match_two(
    first: Lane,
    second: Lane,
    take: impl FnMut(PairPiece<'_>) -> Result<()>,
) -> Result<Counts> {
    let out = Out { counts: Counts::default(), take, first_mismatch: None };
    let mut lanes = Lanes { first, second, out };
    lanes.run()?;
    let has_gap = lanes.has_gap_after_pair();
    lanes.out.end(has_gap)
}

/// One of two lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    First,
    Second,
}

/// The lanes of first and of second mates.
struct Lanes<T> {
    first: Lane,
    second: Lane,
    out: Out<T>,
}

impl<T: FnMut(PairPiece<'_>) -> Result<()>> Lanes<T> {
    fn run(&mut self) -> Result<()> {
        loop {
            self.first.has_waiting(1, &mut self.out.take)?;
            self.second.has_waiting(1, &mut self.out.take)?;
            match (self.first.front(), self.second.front()) {
                (Some(first), Some(second)) if are_mates(first.definition(), second.definition()) => {
                    self.out.pair(first, second)?;
                    self.first.pop(true);
                    self.second.pop(true);
                }
                (Some(_), Some(_)) => self.search()?,
                (Some(_), None) => self.drop_first_of(Side::First)?,
                (None, Some(_)) => self.drop_first_of(Side::Second)?,
                (None, None) => return Ok(()),
            }
        }
    }

    /// Reads on in both lanes until a record has a mate: the records before both are orphans. If no more records may wait, only
    /// one record is an orphan: the first one of the lane of which less was read, measured by the lengths of its records and gaps.
    ///
    /// # Errors
    ///
    /// That of the names of the first two records, if no more records may wait and there was no gap.
    fn search(&mut self) -> Result<()> {
        let Self { first, second, out } = self;
        out.note(|| mismatch_of(first, second));
        while let Some((side, number)) = self.index_next()? {
            let (lane, other) = match side {
                Side::First => (&self.first, &self.second),
                Side::Second => (&self.second, &self.first),
            };
            let Some(record) = lane.get(number) else { continue };
            let definition = record.definition();
            let found = other.find(definition, |mate| match side {
                Side::First => are_mates(definition, mate),
                Side::Second => are_mates(mate, definition),
            });
            if let Some(mate) = found {
                let (first, second) = match side {
                    Side::First => (number, mate),
                    Side::Second => (mate, number),
                };
                while self.first.start < first {
                    self.drop_first_of(Side::First)?;
                }
                while self.second.start < second {
                    self.drop_first_of(Side::Second)?;
                }
                // The next step takes the pair.
                return Ok(());
            }
        }
        self.drop_one()
    }

    /// Adds a record to the index of the lane that has fewer of them there, or else of the other one.
    fn index_next(&mut self) -> Result<Option<(Side, u64)>> {
        let Self { first, second, out } = self;
        let is_second_shorter = second.indexed() < first.indexed();
        if is_second_shorter && let Some(number) = second.index_next(&mut out.take)? {
            return Ok(Some((Side::Second, number)));
        }
        if let Some(number) = first.index_next(&mut out.take)? {
            return Ok(Some((Side::First, number)));
        }
        if is_second_shorter {
            return Ok(None);
        }
        Ok(second.index_next(&mut out.take)?.map(|number| (Side::Second, number)))
    }

    /// Drops a record, since no waiting record has a mate and no more may wait.
    fn drop_one(&mut self) -> Result<()> {
        let side = match (self.first.has_ended(), self.second.has_ended()) {
            (true, true) | (false, true) => Side::First,
            (true, false) => Side::Second,
            (false, false) => {
                if !self.has_gap_after_pair()
                    && let Some(error) = mismatch_of(&self.first, &self.second)
                {
                    return Err(error);
                }
                match self.second.estimated_records() < self.first.estimated_records() {
                    true => Side::Second,
                    false => Side::First,
                }
            }
        };
        self.drop_first_of(side)
    }

    /// Whether there was a gap after the last pair.
    fn has_gap_after_pair(&self) -> bool {
        self.first.has_gap_after_pair() || self.second.has_gap_after_pair()
    }

    /// Hands out the first record that waits as an orphan.
    fn drop_first_of(&mut self, side: Side) -> Result<()> {
        let lane = match side {
            Side::First => &mut self.first,
            Side::Second => &mut self.second,
        };
        match lane.pop(false) {
            Some(record) => self.out.orphan(lane.file, &record),
            None => Ok(()),
        }
    }
}

#[cold]
fn mismatch_of(first: &Lane, second: &Lane) -> Option<Error> {
    let mismatch = mismatch(first.front()?.definition(), second.front()?.definition())?;
    Some(first.mate(0)?.mismatch(&second.mate(0)?, mismatch))
}

#[cfg(test)]
mod tests {
    use std::hash::RandomState;
    use std::ops::Range;

    use super::super::block::blocks_of;
    use super::*;
    use crate::error::ErrorKind;

    /// The pieces of an input.
    enum Input {
        Reads(Range<usize>),
        /// A gap of this many reads.
        Hole(usize),
    }
    use Input::{Hole, Reads};

    fn read(number: usize, mate: u8) -> String {
        format!("@r{number:08}/{mate}\nACGT\n+\nIIII\n")
    }

    fn lane(mate: u8, input: &[Input], most_waiting: u64, hashes: &RandomState) -> Lane {
        let pieces = input.iter().map(|piece| match piece {
            Reads(numbers) => Ok(numbers.clone().map(|number| read(number, mate)).collect()),
            Hole(reads) => Err((reads * read(0, mate).len()) as u64),
        });
        let file = if mate == 1 { PairFile::First } else { PairFile::Second };
        Lane::new(Some(file), blocks_of(pieces), hashes.clone(), most_waiting)
    }

    /// The numbers of pairs and of orphans. About 100 reads may wait.
    fn counts(first: &[Input], second: &[Input]) -> Result<(u64, [u64; 2])> {
        let hashes = RandomState::new();
        let [first, second] =
            [(1, first), (2, second)].map(|(mate, input)| lane(mate, input, 22_000, &hashes));
        match_two(first, second, |_| Ok(())).map(|counts| (counts.pairs, counts.orphans))
    }

    #[test]
    fn mates_are_found_after_a_gap_of_any_length() {
        for (first, second, expected) in [
            (vec![Reads(0..50), Hole(5000), Reads(5050..6000)], vec![Reads(0..6000)], (1000, [0, 5000])),
            (vec![Reads(0..6000)], vec![Reads(0..50), Hole(5000), Reads(5050..6000)], (1000, [5000, 0])),
            (
                vec![Reads(0..50), Hole(3000), Reads(3050..6000), Hole(2000), Reads(8000..9000)],
                vec![Reads(0..1000), Hole(4000), Reads(5000..9000)],
                (50 + 1000 + 1000, [1950, 950 + 2000]),
            ),
            // The other input ends in the gap.
            (vec![Reads(0..50), Hole(5000), Reads(5050..6000)], vec![Reads(0..3000)], (50, [950, 2950])),
            (vec![Reads(0..50), Hole(5000)], vec![Reads(0..3000)], (50, [0, 2950])),
            (vec![Hole(5000)], vec![Reads(0..3000)], (0, [0, 3000])),
        ] {
            assert_eq!(counts(&first, &second).unwrap(), expected);
        }
    }

    #[test]
    fn missing_reads_without_a_gap_are_searched_nearby() {
        let some = [Reads(0..50), Reads(120..6000)];
        assert_eq!(counts(&some, &[Reads(0..6000)]).unwrap(), (5930, [0, 70]));
        let few = [Reads(0..50), Reads(5050..6000)];
        for (first, second) in [(&few[..], &[Reads(0..6000)][..]), (&[Reads(0..6000)], &few)] {
            let error = counts(first, second).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::MateName { .. }), "{error}");
        }
        // An input that has ended is no reason for an error.
        assert_eq!(counts(&[Reads(0..50)], &[Reads(0..6000)]).unwrap(), (50, [0, 5950]));
        assert_eq!(counts(&[Reads(0..50), Reads(9000..9001)], &[Reads(0..6000)]).unwrap(), (50, [1, 5950]));
    }
}
