//! Finds wrapped records line by line.

use super::Record;
use crate::error::ErrorKind;
use crate::fastq::{Fastq, fault};
use crate::record::{Fault, Part, Step, Stop};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Positions of the lines of a record.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Starts of the sequence, of the plus line, and of the quality scores.
    starts: [usize; 3],
    /// Number of letters.
    letters: usize,
}

impl Layout {
    /// Builds the record in these bytes.
    pub(super) fn record(self, bytes: &[u8], offset: u64) -> Record<'_> {
        Record::new(bytes, offset, self.starts, self.letters)
    }
}

/// Finds the record or separator at a position.
pub(super) fn step(checks: Fastq, part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
    let view = View { bytes: part.view(), complete: part.is_complete() };
    let mark = byte_order_mark_len(part.offset() + position as u64, &view.bytes[position..], view.complete);
    if let Some(len @ 1..) = mark {
        return Ok(Step::Blank { len, lines: 0 });
    }
    if let Some(line) = view.line(position).filter(|line| line.text.is_empty()) {
        return Ok(Step::Blank { len: line.next - position, lines: 1 });
    }
    if view.bytes[position] == b'\r' && view.line(position).is_none() {
        return Err(Stop::needs_more("in a blank line"));
    }
    if mark.is_none() {
        return Err(Stop::needs_more("in a byte order mark"));
    }
    let (layout, len, lines) = view.record(position)?;
    let record = layout.record(&view.bytes[position..position + len], 0);
    match fault::optional_wrapped(checks, &record) {
        None => Ok(Step::Record { layout, len, blank: 0, lines }),
        Some(fault) => Err(Stop::Fault(fault).after(position)),
    }
}

/// The bytes in view.
struct View<'data> {
    bytes: &'data [u8],
    /// Whether the input ends where the bytes end.
    complete: bool,
}

/// A line from some position to its end.
struct Line<'data> {
    text: &'data [u8],
    /// Start of the next line, or the end of the view.
    next: usize,
}

impl<'data> View<'data> {
    /// Returns the line at `start`, if all of it is in view. The last line of an input may lack its line end.
    fn line(&self, start: usize) -> Option<Line<'data>> {
        let rest = &self.bytes[start..];
        match memchr::memchr(b'\n', rest) {
            Some(end) => Some(Line { text: without_eol(&rest[..=end]), next: start + end + 1 }),
            None if self.complete && !rest.is_empty() => {
                Some(Line { text: without_eol(rest), next: start + rest.len() })
            }
            None => None,
        }
    }

    /// Finds the record at `start`. Returns its layout, its length and its number of lines.
    fn record(&self, start: usize) -> Result<(Layout, usize, u64), Stop> {
        let found = self.bytes[start];
        if found != b'@' {
            return Err(Fault::new(ErrorKind::RecordStart { expected: b'@', found }, start).into());
        }
        let definition = self.line(start).ok_or(Stop::needs_more("in a definition"))?;
        let mut lines = 1;
        let (letters, plus) = self.letters(definition.next, &mut lines)?;
        // As in four-line FASTQ, even the plus line of a read of length 0 has a line end: an input that ends inside it may be
        // truncated.
        let has_end = |line: &Line<'_>| self.bytes[..line.next].ends_with(b"\n");
        let plus_line = self.line(plus).filter(has_end).ok_or(incomplete("in a plus line", lines))?;
        lines += 1;
        let end = self.quality_scores(plus_line.next, letters, &mut lines)?;
        let starts = [definition.next, plus, plus_line.next].map(|position| position - start);
        Ok((Layout { starts, letters }, end - start, lines))
    }

    /// Counts the letters in the lines from `position` on. Returns their number and the start of the plus line.
    fn letters(&self, mut position: usize, lines: &mut u64) -> Result<(usize, usize), Stop> {
        let mut letters = 0;
        loop {
            match self.bytes.get(position) {
                None => return Err(incomplete("before a plus line", *lines)),
                Some(b'+') => return Ok((letters, position)),
                Some(&found @ b'@') => {
                    let kind = ErrorKind::SequenceStart { found };
                    return Err(Fault::new(kind, position).in_line(*lines).into());
                }
                Some(_) => {}
            }
            let line = self.line(position).ok_or(incomplete("in a sequence", *lines))?;
            letters += line.text.len();
            position = line.next;
            *lines += 1;
        }
    }

    /// Counts the quality scores in the lines from `start` on until there are as many as letters. Returns the position after them.
    fn quality_scores(&self, start: usize, letters: usize, lines: &mut u64) -> Result<usize, Stop> {
        let first_line = *lines;
        let mismatch = |scores: usize| {
            let kind = ErrorKind::LengthMismatch { sequence: letters as u64, quality_scores: scores as u64 };
            Err(Fault::new(kind, start).in_line(first_line).into())
        };
        let (mut position, mut scores) = (start, 0);
        // A read of length 0 may have a blank line for its scores.
        while scores < letters || (letters == 0 && position == start && self.is_blank(position)) {
            let within = if position == start { "before quality scores" } else { "in quality scores" };
            let line = self.line(position).ok_or(incomplete(within, *lines))?;
            scores += line.text.len();
            position = line.next;
            *lines += 1;
        }
        if scores > letters {
            return mismatch(scores);
        }
        match self.bytes.get(position) {
            None if self.complete => Ok(position),
            None => Err(incomplete("after quality scores", *lines)),
            Some(b'@' | b'\n') => Ok(position),
            Some(_) => match self.line(position) {
                None => Err(incomplete("after quality scores", *lines)),
                Some(line) if line.text.is_empty() => Ok(position),
                Some(line) => mismatch(scores + line.text.len()),
            },
        }
    }

    /// Whether the line at `position` is blank.
    fn is_blank(&self, position: usize) -> bool {
        self.line(position).is_some_and(|line| line.text.is_empty())
    }
}

/// The view ends in this line of the record.
const fn incomplete(within: &'static str, line: u64) -> Stop {
    Stop::NeedsMore { within, line }
}
