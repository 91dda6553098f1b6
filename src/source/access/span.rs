//! Bytes of a range of a file.

use std::ops::Deref;

use crate::io::AlignedBuffer;

/// Bytes of a range of a file.
#[derive(Debug)]
pub struct Span<'reader>(Bytes<'reader>);

#[derive(Debug)]
enum Bytes<'reader> {
    Borrowed(&'reader [u8]),
    Copied(AlignedBuffer),
}

impl<'reader> Span<'reader> {
    /// Bytes of a mapping.
    pub(in crate::source) fn borrowed(bytes: &'reader [u8]) -> Self {
        Self(Bytes::Borrowed(bytes))
    }

    /// Bytes that were read.
    pub(in crate::source) fn copied(bytes: AlignedBuffer) -> Self {
        Self(Bytes::Copied(bytes))
    }

    /// Whether the bytes are those of a mapping, and no copy.
    #[must_use]
    pub fn is_borrowed(&self) -> bool {
        matches!(self.0, Bytes::Borrowed(_))
    }
}

impl Deref for Span<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Borrowed(bytes) => bytes,
            Bytes::Copied(bytes) => bytes,
        }
    }
}

impl PartialEq for Span<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
