//! Read-ahead of a stream by a separate thread.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::source::threads::not_started;

type Stream = Box<dyn Read + Send>;

/// Number of bytes read before the thread is started, unless it is [requested](ReadAhead::start) earlier. Starting it takes longer than
/// reading a few bytes.
const ALONE_LEN: usize = 256 << 10;

/// Maximum number of bytes per read.
const READ_LEN: usize = 256 << 10;

/// The thread reads on while fewer bytes than this wait.
const AHEAD_LEN: usize = 2 << 20;

/// The thread of one of two streams reads on while fewer bytes than this wait, if the reader has all bytes of the other stream. That is the
/// 32 MiB which the documentation of [`PairedSource`](crate::PairedSource) states, and the bytes that a reader of the other stream collects
/// before it hands out records.
const FAR_AHEAD_LEN: usize = 34 << 20;

/// Maximum number of empty buffers that are kept for reuse.
const MAX_FREE: usize = AHEAD_LEN / READ_LEN;

/// A stream that a separate thread reads, so that the writer of a pipe does not wait while the bytes are processed.
pub(in crate::source) struct ReadAhead(State);

enum State {
    /// The stream without a thread so far, and the number of bytes read.
    Alone(Stream, usize),
    Ahead(Ahead),
    /// The thread could not be started, and the stream needs none.
    Never(Stream),
    /// The thread that the stream needs could not be started.
    Refused(io::Error),
    Ended,
}

impl ReadAhead {
    pub(super) fn new(stream: Stream) -> Self {
        Self(State::Alone(stream, 0))
    }

    /// Starts the thread of one of two streams, if there is none yet. The stream ends with an error if that fails, since its writer may
    /// wait for the reader of the other stream.
    pub(super) fn start_with(&mut self, side: Side) {
        self.0 = match mem::replace(&mut self.0, State::Ended) {
            State::Alone(stream, _) => match start(stream, side) {
                Ok(ahead) => State::Ahead(ahead),
                Err((_, error)) => State::Refused(not_started(&error)),
            },
            started => started,
        };
    }

    fn start(&mut self) {
        self.0 = match mem::replace(&mut self.0, State::Ended) {
            State::Alone(stream, _) => match start(stream, Side::alone()) {
                Ok(ahead) => State::Ahead(ahead),
                Err((stream, _)) => State::Never(stream),
            },
            started => started,
        };
    }
}

impl Read for ReadAhead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            State::Alone(stream, read) if *read < ALONE_LEN => {
                let len = stream.read(into)?;
                *read += len;
                Ok(len)
            }
            State::Alone(..) => {
                self.start();
                self.read(into)
            }
            State::Ahead(ahead) => {
                let read = ahead.read(into);
                if !matches!(read, Ok(1..)) {
                    self.0 = State::Ended;
                }
                read
            }
            State::Never(stream) => stream.read(into),
            State::Refused(_) => match mem::replace(&mut self.0, State::Ended) {
                State::Refused(error) => Err(error),
                _ => Ok(0),
            },
            State::Ended => Ok(0),
        }
    }
}

/// Starts the thread. It ends with the stream, or when the [`Ahead`] is dropped.
///
/// # Errors
///
/// The stream, and the reason why there is no thread.
fn start(stream: Stream, side: Side) -> Result<Ahead, (Stream, io::Error)> {
    let filler = Filler { queues: Arc::clone(&side.queues), index: side.index };
    // The stream is sent once the thread exists, so that it is not lost if there is none.
    let (give, take) = sync_channel::<Stream>(1);
    let fill = move || {
        if let Ok(stream) = take.recv() {
            filler.fill(stream);
        }
    };
    match thread::Builder::new().name("pagecut read-ahead".into()).spawn(fill) {
        Ok(_) => match give.send(stream) {
            Ok(()) => Ok(Ahead { side, buffer: Vec::new(), taken: 0 }),
            Err(stream) => Err((stream.0, io::Error::other("the thread that reads the stream has ended"))),
        },
        Err(error) => Err((stream, error)),
    }
}

/// The bytes that the threads of one or two streams have read.
///
/// One program may write two streams in turn. While the reader waits for bytes of one of them, the writer may wait until bytes of the
/// other one are read. So that thread reads on, up to [`FAR_AHEAD_LEN`] instead of [`AHEAD_LEN`].
#[derive(Default)]
struct Queues {
    waiting: Mutex<[Waiting; 2]>,
    /// Signals that bytes were added or taken, or that one side has ended.
    moved: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// Buffers of at most [`READ_LEN`] bytes, the oldest first.
    buffers: VecDeque<Vec<u8>>,
    /// Number of bytes in them.
    len: usize,
    /// Buffers for reuse.
    free: Vec<Vec<u8>>,
    /// How the stream ended, after these bytes.
    end: Option<io::Result<()>>,
    /// Whether the bytes are no longer needed.
    is_dropped: bool,
}

