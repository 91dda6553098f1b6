//! FASTA: sequences of nucleotides or amino acids, in one line or several.
//!
//! # Grammar
//!
//! FASTA has no standard. The format comes from Pearson and Lipman's programs (1988, *Improved tools for biological sequence
//! comparison*, PNAS 85:2444), and NCBI describes it for BLAST. This module reads:
//!
//! ```text
//! file         = [ byte-order-mark ] { blank | comment } { record } [ ">" ]
//! record       = ">" definition eol { letters eol | blank | comment }
//! definition   = name [ ( " " | tab ) description ]
//! letters      = any bytes; the first is not ">"
//! comment      = ";" any bytes eol           ; optional: otherwise ";" is a letter like any other
//! blank        = eol
//! eol          = LF | CR LF                  ; may differ from line to line; optional at the end of the file
//! ```
//!
//! * **A line that begins with `>` is a header**, whatever precedes it.
//! * A `>` at the end of the input without a line end begins no record: it counts as blank, as in seqkit and samtools.
//! * A byte order mark (UTF-8) at the start of the input counts as blank.
//! * A sequence may be empty. Lines may have any length, and be of different lengths.
//! * Any byte is accepted as a letter; see [`Fasta::strict`] for an optional check.
//! * A definition contains no carriage return except at its end: otherwise a file whose lines end in CR alone would be a single
//!   definition ([`ErrorKind::CarriageReturn`](crate::ErrorKind::CarriageReturn)).
//!
//! A truncated file cannot be detected, because a record has no end mark.
//!
//! Tools differ in what else they accept; where they agree, this module does the same:
//!
//! | | here | samtools 1.16 | seqkit 2.3 |
//! |---|---|---|---|
//! | text before the first header | an error | an error | an error |
//! | blank lines before a header | blank | blank | blank |
//! | blank lines between letters | skipped | an error | skipped |
//! | a record without letters | read | an error at the end | read |
//! | a line that begins with `;` | letters, or an optional comment | letters | letters |
//!
//! The bytes are counted as follows: a record extends from its `>` to the end of its last line that is not blank. Blank lines after
//! it and before the first record count as [`blank_bytes`](crate::record::Tally::blank_bytes), and so do comments before the first record.
//! Other comments belong to the record that contains them.
//!
//! # Boundaries
//!
//! A line begins at the start of the input and after every LF. A `>` after an LF is a boundary in the sense of
//! [`Boundaries::search_boundary`], whatever surrounds it: a cursor goes from line to line, and at a line that begins with `>` it
//! ends its record, unless it met an error before. No rule lets such a line belong to the record before it. So two bytes decide.
//!
//! # Writing
//!
//! A [`Writer`] writes records of this grammar, with lines of any length, and refuses everything else.

mod detect;
mod fault;
mod lines;
mod par_lines;
mod record;
mod step;
mod summary;
mod unwritable;
mod wrap;
mod writer;

pub use crate::sequence::{Alphabet, Lengths, Letters};
pub(crate) use detect::{detect, find_header};
pub use lines::{Lines, SplitLines};
pub use par_lines::ParLines;
pub use record::Record;
pub use step::{Layout, Lookahead};
pub use summary::Summary;
pub use writer::Writer;

use std::ops::Range;

use step::View;

use crate::record::{
    Boundaries, CheckedBytes, Format, ParRecords, Part, Records, Resync, Search, Step, Stop,
};
use crate::scan::BytePair;

/// Options for reading FASTA.
///
/// ```
/// use pagecut::{ErrorKind, Format, fasta::Fasta};
///
/// let data = b">s1\nACGT\n; the rest\nAC\n";
/// let sequence = |format: Fasta| format.records(data).next().unwrap().map(|record| record.to_contiguous());
/// assert_eq!(*sequence(Fasta::new())?, *b"ACGT; the restAC");
/// assert_eq!(*sequence(Fasta::strict().comments(true))?, *b"ACGTAC");
///
/// let error = sequence(Fasta::strict()).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::SequenceLetter { found: b';' }));
/// assert_eq!(error.location().unwrap().line, Some(3));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fasta {
    sequence_letters: bool,
    comments: Comments,
}

impl Fasta {
    /// Reads without optional checks, and without comments.
    #[must_use]
    pub const fn new() -> Self {
        Self { sequence_letters: false, comments: Comments(false) }
    }

    /// Reads with all optional checks, and without comments.
    #[must_use]
    pub const fn strict() -> Self {
        Self::new().check_sequence_letters(true)
    }

    /// Checks that every byte of a sequence is a letter from `A` to `Z` in either case (each is an IUPAC code of a nucleotide or an
    /// amino acid), a gap (`-`, `.`) or `*`.
    #[must_use]
    pub const fn check_sequence_letters(self, check: bool) -> Self {
        Self { sequence_letters: check, ..self }
    }

    /// Treats lines that begin with `;` as comments, as Pearson's programs do, and excludes them from sequences.
    #[must_use]
    pub const fn comments(self, comments: bool) -> Self {
        Self { comments: Comments(comments), ..self }
    }
}

/// Whether lines that begin with `;` are comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Comments(bool);

impl Comments {
    /// Whether the format has comments.
    fn are_enabled(self) -> bool {
        self.0
    }

    /// Whether a line that begins with this byte is a comment.
    #[inline]
    fn begin_with(self, byte: u8) -> bool {
        self.0 && byte == b';'
    }
}

impl Format for Fasta {
    const NAME: &'static str = "fasta";
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    type Lookahead = Lookahead;

    #[inline]
    fn step(&self, ahead: &mut Lookahead, part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        View::new(*self, ahead, part).step(position)
    }

    #[inline]
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(self.comments, bytes, offset)
    }

    fn boundaries(&self) -> Option<&dyn Boundaries> {
        Some(self)
    }
}

impl Boundaries for Fasta {
    /// The end of the line before.
    fn look_behind(&self) -> usize {
        1
    }

    fn reads_past_end(&self) -> bool {
        true
    }

    /// Looks for a `>` that begins a line.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search {
        const HEADER: BytePair = BytePair { first: b'\n', second: b'>', distance: 1 };
        if range.start == 0 && data[range.clone()].starts_with(b">") {
            return Search::Boundary(0);
        }
        match HEADER.find(&data[..range.end], range.start.saturating_sub(1)..range.end) {
            Some(line_feed) => Search::Boundary(line_feed + 1),
            None => Search::NoBoundary,
        }
    }
}

/// Returns an iterator over the records of `data` without optional checks. Short for `Fasta::new().records(data)`.
#[must_use]
pub fn records<'data>(data: impl Into<CheckedBytes<'data>>) -> Records<'data, Fasta> {
    Fasta::new().records(data)
}

/// Returns a rayon parallel iterator over the records of `data` without optional checks. Short for
/// `Fasta::new().par_records(data)`.
#[must_use]
pub fn par_records<'data>(data: impl Into<CheckedBytes<'data>>) -> ParRecords<'data, Fasta> {
    Fasta::new().par_records(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_from_every_offset() {
        let data = b">r1 > x\nAC>\n\n>>r2\r\n\r\nA>C\r\n>r3\n >\n\r>\n>";
        let starts = [0, 13, 26, 36];
        assert!(starts.iter().all(|&start| data[start] == b'>' && (start == 0 || data[start - 1] == b'\n')));
        for from in 0..data.len() + 3 {
            let expected = starts.iter().copied().find(|&start| start >= from);
            assert_eq!(Fasta::new().find_boundary(data, from), expected, "from {from}");
        }
    }
}
