//! Evidence of the variant of an input: read from the left, past every fault.

use super::{Fastq, Variant};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{self, Cursor as _, Fault, Format, Part, Tally};

/// Reads an input from the left as whatever its records are, and says of each stretch of bytes which kind of record it holds.
///
/// Where the four-line grammar fails, the wrapped one is tried at the same byte; where that fails too, the bytes up to the next line
/// that begins with `@` are a gap. Each step depends on the bytes alone, so the evidence is the same for every division of the input.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Census;

/// A stretch of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// A record of four lines. `odd` says that its sequence looks like quality scores.
    FourLines { odd: bool },
    /// A record of the wrapped grammar alone, which has this many lines.
    Wrapped { lines: u64 },
    /// Bytes in which no record begins.
    Gap,
}

/// What a census has found. The order in which evidence is added does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Offset of the first record of the wrapped grammar alone.
    first_wrapped: Option<u64>,
    /// Offset of the first gap.
    first_gap: Option<u64>,
    /// Offset of the first record of four lines whose sequence looks like quality scores.
    first_odd: Option<u64>,
    /// Offset of the first record that has more lines than one inserted line end explains.
    first_certain: Option<u64>,
}

/// One line end too many makes five lines out of four. A record of more lines is wrapped beyond doubt.
const MOST_LINES_OF_DAMAGE: u64 = 5;

impl Evidence {
    /// The evidence of the first bytes of an input, of those that are all of it if it is `complete`.
    pub(crate) fn of_head(head: &[u8], complete: bool) -> Self {
        let stretches = Census.records_of(Part::read(head, head.len(), 0, complete)).map_while(Result::ok);
        stretches.fold(Self::default(), |mut evidence, (offset, stretch)| {
            evidence.add(offset, stretch);
            evidence
        })
    }

    /// Adds a stretch that begins at this offset.
    pub(crate) fn add(&mut self, offset: u64, stretch: Stretch) {
        let found = match stretch {
            Stretch::FourLines { odd: false } => return,
            Stretch::FourLines { odd: true } => Self { first_odd: Some(offset), ..Self::default() },
            Stretch::Wrapped { lines } => {
                let first_certain = (lines > MOST_LINES_OF_DAMAGE).then_some(offset);
                Self { first_wrapped: Some(offset), first_certain, ..Self::default() }
            }
            Stretch::Gap => Self { first_gap: Some(offset), ..Self::default() },
        };
        *self = self.merge(found);
    }

    /// The evidence of two stretches of an input.
    pub(crate) fn merge(self, other: Self) -> Self {
        let first = |one: Option<u64>, two: Option<u64>| one.into_iter().chain(two).min();
        Self {
            first_wrapped: first(self.first_wrapped, other.first_wrapped),
            first_gap: first(self.first_gap, other.first_gap),
            first_odd: first(self.first_odd, other.first_odd),
            first_certain: first(self.first_certain, other.first_certain),
        }
    }

    /// The variant in which the input is read up to its first fault.
    pub(crate) fn variant_up_to_fault(&self) -> Variant {
        self.variant_before_gap().unwrap_or_else(|| self.variant())
    }

    /// Whether that variant is certain, whatever follows.
    pub(crate) fn is_enough_up_to_fault(&self) -> bool {
        self.is_wrapped_so_far() || (self.first_gap.is_some() && self.variant_before_gap().is_some())
    }

    /// Offset of the first gap.
    pub(crate) fn first_gap(&self) -> Option<u64> {
        self.first_gap
    }

    /// Whether the input is wrapped beyond doubt, so that no further evidence changes its variant.
    pub(crate) fn is_certain(&self) -> bool {
        self.first_certain.is_some()
    }

    /// Whether the input is wrapped, whatever follows: beyond doubt, or as its records after a gap show.
    pub(crate) fn is_wrapped_so_far(&self) -> bool {
        self.is_certain() || (self.first_gap.is_some() && self.variant() == Variant::Wrapped)
    }

    /// The variant that the records before the first gap show, if they do: a record that only the wrapped grammar reads may be
    /// damage too.
    pub(crate) fn variant_before_gap(&self) -> Option<Variant> {
        let Some(gap) = self.first_gap else { return Some(self.variant()) };
        let is_before = |offset: Option<u64>| offset.is_some_and(|offset| offset < gap);
        match (is_before(self.first_certain), is_before(self.first_wrapped)) {
            (true, _) => Some(Variant::Wrapped),
            (false, false) => Some(Variant::FourLines),
            (false, true) => None,
        }
    }

