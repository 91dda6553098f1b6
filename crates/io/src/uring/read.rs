//! State of one read.

use std::io;

use super::sys::{Buffer, Request};

/// A read in progress.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) purpose: Purpose,
    /// File offset of the first byte.
    pub(super) offset: u64,
    len: usize,
    /// Bytes read so far.
    filled: usize,
    by_worker: bool,
}

/// The receiver of the result.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// `complete_batch`, with the token of the read.
    Batch { token: u64 },
    /// The caller that has this number.
    Single { number: u64 },
}

impl Read {
    pub(super) fn new(purpose: Purpose, offset: u64, len: usize) -> Self {
        Self { purpose, offset, len, filled: 0, by_worker: false }
    }

    /// Returns whether the read belongs to the caller with this number.
    pub(super) fn belongs_to(&self, caller: u64) -> bool {
        matches!(self.purpose, Purpose::Single { number } if number == caller)
    }

    /// Returns the next request for the kernel.
    pub(super) fn request(&self, buffer: Buffer) -> Request {
        let offset = self.offset + self.filled as u64;
        Request { buffer, range: self.filled..self.len, offset, by_worker: self.by_worker }
    }

    /// Processes the result of a request. Returns the result of the read if it has ended.
    pub(super) fn end(&mut self, outcome: io::Result<usize>, is_stream: bool) -> Option<io::Result<usize>> {
        match outcome {
            Ok(0) => Some(Ok(self.filled)),
            Ok(bytes) => {
                self.filled += bytes.min(self.len - self.filled);
                // The next bytes of a stream may go to another read, so a second request could leave a gap.
                (self.filled == self.len || is_stream).then_some(Ok(self.filled))
            }
            Err(error) => self.fail(error, is_stream),
        }
    }

    fn fail(&mut self, error: io::Error, is_stream: bool) -> Option<io::Result<usize>> {
        // The kernel ends a read together with the thread that submitted it: a read that waits for readiness is
        // cancelled, and one that waits for the page cache fails with EFAULT although its memory is valid. Such a read
        // is submitted again.
        let may_be_thread_exit = error.raw_os_error() == Some(libc::EFAULT);
        match error.kind() {
            _ if error.raw_os_error() == Some(libc::ECANCELED) => None,
            io::ErrorKind::Interrupted => None,
            // A kernel worker does its own waiting, so its errors are final.
            _ if may_be_thread_exit && !self.by_worker => self.retry_by_worker(),
            io::ErrorKind::WouldBlock if !is_stream && !self.by_worker => self.retry_by_worker(),
            // The start was read from the same file into the same buffer. The rest can be refused only because it does
            // not start at a block, as `O_DIRECT` requires; and a direct read ends inside a block only at the end of
            // the file.
            io::ErrorKind::InvalidInput if self.filled > 0 => Some(Ok(self.filled)),
            _ => Some(Err(error)),
        }
    }

    fn retry_by_worker(&mut self) -> Option<io::Result<usize>> {
        self.by_worker = true;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alignment;

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
    fn the_rest_of_a_short_read_is_requested() {
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
    fn a_short_read_of_a_stream_is_complete() {
        for bytes in 0..=LEN {
            assert!(matches!(read().end(Ok(bytes), true), Some(Ok(found)) if found == bytes));
        }
    }

    #[test]
    fn an_interrupted_read_is_submitted_again() {
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
    fn efault_is_final_only_from_a_worker() {
        for is_stream in [false, true] {
            let mut read = read();
            assert!(read.end(system(libc::EFAULT), is_stream).is_none());
            assert!(read.request(Buffer::new(0, LEN, Alignment::BYTE).unwrap()).by_worker);
            assert_eq!(code(read.end(system(libc::EFAULT), is_stream)), Some(libc::EFAULT));
        }
    }

    #[test]
    fn eagain_goes_to_a_worker_except_for_a_stream() {
        let mut of_file = read();
        assert!(of_file.end(system(libc::EAGAIN), false).is_none());
        assert!(of_file.by_worker);
        assert_eq!(code(of_file.end(system(libc::EAGAIN), false)), Some(libc::EAGAIN));
        assert_eq!(code(read().end(system(libc::EAGAIN), true)), Some(libc::EAGAIN));
    }

    #[test]
    fn an_unaligned_rest_of_a_direct_read_is_the_end() {
        let mut read = read();
        assert_eq!(code(read.end(system(libc::EINVAL), false)), Some(libc::EINVAL));
        assert!(read.end(Ok(10), false).is_none());
        assert!(matches!(read.end(system(libc::EINVAL), false), Some(Ok(10))));
    }

    #[test]
    fn other_errors_are_final() {
        for code_of_system in [libc::EIO, libc::EISDIR, libc::EBADF] {
            let mut read = read();
            assert_eq!(code(read.end(system(code_of_system), false)), Some(code_of_system));
            assert!(read.end(Ok(10), false).is_none());
            assert_eq!(code(read.end(system(code_of_system), false)), Some(code_of_system));
        }
    }
}
