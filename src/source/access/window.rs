//! What a worker has in view of a file.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::time::Instant;

use super::choice::STRETCH_LEN;
use super::flight::{Flight, Landed};
use super::reader::Reader;
use crate::error::{Error, ErrorKind, Result};
use crate::io::{AlignedBuffer, Backend};
use crate::mmap::MmapReader;
use crate::record::{Backing, Reading};

/// What a worker has in view of a file: a range of it, which can be made longer, had in one way or another. And what it has asked
/// for already of that which follows.
pub(in crate::source) struct Window<'run> {
    reader: &'run Reader,
    backend: Backend,
    /// Whether the view is longer than what is copied.
    is_outgrown: bool,
    /// Where the view begins in the file, and how long it is.
    offset: u64,
    len: usize,
    /// Holds the view from `skip` on, unless a mapping or what has landed does.
    buffer: AlignedBuffer,
    skip: usize,
    landed: Option<Landed>,
    flight: Option<Flight>,
    asked: VecDeque<Asked>,
    opened: Instant,
    /// Whether the stretch before was had another way.
    is_first: bool,
}

/// A stretch that is in view, or one that cannot be had.
pub(in crate::source) type Opened = std::result::Result<Range<u64>, (Range<u64>, Error)>;

/// A stretch that was asked for.
struct Asked {
    stretch: Range<u64>,
    /// What will be in view of it.
    view: Range<u64>,
    backend: Backend,
    /// The number of the read in flight, if there is one.
    read: Option<u64>,
}

/// No more than this is copied where there is a mapping too: it would neither fit into a cache nor be worth the memory.
const MOST_COPIED: usize = 4 << 20;

/// Buffers are made so much longer than what is to be in them first.
const SPARE: usize = 64 << 10;

/// Reads begin and end at multiples of this at the least. The kernel copies out of pages into a buffer that begins with one: from
/// and to the same place in a page, which on some processors is five times as fast as anything else.
const PAGE: usize = 4 << 10;

impl<'run> Window<'run> {
    pub(in crate::source) fn of(reader: &'run Reader) -> Self {
        Self {
            reader,
            backend: reader.backend(),
            is_outgrown: false,
            offset: 0,
            len: 0,
            buffer: AlignedBuffer::empty(reader.alignment()),
            skip: 0,
            landed: None,
            flight: None,
            asked: VecDeque::new(),
            opened: Instant::now(),
            is_first: true,
        }
    }

    /// Where the view begins in the file.
    pub(in crate::source) fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the view ends in the file.
    pub(in crate::source) fn end(&self) -> u64 {
        self.offset + self.len as u64
    }

