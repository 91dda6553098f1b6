//! Reads line by line.

use super::Record;
use crate::error::{Error, ErrorKind};
use crate::fastq::{Fastq, fault};
use crate::record::{self, Fault, Format, Part, Tally};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Reads the records of a part of wrapped FASTQ.
#[derive(Debug)]
pub struct Cursor<'data> {
    checks: Fastq,
    part: Part<'data>,
    position: usize,
    tally: Tally,
}

/// What lies between a position and the end of a line.
struct Line<'data> {
    text: &'data [u8],
    /// Where the next line begins, or what is in view ends.
    next: usize,
}

/// A record, and how many lines it has.
struct Found<'data> {
    record: Record<'data>,
    lines: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(checks: Fastq, part: Part<'data>) -> Self {
        Self { checks, part, position: 0, tally: Tally::default() }
    }

    /// The line that begins at `start`, if all of it is in view. The last line of an input may lack its end.
    fn line(&self, start: usize) -> Option<Line<'data>> {
        let rest = &self.part.view()[start..];
        match memchr::memchr(b'\n', rest) {
            Some(end) => Some(Line { text: without_eol(&rest[..=end]), next: start + end + 1 }),
            None if self.part.is_complete() && !rest.is_empty() => {
                Some(Line { text: without_eol(rest), next: start + rest.len() })
            }
            None => None,
        }
    }

    /// The length of the byte order mark at the cursor; `None` if more bytes must show whether it is one.
    fn byte_order_mark_len(&self) -> Option<usize> {
        let offset = self.part.offset() + self.position as u64;
        byte_order_mark_len(offset, &self.part.view()[self.position..], self.part.is_complete())
    }

    /// What is wrong where the bytes in view end before the record does.
    fn incomplete(&self, within: &'static str, line: u64) -> Fault {
        Fault { kind: ErrorKind::Incomplete { within }, position: self.part.view().len(), line }
    }

    /// The record at the cursor.
    fn record(&self) -> Result<Found<'data>, Fault> {
        let (bytes, start) = (self.part.view(), self.position);
        let found = bytes[start];
        if found == b'\r' && self.line(start).is_none() {
            return Err(self.incomplete("in a blank line", 0));
        }
        if self.byte_order_mark_len().is_none() {
            return Err(self.incomplete("in a byte order mark", 0));
        }
        if found != b'@' {
            return Err(Fault {
                kind: ErrorKind::RecordStart { expected: b'@', found },
                position: start,
                line: 0,
            });
        }
        let definition = self.line(start).ok_or_else(|| self.incomplete("in a definition", 0))?;
        let mut lines = 1;
        let (letters, plus) = self.letters(definition.next, &mut lines)?;
        // Even that of a read of length 0 has its end, as in four lines: where the input ends in it, it may have been cut.
        let has_end = |line: &Line<'_>| bytes[..line.next].ends_with(b"\n");
        let plus_line =
            self.line(plus).filter(has_end).ok_or_else(|| self.incomplete("in a plus line", lines))?;
        lines += 1;
        let end = self.quality_scores(plus_line.next, letters, &mut lines)?;
        let starts = [definition.next, plus, plus_line.next].map(|position| position - start);
        let offset = self.part.offset() + start as u64;
        Ok(Found { record: Record::new(&bytes[start..end], offset, starts, letters), lines })
    }

    /// Counts the letters in the lines from `position` on. Returns them, and where the plus line begins.
    fn letters(&self, mut position: usize, lines: &mut u64) -> Result<(usize, usize), Fault> {
        let mut letters = 0;
        loop {
            match self.part.view().get(position) {
                None => return Err(self.incomplete("before a plus line", *lines)),
                Some(b'+') => return Ok((letters, position)),
                Some(&found @ b'@') => {
                    return Err(Fault { kind: ErrorKind::SequenceStart { found }, position, line: *lines });
                }
                Some(_) => {}
            }
            let line = self.line(position).ok_or_else(|| self.incomplete("in a sequence", *lines))?;
            letters += line.text.len();
            position = line.next;
            *lines += 1;
        }
    }

    /// Counts the quality scores in the lines from `start` on, until there are as many as letters. Returns where they end.
    fn quality_scores(&self, start: usize, letters: usize, lines: &mut u64) -> Result<usize, Fault> {
        let first_line = *lines;
        let mismatch = |scores: usize| {
            let kind = ErrorKind::LengthMismatch { sequence: letters as u64, quality_scores: scores as u64 };
            Fault { kind, position: start, line: first_line }
        };
        let (mut position, mut scores) = (start, 0);
        // A read of length 0 may have a line for its scores, which is blank.
        while scores < letters || (letters == 0 && position == start && self.is_blank(position)) {
            let within = if position == start { "before quality scores" } else { "in quality scores" };
            let line = self.line(position).ok_or_else(|| self.incomplete(within, *lines))?;
            scores += line.text.len();
            position = line.next;
            *lines += 1;
        }
        if scores > letters {
            return Err(mismatch(scores));
        }
        match self.part.view().get(position) {
            None if self.part.is_complete() => Ok(position),
            None => Err(self.incomplete("behind quality scores", *lines)),
            Some(b'@' | b'\n') => Ok(position),
            Some(_) => match self.line(position) {
                None => Err(self.incomplete("behind quality scores", *lines)),
                Some(line) if line.text.is_empty() => Ok(position),
                Some(line) => Err(mismatch(scores + line.text.len())),
            },
        }
    }

    /// Whether a line begins at `position` that is blank.
    fn is_blank(&self, position: usize) -> bool {
        self.line(position).is_some_and(|line| line.text.is_empty())
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = Record<'data>;

    fn next(&mut self) -> Option<Result<Record<'data>, Error>> {
        while self.position < self.part.len() {
            if let Some(mark @ 1..) = self.byte_order_mark_len() {
                self.tally.blank_bytes += mark as u64;
                self.position += mark;
                continue;
            }
            if self.is_blank(self.position) {
                let next = self.line(self.position).map_or(self.part.len(), |line| line.next);
                self.tally.blank_bytes += (next - self.position) as u64;
                self.tally.lines += 1;
                self.position = next;
                continue;
            }
            let found = self.record().and_then(|found| {
                let fault = fault::of_wrapped(self.checks, &found.record);
                fault.map_or(Ok(found), |fault| {
                    Err(Fault { position: self.position + fault.position, ..fault })
                })
            });
            return Some(match found {
                Ok(Found { record, lines }) => {
                    self.position += record.as_bytes().len();
                    self.tally.records += 1;
                    self.tally.record_bytes += record.as_bytes().len() as u64;
                    self.tally.lines += lines;
                    Ok(record)
                }
                Err(fault) => Err(fault.at(Fastq::NAME, self.part, self)),
            });
        }
        None
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        self.tally
    }

    fn skip_to(&mut self, position: usize) {
        let gap = &self.part.view()[self.position..position];
        self.tally.lines += memchr::memchr_iter(b'\n', gap).count() as u64;
        self.tally.gap_bytes += gap.len() as u64;
        self.tally.gaps += 1;
        self.position = position;
    }
}
