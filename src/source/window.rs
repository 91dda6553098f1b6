//! What a worker has in view of a file.

use std::io;
use std::ops::Range;
use std::time::Instant;

use super::reader::Reader;
use crate::error::{ErrorKind, Result};
use crate::io::{AlignedBuffer, Way};
use crate::record::{Backing, Reading};

/// What a worker has in view of a file: a range of it, which can be made longer, had in one way or another.
pub(super) struct Window<'run> {
    reader: &'run Reader,
    way: Way,
    /// Where the view begins in the file, and how long it is.
    offset: u64,
    len: usize,
    /// Holds the view from `skip` on, where it is not a mapping's.
    buffer: AlignedBuffer,
    skip: usize,
    opened: Instant,
}

impl<'run> Window<'run> {
    pub(super) fn of(reader: &'run Reader) -> Self {
        let buffer = AlignedBuffer::empty(reader.alignment());
        Self { reader, way: reader.way(), offset: 0, len: 0, buffer, skip: 0, opened: Instant::now() }
    }

    /// Where the view begins in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the view ends in the file.
    pub(super) fn end(&self) -> u64 {
        self.offset + self.len as u64
    }

    /// Where in the view a byte of the file lies, or would if the view reached so far.
    pub(super) fn position(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX)
    }

    /// The bytes in view.
    pub(super) fn as_slice(&self) -> &[u8] {
        match self.reader.mapped().filter(|_| self.way == Way::Mapped) {
            // What is mapped can be counted in `usize`.
            Some(mapped) => {
                &mapped.as_slice()[usize::try_from(self.offset).unwrap_or(usize::MAX)..][..self.len]
            }
            None => &self.buffer[self.skip..][..self.len],
        }
    }

    /// Brings other bytes of the file in view, from one offset to another, which lie in it.
    pub(super) fn open(&mut self, start: u64, end: u64) -> Result<()> {
        (self.offset, self.len, self.skip) = (start, 0, 0);
        (self.way, self.opened) = (self.reader.next_way(), Instant::now());
        self.reader.prefetch(self.way, end);
        self.extend(end)
    }

    /// Brings the bytes up to `end` in view too.
    pub(super) fn extend(&mut self, end: u64) -> Result<()> {
        let len =
            usize::try_from(end - self.offset).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        if self.way != Way::Mapped {
            self.fill(len)?;
        }
        self.len = len;
        Ok(())
    }

    /// Reads until the buffer holds `len` bytes in view.
    fn fill(&mut self, len: usize) -> Result<()> {
        let bytes = self.reader.bytes(self.way);
        let granule = bytes.granule();
        if self.len == 0 {
            // A remainder of a `usize` fits into one.
            self.skip = usize::try_from(self.offset % granule as u64).unwrap_or(0);
        }
        // Where what there is ends inside of a granule, that is read again.
        let from = (self.skip + self.len) / granule * granule;
        let to = (self.skip + len).next_multiple_of(granule);
        self.buffer.resize(to)?;
        let offset = self.offset - self.skip as u64 + from as u64;
        let read = bytes.read_at(offset, &mut self.buffer[from..to])?;
        if from + read < self.skip + len {
            return Err(ErrorKind::Truncated { offset: offset + read as u64, len: self.reader.len() }.into());
        }
        Ok(())
    }

    /// A part in view is read now.
    pub(super) fn begin(&self, part: Range<u64>) -> Option<Box<dyn Reading + 'run>> {
        let mapped = self.reader.mapped().filter(|_| self.way == Way::Mapped)?;
        // What is mapped can be counted in `usize`.
        let position = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        mapped.begin(position(part.start)..position(part.end))
    }

    /// The work on the part in view, which has so many bytes, is done.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`], if the bytes may have changed or vanished meanwhile.
    pub(super) fn close(&self, bytes: u64) -> Result<()> {
        self.reader.report(self.way, bytes, self.opened.elapsed());
        // What was read into a buffer cannot vanish.
        if self.way == Way::Mapped { self.reader.check() } else { Ok(()) }
    }
}
