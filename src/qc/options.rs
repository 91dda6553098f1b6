//! Options of a quality control.

use super::{Adapters, Contaminants, Grouping, Limits};
use crate::error::{ErrorKind, Result};

/// Lengths of k-mers.
const KMER_LENGTHS: std::ops::RangeInclusive<usize> = 2..=10;

/// A quality control of reads, with its options.
///
/// ```
/// use pagecut::{Source, qc::{Grouping, Qc}};
///
/// let source = Source::open("testdata/illumina.fastq")?;
/// let report = Qc::new().grouping(Grouping::Single).run(&source, "illumina.fastq")?;
/// assert_eq!(report.basic.reads, 250);
/// assert_eq!(report.base_quality.unwrap().results.len(), 251);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Qc {
    pub(super) limits: Limits,
    pub(super) adapters: Adapters,
    pub(super) contaminants: Contaminants,
    pub(super) grouping: Grouping,
    pub(super) kmer_len: usize,
    pub(super) leaves_filtered_out: bool,
}

impl Default for Qc {
    fn default() -> Self {
        Self::new()
    }
}

impl Qc {
    /// Creates a quality control with the defaults of FastQC.
    pub fn new() -> Self {
        Self {
            limits: Limits::default(),
            adapters: Adapters::default(),
            contaminants: Contaminants::default(),
            grouping: Grouping::default(),
            kmer_len: 7,
            leaves_filtered_out: false,
        }
    }

    /// Sets the limits for verdicts, and the modules to leave out.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the adapters to search for.
    pub fn adapters(self, adapters: Adapters) -> Self {
        Self { adapters, ..self }
    }

    /// Sets the known sequences that frequent ones are compared with.
    pub fn contaminants(self, contaminants: Contaminants) -> Self {
        Self { contaminants, ..self }
    }

    /// Sets the groups of positions.
    pub fn grouping(self, grouping: Grouping) -> Self {
        Self { grouping, ..self }
    }

    /// Sets the length of k-mers: 2 to 10, 7 by default. They are counted if the limits do not leave them out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for other lengths.
    pub fn kmer_len(self, len: usize) -> Result<Self> {
        if !KMER_LENGTHS.contains(&len) {
            let value = len as u64;
            return Err(ErrorKind::InvalidConfig { name: "k-mer length", value, expected: "2 to 10" }.into());
        }
        Ok(Self { kmer_len: len, ..self })
    }

    /// Leaves out the reads that the sequencer marked as failing its filter: those with `:Y:` in the definition.
    pub fn leave_filtered_out(self, leave_out: bool) -> Self {
        Self { leaves_filtered_out: leave_out, ..self }
    }
}
