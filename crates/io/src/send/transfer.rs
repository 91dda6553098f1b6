//! Transfer of a range of a file.

use std::fs::{File, Metadata};
use std::io::{self, Seek};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::Duration;

use pagecut_core::error::{ErrorKind, Result};

use super::copy_buffer::CopyBuffer;
use crate::sys;

/// The method by which bytes move from a file to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SendMethod {
    /// From file to file with `copy_file_range(2)`, without a copy if the file system can share blocks.
    CopyFileRange,
    /// From a file to a socket, a pipe, or a file of another file system with `sendfile(2)`.
    Sendfile,
    /// From or to a pipe with `splice(2)`.
    Splice,
    /// Through a 256 KiB buffer in user space, with `pread(2)` and `write(2)`.
    Copied,
}

impl SendMethod {
    /// Returns the method to try next if this one is not supported.
    fn next(self) -> Option<Self> {
        match self {
            Self::CopyFileRange => Some(Self::Sendfile),
            Self::Sendfile => Some(Self::Splice),
            Self::Splice => Some(Self::Copied),
            Self::Copied => None,
        }
    }
}

/// The result of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// Bytes accepted by the target.
    pub bytes: u64,
    /// The method of the last of them; `None` if there were none.
    pub method: Option<SendMethod>,
}

/// The result of a [step](Transfer::step).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This number of bytes was accepted, at least one.
    Moved(u64),
    /// The target or source would block.
    Blocked,
    /// All bytes have been sent.
    Done,
}

/// A transfer of a range of a file to a socket, a pipe or another file.
///
/// The kernel moves the bytes without a copy to user space where it can: see [`SendMethod`]. The transfer tries the
/// methods in order and does not repeat a refused one; the last one works for every readable source and writable
/// target. [`method`](Transfer::method) returns the method that was used.
///
/// A regular file or a block device is read at offsets; its file position does not move. Every other source is read
/// from its current position. The target is written to as by `write(2)`: a file at its position, or at its end in
/// append mode. The transfer owns duplicates of both descriptors (`dup(2)`): a socket or pipe stays open until the
/// transfer is dropped.
///
/// # A non-blocking socket
///
/// ```
/// use std::fs::File;
/// use std::io::Read;
/// use std::os::unix::net::UnixStream;
/// use pagecut::io::{Step, Transfer};
///
/// let (server, mut client) = UnixStream::pair()?;
/// server.set_nonblocking(true)?;
/// let file = File::open("testdata/illumina.fastq")?;
/// let mut transfer = Transfer::to_end(&file, 0, &server)?;
/// let (mut received, mut piece) = (Vec::new(), [0; 4096]);
/// loop {
///     match transfer.step()? {
///         Step::Moved(_) => {}
///         // A server would do other work here until the socket is writable.
///         Step::Blocked => {
///             let len = client.read(&mut piece)?;
///             received.extend_from_slice(&piece[..len]);
///         }
///         Step::Done => break,
///     }
/// }
/// drop((transfer, server));
/// client.read_to_end(&mut received)?;
/// assert_eq!(received, std::fs::read("testdata/illumina.fastq")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Notes
///
/// * A socket or pipe may reference pages of the file instead of copies: changing the file right after sending may
///   change the received bytes.
/// * Sending to a socket or pipe whose other end is closed raises `SIGPIPE`. Rust programs ignore that signal by
///   default, and the error is [`BrokenPipe`](io::ErrorKind::BrokenPipe) or
///   [`ConnectionReset`](io::ErrorKind::ConnectionReset). In a program of another language, `main` has to ignore the
///   signal, or it kills the process.
/// * Systems other than Linux support [`SendMethod::Copied`] only.
#[derive(Debug)]
pub struct Transfer {
    from: File,
    /// Whether the source is read at offsets.
    seekable: bool,
    to: File,
    start: u64,
    position: u64,
    /// `None` until the end of the source is known.
    end: Option<u64>,
    /// The method to try next.
    trying: SendMethod,
    /// The last method that worked.
    method: Option<SendMethod>,
    copy_buffer: CopyBuffer,
    timeout: Option<Duration>,
}

