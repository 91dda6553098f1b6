//! Evidence of the variant of an input: read from the left, past every fault.

use super::{Fastq, Lookahead, Variant};
use crate::record::{Format, Part, Step, Stop};

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
        let stretches =
            Census.records_of(Part::from_view(head, head.len(), 0, complete)).map_while(Result::ok);
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

const FOUR_LINES: Fastq = Fastq::new();

impl Format for Census {
    const NAME: &'static str = Fastq::NAME;
    const IS_TEXT: bool = true;
    /// A stretch, and where it begins.
    type Record<'data> = (u64, Stretch);
    type Layout = Stretch;
    type Lookahead = Lookahead;

    fn step(&self, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Step<Stretch>, Stop> {
        match FOUR_LINES.step(ahead, part, position) {
            Ok(Step::Record { layout, len, blank, lines }) => {
                let record = FOUR_LINES.record(&part.view()[position..position + len], 0, layout);
                let layout = Stretch::FourLines { odd: is_odd(record.sequence()) };
                Ok(Step::Record { layout, len, blank, lines })
            }
            Ok(Step::Blank { len, lines }) => Ok(Step::Blank { len, lines }),
            Err(stop) if !part.is_complete() && stop.is_more_needed() => Err(stop),
            Err(stop) => in_doubt(part, position, &stop),
        }
    }

    fn record(&self, _: &[u8], offset: u64, layout: Stretch) -> (u64, Stretch) {
        (offset, layout)
    }
}

/// The stretch that begins at `start`, where the four-line grammar stops.
#[cold]
fn in_doubt(part: &Part<'_>, start: usize, stop: &Stop) -> Result<Step<Stretch>, Stop> {
    // The input ends inside of the record, which the wrapped grammar does not make whole.
    let is_torn = stop.is_more_needed();
    match FOUR_LINES.wrapped().step(&mut (), part, start) {
        Ok(Step::Record { len, lines, .. }) if !is_torn => {
            Ok(Step::Record { layout: Stretch::Wrapped { lines }, len, blank: 0, lines })
        }
        Err(stop) if !is_torn && !part.is_complete() && stop.is_more_needed() => Err(stop),
        _ => {
            let len = gap_len(part, start).ok_or(Stop::needs_more("in a line"))?;
            Ok(Step::Record { layout: Stretch::Gap, len, blank: 0, lines: 0 })
        }
    }
}

/// The length of the gap that begins at `start`: up to the next line that begins with `@`, or to the last line that begins in view.
fn gap_len(part: &Part<'_>, start: usize) -> Option<usize> {
    let view = &part.view()[start + 1..];
    let line = memchr::memmem::find(view, b"\n@").or_else(|| match part.is_complete() {
        true => Some(view.len()),
        false => memchr::memrchr(b'\n', view),
    });
    line.map(|end| (end + 2).min(part.view().len() - start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Cursor;

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
            let part = Part::from_view(&text[..in_view], in_view, 0, false);
            let mut cursor = Cursor::new(&Census, part);
            let mut found = Vec::new();
            while let Some(stretch) = cursor.next() {
                found.push(stretch);
            }
            let end = cursor.position();
            assert_eq!(cursor.tally().bytes(), end as u64);
            found.extend(Census.records_of(Part::from_range(&text, end..text.len())).map(Result::unwrap));
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
