//! The variants of FASTQ.

/// How many lines the records of an input have.
///
/// The records decide, and any of them can: an input is [`Wrapped`](Variant::Wrapped) if one of its records is. A guess from the first
/// bytes, as [`FileKind::detect`](crate::FileKind::detect) makes it, can be refuted by a later record.
/// [`Source::in_variant`](crate::Source::in_variant) reads an input in the variant that its records have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Four lines for each record: [`Fastq`](super::Fastq).
    FourLines,
    /// Sequences or quality scores over several lines: [`Wrapped`](super::Wrapped).
    Wrapped,
}
