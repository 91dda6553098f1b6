//! Parts of an input that is read from the left.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::drive::Done;
use super::parts::{Next, Parts};
use super::reader::Reader;
use crate::error::{Error, ErrorKind};
use crate::record::{End, Format, Part, last_part_end};

/// How many bytes are read at a time, unless it is said otherwise: with the records of that many, they fit into a
/// second-level cache.
const STREAM_PART_LEN: usize = 1 << 20;

/// Bytes that were read, with room for more that is not made anew for every part.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    filled: usize,
}

/// How much room is made at a time, so that a number that somebody asks for does not decide how much memory is taken.
const ROOM: usize = 1 << 20;

impl Buffer {
    fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.bytes.resize(self.bytes.len().max(bytes.len()), 0);
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.filled = bytes.len();
    }

    /// Some room behind what is filled, so that there are no more than `len` bytes in the buffer when it is filled too.
    fn room(&mut self, len: usize) -> &mut [u8] {
        let end = len.min(self.filled.saturating_add(self.filled.max(ROOM)));
        self.bytes.resize(self.bytes.len().max(end), 0);
        &mut self.bytes[self.filled..end]
    }
}

/// Something that is read from the left.
pub(super) struct StreamInput<'input> {
    input: Input<'input>,
    /// What was read but not handed out.
    ahead: Buffer,
    /// Offset of the first byte of `ahead`.
    offset: u64,
    /// Whether anything was handed out.
    begun: bool,
    end: Option<InputEnd>,
}

enum Input<'input> {
    /// A file that tells no length, as those of `/proc`; or a pipe.
    File(File),
    Stream(Box<dyn Read + Send>),
    /// A file with positions that has to be read from the left all the same, from its start.
    Reader(&'input Reader, u64),
}

/// Why there is no more to read.
enum InputEnd {
    /// There is no more.
    Reached,
    /// The system refused, and has not been quoted yet.
    Failed(io::Error),
    /// The system refused.
    Told,
}

impl<'input> StreamInput<'input> {
    pub(super) fn of_file(file: File) -> Self {
        Self::of(Input::File(file))
    }

    pub(super) fn of_stream(stream: Box<dyn Read + Send>) -> Self {
        Self::of(Input::Stream(stream))
    }

    pub(super) fn of_reader(reader: &'input Reader) -> Self {
        Self::of(Input::Reader(reader, 0))
    }

    fn of(input: Input<'input>) -> Self {
        Self { input, ahead: Buffer::default(), offset: 0, begun: false, end: None }
    }

    /// Goes back to the start, if anything was handed out.
    fn rewind(&mut self) -> io::Result<()> {
        if self.begun {
            let again = || io::Error::other("the stream was read before, and cannot be read again");
            match &mut self.input {
                Input::File(file) => file.rewind().map_err(|_| again())?,
                Input::Stream(_) => return Err(again()),
                Input::Reader(_, offset) => *offset = 0,
            }
            (self.offset, self.begun, self.end) = (0, false, None);
            self.ahead.filled = 0;
        }
        Ok(())
    }

    /// The first bytes of the input, `len` of them if it has so many.
    pub(super) fn head(&mut self, len: usize) -> io::Result<&[u8]> {
        self.rewind()?;
        let mut ahead = std::mem::take(&mut self.ahead);
        self.fill(&mut ahead, len);
        self.ahead = ahead;
        match (&self.end, self.ahead.filled) {
            // What was read before is something, and comes first.
            (Some(InputEnd::Failed(_)), 0) => {
                Err(self.take_failure().unwrap_or_else(|| io::ErrorKind::Other.into()))
            }
            _ => Ok(self.ahead.filled()),
        }
    }

    /// Reads on until `buffer` has `len` bytes, or there is no more to read.
    fn fill(&mut self, buffer: &mut Buffer, len: usize) {
        while buffer.filled < len && self.end.is_none() {
            let room = buffer.room(len);
            let read = match &mut self.input {
                Input::File(file) => file.read(room),
                Input::Stream(stream) => stream.read(room),
                Input::Reader(reader, offset) => reader.read_some(offset, room),
            };
            match read {
                Ok(0) => self.end = Some(InputEnd::Reached),
                Ok(read) => buffer.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.end = Some(InputEnd::Failed(error)),
            }
        }
    }

