//! Bytes of a range of a file.

use std::fmt;
use std::ops::Deref;

use crate::error::Result;
use crate::io::AlignedBuffer;
use crate::record::{Backing, CheckedBytes};

/// Bytes of a range of a file.
///
/// Formats read its records with a check: passed as `&span`, a file that was cut short or changed is an error.
pub struct SourceBytes<'reader>(Bytes<'reader>);

enum Bytes<'reader> {
    Borrowed(&'reader [u8], &'reader dyn Backing),
    Copied(AlignedBuffer),
}

impl<'reader> SourceBytes<'reader> {
    /// Wraps bytes of a mapping.
    pub(in crate::source) fn borrowed(bytes: &'reader [u8], mapping: &'reader dyn Backing) -> Self {
        Self(Bytes::Borrowed(bytes, mapping))
    }

    /// Wraps bytes that were read into a buffer.
    pub(in crate::source) fn copied(bytes: AlignedBuffer) -> Self {
        Self(Bytes::Copied(bytes))
    }

    /// Returns whether the bytes are those of a mapping, not a copy.
    #[must_use]
    pub fn is_borrowed(&self) -> bool {
        matches!(self.0, Bytes::Borrowed(..))
    }
}

impl Deref for SourceBytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Borrowed(bytes, _) => bytes,
            Bytes::Copied(bytes) => bytes,
        }
    }
}

impl Backing for SourceBytes<'_> {
    fn check(&self) -> Result<()> {
        match &self.0 {
            Bytes::Borrowed(_, mapping) => mapping.check(),
            Bytes::Copied(_) => Ok(()),
        }
    }
}

impl<'data> From<&'data SourceBytes<'_>> for CheckedBytes<'data> {
    fn from(span: &'data SourceBytes<'_>) -> Self {
        Self::new(span, span)
    }
}

impl fmt::Debug for SourceBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceBytes")
            .field("len", &self.len())
            .field("is_borrowed", &self.is_borrowed())
            .finish()
    }
}

impl PartialEq for SourceBytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
