//! Summary statistics of reads.

use std::iter;

use super::{QualityScores, Record, wrapped};
use crate::sequence::{Alphabet, Lengths, Letters, Numbers};

/// Summary statistics of reads, collected record by record in any order, and merged.
///
/// Memory grows with the number of different read lengths only.
///
/// ```
/// use pagecut::{Format, fastq::{Fastq, Summary}};
///
/// let mut summary = Summary::with_letters();
/// for record in Fastq::new().records(b"@r1\nACGT\n+\nII!!\n@r2\nGG\n+\n55\n") {
///     summary.add(&record?);
/// }
/// assert_eq!((summary.lengths().count(), summary.lengths().sum()), (2, 6));
/// let letters = summary.letters().unwrap();
/// let scores = summary.quality_scores().unwrap();
/// assert_eq!((letters.gc(), scores.at_least(20), scores.at_least(30)), (4, 4, 2));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Summary {
    numbers: Numbers,
    quality_scores: Option<Box<QualityScores>>,
}

impl Summary {
    /// Creates a summary that collects lengths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a summary that collects lengths and counts letters and quality scores.
    #[must_use]
    pub fn with_letters() -> Self {
        Self { numbers: Numbers::with_letters(), quality_scores: Some(Box::default()) }
    }

    /// Adds a record.
    #[inline]
    pub fn add(&mut self, record: &Record<'_>) {
        let (sequence, len) = (record.sequence(), record.sequence().len());
        let start = record.range().start;
        self.numbers.add(start, len, iter::once(sequence), |letters| letters.add(sequence, len));
        if let Some(scores) = &mut self.quality_scores {
            scores.add(record.quality_scores());
        }
    }

    /// Adds a record that may be wrapped.
    pub fn add_wrapped(&mut self, record: &wrapped::Record<'_>) {
        let lines = record.sequence_lines();
        self.numbers.add(record.range().start, record.sequence_len(), lines.clone(), |letters| {
            lines.for_each(|line| letters.add(line, line.len()));
        });
        if let Some(scores) = &mut self.quality_scores {
            record.quality_lines().for_each(|line| scores.add(line));
        }
    }

    /// Adds the statistics of another summary.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.numbers.merge(other.numbers);
        if let (Some(scores), Some(others)) = (&mut self.quality_scores, &other.quality_scores) {
            scores.merge(others);
        }
        self
    }

    /// Returns the lengths of the reads.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.numbers.lengths
    }

    /// Returns the counts of letters, if the summary collects them.
    #[must_use]
    pub fn letters(&self) -> Option<&Letters> {
        self.numbers.letters.as_deref()
    }

    /// Returns the distribution of quality scores, if the summary collects it.
    #[must_use]
    pub fn quality_scores(&self) -> Option<&QualityScores> {
        self.quality_scores.as_deref()
    }

    /// Returns the alphabet of the first read in the file that has a letter. Returns `None` if there is none, or if its letters fit
    /// no alphabet.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        self.numbers.alphabet()
    }
}
