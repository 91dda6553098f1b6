//! An input with lookahead.

use std::io::{self, Read};

use crate::allocation;

/// Initial buffer length: more than a decoder's lookahead, so that few bytes have to be moved to the front.
const BUFFER_LEN: usize = 256 << 10;

/// Minimum free space for a read.
const READ_LEN: usize = 64 << 10;

/// An input with lookahead and a position.
pub(crate) struct Peek<R> {
    input: R,
    buffer: Vec<u8>,
    /// Range of the bytes in `buffer` that were read and not consumed.
    start: usize,
    end: usize,
    /// Offset of the byte at `start`.
    offset: u64,
    /// Whether `buffer` keeps consumed bytes.
    keeps: bool,
    /// Whether a read has failed; the error is not repeated.
    broken: bool,
    /// Whether the input has ended after the bytes in `buffer`.
    ended: bool,
    /// The error to return after the buffered bytes were consumed.
    failed: Option<io::Error>,
}

impl<R: Read> Peek<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            keeps: false,
            broken: false,
            ended: false,
            failed: None,
        }
    }

    /// Returns the input after the bytes in the buffer.
    pub(crate) fn get_mut(&mut self) -> &mut R {
        &mut self.input
    }

    /// Starts or stops keeping consumed bytes for [`restart`](Peek::restart). Called before any byte is consumed.
    pub(crate) fn keep(&mut self, keeps: bool) {
        self.keeps = keeps;
    }

    /// Goes back to the start if all bytes consumed through [`peek`](Peek::peek) were kept and no read has failed.
    /// Returns whether it did.
    pub(crate) fn restart(&mut self) -> bool {
        let kept = self.keeps && !self.broken && self.offset == self.start as u64;
        if kept {
            (self.start, self.offset) = (0, 0);
        }
        kept
    }

    /// Returns the number of consumed bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the next `len` bytes or more; fewer only at the end of the input.
    pub(crate) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        while self.end - self.start < len && !self.ended {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.buffer.len() < (self.start + len).max(self.end + READ_LEN) {
                if !self.keeps {
                    self.buffer.copy_within(self.start..self.end, 0);
                    (self.start, self.end) = (0, self.end - self.start);
                }
                let room = (self.start + len).max(self.end + READ_LEN).max(BUFFER_LEN);
                let more = room.saturating_sub(self.buffer.len());
                allocation::reserve(&mut self.buffer, more)?;
                self.buffer.resize(self.buffer.len() + more, 0);
            }
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = true;
                    return Err(error);
                }
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Returns up to `len` of the next bytes. Available bytes are returned before an error.
    pub(crate) fn peek_some(&mut self, len: usize) -> io::Result<&[u8]> {
        if let Err(error) = self.peek(len) {
            if self.start == self.end {
                return Err(error);
            }
            self.failed = Some(error);
        }
        let seen = &self.buffer[self.start..self.end];
        Ok(&seen[..seen.len().min(len)])
    }

    /// Consumes bytes that were peeked.
    #[cfg_attr(not(any(feature = "_compressed", test)), expect(dead_code, reason = "only codecs use it"))]
    pub(crate) fn skip(&mut self, len: usize) {
        debug_assert!(len <= self.end - self.start);
        self.start += len;
        self.offset += len as u64;
    }

    /// Goes back to the start of a seekable input.
    pub(crate) fn rewind(&mut self, rewind: impl FnOnce(&mut R) -> io::Result<()>) -> io::Result<()> {
        rewind(&mut self.input)?;
        (self.start, self.end, self.offset, self.ended, self.failed) = (0, 0, 0, false, None);
        Ok(())
    }
}

/// Consumes bytes: first the buffered ones, then directly from the input.
impl<R: Read> Read for Peek<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = if self.start < self.end {
            let read = into.len().min(self.end - self.start);
            into[..read].copy_from_slice(&self.buffer[self.start..][..read]);
            self.start += read;
            read
        } else if let Some(error) = self.failed.take() {
            return Err(error);
        } else if self.ended {
            0
        } else {
            self.input.read(into)?
        };
        self.offset += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_bytes_are_read_again() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
        let mut input = Peek::new(&bytes[..]);
        input.keep(true);
        for look in [5, 100_000, 300_000] {
            while input.offset() < 700_000 {
                let seen = input.peek(look).unwrap().len();
                input.skip(seen.min(look));
            }
            assert!(input.restart());
        }
        input.keep(false);
        assert!(!input.restart());
        let mut taken = Vec::new();
        while let seen @ [_, ..] = input.peek(1).unwrap() {
            taken.extend_from_slice(seen);
            let len = seen.len();
            input.skip(len);
        }
        assert!(taken == bytes);
        assert!(input.buffer.len() < 2 * bytes.len(), "nothing is kept any more");
    }

    #[test]
    fn a_failed_read_prevents_a_restart() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("it cannot be read"))
            }
        }
        let bytes = [7; 1000];
        let mut input = Peek::new(bytes.as_slice().chain(Broken));
        input.keep(true);
        assert!(input.peek(1000).is_ok() && input.restart());
        assert!(input.peek(1001).is_err() && !input.restart(), "the error would be lost");
    }

    #[test]
    fn peeked_bytes_are_consumed_bytes() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        for look in [1, 7, 1000, 200_000] {
            let mut input = Peek::new(&bytes[..]);
            let mut taken = Vec::new();
            while taken.len() < bytes.len() {
                let seen = input.peek(look).unwrap();
                assert!(seen.len() >= look.min(bytes.len() - taken.len()));
                assert_eq!(seen, &bytes[taken.len()..][..seen.len()]);
                let take = seen.len().min(3 * look);
                taken.extend_from_slice(&seen[..take]);
                input.skip(take);
                let mut some = [0; 5];
                let read = input.read(&mut some).unwrap();
                taken.extend_from_slice(&some[..read]);
                assert_eq!(input.offset(), taken.len() as u64);
            }
            assert_eq!(taken, bytes);
            assert!(input.peek(1).unwrap().is_empty());
            assert_eq!(input.read(&mut [0]).unwrap(), 0);
        }
    }
}
