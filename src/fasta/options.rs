//! The options for reading FASTA.

/// Options for reading FASTA.
///
/// ```
/// use pagecut::{ErrorKind, Format, fasta::Fasta};
///
/// let data = b">s1\nACGT\n; the rest\nAC\n";
/// let sequence = |format: Fasta| format.records(data).next().unwrap().map(|record| record.to_contiguous());
/// assert_eq!(*sequence(Fasta::new())?, *b"ACGT; the restAC");
/// assert_eq!(*sequence(Fasta::strict().comments(true))?, *b"ACGTAC");
///
/// let error = sequence(Fasta::strict()).unwrap_err();
/// assert!(matches!(error.kind(), ErrorKind::SequenceLetter { found: b';' }));
/// assert_eq!(error.location().unwrap().line, Some(3));
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fasta {
    pub(super) sequence_letters: bool,
    pub(super) comments: Comments,
}

impl Fasta {
    /// Reads without optional checks, and without comments.
    #[must_use]
    pub const fn new() -> Self {
        Self { sequence_letters: false, comments: Comments(false) }
    }

    /// Reads with all optional checks, and without comments.
    #[must_use]
    pub const fn strict() -> Self {
        Self::new().check_sequence_letters(true)
    }

    /// Checks that every byte of a sequence is a letter from `A` to `Z` in either case (each is an IUPAC code of a nucleotide or an
    /// amino acid), a gap (`-`, `.`) or `*`.
    #[must_use]
    pub const fn check_sequence_letters(self, check: bool) -> Self {
        Self { sequence_letters: check, ..self }
    }

    /// Treats lines that begin with `;` as comments, as Pearson's programs do, and excludes them from sequences.
    #[must_use]
    pub const fn comments(self, comments: bool) -> Self {
        Self { comments: Comments(comments), ..self }
    }
}

/// Whether lines that begin with `;` are comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Comments(bool);

impl Comments {
    /// Whether the format has comments.
    pub(super) fn are_enabled(self) -> bool {
        self.0
    }

    /// Whether a line that begins with this byte is a comment.
    #[inline]
    pub(super) fn begin_with(self, byte: u8) -> bool {
        self.0 && byte == b';'
    }
}
