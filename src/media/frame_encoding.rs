//! The encoding of stored frames.

/// The encoding of the stored frames of a track. Only Matroska has other encodings than `Plain`: the combination of its
/// [`ContentEncoding`](super::matroska::ContentEncoding)s.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameEncoding {
    /// As they are, or without the first bytes that all frames have in common (header stripping).
    #[default]
    Plain,
    /// Compressed with zlib (RFC 1950).
    Zlib,
    /// Compressed with bzip2.
    Bzip2,
    /// Compressed with LZO1X.
    Lzo,
    /// Encrypted, with several encodings, or with one that is unknown.
    Other,
}