impl Waiting {
    /// Whether the reader has all bytes that were read, and needs more.
    fn is_starved(&self) -> bool {
        self.buffers.is_empty() && self.end.is_none() && !self.is_dropped
    }
}

impl Queues {
    fn waiting(&self) -> MutexGuard<'_, [Waiting; 2]> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while `condition` is true.
    fn wait_while(&self, condition: impl Fn(&[Waiting; 2]) -> bool) -> MutexGuard<'_, [Waiting; 2]> {
        self.moved
            .wait_while(self.waiting(), |waiting| condition(waiting))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread of a stream.
struct Filler {
    queues: Arc<Queues>,
    index: usize,
}

impl Filler {
    /// Reads the stream to its end.
    fn fill(&self, mut stream: Stream) {
        let _guard = EndOnPanic(self);
        let mut buffer = Vec::new();
        while self.wait_for_room() {
            if let Err(error) = buffer.try_reserve(READ_LEN.saturating_sub(buffer.len())) {
                return self.end(Err(error.into()));
            }
            buffer.resize(READ_LEN, 0);
            match stream.read(&mut buffer) {
                Ok(0) => return self.end(Ok(())),
                Ok(len) => self.push(&mut buffer, len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return self.end(Err(error)),
            }
        }
    }

    /// Waits until there is room for another read. Returns whether more bytes are needed.
    fn wait_for_room(&self) -> bool {
        let waiting = self.queues.wait_while(|waiting| {
            let (own, other) = (&waiting[self.index], &waiting[1 - self.index]);
            let most = if other.is_starved() { FAR_AHEAD_LEN } else { AHEAD_LEN };
            own.len >= most && !own.is_dropped
        });
        !waiting[self.index].is_dropped
    }

    /// Adds the first `len` bytes of a buffer. The bytes of short reads share one, so that the limit of bytes bounds the memory.
    fn push(&self, buffer: &mut Vec<u8>, len: usize) {
        let mut waiting = self.queues.waiting();
        let own = &mut waiting[self.index];
        own.len += len;
        match own.buffers.back_mut() {
            Some(last) if last.len() + len <= READ_LEN => last.extend_from_slice(&buffer[..len]),
            _ => {
                let free = own.free.pop().unwrap_or_default();
                let mut filled = mem::replace(buffer, free);
                filled.truncate(len);
                own.buffers.push_back(filled);
            }
        }
        drop(waiting);
        self.queues.moved.notify_all();
    }

    fn end(&self, end: io::Result<()>) {
        self.queues.waiting()[self.index].end = Some(end);
        self.queues.moved.notify_all();
    }
}

/// Ends the stream with an error if reading it panics.
struct EndOnPanic<'thread>(&'thread Filler);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end(Err(io::Error::other("the thread that reads the stream has panicked")));
        }
    }
}

/// Two streams that one program may write.
#[derive(Clone, Default)]
pub(in crate::source) struct TwoStreams(Arc<Queues>);

impl TwoStreams {
    /// The reader of the stream with this index, 0 or 1. There is one for each.
    pub(in crate::source) fn side(&self, index: usize) -> Side {
        Side { queues: Arc::clone(&self.0), index }
    }
}

/// The reader of a stream, which may be one of two. Its drop says that no more bytes are needed.
pub(in crate::source) struct Side {
    queues: Arc<Queues>,
    index: usize,
}

impl Side {
    /// The reader of a stream.
    fn alone() -> Self {
        let streams = TwoStreams::default();
        drop(streams.side(1));
        streams.side(0)
    }

    /// Waits for bytes, and swaps them for an empty buffer. The buffer stays empty at the end of the stream.
    fn swap(&self, buffer: &mut Vec<u8>) -> io::Result<()> {
        let is_empty = |waiting: &[Waiting; 2]| {
            let own = &waiting[self.index];
            own.buffers.is_empty() && own.end.is_none()
        };
        let mut waiting = self.queues.wait_while(is_empty);
        let own = &mut waiting[self.index];
        let Some(filled) = own.buffers.pop_front() else { return own.end.take().unwrap_or(Ok(())) };
        own.len -= filled.len();
        let empty = mem::replace(buffer, filled);
        if own.free.len() < MAX_FREE {
            own.free.push(empty);
        }
        drop(waiting);
        self.queues.moved.notify_all();
        Ok(())
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        self.queues.waiting()[self.index].is_dropped = true;
        self.queues.moved.notify_all();
    }
}

/// The receiving end of the thread.
struct Ahead {
    side: Side,
    /// The last buffer received, and the number of its bytes consumed.
    buffer: Vec<u8>,
    taken: usize,
}