    /// The variant of an input that was read to its end, or as far as it is certain.
    pub(crate) fn variant(&self) -> Variant {
        let is_wrapped = match self.first_gap {
            _ if self.is_certain() => true,
            // Nothing is damaged, so what only the wrapped grammar reads is wrapped.
            None => self.first_wrapped.is_some(),
            // Sequences before the fault are beyond doubt. Where these look as sequences do, and one after the fault does not, quality
            // lines of a wrapped record were taken for it.
            Some(gap) => self.first_odd.is_some_and(|odd| odd > gap),
        };
        if is_wrapped { Variant::Wrapped } else { Variant::FourLines }
    }
}

/// Whether a sequence looks like quality scores: more than a quarter of its bytes, and more than one, are neither nucleotides nor the
/// signs of unknown ones.
fn is_odd(sequence: &[u8]) -> bool {
    let is_nucleotide = |byte: &u8| {
        matches!(byte.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'U' | b'N' | b'.' | b'-')
    };
    let others = sequence.iter().filter(|byte| !is_nucleotide(byte)).count();
    others > (sequence.len() / 4).max(1) && !is_colour_space(sequence)
}

/// Whether a sequence is one of colours: a nucleotide, then digits from 0 to 3 and dots.
fn is_colour_space(sequence: &[u8]) -> bool {
    let colours = sequence.strip_prefix(b"T").or_else(|| sequence.strip_prefix(b"G"));
    colours.is_some_and(|colours| colours.iter().all(|byte| matches!(byte, b'0'..=b'3' | b'.')))
}

impl Format for Census {
    const NAME: &'static str = Fastq::NAME;
    /// A stretch, and where it begins.
    type Record<'data> = (u64, Stretch);
    type Cursor<'data> = Cursor<'data>;

    fn cursor<'data>(&self, part: Part<'data>) -> Cursor<'data> {
        Cursor { part, base: 0, four_lines: Fastq::new().cursor(part), before: Tally::default() }
    }
}

/// Reads the stretches of a part.
#[derive(Debug)]
pub(crate) struct Cursor<'data> {
    part: Part<'data>,
    /// Where the bytes of `four_lines` begin in the part.
    base: usize,
    four_lines: super::Cursor<'data>,
    /// The account of what lies before `base`.
    before: Tally,
}

impl<'data> Cursor<'data> {
    /// The part from a position on.
    fn rest(&self, position: usize) -> Part<'data> {
        let (view, offset) = (&self.part.view()[position..], self.part.offset() + position as u64);
        Part::read(view, self.part.len().saturating_sub(position), offset, self.part.is_complete())
    }

    fn asks_for_more(&self, error: &Error) -> bool {
        !self.part.is_complete() && matches!(error.kind(), ErrorKind::Incomplete { .. })
    }

    /// The stretch that begins at `start`, where the four-line grammar fails with this error, and where the stretch ends.
    #[cold]
    fn in_doubt(&self, start: usize, error: Error) -> Result<(Stretch, usize)> {
        let mut wrapped = Fastq::new().wrapped().cursor(self.rest(start));
        // The input ends inside of the record, which the wrapped grammar does not make whole.
        let is_torn = matches!(error.kind(), ErrorKind::Incomplete { .. });
        match wrapped.next().filter(|_| !is_torn) {
            Some(Ok(record)) => {
                let stretch = Stretch::Wrapped { lines: wrapped.tally().lines };
                Ok((stretch, start + record.as_bytes().len()))
            }
            Some(Err(error)) if self.asks_for_more(&error) => Err(error),
            _ => self.gap_end(start).map(|end| (Stretch::Gap, end)).ok_or_else(|| self.line_is_torn()),
        }
    }

    /// Where the gap ends that begins at `start`: at the next line that begins with `@`, or at the last line that begins in view.
    fn gap_end(&self, start: usize) -> Option<usize> {
        let after = start + 1;
        let view = &self.part.view()[after..];
        let line = memchr::memmem::find(view, b"\n@").or_else(|| match self.part.is_complete() {
            true => Some(view.len()),
            false => memchr::memrchr(b'\n', view),
        });
        line.map(|end| (after + end + 1).min(self.part.view().len()))
    }

    /// The error that asks for the end of a line.
    fn line_is_torn(&self) -> Error {
        let fault = Fault {
            kind: ErrorKind::Incomplete { within: "in a line" },
            position: self.part.view().len(),
            line: 0,
        };
        fault.at(Fastq::NAME, self.part, self)
    }
}

