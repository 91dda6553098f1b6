//! Reading a file past the page cache.

use std::fs::File;
use std::io;
use std::path::Path;

use super::positioned::fill;
use super::{AlignedBuffer, Alignment, BytesAt, sys};
use crate::error::Result;

/// How long the buffer is through which bytes go that do not lie as direct reads need them.
const BOUNCE_LEN: usize = 64 << 10;

/// What direct reads of a file ask for (`STATX_DIOALIGN` of `statx(2)`, Linux 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectAlignment {
    /// Where in memory a buffer has to begin.
    pub memory: Alignment,
    /// Which offset and length a read has to have multiples of.
    pub offset: Alignment,
}

/// Reads a file at positions, from the disk into the buffer without a copy in the page cache (`O_DIRECT` of `open(2)`).
///
/// Direct reads ask for an alignment of memory, offset and length. Whatever part of a read has it is read so; for the rest, the
/// pages around it are read into a buffer of the reader's own and the bytes copied. Nothing is read ahead: who wants the disk
/// to be busy all the time reads with several threads.
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
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened, or its file system makes no direct reads.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::of(&File::open(path)?)
    }

    /// Opens a file that is open once more, for direct reads.
    ///
    /// # Errors
    ///
    /// Those of [`open`](DirectReader::open).
    pub fn of(file: &File) -> Result<Self> {
        let file = sys::open_direct(file)?;
        let (memory, offset) = sys::direct_alignment(&file)?;
        let alignment = DirectAlignment { memory: Alignment::new(memory)?, offset: Alignment::new(offset)? };
        Ok(Self { file, alignment })
    }

    /// The file, opened for direct reads.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// What the file system asks for.
    #[must_use]
    pub fn alignment(&self) -> DirectAlignment {
        self.alignment
    }

    /// Reads as many bytes from `offset` on as can be read directly into `into`; `None` if that is none for its alignment.
    fn read_directly(&self, offset: u64, into: &mut [u8]) -> Option<io::Result<usize>> {
        let unit = self.alignment.offset.bytes();
        let len = into.len() - into.len() % unit;
        let is_aligned = offset.is_multiple_of(unit as u64)
            && into.as_ptr().addr().is_multiple_of(self.alignment.memory.bytes());
        (is_aligned && len > 0).then(|| sys::read_at(&self.file, offset, &mut into[..len]))
    }

    /// Reads bytes from `offset` on through `bounce`.
    fn read_around(&self, offset: u64, into: &mut [u8], bounce: &mut [u8]) -> io::Result<usize> {
        // A remainder of a `usize` fits into one.
        let before = usize::try_from(offset % self.alignment.offset.bytes() as u64).unwrap_or(0);
        let read = sys::read_at(&self.file, offset - before as u64, bounce)?;
        let found = &bounce[before.min(read)..read];
        let len = found.len().min(into.len());
        into[..len].copy_from_slice(&found[..len]);
        Ok(len)
    }
}

impl BytesAt for DirectReader {
    fn granule(&self) -> usize {
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
