//! Reads a header and the lines behind it.

use super::{Comments, Fasta, Record, fault};
use crate::error::Error;
use crate::record::{self, Fault, Format, Part, Tally};
use crate::scan::{LineEnds, LinesBefore};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Reads the FASTA records of a part.
#[derive(Debug)]
pub struct Cursor<'data> {
    format: Fasta,
    part: Part<'data>,
    /// Cached from `part`: the bytes in view.
    bytes: &'data [u8],
    /// Whether no carriage return was met. Where one is, there are more.
    is_plain: bool,
    /// For what is looked at line by line.
    line_ends: LineEnds<'data>,
    /// Where the line begins whose end is the next one of `line_ends`, if that is known.
    line: Option<usize>,
    position: usize,
    tally: Tally,
}

/// The lines from a header to the next one.
struct Extent {
    /// Where the line behind the header begins.
    sequence: usize,
    /// Where the last line ends that is not blank.
    end: usize,
    /// Where the next header is, or what is in view ends.
    next: usize,
    letters: usize,
    lines: u64,
}

impl Extent {
    /// A header alone, whose line feed is at `end`.
    fn of_header(bytes: &[u8], end: usize) -> Self {
        let next = bytes.len().min(end + 1);
        Self { sequence: next, end: next, next, letters: 0, lines: 1 }
    }

    /// Takes in the next line, whose line feed is at `end`.
    #[inline]
    fn add_line(&mut self, comments: Comments, bytes: &[u8], end: usize) {
        let start = self.next;
        self.next = bytes.len().min(end + 1);
        self.lines += 1;
        // Of an empty line, this looks at the end of the line before, which may have changed in a mapping since it was found.
        let line_end = end - usize::from(bytes[end - 1] == b'\r');
        if line_end > start {
            self.end = self.next;
            if !comments.begin_with(bytes[start]) {
                self.letters += line_end - start;
            }
        }
    }

    /// Whether no line of the record is in view any more.
    #[inline]
    fn is_ended(&self, bytes: &[u8]) -> bool {
        matches!(bytes.get(self.next), None | Some(b'>'))
    }
}

impl<'data> Cursor<'data> {
    pub(super) fn new(format: Fasta, part: Part<'data>) -> Self {
        Self {
            format,
            part,
            bytes: part.view(),
            is_plain: !format.comments.are_read(),
            line_ends: LineEnds::new(part.view(), part.is_complete()),
            line: Some(0),
            position: 0,
            tally: Tally::default(),
        }
    }

    /// The lines of the record whose header is at the cursor.
    #[inline]
    fn extent(&mut self) -> Result<Extent, Fault> {
        match self.plain_extent()? {
            Some(extent) => Ok(extent),
            None => self.extent_by_lines(),
        }
    }

    /// The lines of the record whose header is at the cursor, if neither comments, carriage returns nor blank lines make a
    /// difference.
    #[inline]
    fn plain_extent(&mut self) -> Result<Option<Extent>, Fault> {
        if !self.is_plain {
            return Ok(None);
        }
        let bytes = self.bytes;
        let Some(header_len) = memchr::memchr(b'\n', &bytes[self.position..]) else { return Ok(None) };
        let header_end = self.position + header_len;
        let sequence = fault::of_header(bytes, self.position, Some(header_end))? + 1;
        let lines = LinesBefore::of(bytes, sequence, b'>');
        self.is_plain = lines.is_some();
        let Some(LinesBefore { lines, end }) = lines else { return Ok(None) };
        if end.is_none() && !self.part.is_complete() {
            return Err(fault::incomplete(bytes, "in a sequence", 1 + lines as u64));
        }
        let next = end.unwrap_or(bytes.len());
        let text = &bytes[sequence..next];
        if matches!(text, [b'\n'] | [.., b'\n', b'\n']) {
            return Ok(None);
        }
        let has_unended = !matches!(text, [] | [.., b'\n']);
        let lines_with_header = 1 + lines as u64 + u64::from(has_unended);
        Ok(Some(Extent { sequence, end: next, next, letters: text.len() - lines, lines: lines_with_header }))
    }

