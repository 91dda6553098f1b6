//! Faults of compressed input.

use std::fmt;

/// A fault in a member of a compressed input: a member of gzip, a block of BGZF, a frame of zstd.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompressedFault {
    /// The input ends inside of the member.
    #[error("unexpected end of input")]
    UnexpectedEnd,
    /// The header of the member is invalid.
    #[error("invalid header: {0}")]
    Header(&'static str),
    /// The data cannot be decompressed, with the decoder's reason.
    #[error("invalid data: {0}")]
    Data(String),
    /// The checksum of the decompressed data differs from the stored one.
    #[error("checksum mismatch: computed {found:08x}, stored {stored:08x}")]
    Checksum {
        /// CRC-32 of the decompressed data.
        found: u32,
        /// The stored value.
        stored: u32,
    },
    /// The length of the decompressed data differs from the stored one.
    #[error("length mismatch: {found} bytes decompressed, {stored} stored")]
    Length {
        /// Decompressed bytes; modulo 2^32 for a member of gzip.
        found: u64,
        /// The stored value.
        stored: u64,
    },
    /// An ordinary gzip member follows blocks of BGZF, so random access to the file is not possible.
    #[error(
        "an ordinary gzip member follows BGZF here, so random access is not possible; recompress the file with bgzip"
    )]
    NotBgzf,
    /// The last member is followed by bytes that are neither another member nor padding.
    #[error("trailing garbage")]
    TrailingGarbage,
}

/// Location of a fault in a compressed input, in bytes from its start: the member, block, frame or stream, and the
/// byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressedPlace {
    /// Compression format: `gzip`, `BGZF`, ...
    pub format: &'static str,
    /// The format's term for its units: `member`, `block`, ...
    pub unit: &'static str,
    /// Number of the unit, counted from 0; `None` if the earlier ones were not counted.
    pub number: Option<u64>,
    /// Start of the unit, or of the bytes that are not a unit.
    pub start: u64,
    /// The byte at fault, as exactly as the decoder reports it: the position of a wrong length or checksum, the end of
    /// the input, the decoder's position, or the start of the compressed data if the decoder reports none (blocks of
    /// BGZF).
    pub offset: u64,
}

impl CompressedPlace {
    /// Creates a location.
    #[must_use]
    pub const fn new(
        format: &'static str,
        unit: &'static str,
        number: Option<u64>,
        start: u64,
        offset: u64,
    ) -> Self {
        Self { format, unit, number, start, offset }
    }
}

impl fmt::Display for CompressedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { format, unit, number, start, offset } = self;
        match number {
            Some(number) => write!(f, "{format}, {unit} {number}")?,
            None => write!(f, "{format}, a {unit}")?,
        }
        write!(f, " at compressed byte {start}")?;
        if offset == start { Ok(()) } else { write!(f, ", compressed byte {offset}") }
    }
}
