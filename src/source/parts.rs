//! Where parts come from.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::read_before;
use crate::error::Error;
use crate::mmap::{FileIdentity, MmapReader};
use crate::record::{Backing, End, Part, Resync, last_part_end, part_end_in};

/// Parts of an input, handed out from the left to any number of workers.
pub(super) trait Parts: Sync {
    /// The next part, which may lie in `buffer`; `None` when all were handed out. With an error comes the offset from
    /// which there is nothing more.
    fn next<'part>(&'part self, buffer: &'part mut Buffer) -> Option<Result<Part<'part>, (u64, Error)>>;

    /// Whether one part is all there is, so that a second worker would find nothing to do.
    fn is_single(&self) -> bool;

    /// Whether the input is still what it was when it was opened, as far as can be told. Asked when all is read.
    fn check(&self) -> Result<(), Error>;

    /// A worker begins with a part.
    fn begin(&self, part: Part<'_>) {
        let _ = part;
    }

    /// A worker is done with a part. Asks whether its bytes are still what they were, where they can be lost meanwhile.
    fn end(&self, part: Part<'_>) -> Result<(), Error> {
        let _ = part;
        Ok(())
    }
}

/// How long a part of a mapping is made at the most, unless it is said otherwise: long enough that handing it out costs
/// nothing, short enough that all workers end at about the same time.
const MAPPED_PART_LEN: usize = 4 << 20;

/// How long a part of a mapping is made at the least.
const MAPPED_PART_MIN_LEN: usize = 256 << 10;

/// Parts of a mapping.
pub(super) struct MappedParts<'run, F> {
    format: &'run F,
    recover: bool,
    reader: &'run MmapReader,
    part_len: usize,
    /// Everything before was handed out.
    mark: AtomicUsize,
}

impl<'run, F: Resync> MappedParts<'run, F> {
    pub(super) fn new(
        format: &'run F,
        recover: bool,
        reader: &'run MmapReader,
        part_len: Option<usize>,
    ) -> Self {
        // Sixteen parts or more, so that a file of a few megabytes is shared out too.
        let fitting = (reader.len() / 16).clamp(MAPPED_PART_MIN_LEN, MAPPED_PART_LEN);
        Self { format, recover, reader, part_len: part_len.unwrap_or(fitting), mark: AtomicUsize::new(0) }
    }
}

impl<F: Resync> Parts for MappedParts<'_, F> {
    fn next<'part>(&'part self, _: &'part mut Buffer) -> Option<Result<Part<'part>, (u64, Error)>> {
        let data = self.reader.as_slice();
        let mut start = self.mark.load(Ordering::Relaxed);
        while start < data.len() {
            let end = part_end_in(self.format, data, start, self.part_len, self.recover);
            match self.mark.compare_exchange_weak(start, end, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(Ok(Part::of(data, start..end))),
                Err(moved) => start = moved,
            }
        }
        None
    }

    fn is_single(&self) -> bool {
        self.reader.len() <= self.part_len
    }

    fn check(&self) -> Result<(), Error> {
        self.reader.check()
    }

    fn begin(&self, part: Part<'_>) {
        self.reader.reading(range_of(part));
    }

    fn end(&self, part: Part<'_>) -> Result<(), Error> {
        let end = range_of(part).end;
        self.reader.reading(end..end);
        self.reader.check()
    }
}

/// Where a part of a mapping lies in it.
fn range_of(part: Part<'_>) -> Range<usize> {
    // What is mapped can be counted in `usize`.
    let start = usize::try_from(part.offset()).unwrap_or(usize::MAX);
    start..start.saturating_add(part.len())
}

/// How many bytes are read at a time, unless it is said otherwise: with the records of that many, they fit into a
/// second-level cache.
const READ_PART_LEN: usize = 1 << 20;

/// Bytes that were read, with room for more that is not made anew for every part.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

impl Buffer {
    fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.filled = 0;
        self.room_up_to(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled = bytes.len();
    }

    /// The room behind what is filled, so much that `len` bytes can be in the buffer.
    fn room_up_to(&mut self, len: usize) -> &mut [u8] {
        if self.bytes.len() < len {
            self.bytes.resize(len, 0);
        }
        &mut self.bytes[self.filled..]
    }
}

/// Something that is read from the left.
pub(super) struct Reading {
    input: Input,
    /// What was read but not handed out.
    ahead: Buffer,
    /// Offset of the first byte of `ahead`.
    offset: u64,
    /// Whether the input has ended.
    ended: bool,
}

enum Input {
    /// A file, and what it was when it was opened, if it is one that keeps still: no pipe, and none of `/proc`.
    File(File, Option<FileIdentity>),
    Stream(Box<dyn Read + Send>),
}

