//! One read, and when it is over.

use std::io;

use super::sys::{Buffer, Request};

/// A read that was asked for.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) purpose: Purpose,
    /// Where in the file it begins.
    pub(super) offset: u64,
    len: usize,
    /// How many bytes are there already.
    filled: usize,
    by_worker: bool,
}

/// Whom a read is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// Whoever asks for what was completed, and knows the read by this token.
    Batch { token: u64 },
    /// The one who has this number.
    Single { number: u64 },
}

impl Read {
    pub(super) fn new(purpose: Purpose, offset: u64, len: usize) -> Self {
        Self { purpose, offset, len, filled: 0, by_worker: false }
    }

    /// Whether it is for the one who has this number.
    pub(super) fn is_of(&self, asked: u64) -> bool {
        matches!(self.purpose, Purpose::Single { number } if number == asked)
    }

    /// What the kernel is to do next for it.
    pub(super) fn request(&self, buffer: Buffer) -> Request {
        let offset = self.offset + self.filled as u64;
        Request { buffer, range: self.filled..self.len, offset, by_worker: self.by_worker }
    }

    /// Takes note of what became of a request. If the read is over with it: how many bytes were read, or the error.
    pub(super) fn end(&mut self, outcome: io::Result<usize>, is_stream: bool) -> Option<io::Result<usize>> {
        match outcome {
            Ok(0) => Some(Ok(self.filled)),
            Ok(bytes) => {
                self.filled += bytes.min(self.len - self.filled);
                // What a stream has not given yet may go to another read, so that these bytes would not be in a row.
                (self.filled == self.len || is_stream).then_some(Ok(self.filled))
            }
            Err(error) => self.fail(error, is_stream),
        }
    }

    fn fail(&mut self, error: io::Error, is_stream: bool) -> Option<io::Result<usize>> {
        // A read ends with the thread that asked for it: if it waits for the file to become ready it is cancelled, and if it waits
        // for the page cache, its memory is said to be gone. Which it is not, so whoever notices asks again.
        let by_end_of_thread = error.raw_os_error() == Some(libc::EFAULT);
        match error.kind() {
            _ if error.raw_os_error() == Some(libc::ECANCELED) => None,
            io::ErrorKind::Interrupted => None,
            // A worker waits itself. What it says of the memory or the file is so.
            _ if by_end_of_thread && !self.by_worker => self.again_by_worker(),
            io::ErrorKind::WouldBlock if !is_stream && !self.by_worker => self.again_by_worker(),
            // The start was read from the same file into the same buffer. The rest can be refused only because it does not begin
            // with a block, as `O_DIRECT` wants it; and a direct read stops within a block at the end of the file only.
            io::ErrorKind::InvalidInput if self.filled > 0 => Some(Ok(self.filled)),
            _ => Some(Err(error)),
        }
    }

    fn again_by_worker(&mut self) -> Option<io::Result<usize>> {
        self.by_worker = true;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Alignment;

    const LEN: usize = 100;

    fn read() -> Read {
        Read::new(Purpose::Batch { token: 0 }, 1000, LEN)
    }

    fn system(code: i32) -> io::Result<usize> {
        Err(io::Error::from_raw_os_error(code))
    }

    fn code(end: Option<io::Result<usize>>) -> Option<i32> {
        end.unwrap().unwrap_err().raw_os_error()
    }

    #[test]
    fn the_rest_of_a_short_read_is_asked_for_until_the_end() {
        for first in 1..LEN {
            let mut read = read();
            assert!(read.end(Ok(first), false).is_none());
            let request = read.request(Buffer::new(0, LEN, Alignment::BYTE).unwrap());
            assert_eq!((request.range.clone(), request.offset), (first..LEN, 1000 + first as u64));
            assert!(matches!(read.end(Ok(0), false), Some(Ok(bytes)) if bytes == first));
            assert!(matches!(read.end(Ok(LEN - first), false), Some(Ok(LEN))));
        }
    }

    #[test]
    fn what_a_stream_gives_is_not_put_together() {
        for bytes in 0..=LEN {
            assert!(matches!(read().end(Ok(bytes), true), Some(Ok(found)) if found == bytes));
        }
    }

    #[test]
    fn a_read_that_was_disturbed_is_made_again() {
        for is_stream in [false, true] {
            let mut read = read();
            for _ in 0..3 {
                assert!(read.end(system(libc::EINTR), is_stream).is_none());
                assert!(read.end(system(libc::ECANCELED), is_stream).is_none());
                assert!(!read.by_worker);
            }
        }
    }

    #[test]
    fn what_may_come_of_the_end_of_a_thread_is_believed_of_a_worker_only() {
        for is_stream in [false, true] {
            let mut read = read();
            assert!(read.end(system(libc::EFAULT), is_stream).is_none());
            assert!(read.request(Buffer::new(0, LEN, Alignment::BYTE).unwrap()).by_worker);
            assert_eq!(code(read.end(system(libc::EFAULT), is_stream)), Some(libc::EFAULT));
        }
    }

    #[test]
    fn a_file_that_is_busy_is_left_to_a_worker_and_a_stream_that_has_nothing_says_so() {
        let mut of_file = read();
        assert!(of_file.end(system(libc::EAGAIN), false).is_none());
        assert!(of_file.by_worker);
        assert_eq!(code(of_file.end(system(libc::EAGAIN), false)), Some(libc::EAGAIN));
        assert_eq!(code(read().end(system(libc::EAGAIN), true)), Some(libc::EAGAIN));
    }

    #[test]
    fn the_rest_of_a_direct_read_that_is_off_its_blocks_is_the_end() {
        let mut read = read();
        assert_eq!(code(read.end(system(libc::EINVAL), false)), Some(libc::EINVAL));
        assert!(read.end(Ok(10), false).is_none());
        assert!(matches!(read.end(system(libc::EINVAL), false), Some(Ok(10))));
    }

    #[test]
    fn any_other_error_is_that_of_the_read_also_after_its_start() {
        for code_of_system in [libc::EIO, libc::EISDIR, libc::EBADF] {
            let mut read = read();
            assert_eq!(code(read.end(system(code_of_system), false)), Some(code_of_system));
            assert!(read.end(Ok(10), false).is_none());
            assert_eq!(code(read.end(system(code_of_system), false)), Some(code_of_system));
        }
    }
}
