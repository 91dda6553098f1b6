//! What is lost in the middle of an input.

use std::ops::Range;

use crate::error::Error;

/// Bytes of a compressed input that could not be decompressed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostBlock {
    /// Where they lie in the compressed input.
    pub packed: Range<u64>,
    /// Where what they held would lie in the decompressed input, with all that is lost counted. `None` where it is not known for
    /// certain how much they held, or something before them that is lost.
    pub unpacked: Option<Range<u64>>,
}

/// A place between two bytes of an input, where others should be that are lost.
#[derive(Debug, Clone)]
pub(crate) struct Loss {
    /// How many bytes lie before it: of a run, or of what is in view of a part.
    pub(crate) position: usize,
    /// The compressed bytes that are lost.
    pub(crate) packed: Range<u64>,
    /// How many bytes they held, if that is certain.
    pub(crate) len: Option<u64>,
    /// How many bytes of the decompressed input lie before, with all that is lost; `None` if that is not known, or not yet.
    pub(crate) before: Option<u64>,
    /// Why they are lost.
    pub(crate) error: Error,
}

impl Loss {
    /// What is told of it.
    pub(crate) fn lost(&self) -> LostBlock {
        let unpacked = self.before.zip(self.len).map(|(before, len)| before..before.saturating_add(len));
        LostBlock { packed: self.packed.clone(), unpacked }
    }
}
