//! Finds records of four lines.

use super::{Fastq, Record, fault};
use crate::record::{Part, Step, Stop};
use crate::scan::{FourLines, FourLinesAhead};
use crate::sequence::{byte_order_mark_len, without_eol};

/// Where the lines of a record lie.
#[derive(Debug, Clone, Copy)]
pub struct Layout(FourLines);

impl Layout {
    /// The record of these bytes.
    #[inline(always)]
    pub(super) fn record(self, bytes: &[u8], offset: u64) -> Record<'_> {
        let FourLines { second, fourth, len, .. } = self.0;
        Record::new(bytes, offset, second, fourth, len)
    }
}

/// Records that were found ahead.
///
/// Nearly all records are found many at a time, with all their checks made. The others (the last ones, those before a blank line or
/// a fault, and whatever else may be in doubt) are looked at one by one.
#[derive(Debug, Default)]
pub struct Lookahead(FourLinesAhead);

/// What begins at a position.
#[inline(always)]
pub(super) fn step(
    format: Fastq,
    ahead: &mut Lookahead,
    part: &Part<'_>,
    position: usize,
) -> Result<Step<Layout>, Stop> {
    // What is rare is taken apart, so that a record need not be in memory.
    let lines = match ahead.0.take() {
        Some(lines) => lines,
        None => match in_doubt(format, ahead, part, position)? {
            Begin::Record(lines) => lines,
            Begin::Blank { len, lines } => return Ok(Step::Blank { len, lines }),
        },
    };
    Ok(Step::Record { layout: Layout(lines), len: lines.end, blank: 0, lines: 4 })
}

/// What begins where no record was found ahead.
enum Begin {
    Record(FourLines),
    Blank { len: usize, lines: u64 },
}

/// What begins at a position, where no record was found ahead.
#[cold]
#[inline(never)]
fn in_doubt(format: Fastq, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Begin, Stop> {
    if let Some(found) = ahead.0.find(part.view(), position, part.len(), &fault::rules(format)) {
        return Ok(Begin::Record(found));
    }
    let lines = Lines { bytes: part.view(), complete: part.is_complete() };
    if let Some(sound) = lines.sound(position) {
        let (bytes, after) = lines.bytes[position..].split_at(sound.end);
        let fault = fault::on_request(format, &Layout(sound).record(bytes, 0), after, lines.complete);
        return fault.map_or(Ok(Begin::Record(sound)), |fault| Err(fault.after(position)));
    }
    match byte_order_mark_len(part.offset() + position as u64, &lines.bytes[position..], lines.complete) {
        None => return Err(Stop::needs_more("in a byte order mark")),
        Some(len @ 1..) => return Ok(Begin::Blank { len, lines: 0 }),
        Some(0) => {}
    }
    let blank = lines.blank_len(position).map(|len| Begin::Blank { len, lines: 1 });
    blank.ok_or_else(|| fault::of_structure(lines.bytes, position, lines.complete))
}

/// Lines, looked at one by one.
struct Lines<'data> {
    bytes: &'data [u8],
    /// Whether the input ends where the bytes do.
    complete: bool,
}

impl Lines<'_> {
    /// Where the line that begins at `start` ends: at its line feed, or where the input does.
    fn end(&self, start: usize) -> Option<usize> {
        let line = self.bytes.get(start..)?;
        let end = memchr::memchr(b'\n', line).or(self.complete.then_some(line.len()));
        end.map(|end| start + end)
    }

    /// The four lines from `start` on, if they are there and the structure of a record is right.
    fn sound(&self, start: usize) -> Option<FourLines> {
        let bytes = self.bytes;
        let sequence_start = self.end(start)? + 1;
        let plus_start = self.end(sequence_start)? + 1;
        let quality_start = self.end(plus_start)? + 1;
        let quality_line_end = self.end(quality_start)?;
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
        let after_next = self.end(end + 1).and_then(|end| self.bytes.get(end + 1));
        after_next.map_or(!self.complete, |&byte| byte == b'+')
    }

    /// The length of the line that begins at `start`, if it is blank.
    fn blank_len(&self, start: usize) -> Option<usize> {
        let end = self.end(start)?;
        let is_blank = matches!(self.bytes[start..end], [] | [b'\r']);
        is_blank.then_some(self.bytes.len().min(end + 1) - start)
    }
}
