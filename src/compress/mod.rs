//! Compressed input: gzip of one or many members, BGZF, zstd of one or many frames, and with features bzip2 and xz.
//!
//! The first bytes of an input determine its compression, not its name. [`Source`](crate::Source) decompresses its
//! input; [`Decoder`] gives access to the decompressed bytes. Each length and checksum is verified, bytes after the
//! last member are reported, and a truncated input is an error: see [`ErrorKind::Compressed`].
//!
//! With the feature `gzip`, `bgzf::Writer` writes BGZF on all cores.

#[cfg(feature = "gzip")]
pub mod bgzf;
#[cfg(feature = "bzip2")]
mod bzip2;
#[cfg(feature = "gzip")]
mod check;
mod decoder;
#[cfg(feature = "gzip")]
mod deflate;
mod extra;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "gzip")]
mod header;
#[cfg(feature = "gzip")]
mod inflate_stream;
pub(crate) mod memory;
mod peek;
#[cfg_attr(not(feature = "gzip"), path = "no_pending.rs")]
mod pending;
#[cfg_attr(not(feature = "_compressed"), expect(dead_code, reason = "no format has pieces then"))]
mod pieces;
#[cfg(feature = "gzip")]
mod recovering;
mod run;
mod unpacker;
#[cfg(feature = "xz")]
mod xz;
#[cfg(feature = "zstd")]
mod zstd;

use std::fmt;

#[cfg(feature = "gzip")]
pub(crate) use check::{Check, Sums};
pub use decoder::Decoder;
#[cfg(feature = "gzip")]
pub(crate) use deflate::Inflater;
#[cfg(not(feature = "gzip"))]
pub(crate) use pending::{Check, Sums};
pub(crate) use run::{Run, Taken};
pub(crate) use unpacker::Unpacker;

#[cfg(feature = "_compressed")]
use crate::error::{CompressedFault, CompressedPlace};
use crate::error::{Error, ErrorKind};

/// Number of bytes that suffice to detect the compression, unless a gzip header has a longer extra field.
pub(crate) const MAGIC_LEN: usize = 18;

/// A compression format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)): a sequence of members.
    Gzip,
    /// BGZF ([SAM specification](https://samtools.github.io/hts-specs/SAMv1.pdf), section 4.1): gzip in blocks of at
    /// most 64 KiB, which all workers inflate in parallel.
    Bgzf,
    /// Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)): a sequence of frames. The window of a frame is
    /// limited to half of the memory that the process may use, and to 2 GiB.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz. The dictionary of a stream is limited to half of the memory that the process may use.
    Xz,
}

impl Compression {
    /// Detects the compression of an input from its first bytes. 18 bytes suffice, unless a gzip header has other
    /// subfields than that of BGZF: then the bytes up to the end of its extra field are needed, at most 65,547.
    ///
    /// ```
    /// use pagecut::compress::Compression;
    ///
    /// assert_eq!(Compression::detect(b"\x1f\x8b\x08..."), Some(Compression::Gzip));
    /// assert_eq!(Compression::detect(b"@r1\nACGT\n+\nIIII\n"), None);
    /// ```
    #[must_use]
    pub fn detect(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] if extra::begins_block(head) => Some(Self::Bgzf),
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A frame or a skippable frame.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        }
    }

    /// Returns the number of bytes that [`detect`](Compression::detect) needs for an input that starts with `head`.
    pub(crate) fn wants(head: &[u8]) -> usize {
        extra::end(head).unwrap_or(0).max(MAGIC_LEN)
    }

    /// Returns the compression for a file name extension.
    pub(crate) fn by_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Some(Self::Gzip),
            "bgz" | "bgzf" => Some(Self::Bgzf),
            "zst" | "zstd" => Some(Self::Zstd),
            "bz2" | "bzip2" => Some(Self::Bzip2),
            "xz" => Some(Self::Xz),
            _ => None,
        }
    }

    /// Returns the error of an empty file whose name has the extension of this compression.
    pub(crate) fn empty(self) -> Error {
        #[cfg(feature = "_compressed")]
        return self.fault(0, 0, 0, CompressedFault::UnexpectedEnd);
        #[cfg(not(feature = "_compressed"))]
        self.unread()
    }

    /// Returns the name of the format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bgzf => "BGZF",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    /// Returns the format's term for its units: `member`, `block`, `frame` or `stream`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Gzip => "member",
            Self::Bgzf => "block",
            Self::Zstd => "frame",
            Self::Bzip2 | Self::Xz => "stream",
        }
    }

    /// Returns the error of an input that needs a disabled feature.
    #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
    pub(crate) fn unread(self) -> Error {
        let what = match self {
            Self::Gzip | Self::Bgzf => "compressed with gzip, which needs the feature `gzip`",
            Self::Zstd => "compressed with zstd, which needs the feature `zstd`",
            Self::Bzip2 => "compressed with bzip2, which needs the feature `bzip2`",
            Self::Xz => "compressed with xz, which needs the feature `xz`",
        };
        ErrorKind::UnknownFormat(what).into()
    }

    /// Creates the error of a fault in the unit with this number that starts at `start`.
    #[cfg(feature = "_compressed")]
    pub(crate) fn fault(
        self,
        number: impl Into<Option<u64>>,
        start: u64,
        offset: u64,
        fault: CompressedFault,
    ) -> Error {
        let (format, unit, number) = (self.name(), self.unit(), number.into());
        let place = CompressedPlace::new(format, unit, number, start, offset);
        ErrorKind::Compressed { place, fault }.into()
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Statistics of a compressed input, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressionStats {
    /// Compression of the input, according to its first bytes.
    pub compression: Compression,
    /// Members, blocks, frames or streams that were read completely.
    pub members: u64,
    /// Compressed bytes that were read.
    pub compressed_bytes: u64,
    /// Compressed bytes without content: zeros after the last member of gzip, and skippable frames of zstd.
    pub padding_bytes: u64,
    /// Compressed bytes that were skipped because they could not be decompressed: in BGZF with recovery.
    pub lost_bytes: u64,
    /// Decompressed bytes.
    pub decompressed_bytes: u64,
    /// Decompressed bytes, from the first one on, whose units were read completely and have correct checksums. Bytes of
    /// a damaged member, frame or stream are not included, since any of them may be wrong.
    pub verified_bytes: u64,
    /// `false` if the input was read completely and its last member is a BGZF block that is not empty: then the empty
    /// end-of-file block is missing, and the file may have been truncated at the end of another block.
    pub closed: bool,
}

impl CompressionStats {
    /// Creates the statistics of an unread input.
    fn new(compression: Compression) -> Self {
        Self {
            compression,
            members: 0,
            compressed_bytes: 0,
            padding_bytes: 0,
            lost_bytes: 0,
            decompressed_bytes: 0,
            verified_bytes: 0,
            closed: true,
        }
    }
}
