//! Facts about a read.

/// Facts about a read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadFacts {
    pub(super) len: u64,
    /// Number of G and C in the part of the read whose GC content counts.
    pub(super) gc: u64,
    /// Mean of the characters of the quality scores, rounded down.
    pub(super) mean: u8,
    /// Character of the mean error probability, rounded down.
    pub(super) mean_by_error: u8,
    /// Class of the length.
    pub(super) class: u8,
}

/// Returns the number of bases whose GC content counts: whole hundreds above 100, and whole thousands above 1000, so that reads of
/// most lengths share a model.
pub(super) fn cut_len(len: usize) -> usize {
    match len {
        ..=100 => len,
        101..=1000 => len / 100 * 100,
        _ => len / 1000 * 1000,
    }
}
