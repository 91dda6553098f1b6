//! What a file holds, at positions.

use std::ops::Range;

use super::reader::Reader;
use super::span::Span;
use crate::error::Result;

/// What a file holds, as bytes at positions: the file itself for a [`Reader`], what is decompressed of it for a
/// `BgzfReader`. An [index](crate::index) takes either.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if there are not so many; those of reading, and of decompressing.
    fn bytes_at(&self, range: Range<u64>) -> Result<Span<'_>>;

    /// The file as it lies on the disk.
    fn file(&self) -> &Reader;

    /// Whether the file is still what it was when it was opened.
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

    fn bytes_at(&self, range: Range<u64>) -> Result<Span<'_>> {
        Self::bytes_at(self, range)
    }

    fn file(&self) -> &Reader {
        self
    }
}
