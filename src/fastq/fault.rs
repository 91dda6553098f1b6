//! Diagnoses invalid records. The fast path calls this module only for records that it could not accept.

use super::options::Fastq;
use super::record::Record;
use super::wrapped::Record as WrappedRecord;
use crate::error::ErrorKind;
use crate::record::{Fault, Stop};
use crate::scan::{AsciiSet, ByteRange, Class, FourLineRules};
use crate::sequence::without_eol;

/// Returns the first fault in the structure of the record at `start`, line by line.
///
/// `complete` states that the input ends where `bytes` ends.
pub(super) fn structure(bytes: &[u8], start: usize, complete: bool) -> Stop {
    let line_end = |start: usize| memchr::memchr(b'\n', &bytes[start..]).map(|at| start + at);
    let incomplete = |within, line| Stop::NeedsMore { within, line };
    let wrong = |kind, position, line| Stop::Fault(Fault { kind, position, line });

    let found = bytes[start];
    if found == b'\r' && start + 1 == bytes.len() && !complete {
        return incomplete("in a blank line", 0);
    }
    if found != b'@' {
        return wrong(ErrorKind::RecordStart { expected: b'@', found }, start, 0);
    }
    let Some(definition) = line_end(start) else { return incomplete("in a definition", 0) };

    let Some(&found) = bytes.get(definition + 1) else { return incomplete("before a sequence", 1) };
    if matches!(found, b'@' | b'+') {
        return wrong(ErrorKind::SequenceStart { found }, definition + 1, 1);
    }
    let Some(sequence) = line_end(definition + 1) else { return incomplete("in a sequence", 1) };

    let Some(&found) = bytes.get(sequence + 1) else { return incomplete("before a plus line", 2) };
    if found != b'+' {
        return wrong(ErrorKind::PlusLine { found }, sequence + 1, 2);
    }
    let Some(plus) = line_end(sequence + 1) else { return incomplete("in a plus line", 2) };

    let (quality, ended) = match line_end(plus + 1) {
        Some(end) => (end, true),
        None => (bytes.len(), false),
    };
    let letters = without_eol(&bytes[definition + 1..sequence]).len();
    let scores = without_eol(&bytes[plus + 1..quality]).len();
    if !ended && (scores < letters || !complete) {
        return incomplete(
            if plus + 1 == quality { "before quality scores" } else { "in quality scores" },
            3,
        );
    }
    if letters != scores {
        let kind = ErrorKind::LengthMismatch { sequence: letters as u64, quality_scores: scores as u64 };
        return wrong(kind, plus + 1, 3);
    }
    // Everything else is valid, so the fault is the quality line: it is the next record's header, or could be one as far as the
    // view shows.
    let after_next = bytes.get(quality + 1..).and_then(|_| line_end(quality + 1)).map(|end| end + 1);
    if !complete && after_next.is_none_or(|start| start == bytes.len()) {
        return incomplete("after quality scores", 3);
    }
    wrong(ErrorKind::QualityLine, plus + 1, 3)
}

/// Returns the first fault that an optional check finds in the bytes of a record and in the bytes `after` it. Positions count from
/// the start of the record.
#[inline]
pub(super) fn optional(format: Fastq, record: &Record<'_>, after: &[u8], complete: bool) -> Option<Stop> {
    if format == Fastq::new() {
        return None;
    }
    check(format, record, after, complete)
}

/// The IUPAC nucleotide codes (Cornish-Bowden 1985), uracil, gaps, and `*` for a padded position.
const LETTERS: AsciiSet = AsciiSet::from_members(b"ACGTUNRYSWKMBDHV-.*");
static SEQUENCE_LETTERS: Class = Class::Characters(LETTERS);

/// The printable scores of Phred + 33: 0 to 93.
const SCORES: ByteRange = ByteRange::new(b'!', b'~');
static QUALITY_SCORES: Class = Class::Range(SCORES);

/// Returns the rules for valid records, optional checks included.
pub(super) fn rules(format: Fastq) -> FourLineRules {
    FourLineRules {
        first: b'@',
        third: b'+',
        letters: format.sequence_letters.then_some(LETTERS),
        scores: format.quality_range.then_some(SCORES),
        third_repeats_first: format.plus_name,
    }
}

