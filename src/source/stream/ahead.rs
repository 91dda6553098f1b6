//! Read-ahead of a stream by a separate thread.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

type Stream = Box<dyn Read + Send>;

/// Number of bytes read before the thread is started, unless it is [requested](ReadAhead::start) earlier. Starting it takes longer than
/// reading a few bytes.
const ALONE_LEN: usize = 256 << 10;

/// Maximum number of bytes per read.
const READ_LEN: usize = 256 << 10;

/// The thread reads on while fewer bytes than this wait.
const AHEAD_LEN: usize = 2 << 20;

/// A stream that a separate thread reads, so that the writer of a pipe does not wait while the bytes are processed.
pub(in crate::source) struct ReadAhead(State);

enum State {
    /// The stream without a thread so far, and the number of bytes read.
    Alone(Stream, usize),
    Ahead(Ahead),
    /// The thread could not be started.
    Never(Stream),
    Ended,
}

impl ReadAhead {
    pub(super) fn new(stream: Stream) -> Self {
        Self(State::Alone(stream, 0))
    }

    /// Starts the thread, if there is none yet.
    pub(super) fn start(&mut self) {
        self.0 = match mem::replace(&mut self.0, State::Ended) {
            State::Alone(stream, _) => start(stream),
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
            State::Ended => Ok(0),
        }
    }
}

/// Starts the thread. It ends with the stream, or when the [`Ahead`] is dropped.
fn start(stream: Stream) -> State {
    let queue = Arc::new(Queue::default());
    let filled = Arc::clone(&queue);
    // The stream is sent once the thread exists, so that it is not lost if there is none.
    let (give, take) = sync_channel::<Stream>(1);
    let fill = move || {
        if let Ok(stream) = take.recv() {
            filled.fill(stream);
        }
    };
    match thread::Builder::new().name("pagecut read-ahead".into()).spawn(fill) {
        Ok(_) => match give.send(stream) {
            Ok(()) => State::Ahead(Ahead { queue, buffer: Vec::new(), taken: 0 }),
            Err(stream) => State::Never(stream.0),
        },
        Err(_) => State::Never(stream),
    }
}

/// The bytes that the thread has read, up to [`AHEAD_LEN`].
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
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

impl Queue {
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
        let is_full = |waiting: &mut Waiting| waiting.len >= AHEAD_LEN && !waiting.is_dropped;
        let waiting = self.moved.wait_while(self.waiting(), is_full).unwrap_or_else(PoisonError::into_inner);
        !waiting.is_dropped
    }

    /// Adds the first `len` bytes of a buffer. The bytes of short reads share one, so that the limit of bytes bounds the memory.
    fn push(&self, buffer: &mut Vec<u8>, len: usize) {
        let mut waiting = self.waiting();
        waiting.len += len;
        match waiting.buffers.back_mut() {
            Some(last) if last.len() + len <= READ_LEN => last.extend_from_slice(&buffer[..len]),
            _ => {
                let free = waiting.free.pop().unwrap_or_default();
                let mut filled = mem::replace(buffer, free);
                filled.truncate(len);
                waiting.buffers.push_back(filled);
            }
        }
        drop(waiting);
        self.moved.notify_one();
    }

    fn end(&self, end: io::Result<()>) {
        self.waiting().end = Some(end);
        self.moved.notify_one();
    }

    /// Waits for bytes, and swaps them for an empty buffer. The buffer stays empty at the end of the stream.
    fn swap(&self, buffer: &mut Vec<u8>) -> io::Result<()> {
        let is_empty = |waiting: &mut Waiting| waiting.buffers.is_empty() && waiting.end.is_none();
        let mut waiting =
            self.moved.wait_while(self.waiting(), is_empty).unwrap_or_else(PoisonError::into_inner);
        let Some(filled) = waiting.buffers.pop_front() else { return waiting.end.take().unwrap_or(Ok(())) };
        waiting.len -= filled.len();
        waiting.free.push(mem::replace(buffer, filled));
        drop(waiting);
        self.moved.notify_one();
        Ok(())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the stream with an error if reading it panics.
struct EndOnPanic<'queue>(&'queue Queue);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end(Err(io::Error::other("the thread that reads the stream has panicked")));
        }
    }
}

/// The receiving end of the thread.
struct Ahead {
    queue: Arc<Queue>,
    /// The last buffer received, and the number of its bytes consumed.
    buffer: Vec<u8>,
    taken: usize,
}

impl Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.buffer.len() {
            self.buffer.clear();
            self.taken = 0;
            self.queue.swap(&mut self.buffer)?;
        }
        let len = into.len().min(self.buffer.len() - self.taken);
        into[..len].copy_from_slice(&self.buffer[self.taken..][..len]);
        self.taken += len;
        Ok(len)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.queue.waiting().is_dropped = true;
        self.queue.moved.notify_one();
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

    #[test]
    fn short_reads_wait_up_to_the_limit_of_bytes() {
        for at_a_time in [100, 3000, READ_LEN] {
            let mut ahead = ReadAhead::new(Box::new(Slow { left: 2 * AHEAD_LEN, at_a_time, error: None }));
            ahead.start();
            let State::Ahead(Ahead { queue, .. }) = &ahead.0 else { panic!("no thread") };
            let is_filling = |waiting: &mut Waiting| waiting.len < AHEAD_LEN;
            let waiting = queue.moved.wait_while(queue.waiting(), is_filling).unwrap();
            let memory: usize = waiting.buffers.iter().map(Vec::capacity).sum();
            assert!(memory <= 2 * (AHEAD_LEN + READ_LEN), "{memory} bytes for reads of {at_a_time}");
            drop(waiting);
            assert_eq!(all(ahead).0.len(), 2 * AHEAD_LEN);
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
