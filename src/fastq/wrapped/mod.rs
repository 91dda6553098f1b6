//! FASTQ whose sequences and quality scores go over several lines.
//!
//! # Grammar
//!
//! ```text
//! file         = [ byte-order-mark ] { blank } { record { blank } }
//! record       = "@" definition eol  { letters eol }  "+" [ definition ] eol  { quality-scores eol }
//! ```
//!
//! with `definition`, `blank` and `eol` as in [four lines](crate::fastq). A line of letters begins neither with `@` nor with
//! `+`. The quality scores end with the line with which there are as many as letters, whatever stands in them: a line of
//! quality scores may begin with `@` or `+`, and its length alone tells it from a header. Behind them comes a header, a blank
//! line or the end.
//!
//! # Why there are no cuts
//!
//! Here is one record with four lines of letters, and one that is not:
//!
//! ```text
//! @r
//! AAAA
//! CCCC
//! +
//! @III
//! IIII
//! +III
//! IIII
//! ```
//!
//! The last four lines are a record with all that belongs to it, had one not read what is before. So [`Wrapped`] has no
//! [`Boundaries`](crate::Boundaries), and is read from the left: by one worker that finds where records end, for others that look at
//! them ([`Source`](crate::Source)).

mod record;
mod step;

pub use record::{Lines, Record};
pub use step::Layout;

use super::Fastq;
use crate::record::{Format, Part, Step, Stop};

/// How wrapped FASTQ is to be read. Every four-line file is read as [`Fastq`] reads it, only slower.
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
    /// With the checks that `checks` makes.
    pub(super) const fn with(checks: Fastq) -> Self {
        Self { checks }
    }
}

impl Format for Wrapped {
    const NAME: &'static str = Fastq::NAME;
    const IS_TEXT: bool = true;
    type Record<'data> = Record<'data>;
    type Layout = Layout;
    /// Nothing: lines are looked at one by one.
    type Lookahead = ();

    fn step(&self, (): &mut (), part: &Part<'_>, position: usize) -> Result<Step<Layout>, Stop> {
        step::step(self.checks, part, position)
    }

    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Layout) -> Record<'data> {
        layout.record(bytes, offset)
    }
}
