//! Finds a header and the lines of its sequence.

use super::fault;
use super::options::{Comments, Fasta};
use super::record::Record;
use crate::record::{Part, Step, Stop};
use crate::scan::{LineEnds, LinesBefore};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Positions of the fields of a record.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Start of the line after the header.
    sequence: usize,
    /// Number of letters.
    letters: usize,
}

impl Layout {
    /// Builds the record in these bytes.
    #[inline]
    pub(super) fn record(self, comments: Comments, bytes: &[u8], offset: u64) -> Record<'_> {
        Record::new(bytes, offset, comments, self.sequence, self.letters)
    }
}

/// Line ends that were found ahead of the position.
#[derive(Debug, Default)]
pub struct Lookahead {
    /// Whether the scan met carriage returns or blank lines. Where one is, more will follow, so the next records are read line by
    /// line.
    has_irregular_lines: bool,
    /// Line ends for reading line by line.
    line_ends: LineEnds,
    /// Start of the line whose end is the next one of `line_ends`.
    line: usize,
}

/// The extent of a record: its lines from the header to the next header.
struct Extent {
    /// Start of the line after the header.
    sequence: usize,
    /// End of the last line that is not blank.
    end: usize,
    /// Start of the next header, or the end of the view.
    next: usize,
    letters: usize,
    lines: u64,
}

impl Extent {
    /// Creates the extent of a header alone, whose line feed is at `end`.
    fn from_header(bytes: &[u8], end: usize) -> Self {
        let next = bytes.len().min(end + 1);
        Self { sequence: next, end: next, next, letters: 0, lines: 1 }
    }

    /// Adds the next lines, whose line feeds are at `ends`, up to the next header. Returns the number of lines added.
    #[inline]
    fn add_lines(&mut self, comments: Comments, bytes: &[u8], ends: &[usize]) -> usize {
        let mut added = 0;
        for &end in ends {
            if self.is_ended(bytes) {
                break;
            }
            self.add_line(comments, bytes, end);
            added += 1;
        }
        self.lines += added as u64;
        added
    }

    /// Adds the next line, whose line feed is at `end`, without counting it.
    #[inline]
    fn add_line(&mut self, comments: Comments, bytes: &[u8], end: usize) {
        let start = self.next;
        self.next = bytes.len().min(end + 1);
        // For an empty line, this reads the end of the line before, which in a mapping may have changed since it was found.
        let line_end = end - usize::from(bytes[end - 1] == b'\r');
        if line_end > start {
            self.end = self.next;
            if !comments.begin_with(bytes[start]) {
                self.letters += line_end - start;
            }
        }
    }

    /// Whether the view contains no further line of the record.
    #[inline]
    fn is_ended(&self, bytes: &[u8]) -> bool {
        matches!(bytes.get(self.next), None | Some(b'>'))
    }
}

/// The view of the part, and the line ends found ahead.
pub(super) struct View<'data> {
    format: Fasta,
    part: &'data Part<'data>,
    bytes: &'data [u8],
    ahead: &'data mut Lookahead,
}

impl<'data> View<'data> {
    pub(super) fn new(format: Fasta, ahead: &'data mut Lookahead, part: &'data Part<'data>) -> Self {
        Self { format, part, bytes: part.view(), ahead }
    }

    /// Finds the record or separator at `start`.
    #[inline]
    pub(super) fn step(&mut self, start: usize) -> Result<Step<Layout>, Stop> {
        if self.bytes[start] != b'>' {
            return self.blank(start);
        }
        let Extent { sequence, end, next, letters, lines } = self.extent(start)?;
        // A header line without a line feed occurs only at the end of the input: a lone `>` there is not a record.
        if sequence == start + 1 {
            return Ok(Step::Blank { len: next - start, lines });
        }
        let layout = Layout { sequence: sequence - start, letters };
        let record = layout.record(self.format.comments, &self.bytes[start..end], 0);
        match fault::optional(self.format, &record) {
            None => Ok(Step::Record { layout, len: end - start, blank: next - end, lines }),
            Some(fault) => Err(Stop::Fault(fault).after(start)),
        }
    }

