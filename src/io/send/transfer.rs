//! A range of a file on its way.

use std::fs::{File, Metadata};
use std::io::{self, Seek};
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::Duration;

use super::lot::Lot;
use crate::error::{ErrorKind, Result};
use crate::io::sys;

/// How bytes get from a file to where they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SendMethod {
    /// From file to file by `copy_file_range(2)`, which copies nothing where file systems can share blocks.
    CopyFileRange,
    /// From a file to a socket, a pipe, or a file of another file system by `sendfile(2)`.
    Sendfile,
    /// From a pipe, or to one, by `splice(2)`.
    Splice,
    /// Through a buffer of 256 KiB of this program, by `pread(2)` and `write(2)`.
    Copied,
}

impl SendMethod {
    /// What may work where this does not.
    fn next(self) -> Option<Self> {
        match self {
            Self::CopyFileRange => Some(Self::Sendfile),
            Self::Sendfile => Some(Self::Splice),
            Self::Splice => Some(Self::Copied),
            Self::Copied => None,
        }
    }
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// Bytes that were taken.
    pub bytes: u64,
    /// The way that the last of them took; `None` if there were none.
    pub method: Option<SendMethod>,
}

/// What a [step](Transfer::step) came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many bytes were taken, at least one.
    Moved(u64),
    /// None could be taken now.
    Blocked,
    /// All were taken before.
    Done,
}

/// A range of a file on its way to a socket, a pipe or another file.
///
/// The bytes do not pass through this program where the system can do without: see [`SendMethod`]. Which way works is found by
/// trying; one that is refused is not tried again, and the last one works for whatever can be read and written.
/// [`way`](Transfer::way) tells which one it was.
///
/// A regular file or a block device is read at offsets, and its position stays where it is. Everything else is read from where
/// it stands. What it is sent to is written to as `write(2)` does: a file at its position, or at its end if it was opened to
/// append. The transfer has duplicates of both descriptors (`dup(2)`); a socket or pipe is not closed before it is dropped.
///
/// # A socket that takes what it can
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
///         // Here a server would do something else until the socket can be written to.
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
/// # What to know
///
/// * A socket or pipe may hold pages of the file itself, not copies: who changes the file right after it was sent may change
///   what arrives.
/// * Who sends to a socket or pipe whose other end is gone gets `SIGPIPE`. Programs of Rust ignore that signal from the start, and
///   the error is [`BrokenPipe`](io::ErrorKind::BrokenPipe) or [`ConnectionReset`](io::ErrorKind::ConnectionReset). In a program of
///   another language, its `main` has to ignore the signal, else it ends the process.
/// * Systems other than Linux know [`SendMethod::Copied`] only.
#[derive(Debug)]
pub struct Transfer {
    from: File,
    /// Whether the source is read at offsets.
    seekable: bool,
    to: File,
    start: u64,
    position: u64,
    /// `None` while it is not known where the source ends.
    end: Option<u64>,
    /// The way to try.
    trying: SendMethod,
    /// The way that worked last.
    method: Option<SendMethod>,
    lot: Lot,
    timeout: Option<Duration>,
}

/// The most that is asked for at once: what the kernel moves at most by one call, whole pages of less than 2 GiB.
const LONGEST: u64 = 0x7fff_f000;

impl Transfer {
    /// A range of a file, in bytes from its start. Of a pipe, or of anything else that has no offsets, the range begins at 0 and
    /// is what comes next.
    ///
    /// # Errors
    ///
    /// * [`ErrorKind::OutOfRange`] if the file does not have these bytes. What tells no length (a device, a file in `/proc`) is
    ///   found to be shorter when it is sent.
    /// * [`ErrorKind::Io`] of kind [`NotSeekable`](io::ErrorKind::NotSeekable) if the range does not begin at 0 and the source has
    ///   no offsets; of kind [`InvalidInput`](io::ErrorKind::InvalidInput) if the bytes would be written over bytes of the range
    ///   itself; or with the reason of the system if it has no descriptors left.
    pub fn new(from: impl AsFd, range: Range<u64>, to: impl AsFd) -> Result<Self> {
        Self::between(from.as_fd(), range.start, Some(range.end), to.as_fd())
    }

