//! What is wrong with a record.

use super::{Fasta, Record};
use crate::error::ErrorKind;
use crate::record::{Fault, Stop};
use crate::scan::Class;

/// What is wrong at `position`, where a line begins that is no header, and neither blank nor a comment as far as it is in view.
#[cold]
pub(super) fn of_start(format: Fasta, bytes: &[u8], position: usize) -> Stop {
    match bytes[position] {
        b'\r' if position + 1 == bytes.len() => Stop::needs_more("in a blank line"),
        found if format.comments.begin_with(found) => Stop::needs_more("in a comment"),
        found => Fault::new(ErrorKind::RecordStart { expected: b'>', found }, position).into(),
    }
}

/// Where the header ends that begins at `start`, if nothing is wrong with it; `end` is `None` if more has to come.
#[inline]
pub(super) fn of_header(bytes: &[u8], start: usize, end: Option<usize>) -> Result<usize, Stop> {
    let header = &bytes[start..end.unwrap_or(bytes.len())];
    if let Some(at) = memchr::memchr(b'\r', header)
        && bytes.get(start + at + 1).is_some_and(|&next| next != b'\n')
    {
        return Err(Fault::new(ErrorKind::CarriageReturn, start + at).into());
    }
    end.ok_or(Stop::needs_more("in a definition"))
}

/// The IUPAC codes of nucleotides and amino acids (between them, all letters), gaps, and `*` for a stop; and what ends a line.
static LETTERS: Class = Class::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-.*\n");

/// The first thing that is wrong with the letters of a record, if that is to be checked. Positions are those of the record's
/// bytes.
#[inline]
pub(super) fn on_request(format: Fasta, record: &Record<'_>) -> Option<Fault> {
    if format.sequence_letters { check_letters(format, record) } else { None }
}

/// The first byte of a line that is no letter, if that is to be checked.
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
