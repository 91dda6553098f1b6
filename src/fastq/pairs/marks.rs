//! Known positions of records, and the matching of pairs by them.

use std::collections::VecDeque;
use std::ops::Range;

use super::input::Mark;

/// Boundaries of an input with their record numbers, from the first record that is still needed to the last one that was counted.
#[derive(Debug)]
pub(super) struct Marks {
    /// In order; never empty.
    marks: VecDeque<Mark>,
    /// Records before the end of each part that was counted.
    part_ends: VecDeque<u64>,
    /// The end of the last part.
    end: Mark,
}

impl Marks {
    pub(super) fn new() -> Self {
        let start = Mark::default();
        Self { marks: [start].into(), part_ends: VecDeque::new(), end: start }
    }

    /// Adds the next part: boundaries in it, and its end, with numbers that count from its start.
    pub(super) fn add_part(&mut self, marks: impl IntoIterator<Item = Mark>, end: Mark) {
        let before = self.end;
        self.end = end.after(before);
        for mark in marks {
            self.push(mark.after(before));
        }
        self.push(self.end);
        // A part of blank lines only adds no record.
        if self.end.record > before.record {
            self.part_ends.push_back(self.end.record);
        }
    }

    fn push(&mut self, mark: Mark) {
        match self.marks.back_mut() {
            // Only blank lines lie between the two boundaries.
            Some(last) if last.record == mark.record => *last = mark,
            _ => self.marks.push_back(mark),
        }
    }

    /// Returns the number of records that were counted.
    pub(super) fn records(&self) -> u64 {
        self.end.record
    }

    /// Returns the last known boundary before a record that was not dropped.
    pub(super) fn before(&self, record: u64) -> Mark {
        let after = self.marks.partition_point(|mark| mark.record <= record);
        self.marks[after.saturating_sub(1)]
    }

    /// Drops the boundaries of the records before this one.
    pub(super) fn forget_before(&mut self, record: u64) {
        let after = self.marks.partition_point(|mark| mark.record <= record);
        self.marks.drain(..after.saturating_sub(1));
        let past = self.part_ends.partition_point(|&end| end <= record);
        self.part_ends.drain(..past);
    }

    /// Returns the number of parts with records that were not dropped.
    pub(super) fn parts(&self) -> usize {
        self.part_ends.len()
    }
}

/// Divides the pairs from `next` that were counted in all inputs into batches, at the ends of parts of any input.
///
/// So no batch is longer than a part of any input, and the batches depend on the parts only. An input has `mates` records of each pair; if
/// that is two, a pair across the end of a part belongs to the next batch.
pub(super) fn batches(inputs: &[&Marks], mates: u64, next: u64) -> Vec<Range<u64>> {
    let counted = inputs.iter().map(|marks| marks.records() / mates).min().unwrap_or(next);
    let ends = inputs.iter().flat_map(|marks| &marks.part_ends).map(|end| end / mates);
    let mut ends: Vec<u64> = ends.filter(|&end| next < end && end <= counted).collect();
    ends.sort_unstable();
    ends.dedup();
    let starts = std::iter::once(next).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, &end)| start..end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts of these numbers of records of ten bytes and four lines each, with a mark after every second record.
    fn marks(parts: &[u64]) -> Marks {
        let mut marks = Marks::new();
        let mut offset = 0;
        for &records in parts {
            let at = |record: u64| Mark {
                offset: offset + 10 * usize::try_from(record).unwrap(),
                record,
                line: 4 * record,
            };
            marks.add_part((0..records).step_by(2).map(at), at(records));
            offset = at(records).offset;
        }
        marks
    }

    #[test]
    fn batches_end_where_a_part_of_any_input_does() {
        for (first, second, mates, next, ends) in [
            (vec![3, 4], Some(vec![5, 2]), 1, 0, vec![3, 5, 7]),
            (vec![3, 4], Some(vec![5]), 1, 0, vec![3, 5]),
            (vec![3, 4], Some(vec![5]), 1, 4, vec![5]),
            (vec![3, 4], Some(vec![5]), 1, 5, vec![]),
            (vec![3, 0, 4], Some(vec![0, 3]), 1, 0, vec![3]),
            (vec![], Some(vec![5]), 1, 0, vec![]),
            (vec![3, 4, 1, 1], None, 2, 0, vec![1, 3, 4]),
            (vec![1], None, 2, 0, vec![]),
        ] {
            let inputs: Vec<Marks> =
                [Some(first), second].into_iter().flatten().map(|parts| marks(&parts)).collect();
            let all: Vec<&Marks> = inputs.iter().collect();
            let starts = std::iter::once(next).chain(ends.clone());
            let expected: Vec<Range<u64>> = starts.zip(&ends).map(|(start, &end)| start..end).collect();
            assert_eq!(batches(&all, mates, next), expected, "{inputs:?} from {next}");
        }
    }

    #[test]
    fn the_last_mark_before_a_record_is_found_whatever_was_forgotten() {
        for forgotten in 0..=9 {
            let mut marks = marks(&[3, 0, 5, 1]);
            marks.forget_before(forgotten);
            let mut expected = [0, 0, 2, 3, 3, 5, 5, 7, 8, 9].into_iter().enumerate();
            assert!(expected.all(|(record, before)| {
                let record = record as u64;
                record < forgotten || marks.before(record).record == before
            }));
            let mark = marks.before(9);
            assert_eq!(mark, Mark { offset: 90, record: 9, line: 36 });
            let parts = [3, 8, 9].into_iter().filter(|&end| end > forgotten).count();
            assert_eq!((marks.parts(), marks.records()), (parts, 9));
        }
    }

    #[test]
    fn parts_of_blank_lines_take_no_memory() {
        let mut marks = marks(&[3]);
        for line in 1..1000 {
            marks.add_part([], Mark { offset: 30 + line, record: 0, line: 1 });
        }
        assert_eq!((marks.marks.len(), marks.parts()), (3, 1));
        assert_eq!(marks.before(3), Mark { offset: 1029, record: 3, line: 1011 });
    }
}