/// The maximum length of one system call: the kernel moves at most this many bytes, whole pages below 2 GiB.
const MAX_CALL_LEN: u64 = 0x7fff_f000;

impl Transfer {
    /// Creates a transfer of a range of a file, in bytes from its start. For a pipe or another source without offsets,
    /// the range starts at 0 and covers the next bytes.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::OutOfRange`] if the range exceeds the file. A source without a known length (a device, a file in
    ///   `/proc`) returns an error during the transfer if it is shorter.
    /// * [`ErrorKind::Io`] of kind [`NotSeekable`](io::ErrorKind::NotSeekable) if the range does not start at 0 and the
    ///   source has no offsets; of kind [`InvalidInput`](io::ErrorKind::InvalidInput) if the transfer would overwrite
    ///   bytes of the range itself; with the system's reason if no more descriptors can be opened.
    pub fn new(from: impl AsFd, range: Range<u64>, to: impl AsFd) -> Result<Self> {
        Self::between(from.as_fd(), range.start, Some(range.end), to.as_fd())
    }

    /// Creates a transfer from an offset of a file to its end: its current end or, for a source without a known length,
    /// the end that the transfer reaches.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Transfer::new).
    pub fn to_end(from: impl AsFd, start: u64, to: impl AsFd) -> Result<Self> {
        Self::between(from.as_fd(), start, None, to.as_fd())
    }

    fn between(from: BorrowedFd<'_>, start: u64, end: Option<u64>, to: BorrowedFd<'_>) -> Result<Self> {
        let from = File::from(from.try_clone_to_owned()?);
        let to = File::from(to.try_clone_to_owned()?);
        let (source, target) = (from.metadata()?, to.metadata()?);
        // A file of length 0 may have content, as files of `/proc` have.
        let len = (source.is_file() && source.len() > 0).then_some(source.len());
        let end = end.or(len);
        let range = start..end.unwrap_or(u64::MAX);
        if range.start > range.end || len.is_some_and(|len| range.end > len) {
            return Err(ErrorKind::OutOfRange { start, end: range.end, len: source.len() }.into());
        }
        let seekable = source.is_file() || source.file_type().is_block_device();
        if !seekable && start > 0 {
            return Err(io::Error::from(io::ErrorKind::NotSeekable).into());
        }
        if seekable && is_same(&source, &target) {
            refuse_overlap(&range, &to, target.len())?;
        }
        let trying = match (seekable, target.is_file()) {
            (true, true) => SendMethod::CopyFileRange,
            (true, false) => SendMethod::Sendfile,
            (false, _) => SendMethod::Splice,
        };
        let copy_buffer = CopyBuffer::new()?;
        Ok(Self {
            from,
            seekable,
            to,
            start,
            position: start,
            end,
            trying,
            method: None,
            copy_buffer,
            timeout: None,
        })
    }

    /// Sets the maximum time that [`run`](Transfer::run) waits for a non-blocking source or target. Default: no limit.
    /// (A blocking socket has its own, [`set_write_timeout`].)
    ///
    /// [`set_write_timeout`]: std::net::TcpStream::set_write_timeout
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sends the remaining bytes and waits until all are accepted, even if the target is non-blocking (`poll(2)`).
    ///
    /// # Errors
    ///
    /// Those of [`step`](Transfer::step); [`TimedOut`](io::ErrorKind::TimedOut) after the
    /// [`timeout`](Transfer::timeout), and [`WouldBlock`](io::ErrorKind::WouldBlock) after that of a blocking socket.
    /// After any error, another `run` continues after the last accepted byte.
    pub fn run(&mut self) -> Result<Sent> {
        loop {
            match self.step()? {
                Step::Moved(_) => {}
                Step::Blocked => self.wait()?,
                Step::Done => return Ok(Sent { bytes: self.sent(), method: self.method }),
            }
        }
    }

