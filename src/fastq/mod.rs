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
//! [`search_boundary`](crate::record::Boundaries::search_boundary): a cursor that takes such a line for anything else reports an
//! error at once, for a blank line, a plus line and a sequence because of its first byte, for a quality line because of the rule above.
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
mod format;
mod options;
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
pub(crate) use detect::{detect, find_read, find_reads};
pub use encoding::{Confidence, Encoding, EncodingGuess};
pub use options::Fastq;
pub use pairs::{MateFormat, Pair, Pairs};
pub use quality_scores::QualityScores;
pub use record::Record;
pub use step::{Layout, Lookahead};
pub use summary::Summary;
pub use variant::Variant;
pub use wrapped::Wrapped;
pub use writer::Writer;

use crate::record::{CheckedBytes, Format, ParRecords, Records, Resync};

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
