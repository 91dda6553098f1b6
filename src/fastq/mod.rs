//! FASTQ: reads with quality scores.
//!
//! # Grammar
//!
//! FASTQ has no standard. This module follows Cock et al. 2010, *The Sanger FASTQ file format for sequences with quality scores*
//! (Nucleic Acids Research 38:1767), in the form with four lines per record:
//!
//! ```text
//! file         = [ byte-order-mark ] { blank } { record { blank } }
//! record       = "@" definition eol  sequence eol  "+" [ definition ] eol  quality-scores eol
//! definition   = name [ ( " " | tab ) description ]
//! blank        = eol
//! eol          = LF | CR LF                  ; may differ from line to line; optional at the end of the file
//! ```
//!
//! * These checks are always made: `@`, `+`, complete records, and as many quality scores as letters.
//! * A byte order mark (UTF-8) at the start of the input counts as blank.
//! * A sequence and its quality scores may be empty: a read of length zero.
//! * Any byte is accepted as a letter or score (see [`Fastq::strict`] for optional checks), with one exception: **a sequence does
//!   not begin with `@` or `+`**. No real sequence does, and the rule makes boundaries decidable (below).
//! * A quality line that begins with `@` and is followed by a line and then by one that begins with `+` is the header of the next
//!   record: the quality line of its own record is missing ([`ErrorKind::QualityLine`](crate::ErrorKind::QualityLine)).
//! * Sequences that span several lines are another format: [`Wrapped`].
//!
//! # Boundaries
//!
//! A line is a header if and only if it begins with `@` and the line after the next begins with `+`. *If:* the line after the next
//! of a header is its plus line. *Only if:* sequence lines, plus lines and blank lines do not begin with `@`. A quality line may;
//! the line after the next is then blank, a header or a sequence, and none of these begins with `+`. Three line starts therefore
//! decide, whatever the quality line contains, and every header found by this rule is a boundary in the sense of
//! [`Boundaries::search_boundary`]: a cursor that takes such a line for anything else reports an error at once, for a blank line, a
//! plus line and a sequence because of its first byte, for a quality line because of the rule above.
//!
//! A blank line after a blank line is a boundary too: the first of them may be the empty last line of a record, but the second
//! belongs to no record. (A record with an empty sequence has `+` on the next line.)
//!
//! # Writing
//!
//! A [`Writer`] writes records of this grammar, four lines each, and refuses everything else.

mod census;
mod detect;
mod encoding;
mod fault;
pub mod pairs;
mod quality_scores;
mod record;
mod step;
mod summary;
mod unwritable;
mod variant;
pub mod wrapped;
mod writer;

pub use crate::sequence::{Alphabet, Lengths, Letters};
pub(crate) use census::{Census, Evidence, Observation};
pub(crate) use detect::{detect, find_read};
pub use encoding::{Confidence, Encoding, EncodingGuess};
pub use pairs::{MateFormat, Pair, Pairs};
pub use quality_scores::QualityScores;
pub use record::Record;
pub use step::{Layout, Lookahead};
pub use summary::Summary;
pub use variant::Variant;
pub use wrapped::Wrapped;
pub use writer::Writer;

use std::ops::Range;

use crate::record::{
    Boundaries, CheckedBytes, Format, ParRecords, Part, Records, Resync, Search, Step, Stop,
};

/// Options for reading four-line FASTQ: the checks to make besides those that are always made.
///
/// ```
/// use pagecut::{ErrorKind, Format, fastq::Fastq};
///
/// let data = b"@r1\nAC GT\n+\nIIIII\n";
/// assert!(Fastq::new().records(data).all(|record| record.is_ok()));
///
/// let error = Fastq::strict().records(data).find_map(Result::err).unwrap();
/// assert!(matches!(error.kind(), ErrorKind::SequenceLetter { found: b' ' }));
/// assert_eq!(error.location().unwrap().offset, 6);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fastq {
    plus_name: bool,
    quality_range: bool,
    quality_end: bool,
    sequence_letters: bool,
}

impl Fastq {
    /// Reads without optional checks.
    #[must_use]
    pub const fn new() -> Self {
        Self { plus_name: false, quality_range: false, quality_end: false, sequence_letters: false }
    }

    /// Reads with all optional checks.
    #[must_use]
    pub const fn strict() -> Self {
        Self { plus_name: true, quality_range: true, quality_end: true, sequence_letters: true }
    }

    /// Checks that a plus line that is not empty repeats the definition of its record.
    #[must_use]
    pub const fn check_plus_name(self, check: bool) -> Self {
        Self { plus_name: check, ..self }
    }

    /// Checks that every quality score is one of `!` to `~` (33 to 126).
    #[must_use]
    pub const fn check_quality_range(self, check: bool) -> Self {
        Self { quality_range: check, ..self }
    }

    /// Checks that a header, a blank line or the end of the input follows each record. A line of anything else counts as surplus
    /// quality scores: the fault is in this record, and no next record is made up from that line.
    #[must_use]
    pub const fn check_quality_end(self, check: bool) -> Self {
        Self { quality_end: check, ..self }
    }

