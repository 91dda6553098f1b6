//! The read window of a worker.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::time::Instant;

use super::choice::CHUNK_LEN;
use super::read_queue::{CompletedRead, ReadQueue};
use super::reader::Reader;
use crate::error::{Error, ErrorKind, Result};
use crate::io::{AlignedBuffer, Backend};
use crate::mmap::MmapReader;
use crate::record::{Backing, Reading};

/// A worker's read window: a range of the file, which can be extended; and its queue of pending reads.
pub(in crate::source) struct Window<'run> {
    reader: &'run Reader,
    backend: Backend,
    /// Whether the window is longer than [`MAX_COPIED_LEN`], and is served from the mapping.
    is_beyond_copy: bool,
    /// Offset of the window in the file, and its length.
    offset: u64,
    len: usize,
    /// Holds the window from `skip` on, unless the mapping or a completed read holds it.
    buffer: AlignedBuffer,
    skip: usize,
    completed: Option<CompletedRead>,
    queue: Option<ReadQueue>,
    pending: VecDeque<PendingRead>,
    opened: Instant,
    /// Whether the previous chunk was read with another backend.
    is_new_backend: bool,
}

/// A chunk in the window, or one that could not be read, with the error.
pub(in crate::source) type Opened = std::result::Result<Range<u64>, (Range<u64>, Error)>;

/// A requested chunk.
struct PendingRead {
    chunk: Range<u64>,
    /// Range of the file that the window will hold.
    view: Range<u64>,
    backend: Backend,
    /// The number of the read in queue, if there is one.
    read: Option<u64>,
}

/// Maximum number of bytes copied if there is also a mapping. A longer copy would not fit into the cache, and would waste memory.
const MAX_COPIED_LEN: usize = 4 << 20;

/// Spare capacity of new buffers, so that slightly longer windows do not reallocate.
const SPARE_LEN: usize = 64 << 10;

/// Minimum alignment of reads in bytes. The kernel then copies from the start of a page to the start of a page, which is up to five times
/// as fast as an unaligned copy on some processors.
const PAGE: usize = 4 << 10;

impl<'run> Window<'run> {
    pub(in crate::source) fn new(reader: &'run Reader) -> Self {
        Self {
            reader,
            backend: reader.backend(),
            is_beyond_copy: false,
            offset: 0,
            len: 0,
            buffer: AlignedBuffer::empty(reader.alignment()),
            skip: 0,
            completed: None,
            queue: None,
            pending: VecDeque::new(),
            opened: Instant::now(),
            is_new_backend: true,
        }
    }

    /// Returns the start of the window in the file.
    pub(in crate::source) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the end of the window in the file.
    pub(in crate::source) fn end(&self) -> u64 {
        self.offset + self.len as u64
    }

