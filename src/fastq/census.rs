//! Evidence about the variant of an input: a scan of all records from the start, across every fault.

use super::{Fastq, Lookahead, Variant};
use crate::record::{Format, Part, Step, Stop};

/// A format that scans an input from the start and classifies each record as a four-line record, a wrapped record or a gap.
///
/// Where the four-line grammar fails, the scan tries the wrapped grammar at the same byte. If that fails too, the bytes up to the
/// next line that begins with `@` are a gap. Each step depends on the bytes alone, so the evidence is the same for every division
/// of the input.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Census;

/// One observation of the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Observation {
    /// A record of four lines. `odd` states that its sequence resembles quality scores.
    FourLines { odd: bool },
    /// A record that only the wrapped grammar accepts, with its number of lines.
    Wrapped { lines: u64 },
    /// Bytes that begin no record.
    Gap,
}

/// Evidence about the variant of an input. The order of the observations does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Offset of the first record that only the wrapped grammar accepts.
    first_wrapped: Option<u64>,
    /// Offset of the first gap.
    first_gap: Option<u64>,
    /// Offset of the first four-line record whose sequence resembles quality scores.
    first_odd: Option<u64>,
    /// Offset of the first record with too many lines for a damaged four-line record.
    first_certain: Option<u64>,
}

/// An inserted line end makes five lines of four. A record with more lines is certainly wrapped.
const MAX_LINES_OF_DAMAGED_RECORD: u64 = 5;

impl Evidence {
    /// Returns the evidence of the first bytes of an input. `complete` states that they are the whole input.
    pub(crate) fn from_head(head: &[u8], complete: bool) -> Self {
        let observations =
            Census.records_of(Part::from_view(head, head.len(), 0, complete)).map_while(Result::ok);
        observations.fold(Self::default(), |mut evidence, (offset, observation)| {
            evidence.add(offset, observation);
            evidence
        })
    }

    /// Adds an observation at this offset.
    pub(crate) fn add(&mut self, offset: u64, observation: Observation) {
        let found = match observation {
            Observation::FourLines { odd: false } => return,
            Observation::FourLines { odd: true } => Self { first_odd: Some(offset), ..Self::default() },
            Observation::Wrapped { lines } => {
                let first_certain = (lines > MAX_LINES_OF_DAMAGED_RECORD).then_some(offset);
                Self { first_wrapped: Some(offset), first_certain, ..Self::default() }
            }
            Observation::Gap => Self { first_gap: Some(offset), ..Self::default() },
        };
        *self = self.merge(found);
    }

    /// Merges the evidence of two parts of an input.
    pub(crate) fn merge(self, other: Self) -> Self {
        let first = |one: Option<u64>, two: Option<u64>| one.into_iter().chain(two).min();
        Self {
            first_wrapped: first(self.first_wrapped, other.first_wrapped),
            first_gap: first(self.first_gap, other.first_gap),
            first_odd: first(self.first_odd, other.first_odd),
            first_certain: first(self.first_certain, other.first_certain),
        }
    }

    /// Returns the variant in which to read the input up to its first fault.
    pub(crate) fn variant_up_to_fault(&self) -> Variant {
        self.variant_before_gap().unwrap_or_else(|| self.variant())
    }

    /// Whether the variant before the first fault is certain, whatever follows.
    pub(crate) fn is_enough_up_to_fault(&self) -> bool {
        self.is_wrapped_so_far() || (self.first_gap.is_some() && self.variant_before_gap().is_some())
    }

    /// Returns the offset of the first gap.
    pub(crate) fn first_gap(&self) -> Option<u64> {
        self.first_gap
    }

    /// Whether the input is certainly wrapped, so that no further evidence changes its variant.
    pub(crate) fn is_certain(&self) -> bool {
        self.first_certain.is_some()
    }

    /// Whether the input is wrapped, whatever follows: certainly, or by the records after a gap.
    pub(crate) fn is_wrapped_so_far(&self) -> bool {
        self.is_certain() || (self.first_gap.is_some() && self.variant() == Variant::Wrapped)
    }

