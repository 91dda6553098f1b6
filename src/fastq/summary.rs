//! What `stats` tells of reads.

mod lengths;
mod letters;

pub use lengths::Lengths;
pub use letters::{Alphabet, Letters};

use super::Record;

/// Numbers of many records, collected record by record in any order and merged.
///
/// The memory it takes grows with the number of different lengths, and with nothing else.
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
/// assert_eq!((letters.gc(), letters.with_quality(20), letters.with_quality(30)), (4, 4, 2));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Summary {
    lengths: Lengths,
    letters: Option<Box<Letters>>,
    /// Offset and alphabet of the first record that has a letter.
    first: Option<(u64, Alphabet)>,
}

impl Summary {
    /// Collects lengths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Collects lengths, and looks at every letter and quality score.
    #[must_use]
    pub fn with_letters() -> Self {
        Self { letters: Some(Box::default()), ..Self::default() }
    }

    /// Takes in a record.
    #[inline]
    pub fn add(&mut self, record: &Record<'_>) {
        let sequence = record.sequence();
        self.lengths.add(sequence.len() as u64);
        if let Some(letters) = &mut self.letters {
            letters.add(sequence, record.quality_scores());
        }
        if !sequence.is_empty() && self.first.is_none_or(|(offset, _)| record.range().start < offset) {
            self.first = Some((record.range().start, Alphabet::of(sequence)));
        }
    }

    /// Takes in what another one collected.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.lengths.merge(&other.lengths);
        if let (Some(letters), Some(others)) = (&mut self.letters, &other.letters) {
            letters.merge(others);
        }
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|(offset, _)| *offset);
        self
    }

    /// The lengths of the reads.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// Letters and quality scores, if they were looked at.
    #[must_use]
    pub fn letters(&self) -> Option<&Letters> {
        self.letters.as_deref()
    }

    /// The alphabet of the first read in the file that has a letter; `None` if none has.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        self.first.map(|(_, alphabet)| alphabet)
    }
}