    /// Reads records whose sequence or quality scores may span several lines, with the same checks.
    #[must_use]
    pub const fn wrapped(self) -> Wrapped {
        Wrapped::new(self)
    }

    /// Checks that every letter of a sequence is an IUPAC nucleotide code in either case, a gap (`-`, `.`) or `*`.
    #[must_use]
    pub const fn check_sequence_letters(self, check: bool) -> Self {
        Self { sequence_letters: check, ..self }
    }
}

impl Format for Fastq {
    const NAME: &'static str = "fastq";
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    type Lookahead = Lookahead;

    #[inline(always)]
    fn step(&self, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(*self, ahead, part, position)
    }

    #[inline(always)]
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(bytes, offset)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Fastq {
    /// The end of a blank line, and the end of the line before it.
    fn look_behind(&self) -> usize {
        3
    }

    fn reads_past_end(&self) -> bool {
        true
    }

    /// Quality scores of a [wrapped] record can look like a record.
    fn needs_proof(&self) -> bool {
        true
    }

    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        find_header(data, range)
    }
}

/// Finds the first boundary in `range`: a header, which begins with `@` while the line after the next begins with `+`, or a blank
/// line after a blank line, which no record contains.
fn find_header(data: &[u8], range: Range<usize>) -> Search {
    let next_line = |start: usize| memchr::memchr(b'\n', data.get(start..)?).map(|at| start + at + 1);
    let mut line = match range.start.checked_sub(1) {
        None => 0,
        Some(before) => match memchr::memchr(b'\n', &data[before..range.end]) {
            Some(at) => before + at + 1,
            None => return Search::NoBoundary,
        },
    };
    let mut next = None;
    while line < range.end {
        let Some(after) = next.or_else(|| next_line(line)) else { return Search::Unknown };
        if matches!(data[line], b'\n' | b'\r') && is_second_blank_line(data, line, after) {
            return Search::Boundary(line);
        }
        next = None;
        if data[line] == b'@' {
            next = next_line(after);
            match next.and_then(|after_next| data.get(after_next)) {
                None => return Search::Unknown,
                Some(b'+') => return Search::Boundary(line),
                Some(_) => {}
            }
        }
        line = after;
    }
    Search::NoBoundary
}

/// Whether the line from `start` to `end` and the line before it are blank.
fn is_second_blank_line(data: &[u8], start: usize, end: usize) -> bool {
    let before = data[..start].strip_suffix(b"\n").map(|before| before.strip_suffix(b"\r").unwrap_or(before));
    matches!(&data[start..end], b"\n" | b"\r\n") && before.is_some_and(|before| before.ends_with(b"\n"))
}

/// Returns an iterator over the records of `data` without optional checks. Short for `Fastq::new().records(data)`.
#[must_use]
pub fn records<'data>(data: impl Into<CheckedBytes<'data>>) -> Records<'data, Fastq> {
    Fastq::new().records(data)
}

/// Returns a rayon parallel iterator over the records of `data` without optional checks. Short for
/// `Fastq::new().par_records(data)`.
#[must_use]
pub fn par_records<'data>(data: impl Into<CheckedBytes<'data>>) -> ParRecords<'data, Fastq> {
    Fastq::new().par_records(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_boundary(data: &[u8], from: usize) -> Option<usize> {
        Fastq::new().find_boundary(data, from)
    }

    #[test]
    fn headers_are_found_from_every_offset() {
        // Quality lines that begin with `@` and `+`, a blank line, CRLF.
        let data = b"@r1\nAC\n+\n@I\n\n@r2\r\nAC\r\n+@\r\n+@\r\n@r3\n\n+\n\n@r4\nA\n+\n@\n";
        let starts: Vec<usize> = (0..data.len()).filter(|&start| data[start..].starts_with(b"@r")).collect();
        assert_eq!(starts.len(), 4);
        for from in 0..data.len() {
            let expected = starts.iter().copied().find(|&start| start >= from);
            assert_eq!(find_boundary(data, from), expected, "from {from}");
        }
    }

    #[test]
    fn a_second_blank_line_is_a_boundary() {
        let data = b"@r\n\n+\n\n\n\r\n\n@s\r\n\r\n+\r\n\r\n\r\n";
        // The quality line of the first record is empty; three blank lines follow. The same for the second record, with one blank
        // line.
        let found: Vec<_> = (0..data.len()).filter(|&from| find_boundary(data, from) == Some(from)).collect();
        assert_eq!(found, [0, 7, 8, 10, 11, 22]);
    }

    #[test]
    fn a_record_that_is_not_in_view_is_undecided() {
        let data = b"@r1\nAC\n+\nII\n";
        assert_eq!(find_boundary(data, 0), Some(0));
        assert_eq!(find_boundary(&data[..8], 0), Some(0));
        for end in 0..8 {
            assert_eq!(find_boundary(&data[..end], 0), None, "{end} bytes");
        }
        assert_eq!(find_boundary(data, 1000), None);
    }
}
