//! Reads four lines at a time.

use super::{Fastq, Record, fault};
use crate::error::{Error, Result};
use crate::record::{self, Fault, Format, Part, Tally};
use crate::scan::LineEnds;

/// Reads the FASTQ records of a part.
#[derive(Debug)]
pub struct Cursor<'data> {
    format: Fastq,
    part: Part<'data>,
    /// Cached from `part`: the bytes in view.
    bytes: &'data [u8],
    lines: LineEnds<'data>,
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
            lines: LineEnds::new(part.view(), part.is_complete()),
            position: 0,
            records: 0,
            blank_bytes: 0,
            gap_bytes: 0,
            gaps: 0,
            other_lines: 0,
        }
    }

    /// The record at the cursor, if its structure is right and its four lines are there.
    #[inline]
    fn record(&mut self) -> Option<Record<'data>> {
        let [definition, sequence, plus, quality] = self.lines.peek()?;
        let bytes = self.bytes;
        let start = self.position;
        let (sequence_start, plus_start, quality_start) = (definition + 1, sequence + 1, plus + 1);
        // That a line is not empty is not left to the byte before it: in a mapping, that may have changed since it was found.
        let sequence_end = sequence - usize::from(sequence > sequence_start && bytes[sequence - 1] == b'\r');
        let quality_end = quality - usize::from(quality > quality_start && bytes[quality - 1] == b'\r');
        let len = sequence_end - sequence_start;
        let sound = bytes[start] == b'@'
            && !matches!(bytes[sequence_start], b'@' | b'+')
            && bytes[plus_start] == b'+'
            && quality_end - quality_start == len;
        if !sound || (len > 0 && bytes[quality_start] == b'@' && self.fourth_line_may_be_header()) {
            return None;
        }
        let end = bytes.len().min(quality + 1);
        let offset = self.part.offset() + start as u64;
        Some(Record::new(&bytes[start..end], offset, sequence_start - start, quality_start - start, len))
    }

    /// Whether the fourth line from here, which begins with `@`, is a header: the line after the next begins with `+`, or
    /// is not in view.
    #[inline]
    fn fourth_line_may_be_header(&mut self) -> bool {
        let after_next = self.lines.peek().and_then(|[.., fifth]: [usize; 5]| self.bytes.get(fifth + 1));
        after_next.map_or(!self.part.is_complete(), |&byte| byte == b'+')
    }

    /// Counts the blank line at the cursor, if there is one.
    #[cold]
    #[inline(never)]
    fn take_blank(&mut self) -> bool {
        let Some([end]) = self.lines.peek() else { return false };
        if !matches!(self.bytes[self.position..end], [] | [b'\r']) {
            return false;
        }
        let next = self.bytes.len().min(end + 1);
        self.lines.take(1);
        self.other_lines += 1;
        self.blank_bytes += (next - self.position) as u64;
        self.position = next;
        true
    }

    /// Says what is wrong at the cursor, where no sound record is.
    #[cold]
    #[inline(never)]
    fn structure_error(&self) -> Error {
        self.error(fault::of_structure(self.bytes, self.position, self.part.is_complete()))
    }

    fn error(&self, fault: Fault) -> Error {
        fault.at(Fastq::NAME, self.part, self)
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = Record<'data>;

    #[inline]
    fn next(&mut self) -> Option<Result<Record<'data>>> {
        loop {
            if self.position >= self.part.len() {
                return None;
            }
            if let Some(record) = self.record() {
                let behind = &self.bytes[self.position + record.as_bytes().len()..];
                if let Some(fault) = fault::on_request(self.format, &record, behind, self.part.is_complete())
                {
                    let position = self.position + fault.position;
                    return Some(Err(self.error(Fault { position, ..fault })));
                }
                self.lines.take(4);
                self.position += record.as_bytes().len();
                self.records += 1;
                return Some(Ok(record));
            }
            if !self.take_blank() {
                return Some(Err(self.structure_error()));
            }
        }
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
        self.lines.skip_to(position);
    }
}
