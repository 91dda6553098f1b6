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
//! [`search_boundary`](crate::record::Boundaries::search_boundary), whatever surrounds it: a cursor goes from line to
//! line, and at a line that begins with `>` it ends its record, unless it met an error before. No rule lets such a line belong to the
//! record before it. So two bytes decide.
//!
//! # Writing
//!
//! A [`Writer`] writes records of this grammar, with lines of any length, and refuses everything else.

mod detect;
mod fault;
mod format;
mod lines;
mod options;
mod par_lines;
mod record;
mod step;
mod summary;
mod unwritable;
mod wrap;
mod writer;

pub use crate::sequence::{Alphabet, Lengths, Letters};
pub(crate) use detect::{detect, find_header, find_sequence};
pub use lines::{Lines, SplitLines};
pub use options::Fasta;
pub use par_lines::ParLines;
pub use record::Record;
pub use step::{Layout, Lookahead};
pub use summary::Summary;
pub use writer::Writer;

use crate::record::{CheckedBytes, Format, ParRecords, Records, Resync};

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