    /// Finds the extent of the record whose header begins at `start`.
    #[inline]
    fn extent(&mut self, start: usize) -> Result<Extent, Stop> {
        match self.regular_extent(start)? {
            Some(extent) => Ok(extent),
            None => self.extent_by_lines(start),
        }
    }

    /// Finds the extent of the record whose header begins at `start`, if it has no comments, carriage returns or blank lines.
    #[inline]
    fn regular_extent(&mut self, start: usize) -> Result<Option<Extent>, Stop> {
        if self.ahead.has_irregular_lines || self.format.comments.are_enabled() {
            return Ok(None);
        }
        let bytes = self.bytes;
        let Some(header_len) = memchr::memchr(b'\n', &bytes[start..]) else { return Ok(None) };
        let header_end = start + header_len;
        let sequence = fault::header_end(bytes, start, Some(header_end))? + 1;
        let lines = LinesBefore::find(bytes, sequence, b'>');
        self.ahead.has_irregular_lines = lines.is_none();
        let Some(LinesBefore { lines, end }) = lines else { return Ok(None) };
        if end.is_none() && !self.part.is_complete() {
            return Err(Stop::NeedsMore { within: "in a sequence", line: 1 + lines as u64 });
        }
        let next = end.unwrap_or(bytes.len());
        let text = &bytes[sequence..next];
        if matches!(text, [b'\n'] | [.., b'\n', b'\n']) {
            return Ok(None);
        }
        let is_last_line_open = !matches!(text, [] | [.., b'\n']);
        let lines_with_header = 1 + lines as u64 + u64::from(is_last_line_open);
        Ok(Some(Extent { sequence, end: next, next, letters: text.len() - lines, lines: lines_with_header }))
    }

    /// Finds the extent line by line.
    fn extent_by_lines(&mut self, start: usize) -> Result<Extent, Stop> {
        let (bytes, comments, complete) = (self.bytes, self.format.comments, self.part.is_complete());
        let header_end = self.line_end(start);
        let mut extent = Extent::from_header(bytes, fault::header_end(bytes, start, header_end)?);
        let line_ends = &mut self.ahead.line_ends;
        line_ends.take(1);
        while !extent.is_ended(bytes) {
            let taken = extent.add_lines(comments, bytes, line_ends.peek_all(bytes, complete));
            line_ends.take(taken);
            self.ahead.line = extent.next;
            if taken == 0 {
                return Err(Stop::NeedsMore { within: "in a sequence", line: extent.lines });
            }
        }
        self.ahead.line = extent.next;
        if extent.next == bytes.len() && !complete {
            return Err(Stop::NeedsMore { within: "in a sequence", line: extent.lines });
        }
        Ok(extent)
    }

    /// Returns the end of the line at `start`, and makes it the next one of the line ends.
    fn line_end(&mut self, start: usize) -> Option<usize> {
        let Lookahead { line_ends, line, .. } = &mut *self.ahead;
        if *line != start {
            line_ends.go_to(start);
            *line = start;
        }
        line_ends.peek(self.bytes, self.part.is_complete())
    }

    /// Finds the byte order mark, the blank line or the comment at `start`.
    fn blank(&mut self, start: usize) -> Result<Step<Layout>, Stop> {
        let offset = self.part.offset() + start as u64;
        let mark = byte_order_mark_len(offset, &self.bytes[start..], self.part.is_complete());
        if let Some(len @ 1..) = mark {
            return Ok(Step::Blank { len, lines: 0 });
        }
        if let Some(end) = self.line_end(start) {
            let line = without_eol(&self.bytes[start..end]);
            if line.first().is_none_or(|&byte| self.format.comments.begin_with(byte)) {
                let next = self.bytes.len().min(end + 1);
                self.ahead.line_ends.take(1);
                self.ahead.line = next;
                return Ok(Step::Blank { len: next - start, lines: 1 });
            }
        }
        Err(match mark {
            None => Stop::needs_more("in a byte order mark"),
            Some(_) => fault::start(self.format, self.bytes, start),
        })
    }
}