    /// Reads the next part into `buffer`, which then holds what is in view of it, and returns the length of the part.
    fn next_part<F: Format>(
        &mut self,
        format: &F,
        recover: bool,
        buffer: &mut Buffer,
        part_len: usize,
    ) -> usize {
        self.begun = true;
        buffer.replace(self.ahead.filled());
        self.ahead.filled = 0;
        let mut len = part_len;
        loop {
            self.fill(buffer, len);
            match last_part_end(format, buffer.filled(), self.end.is_some(), recover) {
                End::Cut(at) => {
                    self.ahead.replace(&buffer.filled()[at..]);
                    return at;
                }
                End::Rest => return buffer.filled,
                // A record longer than the buffer: there is no way but to hold it whole.
                End::Unknown => len = len.max(buffer.filled).saturating_mul(2),
            }
        }
    }

    /// Why the system refused to read on, if it did and was not quoted before.
    fn take_failure(&mut self) -> Option<io::Error> {
        match self.end.replace(InputEnd::Told) {
            Some(InputEnd::Failed(error)) => Some(error),
            other => {
                self.end = other;
                None
            }
        }
    }
}

/// Parts of such an input.
pub(super) struct StreamParts<'run, 'input, F> {
    format: &'run F,
    recover: bool,
    part_len: usize,
    state: Mutex<State<'run, 'input>>,
}

struct State<'run, 'input> {
    reading: &'run mut StreamInput<'input>,
    /// What went wrong before the first part, to be told instead of it.
    refused: Option<io::Error>,
    /// Offset of the part behind which the system refused to read on.
    failed_behind: Option<u64>,
}

impl<'run, 'input, F: Format> StreamParts<'run, 'input, F> {
    pub(super) fn new(
        format: &'run F,
        recover: bool,
        reading: &'run mut StreamInput<'input>,
        part_len: Option<usize>,
    ) -> Self {
        let part_len = part_len.unwrap_or(STREAM_PART_LEN).max(1);
        let refused = reading.head(part_len).err();
        Self { format, recover, part_len, state: Mutex::new(State { reading, refused, failed_behind: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State<'run, 'input>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Format> Parts for StreamParts<'_, '_, F> {
    type Hand = Buffer;

    fn hand(&self) -> Buffer {
        Buffer::default()
    }

    fn next<'part>(&self, buffer: &'part mut Buffer, _: &AtomicU64) -> Next<'_, 'part> {
        let mut state = self.state();
        let State { reading, refused, failed_behind } = &mut *state;
        if let Some(error) = refused.take() {
            reading.end = Some(InputEnd::Told);
            return Some(Err((0, error.into())));
        }
        if reading.end.is_some() && reading.ahead.filled == 0 {
            return None;
        }
        let offset = reading.offset;
        let len = reading.next_part(self.format, self.recover, buffer, self.part_len);
        reading.offset += len as u64;
        let complete = matches!(reading.end, Some(InputEnd::Reached));
        if matches!(reading.end, Some(InputEnd::Failed(_))) && reading.ahead.filled == 0 {
            *failed_behind = Some(offset);
        }
        drop(state);
        Some(Ok((Part::read(buffer.filled(), len, offset, complete), None)))
    }

    fn is_single(&self) -> bool {
        let state = self.state();
        state.refused.is_some() || state.reading.end.is_some()
    }

    fn end(&self, _: &mut Buffer, part: Range<u64>, done: Done) -> Done {
        let mut state = self.state();
        if state.failed_behind != Some(part.start) {
            return done;
        }
        // The last part there is ends where the system refused to read on. An error of the format in it comes first, but that
        // it ends in a record is no error of the format.
        let cut =
            done.error.as_ref().is_none_or(|error| matches!(error.kind(), ErrorKind::Incomplete { .. }));
        match state.reading.take_failure().filter(|_| cut) {
            Some(error) => Done { error: Some(error.into()), stop: true, ..done },
            None => Done { stop: true, ..done },
        }
    }

    fn check(&self) -> Result<(), Error> {
        match self.state().reading.input {
            Input::Reader(reader, _) => reader.check(),
            // What cannot be read at positions cannot be looked at again either.
            Input::File(_) | Input::Stream(_) => Ok(()),
        }
    }
}
