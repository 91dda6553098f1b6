//! Read-ahead of a stream by a separate thread.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

type Stream = Box<dyn Read + Send>;

/// Number of bytes read before the thread is started. Starting it takes longer than reading a few bytes.
const ALONE_LEN: usize = 256 << 10;

/// Number of bytes per read.
const READ_LEN: usize = 256 << 10;

/// Maximum number of reads that the thread is ahead.
const READS: usize = 8;

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

/// The receiving end of the thread.
struct Ahead {
    read: Receiver<io::Result<Vec<u8>>>,
    /// Returns buffers to the thread.
    free: SyncSender<Vec<u8>>,
    /// The last buffer received, and the number of its bytes consumed.
    buffer: Vec<u8>,
    taken: usize,
}

impl ReadAhead {
    pub(super) fn new(stream: Stream) -> Self {
        Self(State::Alone(stream, 0))
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
                if let State::Alone(stream, _) = std::mem::replace(&mut self.0, State::Ended) {
                    self.0 = start(stream);
                }
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

/// Starts the thread. It ends with the stream, or when the receiver is dropped.
fn start(stream: Stream) -> State {
    let (sender, read) = sync_channel(READS);
    let (free, buffers) = sync_channel(READS + 2);
    // The stream is sent once the thread exists, so that it is not lost if there is none.
    let (give, take) = sync_channel::<Stream>(1);
    let reader = move || {
        let Ok(mut stream) = take.recv() else { return };
        loop {
            let mut buffer: Vec<u8> = buffers.try_recv().unwrap_or_default();
            buffer.resize(READ_LEN, 0);
            let len = match stream.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                len => len,
            };
            let ended = !matches!(len, Ok(1..));
            let sent = sender.send(len.map(|len| {
                buffer.truncate(len);
                buffer
            }));
            if ended || sent.is_err() {
                return;
            }
        }
    };
    match thread::Builder::new().name("pagecut read-ahead".into()).spawn(reader) {
        Ok(_) => match give.send(stream) {
            Ok(()) => State::Ahead(Ahead { read, free, buffer: Vec::new(), taken: 0 }),
            Err(stream) => State::Never(stream.0),
        },
        Err(_) => State::Never(stream),
    }
}

impl Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.buffer.len() {
            // The channel has room for all buffers, so the result does not matter.
            let _ = self.free.try_send(std::mem::take(&mut self.buffer));
            self.taken = 0;
            let ended_early = |_| io::Error::other("the thread that reads the stream has panicked");
            self.buffer = self.read.recv().map_err(ended_early)??;
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
