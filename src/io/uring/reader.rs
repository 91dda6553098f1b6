//! A file that is read by a ring.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::batch::{Completion, ReadOp};
use super::buffer::UringBuffer;
use super::future::UringRead;
use super::options::UringOptions;
use super::queue::Queue;
use super::state::{Done, State};
use crate::error::Result;

/// A file that is read by `io_uring(7)`, many reads at a time.
///
/// Reads are begun and waited for in three ways, which go together, from any number of threads:
///
/// | way | begins | waits |
/// |---|---|---|
/// | [`submit_batch`](Self::submit_batch), [`complete_batch`](Self::complete_batch) | many reads in one system call | for as many as are asked for |
/// | [`read_at`](Self::read_at) | one | for it |
/// | [`read`](Self::read) | one, when it is polled | as a future |
///
/// ```
/// use pagecut::io::uring::{ReadOp, UringOptions, UringReader};
///
/// # // Where it is forbidden, there is nothing to show.
/// # if UringReader::open("testdata/illumina.fastq", UringOptions::new()).is_err() { return Ok(()) }
/// let reader = UringReader::open("testdata/illumina.fastq", UringOptions::new().buffer_len(64 << 10))?;
/// let len = 64 << 10;
/// let ops: Vec<_> = (0..4).map(|token| ReadOp { offset: token * len as u64, len, token }).collect();
/// assert_eq!(reader.submit_batch(&ops)?, 4);
/// let mut bytes = 0;
/// for completion in reader.complete_batch(4) {
///     bytes += completion.result?.len() as u64;
/// }
/// assert_eq!(bytes, reader.file_len()?);
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// What is read is a [`UringBuffer`]. It is shorter than what was asked for at the end of the file only, and empty behind it. A
/// stream (a pipe, a socket, a terminal) has no offsets, and gives what it has.
///
/// To drop the reader cancels the reads that are in flight, and waits until the kernel has done with them all.
#[derive(Debug)]
pub struct UringReader {
    queue: Arc<Queue>,
}

impl UringReader {
    /// Reads a file that is open. It may also be a pipe, or whatever else `read(2)` reads.
    ///
    /// The buffers and the file are registered with the kernel, which saves work for every read. The kernel may refuse that, as it
    /// does for buffers beyond `RLIMIT_MEMLOCK` ([`buffers_refused`](Self::buffers_refused)); then they are used unregistered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) for options that cannot be; [`ErrorKind::Io`](crate::ErrorKind::Io) with
    /// the reason of the system if there is not so much memory, or if it has no ring for us: no `io_uring` at all (`ENOSYS`, or
    /// `Unsupported`), forbidden by `kernel.io_uring_disabled` or by a filter of system calls (`EPERM`), no memory (`ENOMEM`).
    pub fn new(file: File, options: UringOptions) -> Result<Self> {
        Ok(Self { queue: Arc::new(Queue::new(file, options.buffers()?)?) })
    }

    /// Opens a file and reads it.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened.
    pub fn open(path: impl AsRef<Path>, options: UringOptions) -> Result<Self> {
        Self::new(File::open(path)?, options)
    }

    /// Begins the first of these reads, as many as there are free buffers, in one system call; returns how many those are. That is
    /// 0 if no buffer is free.
    ///
    /// What became of them, [`complete_batch`](Self::complete_batch) tells, in the order in which they are done.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if any of them is longer than a buffer, or begins at 2^63 or behind it;
    /// none was begun then. [`ErrorKind::Io`](crate::ErrorKind::Io) if the kernel refused to do anything for the ring before.
    pub fn submit_batch(&self, ops: &[ReadOp]) -> Result<usize> {
        self.queue.begin_batch(ops)
    }

    /// Waits until `at_least` so many reads of batches are done, or as many as there are, and returns all that are done. With 0, it
    /// does not wait. If several threads ask, each completion goes to one of them.
    ///
    /// What goes wrong with a read is told by its [`Completion`], also if the kernel refuses to wait.
    #[must_use = "nobody else is told what was completed"]
    pub fn complete_batch(&self, at_least: usize) -> Vec<Completion> {
        let complete = |Done { token, offset, result }| {
            let result = result.map(|filled| UringBuffer::new(filled, &self.queue));
            Completion { token, offset, result }
        };
        self.queue.wait_for_batch(at_least).into_iter().map(complete).collect()
    }

    /// Reads `len` bytes from `offset` on, and waits for them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if `len` is more than a buffer has, or `offset` is 2^63 or more.
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the reason of the system if it cannot read; of the kind
    /// [`ResourceBusy`](io::ErrorKind::ResourceBusy) if no buffer is free and no read is in flight: all buffers are held by those
    /// who were given them, or wait to be asked for with `complete_batch`.
    pub fn read_at(&self, offset: u64, len: usize) -> Result<UringBuffer> {
        self.queue.read(offset, len).map(|filled| UringBuffer::new(filled, &self.queue))
    }

    /// Reads `len` bytes from `offset` on, as a future that needs no certain runtime. It waits for a buffer if none is free:
    /// whoever keeps as many buffers as there are and waits for one more waits for ever.
    ///
    /// ```
    /// use pagecut::io::uring::{UringOptions, UringReader};
    ///
    /// # // Where it is forbidden, there is nothing to show.
    /// # if UringReader::open("testdata/illumina.fastq", UringOptions::new()).is_err() { return Ok(()) }
    /// let reader = UringReader::open("testdata/illumina.fastq", UringOptions::new())?;
    /// let start = pollster::block_on(reader.read(0, 100))?;
    /// assert!(start.starts_with(b"@") && start.len() == 100);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    pub fn read(&self, offset: u64, len: usize) -> UringRead {
        UringRead::new(&self.queue, offset, len)
    }

    /// How many reads can be in flight at a time, which is how many buffers there are.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// How many bytes one read can ask for.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.queue.buffer_len()
    }

    /// How many reads the kernel makes now.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.queue.ask(State::in_flight)
    }

    /// How many buffers are free.
    #[must_use]
    pub fn free(&self) -> usize {
        self.queue.ask(State::free)
    }

    /// How many bytes the file has now; 0 for a stream.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the system does not tell.
    pub fn file_len(&self) -> Result<u64> {
        Ok(self.queue.ring.file().metadata()?.len())
    }

    /// Whether both the buffers and the file are registered with the kernel.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.buffers_refused().is_none() && self.file_refused().is_none()
    }

    /// Why the kernel did not register the buffers; `None` if it did.
    #[must_use]
    pub fn buffers_refused(&self) -> Option<&io::Error> {
        self.queue.ring.buffers_refused()
    }

    /// Why the kernel did not register the file; `None` if it did.
    #[must_use]
    pub fn file_refused(&self) -> Option<&io::Error> {
        self.queue.ring.file_refused()
    }
}

impl Drop for UringReader {
    fn drop(&mut self) {
        self.queue.close();
    }
}