impl Reading {
    pub(super) fn of_file(file: File) -> io::Result<Self> {
        let keeps_still = file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0);
        let identity = if keeps_still { Some(FileIdentity::of(&file)?) } else { None };
        Ok(Self { input: Input::File(file, identity), ahead: Buffer::default(), offset: 0, ended: false })
    }

    pub(super) fn of_stream(stream: Box<dyn Read + Send>) -> Self {
        Self { input: Input::Stream(stream), ahead: Buffer::default(), offset: 0, ended: false }
    }

    /// Goes back to the start, if anything was handed out.
    fn rewind(&mut self) -> io::Result<()> {
        if self.offset == 0 {
            return Ok(());
        }
        match &mut self.input {
            Input::File(file, _) => file.rewind().map_err(|_| read_before())?,
            Input::Stream(_) => return Err(read_before()),
        }
        (self.offset, self.ended) = (0, false);
        self.ahead.filled = 0;
        Ok(())
    }

    /// The first bytes of the input, `len` of them if it has so many.
    pub(super) fn head(&mut self, len: usize) -> io::Result<&[u8]> {
        self.rewind()?;
        let mut ahead = std::mem::take(&mut self.ahead);
        let read = self.fill(&mut ahead, len);
        self.ahead = ahead;
        read?;
        Ok(self.ahead.filled())
    }

    /// Reads on until `buffer` has `len` bytes or the input has ended. What was read before an error stays.
    fn fill(&mut self, buffer: &mut Buffer, len: usize) -> io::Result<()> {
        while buffer.filled < len && !self.ended {
            let missing = len - buffer.filled;
            let room = &mut buffer.room_up_to(len)[..missing];
            let read = match &mut self.input {
                Input::File(file, _) => file.read(room),
                Input::Stream(stream) => stream.read(room),
            };
            match read {
                Ok(0) => self.ended = true,
                Ok(read) => buffer.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads the next part into `buffer`, which then holds what is in view of it, and returns the length of the part.
    fn next_part<F: Resync>(
        &mut self,
        format: &F,
        recover: bool,
        buffer: &mut Buffer,
        part_len: usize,
    ) -> io::Result<usize> {
        buffer.replace(self.ahead.filled());
        let mut len = part_len;
        loop {
            self.fill(buffer, len)?;
            let (part, ahead) = match last_part_end(format, buffer.filled(), self.ended, recover) {
                End::Cut(at) => (at, &buffer.filled()[at..]),
                End::Rest => (buffer.filled, [].as_slice()),
                End::Unknown => {
                    // A record longer than the buffer: there is no way but to hold it whole.
                    len = len.max(buffer.filled).saturating_mul(2);
                    continue;
                }
            };
            self.ahead.replace(ahead);
            return Ok(part);
        }
    }
}

/// Parts of an input that is read.
pub(super) struct ReadParts<'run, F> {
    format: &'run F,
    recover: bool,
    part_len: usize,
    state: Mutex<ReadState<'run>>,
}

struct ReadState<'run> {
    reading: &'run mut Reading,
    /// What went wrong at the start, to be told with the first part.
    refused: Option<io::Error>,
    /// Whether an error was told, after which there is nothing more.
    failed: bool,
}

impl<'run, F: Resync> ReadParts<'run, F> {
    pub(super) fn new(
        format: &'run F,
        recover: bool,
        reading: &'run mut Reading,
        part_len: Option<usize>,
    ) -> Self {
        let part_len = part_len.unwrap_or(READ_PART_LEN).max(1);
        let refused = reading.head(part_len).err();
        Self { format, recover, part_len, state: Mutex::new(ReadState { reading, refused, failed: false }) }
    }
}

impl<F: Resync> Parts for ReadParts<'_, F> {
    fn next<'part>(&'part self, buffer: &'part mut Buffer) -> Option<Result<Part<'part>, (u64, Error)>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ReadState { reading, refused, failed } = &mut *state;
        if *failed || (refused.is_none() && reading.ended && reading.ahead.filled == 0) {
            return None;
        }
        let (offset, next) = match refused.take() {
            Some(error) => (0, Err(error)),
            None => (reading.offset, reading.next_part(self.format, self.recover, buffer, self.part_len)),
        };
        match next {
            Ok(len) => {
                reading.offset += len as u64;
                let complete = reading.ended && reading.ahead.filled == 0;
                drop(state);
                Some(Ok(Part::read(buffer.filled(), len, offset, complete)))
            }
            Err(error) => {
                *failed = true;
                Some(Err((offset, error.into())))
            }
        }
    }

    fn is_single(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.refused.is_some() || state.reading.ended
    }

    fn check(&self) -> Result<(), Error> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.reading.input {
            Input::File(file, Some(identity)) => identity.check(file),
            Input::File(_, None) | Input::Stream(_) => Ok(()),
        }
    }
}
