//! What can be wrong with compressed bytes, and where.

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
    /// An ordinary gzip member follows blocks of BGZF, so that there is no random access to what the file holds.
    #[error(
        "an ordinary gzip member follows BGZF here, so the file cannot be accessed at random; recompress it with bgzip"
    )]
    NoBlock,
    /// There is something behind the last member that is neither another one nor padding.
    #[error("these bytes are neither another one nor padding")]
    Garbage,
}

/// Where a fault lies in a compressed input, in bytes from its start: the member, block, frame or stream, and the byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressedPlace {
    /// How the input is compressed: `gzip`, `BGZF`, ...
    pub format: &'static str,
    /// What that format calls its pieces: `member`, `block`, ...
    pub unit: &'static str,
    /// Which of them is at fault, counted from 0; `None` where those before it were not counted.
    pub number: Option<u64>,
    /// Where it begins; where there is something that is none, where that does.
    pub start: u64,
    /// The byte at fault, as nearly as the decoder tells: where a wrong length or check sum stands, where the input ends, how far the
    /// decoder had come, or the start of the compressed bytes where it does not say (blocks of BGZF).
    pub offset: u64,
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
