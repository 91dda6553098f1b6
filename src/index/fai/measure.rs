//! Measures records for index entries.

use super::entry::Entry;
use super::header;
use crate::error::{Error, ErrorKind, Site};
use crate::fasta;
use crate::fastq;
use crate::record::Part;

/// The reason why a record cannot be indexed, and its position.
#[derive(Debug)]
pub(super) struct Flaw {
    why: &'static str,
    /// In bytes from the start of the input.
    record_offset: u64,
    offset: u64,
}

impl Flaw {
    /// Turns the flaw into the error of record `record` of its part.
    #[cold]
    pub(super) fn at(self, format: &'static str, part: Part<'_>, record: u64) -> Error {
        // A flaw is inside the part, or at its end.
        let position = usize::try_from(self.offset - part.offset()).unwrap_or(usize::MAX);
        let (before, rest) = part.as_bytes().split_at(position.min(part.len()));
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let site = Site {
            format,
            offset: self.offset,
            record_offset: self.record_offset,
            counted_from: part.offset(),
            record,
            line: Some(memchr::memchr_iter(b'\n', before).count() as u64),
        };
        Error::at(ErrorKind::Unindexable { why: self.why }, site, line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Returns the entry of a four-line FASTQ record.
pub(super) fn fastq(record: &fastq::Record<'_>) -> Result<Entry, Flaw> {
    let (sequence, quality) = record.field_starts();
    let end = sequence + record.sequence().len();
    let plus = end + if record.as_bytes()[end] == b'\r' { 2 } else { 1 };
    lines_of_fastq(record.definition(), record.range().start, record.as_bytes(), [sequence, plus, quality])
}

/// Returns the entry of a FASTQ record whose sequence and quality scores may span several lines.
pub(super) fn wrapped_fastq(record: &fastq::wrapped::Record<'_>) -> Result<Entry, Flaw> {
    lines_of_fastq(record.definition(), record.range().start, record.as_bytes(), record.starts())
}

/// Returns the entry of a FASTQ record. `starts` are the positions of its sequence, its plus line and its quality scores in
/// `bytes`.
fn lines_of_fastq(
    definition: &[u8],
    record_offset: u64,
    bytes: &[u8],
    starts: [usize; 3],
) -> Result<Entry, Flaw> {
    let [sequence, plus, quality] = starts;
    let mut position = record_offset + sequence as u64;
    let mut layout = Layout::default();
    for line in bytes[sequence..plus].split_inclusive(|&byte| byte == b'\n') {
        let flaw = |why| Flaw { why, record_offset, offset: position };
        let line_len = line.len() as u64;
        match line.strip_suffix(b"\n").unwrap_or(line) {
            [] => return Err(flaw("its sequence contains a blank line")),
            [b'\r'] if layout.is_ended => return Err(flaw("its sequence contains a blank line")),
            line => layout.add(line).map_err(flaw)?,
        }
        position += line_len;
    }
    let mut position = record_offset + quality as u64;
    let mut scores = 0;
    let mut is_ended = false;
    for line in bytes[quality..].split_inclusive(|&byte| byte == b'\n') {
        let flaw = |why| Flaw { why, record_offset, offset: position };
        let (width, line_len) =
            (line.strip_suffix(b"\n").unwrap_or(line).len() as u64 + 1, line.len() as u64);
        scores += count_letters(line);
        if width > layout.line_width {
            return Err(flaw("a quality line is longer than the first line of its sequence"));
        }
        if width == 1 {
            return Err(flaw("its quality scores contain a blank line"));
        }
        if width < layout.line_width && scores < layout.length {
            return Err(flaw(
                "a quality line that is not the last is shorter than the first line of its sequence",
            ));
        }
        is_ended = scores == layout.length;
        position += line_len;
    }
    if !is_ended {
        let why = "the numbers of printable letters and quality scores differ";
        return Err(Flaw { why, record_offset, offset: record_offset + quality as u64 });
    }
    Ok(Entry {
        name: header::name(definition).into(),
        length: layout.length,
        offset: record_offset + sequence as u64,
        line_bases: layout.line_bases,
        line_width: layout.line_width,
        quality_offset: Some(record_offset + quality as u64),
    })
}

/// Returns the entry of a FASTA record; `None` if no line follows its header, and another record follows.
pub(super) fn fasta(record: &fasta::Record<'_>, part: Part<'_>) -> Result<Option<Entry>, Flaw> {
    let range = record.range();
    let sequence = record.sequence_bytes();
    let offset = range.end - sequence.len() as u64;
    // Blank lines after a record do not belong to it, but a first one that ends in CR LF counts as its line if it has no other.
    let end = usize::try_from(range.end - part.offset()).unwrap_or(usize::MAX);
    let after = part.as_bytes().get(end..).unwrap_or_default();
    let lines = if sequence.is_empty() && after.starts_with(b"\r\n") { &after[..2] } else { sequence };
    if lines.is_empty() {
        let is_last = part.is_complete() && part.view().len() == part.len() && is_blank(after);
        let why = "the last record has no letters";
        return if is_last { Err(Flaw { why, record_offset: range.start, offset }) } else { Ok(None) };
    }
    let mut layout = Layout::default();
    let mut position = 0;
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        let flaw = |why| Flaw { why, record_offset: range.start, offset: offset + position };
        layout.add(line.strip_suffix(b"\n").unwrap_or(line)).map_err(flaw)?;
        position += line.len() as u64;
    }
    Ok(Some(Entry {
        name: header::name(record.definition()).into(),
        length: layout.length,
        offset,
        line_bases: layout.line_bases,
        line_width: layout.line_width,
        quality_offset: None,
    }))
}

/// Whether the bytes are blank lines only.
fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The layout of the letters of a sequence in its lines.
#[derive(Debug, Default)]
struct Layout {
    length: u64,
    line_bases: u64,
    /// 0 before the first line.
    line_width: u64,
    /// Whether only blank lines may follow.
    is_ended: bool,
}

impl Layout {
    /// Adds the next line, given without its line feed.
    fn add(&mut self, line: &[u8]) -> Result<(), &'static str> {
        if self.is_ended {
            let why = "a line that is not the last is shorter than the first";
            return if matches!(line, [] | [b'\r']) { Ok(()) } else { Err(why) };
        }
        if line.is_empty() {
            self.is_ended = true;
            return Ok(());
        }
        let (bases, width) = (count_letters(line), line.len() as u64 + 1);
        self.length += bases;
        if self.line_width == 0 {
            (self.line_bases, self.line_width) = (bases, width);
        } else if width > self.line_width {
            return Err("a line is longer than the first");
        }
        self.is_ended = width < self.line_width;
        Ok(())
    }
}

/// Returns the number of letters: printable ASCII except spaces.
fn count_letters(line: &[u8]) -> u64 {
    line.iter().filter(|byte| byte.is_ascii_graphic()).count() as u64
}