    /// The same, line by line.
    fn extent_by_lines(&mut self) -> Result<Extent, Fault> {
        let bytes = self.bytes;
        self.go_to_line();
        let header_end = self.line_ends.peek();
        let mut extent = Extent::of_header(bytes, fault::of_header(bytes, self.position, header_end)?);
        self.line_ends.take(1);
        while !extent.is_ended(bytes) {
            let mut taken = 0;
            for &end in self.line_ends.peek_all() {
                extent.add_line(self.format.comments, bytes, end);
                taken += 1;
                if extent.is_ended(bytes) {
                    break;
                }
            }
            if taken == 0 {
                return Err(fault::incomplete(bytes, "in a sequence", extent.lines));
            }
            self.line_ends.take(taken);
        }
        if extent.next == bytes.len() && !self.part.is_complete() {
            return Err(fault::incomplete(bytes, "in a sequence", extent.lines));
        }
        self.line = Some(extent.next);
        Ok(extent)
    }

    /// Brings `line_ends` to the line at the cursor.
    fn go_to_line(&mut self) {
        if self.line.take() != Some(self.position) {
            self.line_ends.go_to(self.position);
        }
    }

    /// The record whose header is at the cursor; `None` for a lone `>` that ends the input, which counts as blank.
    #[inline]
    fn record(&mut self) -> Result<Option<Record<'data>>, Fault> {
        let start = self.position;
        let Extent { sequence, end, next, letters, lines } = self.extent()?;
        // Only at the end of the input, a header line has no line feed.
        if sequence == start + 1 {
            self.position = next;
            self.tally.blank_bytes += (next - start) as u64;
            self.tally.lines += lines;
            return Ok(None);
        }
        let offset = self.part.offset() + start as u64;
        let record =
            Record::new(&self.bytes[start..end], offset, self.format.comments, sequence - start, letters);
        if let Some(fault) = fault::on_request(self.format, &record) {
            return Err(Fault { position: start + fault.position, ..fault });
        }
        self.position = next;
        self.tally.records += 1;
        self.tally.record_bytes += (end - start) as u64;
        self.tally.blank_bytes += (next - end) as u64;
        self.tally.lines += lines;
        Ok(Some(record))
    }

    /// The length of the byte order mark at the cursor; `None` if more bytes must show whether it is one.
    fn byte_order_mark_len(&self) -> Option<usize> {
        let offset = self.part.offset() + self.position as u64;
        byte_order_mark_len(offset, &self.part.view()[self.position..], self.part.is_complete())
    }

    /// Counts the line at the cursor as blank if it is blank or a comment; likewise the byte order mark.
    fn take_blank(&mut self) -> bool {
        if let Some(mark @ 1..) = self.byte_order_mark_len() {
            self.tally.blank_bytes += mark as u64;
            self.position += mark;
            return true;
        }
        self.go_to_line();
        self.line = Some(self.position);
        let Some(end) = self.line_ends.peek() else { return false };
        let line = without_eol(&self.bytes[self.position..end]);
        if !line.first().is_none_or(|&byte| self.format.comments.begin_with(byte)) {
            return false;
        }
        let next = self.bytes.len().min(end + 1);
        self.line_ends.take(1);
        self.tally.lines += 1;
        self.tally.blank_bytes += (next - self.position) as u64;
        (self.line, self.position) = (Some(next), next);
        true
    }

    /// Describes the fault at the cursor, where neither a header nor a blank line begins.
    #[cold]
    fn start_fault(&self) -> Fault {
        match self.byte_order_mark_len() {
            None => fault::incomplete(self.bytes, "in a byte order mark", 0),
            Some(_) => fault::of_start(self.format, self.bytes, self.position),
        }
    }

    #[cold]
    fn error(&self, fault: Fault) -> Error {
        fault.at(Fasta::NAME, self.part, self)
    }
}

impl<'data> record::Cursor for Cursor<'data> {
    type Record = Record<'data>;

    #[inline]
    fn next(&mut self) -> Option<Result<Record<'data>, Error>> {
        while self.position < self.part.len() {
            if self.bytes[self.position] == b'>' {
                match self.record() {
                    Ok(Some(record)) => return Some(Ok(record)),
                    Ok(None) => continue,
                    Err(fault) => return Some(Err(self.error(fault))),
                }
            }
            if !self.take_blank() {
                return Some(Err(self.error(self.start_fault())));
            }
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
        let gap = &self.bytes[self.position..position];
        self.tally.gaps += 1;
        self.tally.gap_bytes += gap.len() as u64;
        self.tally.lines += memchr::memchr_iter(b'\n', gap).count() as u64;
        self.position = position;
    }
}
