//! Diagnoses invalid records.

use super::options::Fasta;
use super::record::Record;
use crate::error::ErrorKind;
use crate::record::{Fault, Stop};
use crate::scan::Class;

/// Returns the fault at `position`, the start of a line that is not a header, and not a blank line or a comment as far as the view
/// shows.
#[cold]
pub(super) fn start(format: Fasta, bytes: &[u8], position: usize) -> Stop {
    match bytes[position] {
        b'\r' if position + 1 == bytes.len() => Stop::needs_more("in a blank line"),
        found if format.comments.begin_with(found) => Stop::needs_more("in a comment"),
        found => Fault::new(ErrorKind::RecordStart { expected: b'>', found }, position).into(),
    }
}

/// Returns the end of the header at `start`, if it is valid. `end` is `None` if the view ends before the line does.
#[inline]
pub(super) fn header_end(bytes: &[u8], start: usize, end: Option<usize>) -> Result<usize, Stop> {
    let header = &bytes[start..end.unwrap_or(bytes.len())];
    if let Some(at) = memchr::memchr(b'\r', header)
        && bytes.get(start + at + 1).is_some_and(|&next| next != b'\n')
    {
        return Err(Fault::new(ErrorKind::CarriageReturn, start + at).into());
    }
    end.ok_or(Stop::needs_more("in a definition"))
}

/// The IUPAC codes of nucleotides and amino acids (together, all letters), gaps, `*` for a stop, and the line feed.
static LETTERS: Class = Class::new(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-.*\n");

/// Returns the first fault in the letters of a record, if the format checks letters. Positions count from the start of the record.
#[inline]
pub(super) fn optional(format: Fasta, record: &Record<'_>) -> Option<Fault> {
    if format.sequence_letters { check_letters(format, record) } else { None }
}

/// Returns the position of the first byte of a line that is not a letter, if the format checks letters.
pub(super) fn first_wrong_letter(format: Fasta, line: &[u8]) -> Option<usize> {
    if format.sequence_letters { LETTERS.first_outside(line) } else { None }
}

#[inline(never)]
fn check_letters(format: Fasta, record: &Record<'_>) -> Option<Fault> {
    let bytes = record.as_bytes();
    let mut position = bytes.len() - record.sequence_bytes().len();
    while let Some(at) = LETTERS.first_outside(&bytes[position..]) {
        position += at;
        let (found, rest) = (bytes[position], &bytes[position + 1..]);
        if format.comments.begin_with(found) && bytes[position - 1] == b'\n' {
            position = memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| position + 1 + end);
        } else if found == b'\r' && matches!(rest, [] | [b'\n', ..]) {
            position += 1;
        } else {
            let line = memchr::memchr_iter(b'\n', &bytes[..position]).count() as u64;
            return Some(Fault::new(ErrorKind::SequenceLetter { found }, position).in_line(line));
        }
    }
    None
}
