//! The variants of FASTQ.

/// The number of lines of the records of an input.
///
/// Any record can decide: an input is [`Wrapped`](Variant::Wrapped) if one of its records is.
/// [`FileKind::detect`](crate::FileKind::detect) guesses from the first bytes, and a later record can refute the guess.
/// [`Source::in_variant`](crate::Source::in_variant) reads an input in the variant of its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Four lines per record: [`Fastq`](super::Fastq).
    FourLines,
    /// Sequences or quality scores span several lines: [`Wrapped`](super::Wrapped).
    Wrapped,
}
