//! Detects the format of a file by its first bytes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Fastq,
    Fasta,
    /// FASTQ in one or several gzip members without stated lengths.
    Gzip,
    /// FASTQ in gzip members with stated lengths, as `bgzip` writes it.
    Bgzf,
    /// FASTQ in Zstandard.
    Zstd,
    /// MP4, fragmented or not.
    Mp4,
    Matroska,
    /// MPEG-2 transport stream.
    Mpegts,
}

impl Format {
    /// Formats of a row that decompresses nothing.
    pub(crate) const FASTQ: &[Self] = &[Self::Fastq];
    pub(crate) const FASTA: &[Self] = &[Self::Fasta];
    pub(crate) const PLAIN: &[Self] = &[Self::Fastq, Self::Fasta];
    /// Formats of a row without support for blocks: BGZF is gzip.
    pub(crate) const GZIP: &[Self] = &[Self::Gzip, Self::Bgzf];
    pub(crate) const BGZF: &[Self] = &[Self::Bgzf];
    pub(crate) const ZSTD: &[Self] = &[Self::Zstd];
    pub(crate) const MP4: &[Self] = &[Self::Mp4];
    pub(crate) const MATROSKA: &[Self] = &[Self::Matroska];
    pub(crate) const MPEGTS: &[Self] = &[Self::Mpegts];
    pub(crate) const MEDIA: &[Self] = &[Self::Mp4, Self::Matroska, Self::Mpegts];
    pub(crate) const COMPRESSED: &[Self] = &[Self::Gzip, Self::Bgzf, Self::Zstd];

    /// Returns the format of the file at `path`: FASTQ, if it is none of the others.
    pub(crate) fn detect(path: &Path) -> io::Result<Self> {
        let mut head = Vec::new();
        File::open(path)?.take(16).read_to_end(&mut head)?;
        Ok(match head[..] {
            // The flag FEXTRA of RFC 1952, and BGZF's subfield as the first one (SAMv1, 4.1).
            [0x1f, 0x8b, _, flags, _, _, _, _, _, _, _, _, b'B', b'C', 2, 0] if flags & 4 != 0 => Self::Bgzf,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Self::Mp4,
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Self::Matroska,
            [0x47, ..] => Self::Mpegts,
            [b'>', ..] => Self::Fasta,
            _ => Self::Fastq,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fastq => "FASTQ",
            Self::Fasta => "FASTA",
            Self::Gzip => "gzip",
            Self::Bgzf => "BGZF",
            Self::Zstd => "zstd",
            Self::Mp4 => "MP4",
            Self::Matroska => "Matroska",
            Self::Mpegts => "MPEG-TS",
        })
    }
}
