//! Rejects records that would not round-trip.

use std::num::NonZeroUsize;

use super::options::Fasta;
use super::wrap::{Run, Wrap};
use super::{Record, fault};
use crate::error::ErrorKind;
use crate::record::Fault;
use crate::sequence::Refused;

/// Rejects fields of a record that would not be read back as they are.
pub(super) fn check_parts<'data>(
    format: Fasta,
    definition: &'data [u8],
    lines: impl Iterator<Item = &'data [u8]>,
    line_len: NonZeroUsize,
) -> Result<(), Refused<'data>> {
    if let Some(at) = memchr::memchr2(b'\n', b'\r', definition) {
        let (position, found) = ((">".len() + at) as u64, &definition[at..]);
        return Err(Refused::unwritable("definition", at as u64, position, found, "end its line"));
    }
    let sequence = Sequence { start: ">".len() + definition.len() + "\n".len(), line_len };
    let mut position = 0;
    let mut before = None;
    for Run { letters, begins_line } in Wrap::new(lines, line_len) {
        if begins_line {
            sequence.check_line_end(position, before)?;
            if let Some(role) = role_of_first(format, letters[0]) {
                return Err(sequence.unwritable(position, letters, role));
            }
        }
        if let Some(at) = memchr::memchr(b'\n', letters) {
            return Err(sequence.unwritable(position + at as u64, &letters[at..], "end its line"));
        }
        if let Some(at) = fault::first_wrong_letter(format, letters) {
            let kind = ErrorKind::SequenceLetter { found: letters[at] };
            return Err(sequence.refused(position + at as u64, kind, &letters[at..]));
        }
        position += letters.len() as u64;
        before = letters.last().copied();
    }
    sequence.check_line_end(position, before)
}

/// Rejects a record of an input that would not be read back as it was.
pub(super) fn check_record<'data>(format: Fasta, record: &Record<'data>) -> Result<(), Refused<'data>> {
    let bytes = record.as_bytes();
    if record.comments() != format.comments
        && let Some(line_feed) = memchr::memmem::find(bytes, b"\n;")
    {
        let at = line_feed + 1;
        let role = if format.comments.are_enabled() { "begin a comment" } else { "be a letter" };
        return Err(Refused::unwritable("record", at as u64, at as u64, &bytes[at..], role));
    }
    match fault::optional(format, record) {
        Some(Fault { kind, position, .. }) => {
            Err(Refused { kind, position: position as u64, found: &bytes[position..] })
        }
        None => Ok(()),
    }
}

/// Returns the role of a line that begins with this byte, if it is not a line of a sequence.
fn role_of_first(format: Fasta, byte: u8) -> Option<&'static str> {
    match byte {
        b'>' => Some("begin a record"),
        _ if format.comments.begin_with(byte) => Some("begin a comment"),
        _ => None,
    }
}

/// Position of the letters of a sequence in the record.
struct Sequence {
    /// Start of the first line in the record.
    start: usize,
    line_len: NonZeroUsize,
}

impl Sequence {
    /// Rejects a line that would end at `position`, if its last letter would be read as part of the line end.
    fn check_line_end<'data>(&self, position: u64, letter: Option<u8>) -> Result<(), Refused<'data>> {
        match letter {
            Some(b'\r') => Err(self.unwritable(position - 1, b"\r", "end its line")),
            _ => Ok(()),
        }
    }

    #[cold]
    fn unwritable<'data>(&self, position: u64, found: &'data [u8], role: &'static str) -> Refused<'data> {
        Refused::unwritable("sequence", position, self.position_in_record(position), found, role)
    }

    #[cold]
    fn refused<'data>(&self, position: u64, kind: ErrorKind, found: &'data [u8]) -> Refused<'data> {
        Refused { kind, position: self.position_in_record(position), found }
    }

    fn position_in_record(&self, position: u64) -> u64 {
        let line_ends = position / self.line_len.get() as u64;
        self.start as u64 + position + line_ends
    }
}