    /// Returns the variant that the records before the first gap prove. Returns `None` if they prove none: a record that only the
    /// wrapped grammar accepts may also be a damaged one.
    pub(crate) fn variant_before_gap(&self) -> Option<Variant> {
        let Some(gap) = self.first_gap else { return Some(self.variant()) };
        let is_before = |offset: Option<u64>| offset.is_some_and(|offset| offset < gap);
        match (is_before(self.first_certain), is_before(self.first_wrapped)) {
            (true, _) => Some(Variant::Wrapped),
            (false, false) => Some(Variant::FourLines),
            (false, true) => None,
        }
    }

    /// Returns the variant of an input that was read to its end, or until the variant was certain.
    pub(crate) fn variant(&self) -> Variant {
        let is_wrapped = match self.first_gap {
            _ if self.is_certain() => true,
            // Nothing is damaged, so a record that only the wrapped grammar accepts is wrapped.
            None => self.first_wrapped.is_some(),
            // Sequences before the fault are certain. If they look like sequences and one after the fault does not, quality lines
            // of a wrapped record were read as a four-line record.
            Some(gap) => self.first_odd.is_some_and(|odd| odd > gap),
        };
        if is_wrapped { Variant::Wrapped } else { Variant::FourLines }
    }
}

/// Whether a sequence resembles quality scores: more than a quarter of its bytes, and more than one, are neither nucleotides nor
/// codes for unknown ones.
fn is_odd(sequence: &[u8]) -> bool {
    let is_nucleotide = |byte: &u8| {
        matches!(byte.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'U' | b'N' | b'.' | b'-')
    };
    let others = sequence.iter().filter(|byte| !is_nucleotide(byte)).count();
    others > (sequence.len() / 4).max(1) && !is_color_space(sequence)
}

/// Whether a sequence is in color space: a nucleotide, then digits from 0 to 3 and dots.
fn is_color_space(sequence: &[u8]) -> bool {
    let colors = sequence.strip_prefix(b"T").or_else(|| sequence.strip_prefix(b"G"));
    colors.is_some_and(|colors| colors.iter().all(|byte| matches!(byte, b'0'..=b'3' | b'.')))
}

const FOUR_LINES: Fastq = Fastq::new();

impl Format for Census {
    const NAME: &'static str = Fastq::NAME;
    const IS_TEXT: bool = true;
    /// An observation and its offset.
    type Record<'data> = (u64, Observation);
    type Layout = Observation;
    type Lookahead = Lookahead;

    fn step(
        &self,
        ahead: &mut Lookahead,
        part: &Part<'_>,
        position: usize,
    ) -> Result<Step<Observation>, Stop> {
        match FOUR_LINES.step(ahead, part, position) {
            Ok(Step::Record { layout, len, blank, lines }) => {
                let record = FOUR_LINES.record(&part.view()[position..position + len], 0, layout);
                let layout = Observation::FourLines { odd: is_odd(record.sequence()) };
                Ok(Step::Record { layout, len, blank, lines })
            }
            Ok(Step::Blank { len, lines }) => Ok(Step::Blank { len, lines }),
            Err(stop) if !part.is_complete() && stop.is_more_needed() => Err(stop),
            Err(stop) => observe_fault(part, position, &stop),
        }
    }

    fn record(&self, _: &[u8], offset: u64, layout: Observation) -> (u64, Observation) {
        (offset, layout)
    }
}

