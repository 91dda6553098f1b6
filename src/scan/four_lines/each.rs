//! General path for records of all kinds.

use std::ops::Range;

use super::super::class::Members;
use super::super::instruction_set::{Kernel, Vectors};
use super::lines::{NO_LINE_FEED, first_outside, stride_at};
use super::record::{FourLineRules, FourLines};
use super::search::Search;

/// Finds a few records, up to the first that is undecided. Returns whether none was undecided.
pub(super) struct Each<'a, 'data, L, S> {
    pub(super) search: &'a mut Search<'data>,
    /// Maximum number of records to find.
    pub(super) max: usize,
    pub(super) letters: L,
    pub(super) scores: S,
}

impl<L: Members, S: Members> Kernel for Each<'_, '_, L, S> {
    type Output = bool;

    #[inline(always)]
    fn run<V: Vectors>(self, vectors: V) -> bool {
        let Self { search, max, letters, scores } = self;
        for _ in 0..max {
            if !search.continues() {
                break;
            }
            let Search { bytes, start, rules, .. } = *search;
            let find = Find { bytes, start, rules, letters: &letters, scores: &scores };
            let Some(record) = find.record(vectors) else { return false };
            search.add(record);
        }
        true
    }
}

/// Finds a record.
struct Find<'a, L, S> {
    bytes: &'a [u8],
    start: usize,
    rules: &'a FourLineRules,
    letters: &'a L,
    scores: &'a S,
}

impl<L: Members, S: Members> Find<'_, L, S> {
    /// Returns the record at the start, if it is certainly valid.
    #[inline(always)]
    fn record<V: Vectors>(&self, vectors: V) -> Option<FourLines> {
        let Self { bytes, start, rules: &FourLineRules { first, third, .. }, .. } = *self;
        let line = stride_at(bytes, start)?;
        if line[0][0] != first {
            return None;
        }
        let second = start + first_outside(vectors, &NO_LINE_FEED, bytes, start, line)? + 1;

        let line = stride_at(bytes, second)?;
        if [first, third].contains(&line[0][0]) {
            return None;
        }
        let reach = first_outside(vectors, self.letters, bytes, second, line)?;
        let (second_end, third_start) = self.line_end(second, second + reach)?;
        let len = second_end - second;

        let fourth = third_start + 2;
        let is_short = *bytes.get(third_start..)?.first_chunk()? == [third, b'\n'];
        let fourth =
            if is_short { fourth } else { self.after_long_third_line(vectors, second, third_start)? };

        let line = stride_at(bytes, fourth)?;
        let is_equally_long = reach == first_outside(vectors, self.scores, bytes, fourth, line)?;
        let (fourth_end, end) = self.line_end(fourth, fourth + reach)?;
        let is_valid = is_equally_long
            && fourth_end - fourth == len
            && *bytes.get(end)? == first
            && (line[0][0] != first || self.is_no_first_line(vectors, end)?);
        let record = FourLines { second: second - start, fourth: fourth - start, len, end: end - start };
        is_valid.then_some(record)
    }

    /// Returns the end of the line at `start` without and with its line end. `at` is the position of its first byte that is not a
    /// member.
    #[inline(always)]
    fn line_end(&self, start: usize, at: usize) -> Option<(usize, usize)> {
        let bytes = self.bytes;
        match bytes.get(at)? {
            // A preceding carriage return may be a member.
            b'\n' if at > start && bytes[at - 1] == b'\r' => Some((at - 1, at + 1)),
            b'\n' => Some((at, at + 1)),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some((at, at + 2)),
            _ => None,
        }
    }

    /// Returns the start of the fourth line, after a third line of more than one byte.
    #[inline(always)]
    fn after_long_third_line<V: Vectors>(&self, vectors: V, second: usize, third: usize) -> Option<usize> {
        let bytes = self.bytes;
        let line = stride_at(bytes, third)?;
        if line[0][0] != self.rules.third {
            return None;
        }
        let end = third + first_outside(vectors, &NO_LINE_FEED, bytes, third, line)?;
        let text = |line: Range<usize>| bytes[line.clone()].strip_suffix(b"\r").unwrap_or(&bytes[line]);
        let (first, third) = (text(self.start + 1..second - 1), text(third + 1..end));
        (!self.rules.third_repeats_first || third.is_empty() || first == third).then_some(end + 1)
    }

    /// Whether the line at `start` is not the second line of a record: the line after it does not begin like a third line.
    #[inline(always)]
    fn is_no_first_line<V: Vectors>(&self, vectors: V, start: usize) -> Option<bool> {
        let bytes = self.bytes;
        let next = start + first_outside(vectors, &NO_LINE_FEED, bytes, start, stride_at(bytes, start)?)? + 1;
        Some(*bytes.get(next)? != self.rules.third)
    }
}
