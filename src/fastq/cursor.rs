//! Reads four lines at a time.

use super::{Fastq, Record, fault};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{self, Fault, Format, Part, Tally};
use crate::scan::{FourLines, FourLinesAhead};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Reads the FASTQ records of a part.
///
/// Nearly all records are found many at a time, with all their checks made. The others (the last ones, those before a blank line or
/// a fault, and whatever else may be in doubt) are looked at one by one.
#[derive(Debug)]
pub struct Cursor<'data> {
    format: Fastq,
    part: Part<'data>,
    /// Cached from `part`: the bytes in view.
    bytes: &'data [u8],
    ahead: FourLinesAhead<'data>,
    position: usize,
    records: u64,
    blank_bytes: u64,
    gap_bytes: u64,
    gaps: u64,
    /// Lines that are no record's: blank ones, and those of gaps.
    other_lines: u64,
}

impl<'data> Cursor<'data> {
    pub(super) fn new(format: Fastq, part: Part<'data>) -> Self {
        Self {
            format,
            part,
            bytes: part.view(),
            ahead: FourLinesAhead::new(part.view(), part.len(), fault::rules(format)),
            position: 0,
            records: 0,
            blank_bytes: 0,
            gap_bytes: 0,
            gaps: 0,
            other_lines: 0,
        }
    }

    /// The record at the cursor, of these lines.
    #[inline(always)]
    fn record(&self, lines: FourLines) -> Record<'data> {
        let start = self.position;
        let bytes = &self.bytes[start..start + lines.end];
        Record::new(bytes, self.part.offset() + start as u64, lines.second, lines.fourth, lines.len)
    }

    /// The lines of the next record, where none was found ahead; or a fault. Steps over blank lines before.
    #[cold]
    #[inline(never)]
    fn next_in_doubt(&mut self) -> Result<Option<FourLines>> {
        while self.position < self.part.len() {
            if let Some(found) = self.ahead.find(self.position) {
                return Ok(Some(found));
            }
            if let Some(lines) = self.sound_lines() {
                let behind = &self.bytes[self.position + lines.end..];
                let fault =
                    fault::on_request(self.format, &self.record(lines), behind, self.part.is_complete());
                return match fault {
                    Some(fault) => {
                        Err(self.error(Fault { position: self.position + fault.position, ..fault }))
                    }
                    None => Ok(Some(lines)),
                };
            }
            if !self.take_blank() {
                return Err(self.structure_error());
            }
        }
        Ok(None)
    }

    /// Where the line that begins at `start` ends: at its line feed, or where the input does.
    fn line_end(&self, start: usize) -> Option<usize> {
        let line = self.bytes.get(start..)?;
        let end = memchr::memchr(b'\n', line).or(self.part.is_complete().then_some(line.len()));
        end.map(|end| start + end)
    }

    /// The four lines at the cursor, if they are there and the structure of a record is right.
    fn sound_lines(&self) -> Option<FourLines> {
        let (bytes, start) = (self.bytes, self.position);
        let sequence_start = self.line_end(start)? + 1;
        let plus_start = self.line_end(sequence_start)? + 1;
        let quality_start = self.line_end(plus_start)? + 1;
        let quality_line_end = self.line_end(quality_start)?;
        let len = without_eol(&bytes[sequence_start..plus_start]).len();
        let sound = bytes[start] == b'@'
            && !matches!(bytes[sequence_start], b'@' | b'+')
            && bytes[plus_start] == b'+'
            && without_eol(&bytes[quality_start..quality_line_end]).len() == len;
        if !sound || (len > 0 && bytes[quality_start] == b'@' && self.may_be_header(quality_line_end)) {
            return None;
        }
        let end = bytes.len().min(quality_line_end + 1) - start;
        Some(FourLines { second: sequence_start - start, fourth: quality_start - start, len, end })
    }

    /// Whether a line that begins with `@` and ends at `end` is a header: the line after the next begins with `+`, or is not in
    /// view.
    fn may_be_header(&self, end: usize) -> bool {
        let after_next = self.line_end(end + 1).and_then(|end| self.bytes.get(end + 1));
        after_next.map_or(!self.part.is_complete(), |&byte| byte == b'+')
    }

    /// The length of the byte order mark at the cursor; `None` if more bytes must show whether it is one.
    fn byte_order_mark_len(&self) -> Option<usize> {
        let offset = self.part.offset() + self.position as u64;
        byte_order_mark_len(offset, &self.part.view()[self.position..], self.part.is_complete())
    }

    /// Counts the blank line at the cursor as blank, or the byte order mark.
    fn take_blank(&mut self) -> bool {
        if let Some(mark @ 1..) = self.byte_order_mark_len() {
            self.blank_bytes += mark as u64;
            self.position += mark;
            return true;
        }
        let Some(end) = self.line_end(self.position) else { return false };
        if !matches!(self.bytes[self.position..end], [] | [b'\r']) {
            return false;
        }
        let next = self.bytes.len().min(end + 1);
        self.other_lines += 1;
        self.blank_bytes += (next - self.position) as u64;
        self.position = next;
        true
    }

    /// Says what is wrong at the cursor, where no sound record is.
    #[cold]
    #[inline(never)]
    fn structure_error(&self) -> Error {
        if self.byte_order_mark_len().is_none() {
            let kind = ErrorKind::Incomplete { within: "in a byte order mark" };
            return self.error(Fault { kind, position: self.bytes.len(), line: 0 });
        }
        self.error(fault::of_structure(self.bytes, self.position, self.part.is_complete()))
    }

    fn error(&self, fault: Fault) -> Error {
        fault.at(Fastq::NAME, self.part, self)
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = Record<'data>;

    #[inline(always)]
    fn next(&mut self) -> Option<Result<Record<'data>>> {
        // What is rare gives lines and no record, so that a record need not be in memory.
        let lines = match self.ahead.take() {
            Some(lines) => lines,
            None => match self.next_in_doubt() {
                Ok(lines) => lines?,
                Err(error) => return Some(Err(error)),
            },
        };
        let record = self.record(lines);
        self.position += lines.end;
        self.records += 1;
        Some(Ok(record))
    }

    fn position(&self) -> usize {
        self.position
    }

    fn tally(&self) -> Tally {
        Tally {
            records: self.records,
            record_bytes: self.position as u64 - self.blank_bytes - self.gap_bytes,
            blank_bytes: self.blank_bytes,
            gaps: self.gaps,
            gap_bytes: self.gap_bytes,
            lines: 4 * self.records + self.other_lines,
        }
    }

    fn skip_to(&mut self, position: usize) {
        let gap = &self.bytes[self.position..position];
        self.other_lines += memchr::memchr_iter(b'\n', gap).count() as u64;
        self.gap_bytes += gap.len() as u64;
        self.gaps += 1;
        self.position = position;
        self.ahead.forget();
    }
}
