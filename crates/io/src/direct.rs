//! Positioned reads that bypass the page cache.

use std::fs::File;
use std::io;
use std::path::Path;

use pagecut_core::error::Result;

use super::positioned::fill;
use super::{AlignedBuffer, Alignment, BytesAt, sys};

/// Length of the bounce buffer for unaligned reads, in bytes.
const BOUNCE_LEN: usize = 64 << 10;

/// Alignment requirements of direct reads of a file (`STATX_DIOALIGN` of `statx(2)`, Linux 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectAlignment {
    /// Required alignment of the buffer in memory.
    pub memory: Alignment,
    /// Required alignment of file offset and length.
    pub offset: Alignment,
}

/// Reads a file at given offsets from the disk, without a copy in the page cache (`O_DIRECT` of `open(2)`).
///
/// Direct reads require aligned memory, offset and length. The aligned part of a request is read directly; for the
/// rest, the surrounding blocks are read into a bounce buffer and the bytes are copied. There is no read-ahead: use
/// several threads to keep the disk busy.
///
/// ```no_run
/// use pagecut::io::{AlignedBuffer, BytesAt, DirectReader};
///
/// let reader = DirectReader::open("reads.fastq")?;
/// let mut buffer = AlignedBuffer::new(1 << 20, reader.alignment().memory)?;
/// let len = reader.read_at(0, &mut buffer)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DirectReader {
    file: File,
    alignment: DirectAlignment,
}

impl DirectReader {
    /// Opens a file for direct reads.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened or its file system does not support direct reads.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file(&File::open(path)?)
    }

    /// Opens an open file again for direct reads.
    ///
    /// # Errors
    ///
    /// Those of [`open`](DirectReader::open).
    pub fn from_file(file: &File) -> Result<Self> {
        let file = sys::open_direct(file)?;
        let (memory, offset) = sys::direct_alignment(&file)?;
        let alignment = DirectAlignment { memory: Alignment::new(memory)?, offset: Alignment::new(offset)? };
        Ok(Self { file, alignment })
    }

    /// Returns the file, opened for direct reads.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Returns the alignment requirements of the file system.
    #[must_use]
    pub fn alignment(&self) -> DirectAlignment {
        self.alignment
    }

    /// Reads the largest aligned part of a request directly. Returns `None` if no part is aligned.
    fn read_directly(&self, offset: u64, into: &mut [u8]) -> Option<io::Result<usize>> {
        let unit = self.alignment.offset.bytes();
        let len = into.len() - into.len() % unit;
        let is_aligned = offset.is_multiple_of(unit as u64)
            && into.as_ptr().addr().is_multiple_of(self.alignment.memory.bytes());
        (is_aligned && len > 0).then(|| sys::read_at(&self.file, offset, &mut into[..len]))
    }

    /// Reads bytes at `offset` through the bounce buffer.
    fn read_around(&self, offset: u64, into: &mut [u8], bounce: &mut [u8]) -> io::Result<usize> {
        // The remainder of a division by a `usize` fits into one.
        let before = usize::try_from(offset % self.alignment.offset.bytes() as u64).unwrap_or(0);
        let read = sys::read_at(&self.file, offset - before as u64, bounce)?;
        let found = &bounce[before.min(read)..read];
        let len = found.len().min(into.len());
        into[..len].copy_from_slice(&found[..len]);
        Ok(len)
    }
}

impl BytesAt for DirectReader {
    fn offset_alignment(&self) -> usize {
        self.alignment.offset.bytes()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut bounce = None;
        fill(offset, into, |offset, rest| {
            if let Some(read) = self.read_directly(offset, rest) {
                return read;
            }
            let bounce = match &mut bounce {
                Some(bounce) => bounce,
                none => {
                    let len = BOUNCE_LEN.next_multiple_of(self.alignment.offset.bytes());
                    none.insert(AlignedBuffer::new(len, self.alignment.memory).map_err(io::Error::other)?)
                }
            };
            self.read_around(offset, rest, bounce)
        })
    }
}
