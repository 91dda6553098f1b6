//! What `stats` tells of sequences.

use super::Record;
use crate::sequence::{Alphabet, Lengths, Letters, Numbers};

/// Numbers of many records, collected record by record in any order and merged.
///
/// The memory it takes grows with the number of different lengths, and with nothing else.
///
/// ```
/// use pagecut::{Format, fasta::{Fasta, Summary}};
///
/// let mut summary = Summary::with_letters();
/// for record in Fasta::new().records(b">s1\nACGT\nNN\n>s2\nGG\n") {
///     summary.add(&record?);
/// }
/// let lengths = summary.lengths();
/// assert_eq!((lengths.count(), lengths.sum(), lengths.min(), lengths.max()), (2, 8, 2, 6));
/// let letters = summary.letters().unwrap();
/// assert_eq!((letters.gc(), letters.n()), (4, 2));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Summary(Numbers);

impl Summary {
    /// Collects lengths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Collects lengths, and looks at every letter.
    #[must_use]
    pub fn with_letters() -> Self {
        Self(Numbers::with_letters())
    }

    /// Takes in a record.
    #[inline]
    pub fn add(&mut self, record: &Record<'_>) {
        self.0.add(record.range().start, record.sequence_len(), record.lines());
    }

    /// Takes in what another one collected.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.0.merge(other.0);
        self
    }

    /// The lengths of the sequences.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.0.lengths
    }

    /// The letters, if they were looked at.
    #[must_use]
    pub fn letters(&self) -> Option<&Letters> {
        self.0.letters.as_deref()
    }

    /// The alphabet of the first sequence in the file that has a letter; `None` if none has.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        self.0.alphabet()
    }
}
