//! Finds four-line records.

use super::fault;
use super::options::Fastq;
use super::record::Record;
use crate::record::{Part, Step, Stop};
use crate::scan::{FourLines, FourLinesAhead};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Positions of the lines of a record.
#[derive(Debug, Clone, Copy)]
pub struct Layout(FourLines);

impl Layout {
    /// Builds the record in these bytes.
    #[inline(always)]
    pub(super) fn record(self, bytes: &[u8], offset: u64) -> Record<'_> {
        let FourLines { second, fourth, len, .. } = self.0;
        Record::new(bytes, offset, second, fourth, len)
    }
}

/// Records that were found ahead of the position.
///
/// The SIMD scan finds nearly all records in batches, with all checks made. The slow path finds the others one by one: the last
/// records, those before a blank line or a fault, and all others that the scan could not accept.
#[derive(Debug, Default)]
pub struct Lookahead(FourLinesAhead);

/// Finds the record or blank line at a position.
#[inline(always)]
pub(super) fn step(
    format: Fastq,
    ahead: &mut Lookahead,
    part: &Part<'_>,
    position: usize,
) -> Result<Step<Layout>, Stop> {
    // The slow path is a separate function, so that the record can be returned in registers.
    let lines = match ahead.0.take() {
        Some(lines) => lines,
        None => match step_slow(format, ahead, part, position)? {
            Begin::Record(lines) => lines,
            Begin::Blank { len, lines } => return Ok(Step::Blank { len, lines }),
        },
    };
    Ok(Step::Record { layout: Layout(lines), len: lines.end, blank: 0, lines: 4 })
}

/// Result of the slow path.
enum Begin {
    Record(FourLines),
    Blank { len: usize, lines: u64 },
}

/// Finds the record or blank line at a position for which no record was found ahead.
#[cold]
#[inline(never)]
fn step_slow(format: Fastq, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Begin, Stop> {
    match ahead.0.find(part.view(), position, part.len(), &fault::rules(format)) {
        Some(found) => Ok(Begin::Record(found)),
        None => step_by_lines(format, part, position),
    }
}

/// Finds the record or blank line at a position line by line.
#[cold]
#[inline(never)]
fn step_by_lines(format: Fastq, part: &Part<'_>, position: usize) -> Result<Begin, Stop> {
    let lines = Lines { bytes: part.view(), complete: part.is_complete() };
    if let Some(record) = lines.record(position) {
        let (bytes, after) = lines.bytes[position..].split_at(record.end);
        let fault = fault::optional(format, &Layout(record).record(bytes, 0), after, lines.complete);
        return fault.map_or(Ok(Begin::Record(record)), |fault| Err(fault.after(position)));
    }
    match byte_order_mark_len(part.offset() + position as u64, &lines.bytes[position..], lines.complete) {
        None => return Err(Stop::needs_more("in a byte order mark")),
        Some(len @ 1..) => return Ok(Begin::Blank { len, lines: 0 }),
        Some(0) => {}
    }
    let blank = lines.blank_len(position).map(|len| Begin::Blank { len, lines: 1 });
    blank.ok_or_else(|| fault::structure(lines.bytes, position, lines.complete))
}

/// A view that is read line by line.
struct Lines<'data> {
    bytes: &'data [u8],
    /// Whether the input ends where the bytes end.
    complete: bool,
}

impl Lines<'_> {
    /// Returns the end of the line at `start`: its line feed, or the end of the input.
    fn end(&self, start: usize) -> Option<usize> {
        let line = self.bytes.get(start..)?;
        let end = memchr::memchr(b'\n', line).or(self.complete.then_some(line.len()));
        end.map(|end| start + end)
    }

    /// Returns the record at `start`, if its four lines are in view and its structure is valid.
    fn record(&self, start: usize) -> Option<FourLines> {
        let bytes = self.bytes;
        let sequence_start = self.end(start)? + 1;
        let plus_start = self.end(sequence_start)? + 1;
        let quality_start = self.end(plus_start)? + 1;
        let quality_line_end = self.end(quality_start)?;
        let len = without_eol(&bytes[sequence_start..plus_start]).len();
        let is_valid = bytes[start] == b'@'
            && !matches!(bytes[sequence_start], b'@' | b'+')
            && bytes[plus_start] == b'+'
            && without_eol(&bytes[quality_start..quality_line_end]).len() == len;
        if !is_valid || (len > 0 && bytes[quality_start] == b'@' && self.may_be_header(quality_line_end)) {
            return None;
        }
        let end = bytes.len().min(quality_line_end + 1) - start;
        Some(FourLines { second: sequence_start - start, fourth: quality_start - start, len, end })
    }

    /// Whether a line that begins with `@` and ends at `end` may be a header: the line after the next begins with `+`, or is not in
    /// view.
    fn may_be_header(&self, end: usize) -> bool {
        let after_next = self.end(end + 1).and_then(|end| self.bytes.get(end + 1));
        after_next.map_or(!self.complete, |&byte| byte == b'+')
    }

    /// Returns the length of the line at `start`, if it is blank.
    fn blank_len(&self, start: usize) -> Option<usize> {
        let end = self.end(start)?;
        let is_blank = matches!(self.bytes[start..end], [] | [b'\r']);
        is_blank.then_some(self.bytes.len().min(end + 1) - start)
    }
}