    /// Returns the position in the window of an offset in the file, which may lie after the end of the window.
    pub(in crate::source) fn position(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX)
    }

    /// Returns the bytes of the window.
    pub(in crate::source) fn as_slice(&self) -> &[u8] {
        match (self.mapped(), &self.completed) {
            // A mapping fits into `usize`.
            (Some(mapped), _) => {
                &mapped.as_slice()[usize::try_from(self.offset).unwrap_or(usize::MAX)..][..self.len]
            }
            (None, Some(completed)) => &completed[self.skip..][..self.len],
            (None, None) => &self.buffer[self.skip..][..self.len],
        }
    }

    /// Returns whether the window is served from the mapping.
    pub(in crate::source) fn is_mapped(&self) -> bool {
        self.mapped().is_some()
    }

    /// Returns the mapping, if the window is served from it.
    fn mapped(&self) -> Option<&'run MmapReader> {
        self.reader.mapped().filter(|_| self.backend == Backend::Mapped || self.is_beyond_copy)
    }

    /// Returns whether another chunk should be requested before the next one is opened.
    pub(in crate::source) fn needs_request(&self) -> bool {
        match (self.pending.back(), &self.queue) {
            (None, _) => true,
            (Some(PendingRead { read: Some(_), view, .. }), Some(queue)) => {
                queue.has_room(self.read_len(view))
            }
            (Some(_), _) => false,
        }
    }

    /// Requests a chunk: the window will hold the range `view`, read with `backend`.
    pub(in crate::source) fn request(
        &mut self,
        chunk: Range<u64>,
        view: Range<u64>,
        backend: Backend,
    ) -> Result<()> {
        let read = if backend == Backend::Uring { self.submit_read(&view)? } else { None };
        self.pending.push_back(PendingRead { chunk, view, backend, read });
        Ok(())
    }

    /// Returns the alignment of offsets and lengths of reads.
    fn granule(&self, backend: Backend) -> usize {
        self.reader.bytes(backend).offset_alignment().max(PAGE)
    }

    /// Returns the number of bytes to read for a window whose ends need not be aligned.
    fn read_len(&self, view: &Range<u64>) -> usize {
        let granule = self.granule(Backend::Uring) as u64;
        let len = view.end.next_multiple_of(granule) - view.start / granule * granule;
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// Submits a read, if the queue accepts one of this length.
    fn submit_read(&mut self, view: &Range<u64>) -> Result<Option<u64>> {
        let len = self.read_len(view);
        if self.queue.is_none() {
            // Later windows are slightly longer than the first one, which has no look-behind.
            self.queue = self.reader.read_queue(len.saturating_add(SPARE_LEN));
        }
        let granule = self.granule(Backend::Uring) as u64;
        match self.queue.as_mut().filter(|queue| queue.has_room(len)) {
            Some(queue) => queue.submit(view.start / granule * granule, len),
            None => Ok(None),
        }
    }

    /// Opens the oldest requested chunk; `None` if none was requested.
    pub(in crate::source) fn open_next(&mut self) -> Option<Opened> {
        let PendingRead { chunk, view, backend, read } = self.pending.pop_front()?;
        // Frees the buffer of the previous read for another one.
        self.completed = None;
        self.is_new_backend = self.backend != backend;
        (self.backend, self.opened) = (backend, Instant::now());
        let opened = match (read, &mut self.queue) {
            (Some(read), Some(queue)) => queue.wait(read).map_err(Into::into).and_then(|completed| {
                let granule = self.granule(Backend::Uring) as u64;
                // A remainder of a `usize` fits into one.
                self.skip = usize::try_from(view.start % granule).unwrap_or(0);
                (self.offset, self.len) = (view.start, completed.len().saturating_sub(self.skip));
                self.len = self.len.min(self.position(view.end));
                self.completed = Some(completed);
                if self.end() < view.end { Err(self.truncated(self.end())) } else { Ok(()) }
            }),
            _ => self.open(view.start, view.end),
        };
        Some(match opened {
            Ok(()) => Ok(chunk),
            Err(error) => Err((chunk, error)),
        })
    }

    /// Moves the window to a range that lies in the file.
    fn open(&mut self, start: u64, end: u64) -> Result<()> {
        (self.offset, self.len, self.skip, self.is_beyond_copy) = (start, 0, 0, false);
        self.reader.prefetch(self.backend, end);
        self.extend(end)
    }

    /// Extends the window up to `end`.
    pub(in crate::source) fn extend(&mut self, end: u64) -> Result<()> {
        let len =
            usize::try_from(end - self.offset).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.is_beyond_copy |= self.backend == Backend::Read && len > MAX_COPIED_LEN;
        if !self.is_mapped() {
            self.move_to_buffer()?;
            self.fill(len)?;
        }
        self.len = len;
        Ok(())
    }

    /// Moves a completed read into the buffer, which can grow.
    fn move_to_buffer(&mut self) -> Result<()> {
        if let Some(completed) = self.completed.take() {
            self.buffer.clear();
            self.buffer.extend_from_slice(&completed)?;
        }
        Ok(())
    }

    /// Reads until the buffer holds `len` bytes of the window.
    fn fill(&mut self, len: usize) -> Result<()> {
        let granule = self.granule(self.backend);
        if self.len == 0 {
            // A remainder of a `usize` fits into one.
            self.skip = usize::try_from(self.offset % granule as u64).unwrap_or(0);
        }
        // A partly filled block at the end is read again.
        let from = (self.skip + self.len) / granule * granule;
        let to = (self.skip + len).next_multiple_of(granule);
        if self.buffer.capacity() == 0 {
            // The capacity suffices for any later chunk, since growing touches fresh memory. Unused capacity is not touched.
            let room = usize::try_from(self.reader.len().min(CHUNK_LEN)).unwrap_or(0) + SPARE_LEN;
            self.buffer.resize(room.max(to))?;
        }
        self.buffer.resize(to)?;
        let offset = self.offset - self.skip as u64 + from as u64;
        let read = self.reader.bytes(self.backend).read_at(offset, &mut self.buffer[from..to])?;
        if from + read < self.skip + len {
            return Err(self.truncated(offset + read as u64));
        }
        Ok(())
    }

    /// Returns the error that the file now ends at `offset`.
    fn truncated(&self, offset: u64) -> Error {
        ErrorKind::Truncated { offset, len: self.reader.len() }.into()
    }

    /// Starts the progress report of a part in the window.
    pub(in crate::source) fn begin(&self, part: Range<u64>) -> Option<Box<dyn Reading + 'run>> {
        let mapped = self.mapped()?;
        // A mapping fits into `usize`.
        let position = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        mapped.begin(position(part.start)..position(part.end))
    }

    /// Reports that the part that was opened last is processed.
    pub(in crate::source) fn report(&self, part: Range<u64>) {
        let used = if self.is_mapped() { Backend::Mapped } else { self.backend };
        self.reader.count(used, part.end - part.start);
        // The first chunk of a backend pays for fresh memory, which says nothing about later chunks.
        if !self.is_new_backend {
            self.reader.report(self.backend, part, self.opened.elapsed());
        }
    }

    /// Checks that the bytes of the window did not change.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`], if the window is served from the mapping.
    pub(in crate::source) fn check(&self) -> Result<()> {
        // Bytes in a buffer cannot vanish.
        if self.is_mapped() { self.reader.check() } else { Ok(()) }
    }
}
