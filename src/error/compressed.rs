//! What can be wrong with compressed bytes.

use std::fmt;

/// What is wrong with a member of a compressed input: a member of gzip, a block of BGZF, a frame of zstd.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompressedFault {
    /// The input ends inside of it.
    #[error("the input ends inside of it")]
    Ends,
    /// It does not begin as one has to.
    #[error("its header is wrong: {0}")]
    Header(&'static str),
    /// Its bytes cannot be decompressed, for the reason that the decoder gives.
    #[error("its bytes cannot be decompressed: {0}")]
    Data(String),
    /// What was decompressed is not what had been compressed.
    #[error("the check sum of what was decompressed is {found:08x}, but {stored:08x} is stored")]
    CheckSum {
        /// CRC-32 of what was decompressed.
        found: u32,
        /// What stands in the input.
        stored: u32,
    },
    /// What was decompressed has another length than what had been compressed.
    #[error("{found} bytes were decompressed, but their number is stored as {stored}")]
    Length {
        /// Bytes that were decompressed; of a member of gzip modulo 2^32.
        found: u64,
        /// What stands in the input.
        stored: u64,
    },
    /// There is something behind the last member that is neither another one nor padding.
    #[error("these bytes are neither another one nor padding")]
    Garbage,
}

/// A member, block or frame before the byte that is at fault: `block 3, `; nothing where its number is not known.
pub(super) struct ThePiece(pub(super) &'static str, pub(super) Option<u64>);

impl fmt::Display for ThePiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(unit, number) = self;
        number.map_or(Ok(()), |number| write!(f, "{unit} {number}, "))
    }
}
