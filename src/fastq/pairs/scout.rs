//! Counting of records ahead of the reading of pairs: the mates of a pair have equal numbers, and any offsets.

use std::ops::Range;

use super::input::{Input, Mark};
use super::marks::{self, Marks};
use crate::fastq::Fastq;
use crate::record::{Part, part_end_in};

/// Parts of each input that are counted for each worker before any pair of them is read. More parts keep workers busy at the end of a
/// window; fewer parts fit into the caches.
const PARTS_PER_WORKER: usize = 4;

/// Pieces into which the kept boundaries divide a part. To find a record by its number, at most one piece is read unnecessarily.
const MARKS_PER_PART: usize = 16;

/// The format without checks of the content, which are made when pairs are read.
const STRUCTURE: Fastq = Fastq::new();

/// A part that was counted.
struct Count {
    /// Boundaries in it, whose records and lines count from its start.
    marks: Vec<Mark>,
    /// The end of the counted records, from the start of the part too.
    end: Mark,
    /// Whether an error ended the counting.
    at_error: bool,
}

/// Counts the records of a part, and keeps a boundary about every `spacing` bytes.
fn count<'data>(input: Input<'data>, part: Part<'data>, spacing: usize) -> Count {
    let start = part.offset();
    // Lengths in memory fit into `usize`.
    let offset = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let mut records = input.records(STRUCTURE, part);
    let mut marks = Vec::new();
    let mut due = start;
    while let Some(Ok(record)) = records.next() {
        let at = record.range().start;
        if at >= due {
            let tally = records.tally();
            marks.push(Mark { offset: offset(at), record: tally.records - 1, line: tally.lines - 4 });
            due = at.saturating_add(spacing as u64);
        }
    }
    let tally = records.tally();
    let end = Mark { offset: offset(start + tally.bytes()), record: tally.records, line: tally.lines };
    Count { marks, end, at_error: records.error().is_some() }
}

/// An input that is being counted.
struct Counted<'data> {
    input: Input<'data>,
    /// Where the next part begins.
    next: usize,
    marks: Marks,
    /// Whether the input has ended, or an error follows the last record.
    ended: bool,
}

impl<'data> Counted<'data> {
    fn new(input: Input<'data>) -> Self {
        Self { input, next: 0, marks: Marks::new(), ended: input.data.is_empty() }
    }

    /// Returns the next parts that the window lacks, or all that are left.
    fn next_parts(&mut self, window: usize, len: usize) -> Vec<Range<usize>> {
        let data = self.input.data;
        let mut parts = Vec::new();
        while !self.ended && self.next < data.len() && self.marks.parts() + parts.len() < window {
            let end = part_end_in(&STRUCTURE, data, self.next, len, false);
            parts.push(self.next..end);
            self.next = end;
        }
        parts
    }

    fn add(&mut self, count: Count, part: &Range<usize>) {
        // Records after an error do not count.
        if !self.ended {
            self.marks.add_part(count.marks, count.end);
            self.ended = count.at_error || part.end == self.input.data.len();
        }
    }
}

/// A batch to be read.
pub(super) struct Task {
    pub(super) pairs: Range<u64>,
    /// The last known boundary before the first pair, in each input.
    pub(super) from: (Mark, Option<Mark>),
}

/// Counts the records of the inputs in windows, and divides the pairs that were counted in all inputs into batches.
pub(super) struct Scout<'data> {
    first: Counted<'data>,
    /// The second mates; `None` if the mates alternate in the first input.
    second: Option<Counted<'data>>,
    part_len: usize,
    /// The first pair of the next batch.
    next: u64,
}

impl<'data> Scout<'data> {
    pub(super) fn new(first: Input<'data>, second: Option<Input<'data>>, part_len: usize) -> Self {
        Self { first: Counted::new(first), second: second.map(Counted::new), part_len, next: 0 }
    }

    /// Counts parts on all workers of the pool, up to a window of each input or its end, while the caller runs `meanwhile`.
    pub(super) fn look_ahead<T>(&mut self, meanwhile: impl FnOnce() -> T) -> T {
        let len = self.part_len;
        let window = PARTS_PER_WORKER * rayon::current_num_threads();
        let mut counts = Vec::new();
        for input in self.inputs_mut() {
            let parts = input.next_parts(window, len);
            counts.push(parts.into_iter().map(|part| (input.input, part, None)).collect::<Vec<_>>());
        }
        let done = rayon::in_place_scope(|scope| {
            for (input, part, slot) in counts.iter_mut().flatten() {
                let (input, part) = (*input, Part::from_range(input.data, part.clone()));
                scope.spawn(move |_| *slot = Some(count(input, part, len.div_ceil(MARKS_PER_PART))));
            }
            meanwhile()
        });
        for (input, counts) in self.inputs_mut().zip(counts) {
            for (_, part, count) in counts {
                // The scope fills all slots.
                if let Some(count) = count {
                    input.add(count, &part);
                }
            }
        }
        done
    }

    /// Returns the next batches, of all pairs that were counted in all inputs.
    pub(super) fn tasks(&mut self) -> Vec<Task> {
        let marks: Vec<&Marks> = self.inputs().map(|input| &input.marks).collect();
        let batches = marks::batches(&marks, self.mates(), self.next);
        let tasks = batches
            .into_iter()
            .map(|pairs| Task { from: self.before(pairs.start), pairs })
            .collect::<Vec<_>>();
        if let Some(last) = tasks.last() {
            self.next = last.pairs.end;
            let needed = self.next * self.mates();
            self.inputs_mut().for_each(|input| input.marks.forget_before(needed));
        }
        tasks
    }

    /// Returns the positions after the last batch, at which an error or the end follows. `None` if there may be more batches.
    pub(super) fn end(&self) -> Option<Task> {
        let is_end = |input: &Counted<'_>| input.ended && input.marks.records() / self.mates() == self.next;
        let next = self.next;
        self.inputs().any(is_end).then(|| Task { pairs: next..next, from: self.before(next) })
    }

    fn before(&self, pair: u64) -> (Mark, Option<Mark>) {
        let before = |input: &Counted<'_>| input.marks.before(pair * self.mates());
        (before(&self.first), self.second.as_ref().map(before))
    }

    /// Returns the number of records of each pair in an input.
    fn mates(&self) -> u64 {
        if self.second.is_some() { 1 } else { 2 }
    }

    fn inputs(&self) -> impl Iterator<Item = &Counted<'data>> {
        std::iter::once(&self.first).chain(&self.second)
    }

    fn inputs_mut(&mut self) -> impl Iterator<Item = &mut Counted<'data>> {
        std::iter::once(&mut self.first).chain(&mut self.second)
    }
}
