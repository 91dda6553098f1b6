//! Finds a header and the lines of its sequence.

use super::{Comments, Fasta, Record, fault};
use crate::record::{Part, Step, Stop};
use crate::scan::{LineEnds, LinesBefore};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Where the lines of a record lie.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Where the line after the header begins.
    sequence: usize,
    /// Letters of the sequence.
    letters: usize,
}

impl Layout {
    /// The record of these bytes.
    #[inline]
    pub(super) fn record(self, comments: Comments, bytes: &[u8], offset: u64) -> Record<'_> {
        Record::new(bytes, offset, comments, self.sequence, self.letters)
    }
}

/// Line ends that were found ahead.
#[derive(Debug, Default)]
pub struct Lookahead {
    /// Whether carriage returns or blank lines were met. Where one is, there are more, and lines are looked at one by one.
    is_uneven: bool,
    /// The ends of lines that are looked at one by one.
    line_ends: LineEnds,
    /// Where the line begins whose end is the next one of `line_ends`.
    line: usize,
}

/// The lines from a header to the next one.
struct Extent {
    /// Where the line after the header begins.
    sequence: usize,
    /// Where the last line ends that is not blank.
    end: usize,
    /// Where the next header is, or the bytes in view end.
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

    /// Adds the next line, whose line feed is at `end`.
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

    /// Whether no further line of the record is in view.
    #[inline]
    fn is_ended(&self, bytes: &[u8]) -> bool {
        matches!(bytes.get(self.next), None | Some(b'>'))
    }
}

/// The bytes in view, and what was found ahead of them.
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

    /// What begins at `start`.
    #[inline]
    pub(super) fn step(&mut self, start: usize) -> Result<Step<Layout>, Stop> {
        if self.bytes[start] != b'>' {
            return self.blank(start);
        }
        let Extent { sequence, end, next, letters, lines } = self.extent(start)?;
        // Only at the end of the input, a header line has no line feed: a lone `>` there is no record.
        if sequence == start + 1 {
            return Ok(Step::Blank { len: next - start, lines });
        }
        let layout = Layout { sequence: sequence - start, letters };
        let record = layout.record(self.format.comments, &self.bytes[start..end], 0);
        match fault::on_request(self.format, &record) {
            None => Ok(Step::Record { layout, len: end - start, blank: next - end, lines }),
            Some(fault) => Err(Stop::Fault(fault).after(start)),
        }
    }

    /// The lines of the record whose header begins at `start`.
    #[inline]
    fn extent(&mut self, start: usize) -> Result<Extent, Stop> {
        match self.even_extent(start)? {
            Some(extent) => Ok(extent),
            None => self.extent_by_lines(start),
        }
    }

    /// The lines of the record whose header begins at `start`, if neither comments, carriage returns nor blank lines make a
    /// difference.
    #[inline]
    fn even_extent(&mut self, start: usize) -> Result<Option<Extent>, Stop> {
        if self.ahead.is_uneven || self.format.comments.are_read() {
            return Ok(None);
        }
        let bytes = self.bytes;
        let Some(header_len) = memchr::memchr(b'\n', &bytes[start..]) else { return Ok(None) };
        let header_end = start + header_len;
        let sequence = fault::of_header(bytes, start, Some(header_end))? + 1;
        let lines = LinesBefore::of(bytes, sequence, b'>');
        self.ahead.is_uneven = lines.is_none();
        let Some(LinesBefore { lines, end }) = lines else { return Ok(None) };
        if end.is_none() && !self.part.is_complete() {
            return Err(Stop::NeedsMore { within: "in a sequence", line: 1 + lines as u64 });
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
    fn extent_by_lines(&mut self, start: usize) -> Result<Extent, Stop> {
        let (bytes, complete) = (self.bytes, self.part.is_complete());
        let header_end = self.line_end(start);
        let mut extent = Extent::of_header(bytes, fault::of_header(bytes, start, header_end)?);
        let line_ends = &mut self.ahead.line_ends;
        line_ends.take(1);
        while !extent.is_ended(bytes) {
            let mut taken = 0;
            for &end in line_ends.peek_all(bytes, complete) {
                extent.add_line(self.format.comments, bytes, end);
                taken += 1;
                if extent.is_ended(bytes) {
                    break;
                }
            }
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

    /// Where the line ends that begins at `start`, which is then the next one of the line ends.
    fn line_end(&mut self, start: usize) -> Option<usize> {
        let Lookahead { line_ends, line, .. } = &mut *self.ahead;
        if *line != start {
            line_ends.go_to(start);
            *line = start;
        }
        line_ends.peek(self.bytes, self.part.is_complete())
    }

    /// The byte order mark, the blank line or the comment that begins at `start`.
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
            Some(_) => fault::of_start(self.format, self.bytes, start),
        })
    }
}