impl Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.buffer.len() {
            self.buffer.clear();
            self.taken = 0;
            self.side.swap(&mut self.buffer)?;
        }
        let len = into.len().min(self.buffer.len() - self.taken);
        into[..len].copy_from_slice(&self.buffer[self.taken..][..len]);
        self.taken += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives `left` bytes in short reads, and then an error or the end.
    struct Slow {
        left: usize,
        at_a_time: usize,
        error: Option<io::ErrorKind>,
    }

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = into.len().min(self.at_a_time).min(self.left);
            into[..len].iter_mut().zip(0..).for_each(|(byte, at)| *byte = (self.left - at).to_le_bytes()[0]);
            self.left -= len;
            match self.error.take_if(|_| len == 0) {
                Some(kind) => Err(kind.into()),
                None => Ok(len),
            }
        }
    }

    fn all(mut stream: impl Read) -> (Vec<u8>, io::Result<usize>) {
        let mut bytes = Vec::new();
        let end = stream.read_to_end(&mut bytes);
        (bytes, end)
    }

    #[test]
    fn bytes_come_in_order_before_the_error() {
        for left in [0, 1, ALONE_LEN, ALONE_LEN + 1, 3_000_000] {
            for at_a_time in [1000, READ_LEN, usize::MAX] {
                for error in [None, Some(io::ErrorKind::BrokenPipe)] {
                    let slow = || Slow { left, at_a_time, error };
                    let (expected, _) = all(slow());
                    let (bytes, end) = all(ReadAhead::new(Box::new(slow())));
                    assert!(bytes == expected, "{left} bytes, {at_a_time} at a time");
                    assert_eq!(end.err().map(|error| error.kind()), error);
                }
            }
        }
    }

    /// Waits until `len` bytes wait to be taken. Returns the memory of the buffers.
    fn memory_with(stream: &ReadAhead, len: usize) -> usize {
        let State::Ahead(Ahead { side, .. }) = &stream.0 else { panic!("no thread") };
        let waiting = side.queues.wait_while(|waiting| waiting[side.index].len < len);
        waiting[side.index].buffers.iter().map(Vec::capacity).sum()
    }

    #[test]
    fn short_reads_wait_up_to_the_limit_of_bytes() {
        for at_a_time in [100, 3000, READ_LEN] {
            let mut ahead = ReadAhead::new(Box::new(Slow { left: 2 * AHEAD_LEN, at_a_time, error: None }));
            ahead.start();
            let memory = memory_with(&ahead, AHEAD_LEN);
            assert!(memory <= 2 * (AHEAD_LEN + READ_LEN), "{memory} bytes for reads of {at_a_time}");
            assert_eq!(all(ahead).0.len(), 2 * AHEAD_LEN);
        }
    }

    #[test]
    fn a_stream_is_read_far_ahead_if_the_other_is_empty() {
        for has_other in [true, false] {
            let streams = TwoStreams::default();
            let left = 2 * FAR_AHEAD_LEN;
            let mut ahead = ReadAhead::new(Box::new(Slow { left, at_a_time: READ_LEN, error: None }));
            ahead.start_with(streams.side(0));
            // A file is no stream, and has no reader here.
            let other = Some(streams.side(1)).filter(|_| has_other);
            let expected = if has_other { FAR_AHEAD_LEN } else { AHEAD_LEN };
            memory_with(&ahead, expected);
            // Time for a thread that does not wait.
            thread::sleep(std::time::Duration::from_millis(50));
            let memory = memory_with(&ahead, 0);
            assert!(memory <= expected + READ_LEN, "{memory} bytes, other stream: {has_other}");
            assert_eq!(all(ahead).0.len(), left);
            drop(other);
        }
    }

    #[test]
    fn an_interrupted_read_is_repeated() {
        struct Interrupted(Slow, usize);
        impl Read for Interrupted {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.1 += 1;
                if self.1.is_multiple_of(2) {
                    Err(io::ErrorKind::Interrupted.into())
                } else {
                    self.0.read(into)
                }
            }
        }
        let slow = || Slow { left: 3_000_000, at_a_time: 100_000, error: None };
        let (bytes, end) = all(ReadAhead::new(Box::new(Interrupted(slow(), 0))));
        assert!(end.is_ok() && bytes == all(slow()).0, "{end:?}");
    }

    #[test]
    fn a_stream_that_panics_ends_with_an_error() {
        struct Panics(usize);
        impl Read for Panics {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                assert!(self.0 < 2 * ALONE_LEN, "this is what the test is for");
                self.0 += into.len();
                Ok(into.len())
            }
        }
        let (bytes, end) = all(ReadAhead::new(Box::new(Panics(0))));
        assert!(bytes.len() >= 2 * ALONE_LEN && end.is_err());
    }
}
