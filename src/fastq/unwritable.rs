//! Rejects records that would not round-trip.

use super::{Fastq, Record, fault};
use crate::error::ErrorKind;
use crate::record::{Fault, Stop};
use crate::sequence::Refused;

/// Rejects fields of a record that would not be read back as they are.
pub(super) fn check_parts<'data>(
    format: Fastq,
    definition: &'data [u8],
    sequence: &'data [u8],
    quality_scores: &'data [u8],
) -> Result<(), Refused<'data>> {
    let definition = Field { name: "definition", bytes: definition, start: "@".len() };
    let sequence = Field { name: "sequence", bytes: sequence, start: definition.end() + "\n".len() };
    let quality_scores =
        Field { name: "quality scores", bytes: quality_scores, start: sequence.end() + "\n+\n".len() };

    definition.check_line()?;
    if let Some(b'@' | b'+') = sequence.bytes.first() {
        return Err(sequence.unwritable(0, "begin a header or a plus line"));
    }
    sequence.check_line()?;
    if let Some(at) = fault::first_wrong_letter(format, sequence.bytes) {
        return Err(sequence.refused(at, ErrorKind::SequenceLetter { found: sequence.bytes[at] }));
    }
    let (letters, scores) = (sequence.bytes.len() as u64, quality_scores.bytes.len() as u64);
    if letters != scores {
        let kind = ErrorKind::LengthMismatch { sequence: letters, quality_scores: scores };
        return Err(quality_scores.refused(0, kind));
    }
    quality_scores.check_line()?;
    if let Some(at) = fault::first_wrong_score(format, quality_scores.bytes) {
        return Err(quality_scores.refused(at, ErrorKind::QualityRange { found: quality_scores.bytes[at] }));
    }
    Ok(())
}

/// Rejects a record of an input that fails an optional check.
pub(super) fn check_record<'data>(format: Fastq, record: &Record<'data>) -> Result<(), Refused<'data>> {
    // The bytes after the record in its input do not matter: in the output, a header or the end follows it.
    match fault::optional(format, record, b"", true) {
        Some(Stop::Fault(Fault { kind, position, .. })) => {
            Err(Refused { kind, position: position as u64, found: &record.as_bytes()[position..] })
        }
        // The record is complete.
        Some(Stop::NeedsMore { .. }) | None => Ok(()),
    }
}

/// A field of a record.
struct Field<'data> {
    name: &'static str,
    bytes: &'data [u8],
    /// Position of the field in the record.
    start: usize,
}

impl<'data> Field<'data> {
    fn end(&self) -> usize {
        self.start + self.bytes.len()
    }

    /// Rejects bytes that would end the line before the end of the field.
    fn check_line(&self) -> Result<(), Refused<'data>> {
        let carriage_return = || self.bytes.ends_with(b"\r").then(|| self.bytes.len() - 1);
        match memchr::memchr(b'\n', self.bytes).or_else(carriage_return) {
            Some(at) => Err(self.unwritable(at, "end its line")),
            None => Ok(()),
        }
    }

    #[cold]
    fn unwritable(&self, at: usize, role: &'static str) -> Refused<'data> {
        let position = (self.start + at) as u64;
        Refused::unwritable(self.name, at as u64, position, &self.bytes[at..], role)
    }

    #[cold]
    fn refused(&self, at: usize, kind: ErrorKind) -> Refused<'data> {
        Refused { kind, position: (self.start + at) as u64, found: &self.bytes[at..] }
    }
}