    /// What there is from a byte of a file to its end: the end that it has now or, if the source tells no length, the one that
    /// is met.
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
        // What is said to be empty may have content all the same, as files of `/proc` do.
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
        let lot = Lot::new()?;
        Ok(Self { from, seekable, to, start, position: start, end, trying, method: None, lot, timeout: None })
    }

    /// The longest that [`run`](Transfer::run) waits for a source or target, where one of them is non-blocking. Without it, it
    /// waits for as long as it takes. (A socket that blocks has its own, [`set_write_timeout`].)
    ///
    /// [`set_write_timeout`]: std::net::TcpStream::set_write_timeout
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sends what was not sent yet and waits until all of it is taken, also by a target that is non-blocking (`poll(2)`).
    ///
    /// # Errors
    ///
    /// Those of [`step`](Transfer::step); [`TimedOut`](io::ErrorKind::TimedOut) after the [`timeout`](Transfer::timeout), and
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) after that of a blocking socket. After any of them, `run` goes on behind the last
    /// byte that was taken.
    pub fn run(&mut self) -> Result<Sent> {
        loop {
            match self.step()? {
                Step::Moved(_) => {}
                Step::Blocked => self.wait()?,
                Step::Done => return Ok(Sent { bytes: self.sent(), method: self.method }),
            }
        }
    }

    /// Sends as much of the rest as is taken at once. It waits only where `write(2)` to the target would, or `read(2)` from the
    /// source: where they are not non-blocking.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the end of the source if that is met before the end of the range; [`ErrorKind::Io`] with the
    /// reason of the system. What was sent before is counted.
    pub fn step(&mut self) -> Result<Step> {
        while self.end != Some(self.position) {
            match (self.move_bytes(), self.trying.next()) {
                // Some files seem to be empty to all calls but `read`, so that it is asked before the end is believed.
                (Ok(0), Some(next)) => self.trying = next,
                (Ok(0), None) => self.meet_end()?,
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

    /// Bytes that were sent so far: taken by the system for what they were sent to, which need not say that they have arrived.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.position - self.start
    }

    /// Bytes that are left to be sent; `None` while it is not known where the source ends.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.end.map(|end| end - self.position)
    }

    /// The way that bytes took last; `None` if none were sent yet.
    #[must_use]
    pub fn method(&self) -> Option<SendMethod> {
        self.method
    }

    /// Bytes that were read from the source and not taken yet, the first ones of those that remain. There are some only where
    /// the way is [`SendMethod::Copied`]. Of a pipe, they can be had nowhere else.
    #[must_use]
    pub fn unsent(&self) -> &[u8] {
        self.lot.unsent()
    }

    /// Moves some of the bytes that remain, in the way that is to be tried.
    fn move_bytes(&mut self) -> io::Result<usize> {
        let remaining = self.remaining().unwrap_or(LONGEST).min(LONGEST);
        let len = usize::try_from(remaining).unwrap_or(usize::MAX);
        let offset = self.seekable.then_some(self.position);
        let (from, to) = (self.from.as_fd(), self.to.as_fd());
        match self.trying {
            SendMethod::CopyFileRange => sys::copy_file_range(from, offset, to, len),
            SendMethod::Sendfile => sys::sendfile(from, offset, to, len),
            SendMethod::Splice => sys::splice(from, offset, to, len),
            SendMethod::Copied => self.lot.copy(&self.from, offset, &self.to, len),
        }
    }

    /// The source ends here.
    fn meet_end(&mut self) -> Result<()> {
        let len = *self.end.get_or_insert(self.position);
        if self.position < len {
            return Err(ErrorKind::Truncated { offset: self.position, len }.into());
        }
        Ok(())
    }

    /// Waits until there is something to read and room to write.
    fn wait(&self) -> io::Result<()> {
        let (from, to) = (self.from.as_fd(), self.to.as_fd());
        if !sys::is_nonblocking(from)? && !sys::is_nonblocking(to)? {
            // A blocking socket says so when its own time is up.
            return Err(io::ErrorKind::WouldBlock.into());
        }
        // Of two pipes, either may be the one to wait for, though only the other one is non-blocking.
        if !self.seekable && self.unsent().is_empty() {
            sys::wait_readable(from, self.timeout)?;
        }
        sys::wait_writable(to, self.timeout)
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Refuses to write bytes of a file over others of them: what is sent would not be what was there.
fn refuse_overlap(range: &Range<u64>, mut file: &File, len: u64) -> Result<()> {
    let start = if sys::appends(file.as_fd())? { len } else { file.stream_position()? };
    let end = start.saturating_add(range.end - range.start);
    if start < range.end && range.start < end {
        let message = format!(
            "bytes {}..{} would be written over themselves, to {start}..{end}",
            range.start, range.end
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message).into());
    }
    Ok(())
}
