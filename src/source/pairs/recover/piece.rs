//! The pieces that damaged pairs are divided into.

use crate::error::PairFile;
use crate::fastq::Pair;
use crate::record::Gap;

/// A piece of the inputs of a [`PairedSource`](crate::PairedSource) that is read after damage too.
///
/// A record is given as its bytes in the input, with the blank lines that follow it, and those before the first record. The last line of
/// an input may have no line end.
#[derive(Debug)]
#[non_exhaustive]
pub enum PairPiece<'data> {
    /// A first mate and its second mate.
    Pair(Pair<&'data [u8]>),
    /// A record without a mate.
    #[non_exhaustive]
    Orphan {
        /// The input that it is in; `None` if there is only one.
        file: Option<PairFile>,
        /// The record.
        record: &'data [u8],
    },
    /// Bytes in which no record was found.
    #[non_exhaustive]
    Gap {
        /// The input that they are in; `None` if there is only one.
        file: Option<PairFile>,
        /// Their position, and the error.
        gap: Gap,
    },
}
