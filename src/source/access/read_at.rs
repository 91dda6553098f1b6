//! Positioned access to the contents of a file.

use std::ops::Range;

use super::reader::Reader;
use super::span::SourceBytes;
use crate::error::Result;

/// Positioned access to the contents of a file: the bytes of the file for a [`Reader`], its decompressed bytes for a `BgzfReader`. An
/// [index](crate::index) takes either.
pub trait ReadAt: Send + Sync {
    /// Returns the number of bytes.
    fn len(&self) -> u64;

    /// Returns whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bytes of a range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if the range ends after the last byte; errors of reading and decompressing.
    fn bytes_at(&self, range: Range<u64>) -> Result<SourceBytes<'_>>;

    /// Returns the file as stored on disk.
    fn file(&self) -> &Reader;

    /// Checks that the file has not changed since it was opened.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`].
    fn check(&self) -> Result<()> {
        self.file().check()
    }
}

impl ReadAt for Reader {
    fn len(&self) -> u64 {
        Self::len(self)
    }

    fn bytes_at(&self, range: Range<u64>) -> Result<SourceBytes<'_>> {
        Self::bytes_at(self, range)
    }

    fn file(&self) -> &Reader {
        self
    }
}