/// Whether a record has no control characters. A record with some is damaged, and takes the records after it for its own lines.
fn is_text(record: &[u8]) -> bool {
    !record.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Makes the observation at `start`, where the four-line grammar fails.
#[cold]
fn observe_fault(part: &Part<'_>, start: usize, stop: &Stop) -> Result<Step<Observation>, Stop> {
    // The input ends inside the record. The wrapped grammar cannot complete it.
    let is_incomplete = stop.is_more_needed();
    match FOUR_LINES.wrapped().step(&mut (), part, start) {
        Ok(Step::Record { len, lines, .. })
            if !is_incomplete && is_text(&part.view()[start..start + len]) =>
        {
            Ok(Step::Record { layout: Observation::Wrapped { lines }, len, blank: 0, lines })
        }
        Err(stop) if !is_incomplete && !part.is_complete() && stop.is_more_needed() => Err(stop),
        _ => {
            let len = gap_len(part, start).ok_or(Stop::needs_more("in a line"))?;
            Ok(Step::Record { layout: Observation::Gap, len, blank: 0, lines: 0 })
        }
    }
}

/// Returns the length of the gap at `start`: up to the next line that begins with `@`, or to the last line that begins in view.
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
            |mut evidence, (offset, observation)| {
                evidence.add(offset, observation);
                evidence
            },
        )
    }

    const FOUR: &[u8] = b"@a\nACGT\n+\n@III\n";
    const WRAPPED: &[u8] = b"@w\nAAAA\nCCCC\nGGGG\nTTTT\n+\n@III\nIIII\n+III\n5555\n";
    const TWO_LINES_OF_LETTERS: &[u8] = b"@b\nAC\nGT\n+\nIIII\n";
    const DAMAGED: &[u8] = b"@d\nACGT\n+\nII\n";

    #[test]
    fn the_records_decide_the_variant() {
        use Variant::{FourLines, Wrapped};
        for (parts, expected) in [
            (&[FOUR, FOUR][..], FourLines),
            (&[FOUR, WRAPPED, FOUR], Wrapped),
            (&[FOUR, TWO_LINES_OF_LETTERS, FOUR], Wrapped),
            (&[FOUR, b"\n@a\nAC\n\n+\nII\n"], Wrapped),
            (&[FOUR, b"@a\n+\n", FOUR], Wrapped),
            // In an input with other damage, a surplus line end is damage too.
            (&[FOUR, TWO_LINES_OF_LETTERS, FOUR, DAMAGED, FOUR], FourLines),
            (&[FOUR, DAMAGED, FOUR, TWO_LINES_OF_LETTERS, FOUR], FourLines),
            (&[FOUR, DAMAGED, FOUR], FourLines),
            // Zeros in place of line ends make one long sequence, and the lines of the next read count as its quality scores.
            (&[FOUR, b"@z\nAC\0\0\0\0\0\0\0\0\0\0\0GT\n+\n@III\n", FOUR, FOUR], FourLines),
            (&[DAMAGED, WRAPPED], Wrapped),
            (&[WRAPPED, DAMAGED], Wrapped),
            (&[FOUR, b"noise\n@\n@x\n", FOUR], FourLines),
            // No wrapped record is intact, but quality scores are in the place of a sequence.
            (&[FOUR, &WRAPPED[..12], &WRAPPED[13..]], Wrapped),
        ] {
            let text = parts.concat();
            assert_eq!(evidence(&text).variant(), expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn every_division_of_the_input_gives_the_same_evidence() {
        let text =
            [FOUR, b"x\n\n", DAMAGED, WRAPPED, b"@\n", TWO_LINES_OF_LETTERS, b"\n", FOUR, b"end"].concat();
        let expected: Vec<_> = Census.records(&text).map(Result::unwrap).collect();
        for view_len in 0..text.len() {
            let part = Part::from_view(&text[..view_len], view_len, 0, false);
            let mut cursor = Cursor::new(&Census, part);
            let mut found = Vec::new();
            while let Some(observation) = cursor.next() {
                found.push(observation);
            }
            let end = cursor.position();
            assert_eq!(cursor.tally().bytes(), end as u64);
            found.extend(Census.records_of(Part::from_range(&text, end..text.len())).map(Result::unwrap));
            // A gap may be reported in several pieces.
            found.dedup_by(|later, before| (later.1, before.1) == (Observation::Gap, Observation::Gap));
            let mut expected = expected.clone();
            expected.dedup_by(|later, before| (later.1, before.1) == (Observation::Gap, Observation::Gap));
            assert_eq!(found, expected, "{view_len} bytes in view");
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
