//! The options for reading FASTQ.

/// Options for reading four-line FASTQ: the checks to make besides those that are always made.
///
/// ```
/// use pagecut::{ErrorKind, Format, fastq::Fastq};
///
/// let data = b"@r1\nAC GT\n+\nIIIII\n";
/// assert!(Fastq::new().records(data).all(|record| record.is_ok()));
///
/// let error = Fastq::strict().records(data).find_map(Result::err).unwrap();
/// assert!(matches!(error.kind(), ErrorKind::SequenceLetter { found: b' ' }));
/// assert_eq!(error.location().unwrap().offset, 6);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fastq {
    pub(super) plus_name: bool,
    pub(super) quality_range: bool,
    pub(super) quality_end: bool,
    pub(super) sequence_letters: bool,
}

impl Fastq {
    /// Reads without optional checks.
    #[must_use]
    pub const fn new() -> Self {
        Self { plus_name: false, quality_range: false, quality_end: false, sequence_letters: false }
    }

    /// Reads with all optional checks.
    #[must_use]
    pub const fn strict() -> Self {
        Self { plus_name: true, quality_range: true, quality_end: true, sequence_letters: true }
    }

    /// Checks that a plus line that is not empty repeats the definition of its record.
    #[must_use]
    pub const fn check_plus_name(self, check: bool) -> Self {
        Self { plus_name: check, ..self }
    }

    /// Checks that every quality score is one of `!` to `~` (33 to 126).
    #[must_use]
    pub const fn check_quality_range(self, check: bool) -> Self {
        Self { quality_range: check, ..self }
    }

    /// Checks that a header, a blank line or the end of the input follows each record. A line of anything else counts as surplus
    /// quality scores: the fault is in this record, and no next record is made up from that line.
    #[must_use]
    pub const fn check_quality_end(self, check: bool) -> Self {
        Self { quality_end: check, ..self }
    }

    /// Checks that every letter of a sequence is an IUPAC nucleotide code in either case, a gap (`-`, `.`) or `*`.
    #[must_use]
    pub const fn check_sequence_letters(self, check: bool) -> Self {
        Self { sequence_letters: check, ..self }
    }
}
