//! Summary statistics of sequences.

use super::Record;
use crate::sequence::{Alphabet, Lengths, Letters, Numbers};

/// Summary statistics of sequences, collected record by record in any order, and merged.
///
/// Memory grows with the number of different lengths only.
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
    /// Creates a summary that collects lengths.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a summary that collects lengths and counts letters.
    #[must_use]
    pub fn with_letters() -> Self {
        Self(Numbers::with_letters())
    }

    /// Adds a record.
    #[inline]
    pub fn add(&mut self, record: &Record<'_>) {
        let (len, lines) = (record.sequence_len(), record.lines());
        self.0.add(record.range().start, len, lines.clone(), |letters| {
            if record.comments().are_enabled() {
                lines.for_each(|line| letters.add(line, line.len()));
            } else {
                // The number of line end bytes is known, so the line ends need not be found.
                letters.add(record.sequence_bytes(), len);
            }
        });
    }

    /// Adds the statistics of another summary.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.0.merge(other.0);
        self
    }

    /// Returns the lengths of the sequences.
    #[must_use]
    pub fn lengths(&self) -> &Lengths {
        &self.0.lengths
    }

    /// Returns the counts of letters, if the summary collects them.
    #[must_use]
    pub fn letters(&self) -> Option<&Letters> {
        self.0.letters.as_deref()
    }

    /// Returns the alphabet of the first sequence in the file that has a letter. Returns `None` if there is none, or if its letters
    /// fit no alphabet.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        self.0.alphabet()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, fasta::Fasta};

    /// Compares the letter counts of a summary with those of the lines of its records.
    fn check(format: Fasta, data: &[u8]) {
        let mut summary = Summary::with_letters();
        let mut naive = [0; 256];
        for record in format.records(data).map_while(Result::ok) {
            summary.add(&record);
            record.lines().flatten().for_each(|&letter| naive[usize::from(letter)] += 1);
        }
        let letters = summary.letters().unwrap();
        for &letter in b"AC;>\r\n" {
            assert_eq!(
                letters.count(&[letter]),
                naive[usize::from(letter)],
                "{letter} of {:?}",
                data.escape_ascii()
            );
        }
        assert_eq!(summary.lengths().sum(), naive.iter().sum::<u64>());
    }

    #[test]
    fn line_ends_are_never_counted_as_letters() {
        let bytes = b"AC;>\r\n";
        for number in 0..6usize.pow(if cfg!(miri) { 2 } else { 5 }) {
            let text = (0..5).map(|place| bytes[number / 6usize.pow(place) % 6]);
            let data: Vec<u8> = b">s\nA".iter().copied().chain(text).collect();
            check(Fasta::new(), &data);
            check(Fasta::new().comments(true), &data);
        }
    }

    #[test]
    fn letter_counts_do_not_depend_on_line_lengths() {
        for eol in ["\n", "\r\n"] {
            for len in [1, 7, 60, 70, 5000] {
                let sequence = "AC".repeat(5000);
                let lines: Vec<&str> = (0..sequence.len())
                    .step_by(len)
                    .map(|at| &sequence[at..sequence.len().min(at + len)])
                    .collect();
                check(
                    Fasta::new(),
                    [&[">s"], &lines[..], &["\r", ">t", "C\rA"]].concat().join(eol).as_bytes(),
                );
            }
        }
    }
}
