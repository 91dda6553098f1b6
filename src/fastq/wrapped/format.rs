//! Wrapped FASTQ as a format.

use super::record::Record;
use super::step::{self, Layout};
use crate::fastq::Fastq;
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

impl Fastq {
    /// Reads records whose sequence or quality scores may span several lines, with the same checks.
    #[must_use]
    pub const fn wrapped(self) -> Wrapped {
        Wrapped { checks: self }
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