    /// Where in the view a byte of the file lies, or would if the view reached so far.
    pub(in crate::source) fn position(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.offset)).unwrap_or(usize::MAX)
    }

    /// The bytes in view.
    pub(in crate::source) fn as_slice(&self) -> &[u8] {
        match (self.mapped(), &self.landed) {
            // What is mapped can be counted in `usize`.
            (Some(mapped), _) => {
                &mapped.as_slice()[usize::try_from(self.offset).unwrap_or(usize::MAX)..][..self.len]
            }
            (None, Some(landed)) => &landed[self.skip..][..self.len],
            (None, None) => &self.buffer[self.skip..][..self.len],
        }
    }

    /// Whether the bytes in view are those of a mapping.
    pub(in crate::source) fn is_mapped(&self) -> bool {
        self.mapped().is_some()
    }

    /// The mapping, if that is where the bytes in view are.
    fn mapped(&self) -> Option<&'run MmapReader> {
        self.reader.mapped().filter(|_| self.backend == Backend::Mapped || self.is_outgrown)
    }

    /// Whether another stretch is to be asked for before the next one is opened.
    pub(in crate::source) fn wants_more(&self) -> bool {
        match (self.asked.back(), &self.flight) {
            (None, _) => true,
            (Some(Asked { read: Some(_), view, .. }), Some(flight)) => flight.has_room(self.read_len(view)),
            (Some(_), _) => false,
        }
    }

    /// Asks for a stretch, of which `view` is to be in view, had this way.
    pub(in crate::source) fn ask(
        &mut self,
        stretch: Range<u64>,
        view: Range<u64>,
        backend: Backend,
    ) -> Result<()> {
        let read = if backend == Backend::Uring { self.begin_read(&view)? } else { None };
        self.asked.push_back(Asked { stretch, view, backend, read });
        Ok(())
    }

    /// What positions and lengths of reads are multiples of.
    fn granule(&self, backend: Backend) -> usize {
        self.reader.bytes(backend).offset_alignment().max(PAGE)
    }

    /// How many bytes are read for a view, whose ends need not lie where reads begin and end.
    fn read_len(&self, view: &Range<u64>) -> usize {
        let granule = self.granule(Backend::Uring) as u64;
        let len = view.end.next_multiple_of(granule) - view.start / granule * granule;
        usize::try_from(len).unwrap_or(usize::MAX)
    }

    /// Begins a read, if it is one of a length that can be in flight.
    fn begin_read(&mut self, view: &Range<u64>) -> Result<Option<u64>> {
        let len = self.read_len(view);
        if self.flight.is_none() {
            // The first stretch has nothing before it in view; others are a little longer.
            self.flight = self.reader.flight(len.saturating_add(SPARE));
        }
        let granule = self.granule(Backend::Uring) as u64;
        match self.flight.as_mut().filter(|flight| flight.has_room(len)) {
            Some(flight) => flight.begin(view.start / granule * granule, len),
            None => Ok(None),
        }
    }

    /// Brings in view the stretch that was asked for first; `None` if none was.
    pub(in crate::source) fn open_next(&mut self) -> Option<Opened> {
        let Asked { stretch, view, backend, read } = self.asked.pop_front()?;
        // What had landed gives its place to another read.
        self.landed = None;
        self.is_first = self.backend != backend;
        (self.backend, self.opened) = (backend, Instant::now());
        let opened = match (read, &mut self.flight) {
            (Some(read), Some(flight)) => flight.land(read).map_err(Into::into).and_then(|landed| {
                let granule = self.granule(Backend::Uring) as u64;
                // A remainder of a `usize` fits into one.
                self.skip = usize::try_from(view.start % granule).unwrap_or(0);
                (self.offset, self.len) = (view.start, landed.len().saturating_sub(self.skip));
                self.len = self.len.min(self.position(view.end));
                self.landed = Some(landed);
                if self.end() < view.end { Err(self.truncated(self.end())) } else { Ok(()) }
            }),
            _ => self.open(view.start, view.end),
        };
        Some(match opened {
            Ok(()) => Ok(stretch),
            Err(error) => Err((stretch, error)),
        })
    }

    /// Brings other bytes of the file in view, from one offset to another, which lie in it.
    fn open(&mut self, start: u64, end: u64) -> Result<()> {
        (self.offset, self.len, self.skip, self.is_outgrown) = (start, 0, 0, false);
        self.reader.prefetch(self.backend, end);
        self.extend(end)
    }

    /// Brings the bytes up to `end` in view too.
    pub(in crate::source) fn extend(&mut self, end: u64) -> Result<()> {
        let len =
            usize::try_from(end - self.offset).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.is_outgrown |= self.backend == Backend::Read && len > MOST_COPIED;
        if !self.is_mapped() {
            self.keep_landed()?;
            self.fill(len)?;
        }
        self.len = len;
        Ok(())
    }

    /// Moves what has landed into the buffer, which can be made longer.
    fn keep_landed(&mut self) -> Result<()> {
        if let Some(landed) = self.landed.take() {
            self.buffer.clear();
            self.buffer.extend_from_slice(&landed)?;
        }
        Ok(())
    }

    /// Reads until the buffer holds `len` bytes in view.
    fn fill(&mut self, len: usize) -> Result<()> {
        let granule = self.granule(self.backend);
        if self.len == 0 {
            // A remainder of a `usize` fits into one.
            self.skip = usize::try_from(self.offset % granule as u64).unwrap_or(0);
        }
        // Where what there is ends inside of a granule, that is read again.
        let from = (self.skip + self.len) / granule * granule;
        let to = (self.skip + len).next_multiple_of(granule);
        if self.buffer.capacity() == 0 {
            // For any stretch to come: to grow is to touch fresh memory again. What is not used of it is not touched.
            let room = usize::try_from(self.reader.len().min(STRETCH_LEN)).unwrap_or(0) + SPARE;
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

    /// The file ends at `offset` now.
    fn truncated(&self, offset: u64) -> Error {
        ErrorKind::Truncated { offset, len: self.reader.len() }.into()
    }

    /// A part in view is read now.
    pub(in crate::source) fn begin(&self, part: Range<u64>) -> Option<Box<dyn Reading + 'run>> {
        let mapped = self.mapped()?;
        // What is mapped can be counted in `usize`.
        let position = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        mapped.begin(position(part.start)..position(part.end))
    }

    /// The work on all of a part is done that was brought in view last.
    pub(in crate::source) fn report(&self, part: Range<u64>) {
        let had = if self.is_mapped() { Backend::Mapped } else { self.backend };
        self.reader.count(had, part.end - part.start);
        // Memory that is not at hand takes longer to read into, and says nothing about the stretches to come.
        if !self.is_first {
            self.reader.report(self.backend, part, self.opened.elapsed());
        }
    }

    /// Whether what was in view is still what it was.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::check`], if the bytes may have changed or vanished meanwhile.
    pub(in crate::source) fn check(&self) -> Result<()> {
        // What was read into a buffer cannot vanish.
        if self.is_mapped() { self.reader.check() } else { Ok(()) }
    }
}
