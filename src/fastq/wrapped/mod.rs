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

mod record;
mod step;

pub use record::{Lines, Record};
pub use step::Layout;

use super::Fastq;
use crate::record::{Format, Part, Step, Stop};

/// Options for reading wrapped FASTQ. Four-line files give the same records as with [`Fastq`], more slowly.
///
/// ```
/// use pagecut::{Format, fastq::Fastq};
///
/// let data = b"@r1\nACGT\nAC\n+\n@III\nII\n";
/// let record = Fastq::new().wrapped().records(data).next().unwrap()?;
/// assert_eq!(*record.sequence(), *b"ACGTAC");
/// assert_eq!(record.quality_lines().collect::<Vec<_>>(), [b"@III".as_slice(), b"II"]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wrapped {
    checks: Fastq,
}

impl Wrapped {
    /// Reads with the optional checks of `checks`.
    pub(super) const fn new(checks: Fastq) -> Self {
        Self { checks }
    }
}

impl Format for Wrapped {
    const NAME: &'static str = Fastq::NAME;
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    /// Nothing: lines are read one by one.
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(self.checks, part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(bytes, offset)
    }
}
