//! FASTQ whose sequences and quality scores span several lines.
//!
//! # Grammar
//!
//! ```text
//! file         = [ byte-order-mark ] { blank } { record { blank } }
//! record       = "@" definition eol  { letters eol }  "+" [ definition ] eol  { quality-scores eol }
//! ```
//!
//! with `definition`, `blank` and `eol` as in [four lines](crate::fastq). A line of letters begins neither with `@` nor with `+`.
//! The quality scores end with the line that makes them as many as the letters, whatever they contain: a line of quality scores may
//! begin with `@` or `+`, and only the count distinguishes it from a header. A header, a blank line or the end of the input
//! follows.
//!
//! # Why there are no boundaries
//!
//! This is one record, with four lines of letters and four lines of quality scores:
//!
//! ```text
//! @r
//! AAAA
//! CCCC
//! GGGG
//! TTTT
//! +
//! @III
//! IIII
//! +III
//! IIII
//! ```
//!
//! Read on their own, the last four lines are a complete record. So no boundary can be found from the middle of an input:
//! [`Wrapped`] does not implement [`Boundaries`](crate::record::Boundaries), and inputs are read from the start. One worker finds the ends
//! of records, and other workers process the records ([`Source`](crate::Source)).

mod format;
mod record;
mod step;

pub use format::Wrapped;
pub use record::{Lines, Record};
pub use step::Layout;