/// Returns the position of the first byte of a sequence that is not a letter, if the format checks letters.
pub(super) fn first_wrong_letter(format: Fastq, sequence: &[u8]) -> Option<usize> {
    if format.sequence_letters { SEQUENCE_LETTERS.first_outside(sequence) } else { None }
}

/// Returns the position of the first byte of quality scores that is out of range, if the format checks the range.
pub(super) fn first_wrong_score(format: Fastq, quality_scores: &[u8]) -> Option<usize> {
    if format.quality_range { QUALITY_SCORES.first_outside(quality_scores) } else { None }
}

#[inline(never)]
fn check(format: Fastq, record: &Record<'_>, after: &[u8], complete: bool) -> Option<Stop> {
    let wrong = |kind, position, line| Some(Stop::Fault(Fault { kind, position, line }));
    let bytes = record.as_bytes();
    let (sequence, quality_scores) = record.field_starts();
    if let Some(at) = first_wrong_letter(format, record.sequence()) {
        let position = sequence + at;
        return wrong(ErrorKind::SequenceLetter { found: bytes[position] }, position, 1);
    }
    let plus = record.plus_definition();
    if format.plus_name && !plus.is_empty() && plus != record.definition() {
        let line = &bytes[..quality_scores - 1];
        let position = memchr::memrchr(b'\n', line).map_or(0, |end| end + 1);
        return wrong(ErrorKind::PlusName, position, 2);
    }
    if let Some(at) = first_wrong_score(format, record.quality_scores()) {
        let position = quality_scores + at;
        return wrong(ErrorKind::QualityRange { found: bytes[position] }, position, 3);
    }
    if format.quality_end && !matches!(after, [] | [b'@' | b'\n' | b'\r', ..]) {
        let end = memchr::memchr(b'\n', after);
        if end.is_none() && !complete {
            return Some(Stop::NeedsMore { within: "after quality scores", line: 4 });
        }
        let line = end.map_or(after, |end| &after[..=end]);
        let sequence = record.sequence().len() as u64;
        let scores = sequence + without_eol(line).len() as u64;
        let kind = ErrorKind::LengthMismatch { sequence, quality_scores: scores };
        return wrong(kind, quality_scores, 3);
    }
    None
}

/// Makes the optional checks on a record that may be wrapped. Its structure, and the bytes after it, were checked before.
pub(super) fn optional_wrapped(format: Fastq, record: &WrappedRecord<'_>) -> Option<Fault> {
    let [sequence, plus, quality_scores] = record.starts();
    let bytes = record.as_bytes();
    if format.sequence_letters
        && let Some((position, line)) = outside(&SEQUENCE_LETTERS, &bytes[sequence..plus])
    {
        let (position, line) = (sequence + position, 1 + line);
        return Some(Fault { kind: ErrorKind::SequenceLetter { found: bytes[position] }, position, line });
    }
    let lines_before = |position: usize| memchr::memchr_iter(b'\n', &bytes[..position]).count() as u64;
    let definition = record.plus_definition();
    if format.plus_name && !definition.is_empty() && definition != record.definition() {
        return Some(Fault { kind: ErrorKind::PlusName, position: plus, line: lines_before(plus) });
    }
    if format.quality_range
        && let Some((position, line)) = outside(&QUALITY_SCORES, &bytes[quality_scores..])
    {
        let (position, line) = (quality_scores + position, lines_before(quality_scores) + line);
        return Some(Fault { kind: ErrorKind::QualityRange { found: bytes[position] }, position, line });
    }
    None
}

/// Returns the first byte of some lines that is not in a class, and the number of its line, from 0.
fn outside(class: &Class, lines: &[u8]) -> Option<(usize, u64)> {
    let mut start = 0;
    for (number, line) in (0..).zip(lines.split_inclusive(|&byte| byte == b'\n')) {
        if let Some(at) = class.first_outside(without_eol(line)) {
            return Some((start + at, number));
        }
        start += line.len();
    }
    None
}