impl record::Cursor for Cursor<'_> {
    type Record = (u64, Stretch);

    fn next(&mut self) -> Option<Result<(u64, Stretch)>> {
        let error = match self.four_lines.next()? {
            Ok(record) => {
                return Some(Ok((
                    record.range().start,
                    Stretch::FourLines { odd: is_odd(record.sequence()) },
                )));
            }
            Err(error) if self.asks_for_more(&error) => return Some(Err(error)),
            Err(error) => error,
        };
        let start = self.position();
        Some(self.in_doubt(start, error).map(|(stretch, end)| {
            self.before = self.tally();
            self.before.records += 1;
            self.before.record_bytes += (end - start) as u64;
            (self.base, self.four_lines) = (end, Fastq::new().cursor(self.rest(end)));
            (self.part.offset() + start as u64, stretch)
        }))
    }

    fn position(&self) -> usize {
        self.base + self.four_lines.position()
    }

    fn tally(&self) -> Tally {
        self.before + self.four_lines.tally()
    }

    fn skip_to(&mut self, position: usize) {
        self.four_lines.skip_to(position - self.base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &[u8]) -> Evidence {
        Census.records(text).map(Result::unwrap).fold(
            Evidence::default(),
            |mut evidence, (offset, stretch)| {
                evidence.add(offset, stretch);
                evidence
            },
        )
    }

    const FOUR: &[u8] = b"@a\nACGT\n+\n@III\n";
    const WRAPPED: &[u8] = b"@w\nAAAA\nCCCC\nGGGG\nTTTT\n+\n@III\nIIII\n+III\n5555\n";
    const TWO_LINES_OF_LETTERS: &[u8] = b"@b\nAC\nGT\n+\nIIII\n";
    const DAMAGED: &[u8] = b"@d\nACGT\n+\nII\n";

    #[test]
    fn the_variant_is_that_of_the_records() {
        use Variant::{FourLines, Wrapped};
        for (parts, expected) in [
            (&[FOUR, FOUR][..], FourLines),
            (&[FOUR, WRAPPED, FOUR], Wrapped),
            (&[FOUR, TWO_LINES_OF_LETTERS, FOUR], Wrapped),
            (&[FOUR, b"\n@a\nAC\n\n+\nII\n"], Wrapped),
            (&[FOUR, b"@a\n+\n", FOUR], Wrapped),
            // One line end too many in an input that is damaged elsewhere is damage too.
            (&[FOUR, TWO_LINES_OF_LETTERS, FOUR, DAMAGED, FOUR], FourLines),
            (&[FOUR, DAMAGED, FOUR, TWO_LINES_OF_LETTERS, FOUR], FourLines),
            (&[FOUR, DAMAGED, FOUR], FourLines),
            (&[DAMAGED, WRAPPED], Wrapped),
            (&[WRAPPED, DAMAGED], Wrapped),
            (&[FOUR, b"noise\n@\n@x\n", FOUR], FourLines),
            // No wrapped record is whole, but quality scores stand where a sequence would.
            (&[FOUR, &WRAPPED[..12], &WRAPPED[13..]], Wrapped),
        ] {
            let text = parts.concat();
            assert_eq!(evidence(&text).variant(), expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn evidence_is_the_same_wherever_the_input_is_divided() {
        let text =
            [FOUR, b"x\n\n", DAMAGED, WRAPPED, b"@\n", TWO_LINES_OF_LETTERS, b"\n", FOUR, b"end"].concat();
        let expected: Vec<_> = Census.records(&text).map(Result::unwrap).collect();
        for in_view in 0..text.len() {
            let part = Part::read(&text[..in_view], in_view, 0, false);
            let mut cursor = Census.cursor(part);
            let mut found = Vec::new();
            while let Some(Ok(stretch)) = cursor.next() {
                found.push(stretch);
            }
            let end = cursor.position();
            assert_eq!(cursor.tally().bytes(), end as u64);
            found.extend(Census.records_of(Part::of(&text, end..text.len())).map(Result::unwrap));
            // A gap may be told in several stretches.
            found.dedup_by(|later, before| (later.1, before.1) == (Stretch::Gap, Stretch::Gap));
            let mut expected = expected.clone();
            expected.dedup_by(|later, before| (later.1, before.1) == (Stretch::Gap, Stretch::Gap));
            assert_eq!(found, expected, "{in_view} bytes in view");
        }
    }

    #[test]
    fn quality_scores_in_place_of_a_sequence_are_odd() {
        for (sequence, odd) in [
            (&b"ACGT"[..], false),
            (b"acgun", false),
            (b"", false),
            (b"I", false),
            (b"AI", false),
            (b"......", false),
            (b"--AC--", false),
            (b"II", true),
            (b"ACGTRYSW", true),
            (b"ACGTACRY", false),
            (b"T0120.3", false),
            (b"0120", true),
            (b"@III", true),
        ] {
            assert_eq!(is_odd(sequence), odd, "{}", sequence.escape_ascii());
        }
    }
}
