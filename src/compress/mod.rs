//! Compressed input: gzip of one or many members, BGZF, zstd of one or many frames, and behind features bzip2 and xz.
//!
//! What an input is compressed with is told by its first bytes, not by its name. [`Source`](crate::Source) decompresses it by
//! itself; [`Decoder`] is for those who want the bytes. Each length and check sum is verified, whatever follows the last member
//! is told, and an input that ends early is an error: see [`ErrorKind::Compressed`].
//!
//! With the feature `gzip`, `bgzf::Writer` writes BGZF, on all cores.

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
#[cfg_attr(not(feature = "gzip"), path = "no_left.rs")]
mod left;
pub(crate) mod memory;
mod peek;
#[cfg_attr(not(feature = "_compressed"), expect(dead_code, reason = "no format has pieces then"))]
mod pieces;
mod run;
#[cfg(feature = "gzip")]
mod sound;
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
pub(crate) use left::{Check, Sums};
pub(crate) use run::Run;
pub(crate) use unpacker::{Taken, Unpacker};

#[cfg(feature = "_compressed")]
use crate::error::{CompressedFault, CompressedPlace};
use crate::error::{Error, ErrorKind};

/// How many of the first bytes of an input tell how it is compressed, unless a gzip header has a longer extra field.
pub(crate) const MAGIC_LEN: usize = 18;

/// How an input is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)): members, one behind the other.
    Gzip,
    /// BGZF ([SAM specification](https://samtools.github.io/hts-specs/SAMv1.pdf), section 4.1): gzip in blocks of 64 KiB at the
    /// most, which are inflated by all workers.
    Bgzf,
    /// Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)): frames, one behind the other. The window of a frame may take up
    /// to half the memory that the process may use, and 2 GiB.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz. The dictionary of a stream may take up to half the memory that the process may use.
    Xz,
}

impl Compression {
    /// Tells from the first bytes of an input whether it is compressed, and how. 18 bytes are enough, unless a gzip header has other
    /// subfields than that of BGZF: then those up to the end of its extra field, at most 65,547.
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
            // A frame, or one that may be skipped.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        }
    }

    /// How many of the first bytes of an input [`detect`](Compression::detect) needs, of which these are the first.
    pub(crate) fn wants(head: &[u8]) -> usize {
        extra::end(head).unwrap_or(0).max(MAGIC_LEN)
    }

    /// The compression that the extension of a file's name stands for.
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

    /// The error of a file whose name has the extension of a compressed one, but which has no bytes.
    pub(crate) fn empty(self) -> Error {
        #[cfg(feature = "_compressed")]
        return self.fault(0, 0, 0, CompressedFault::Ends);
        #[cfg(not(feature = "_compressed"))]
        self.unread()
    }

    /// What it is called.
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

    /// What its pieces are called: `member`, `block`, `frame` or `stream`.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Gzip => "member",
            Self::Bgzf => "block",
            Self::Zstd => "frame",
            Self::Bzip2 | Self::Xz => "stream",
        }
    }

    /// The error of an input that cannot be read, since a feature is not there.
    #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2", feature = "xz")))]
    pub(crate) fn unread(self) -> Error {
        let what = match self {
            Self::Gzip | Self::Bgzf => "compressed with gzip, which is read with the feature `gzip` only",
            Self::Zstd => "compressed with zstd, which is read with the feature `zstd` only",
            Self::Bzip2 => "compressed with bzip2, which is read with the feature `bzip2` only",
            Self::Xz => "compressed with xz, which is read with the feature `xz` only",
        };
        ErrorKind::UnknownFormat(what).into()
    }

    /// The error of a piece of this number that begins at `start`.
    #[cfg(feature = "_compressed")]
    pub(crate) fn fault(
        self,
        number: impl Into<Option<u64>>,
        start: u64,
        offset: u64,
        fault: CompressedFault,
    ) -> Error {
        let (format, unit, number) = (self.name(), self.unit(), number.into());
        let place = CompressedPlace { format, unit, number, start, offset };
        ErrorKind::Compressed { place, fault }.into()
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a compressed input came to, as far as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressionStats {
    /// How the input is compressed, as its first bytes tell.
    pub compression: Compression,
    /// Members, blocks, frames or streams that were read to their end.
    pub members: u64,
    /// Compressed bytes that were read.
    pub packed_bytes: u64,
    /// How many of them hold nothing: zeros behind the last member of gzip, and frames of zstd that are to be skipped.
    pub padding_bytes: u64,
    /// How many of them were passed over, since they could not be decompressed: of BGZF, where reading goes on behind a fault.
    pub lost_bytes: u64,
    /// Bytes that were decompressed.
    pub unpacked_bytes: u64,
    /// How many of them, from the first one on, are of pieces that were read to their end, where the check sums stand and are right. Those
    /// of a member, frame or stream with a fault are not among them, since any of them may be wrong.
    pub proven_bytes: u64,
    /// `false` if the input was read to its end and its last member is a BGZF block that is not empty: then the empty block that
    /// closes BGZF is missing, and the file may have been cut at the end of another one.
    pub closed: bool,
}