    /// Sends as many of the remaining bytes as one call accepts. It blocks only where `write(2)` to the target or
    /// `read(2)` from the source would.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the end of the source if it comes before the end of the range; [`ErrorKind::Io`]
    /// with the system's reason. Bytes sent before are counted.
    pub fn step(&mut self) -> Result<Step> {
        while self.end != Some(self.position) {
            match (self.move_bytes(), self.trying.next()) {
                // Some files appear empty to every call except `read`, so it is tried before the end is accepted.
                (Ok(0), Some(next)) => self.trying = next,
                (Ok(0), None) => self.reach_end()?,
                (Ok(moved), _) => {
                    let moved = moved as u64;
                    self.position += moved;
                    self.method = Some(self.trying);
                    return Ok(Step::Moved(moved));
                }
                (Err(error), _) if error.kind() == io::ErrorKind::Interrupted => {}
                (Err(error), _) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Step::Blocked),
                (Err(error), Some(next)) if sys::is_refusal(&error) => self.trying = next,
                (Err(error), _) => return Err(error.into()),
            }
        }
        Ok(Step::Done)
    }

    /// Returns the number of bytes sent so far: accepted by the system for the target, which does not imply that they
    /// have arrived.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.position - self.start
    }

    /// Returns the number of remaining bytes; `None` until the end of the source is known.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.end.map(|end| end - self.position)
    }

    /// Returns the last method that moved bytes; `None` if none were sent yet.
    #[must_use]
    pub fn method(&self) -> Option<SendMethod> {
        self.method
    }

    /// Returns the bytes that were read from the source and not yet accepted, the first of the remaining ones. They
    /// exist only with [`SendMethod::Copied`]. The bytes of a pipe cannot be read again elsewhere.
    #[must_use]
    pub fn unsent(&self) -> &[u8] {
        self.copy_buffer.unsent()
    }

    /// Moves some of the remaining bytes with the current method.
    fn move_bytes(&mut self) -> io::Result<usize> {
        let remaining = self.remaining().unwrap_or(MAX_CALL_LEN).min(MAX_CALL_LEN);
        let len = usize::try_from(remaining).unwrap_or(usize::MAX);
        let offset = self.seekable.then_some(self.position);
        let (from, to) = (self.from.as_fd(), self.to.as_fd());
        match self.trying {
            SendMethod::CopyFileRange => sys::copy_file_range(from, offset, to, len),
            SendMethod::Sendfile => sys::sendfile(from, offset, to, len),
            SendMethod::Splice => sys::splice(from, offset, to, len),
            SendMethod::Copied => self.copy_buffer.copy(&self.from, offset, &self.to, len),
        }
    }

    /// Handles the end of the source.
    fn reach_end(&mut self) -> Result<()> {
        let len = *self.end.get_or_insert(self.position);
        if self.position < len {
            return Err(ErrorKind::Truncated { offset: self.position, len }.into());
        }
        Ok(())
    }

    /// Waits until the source is readable and the target is writable.
    fn wait(&self) -> io::Result<()> {
        let (from, to) = (self.from.as_fd(), self.to.as_fd());
        if !sys::is_nonblocking(from)? && !sys::is_nonblocking(to)? {
            // The timeout of a blocking socket has expired.
            return Err(io::ErrorKind::WouldBlock.into());
        }
        // With two pipes, the call may wait for either, even if only the other one is non-blocking.
        if !self.seekable && self.unsent().is_empty() {
            sys::wait_readable(from, self.timeout)?;
        }
        sys::wait_writable(to, self.timeout)
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Refuses to overwrite bytes of the range: the target would receive changed bytes.
fn refuse_overlap(range: &Range<u64>, mut file: &File, len: u64) -> Result<()> {
    let start = if sys::appends(file.as_fd())? { len } else { file.stream_position()? };
    let end = start.saturating_add(range.end - range.start);
    if start < range.end && range.start < end {
        let message = format!(
            "the target range {start}..{end} overlaps the source range {}..{}",
            range.start, range.end
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
    }
    Ok(())
}
