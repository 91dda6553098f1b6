//! A file that is read through a ring.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use pagecut_core::error::Result;

use super::batch::ReadOp;
use super::buffer::{Completion, UringBuffer};
use super::future::UringRead;
use super::options::UringOptions;
use super::queue::Queue;
use super::state::{Done, State};

/// A file that is read with `io_uring(7)`, with many reads in flight.
///
/// There are three methods to start reads and to wait for them, which can be mixed, from any number of threads:
///
/// | method | starts | waits |
/// |---|---|---|
/// | [`submit_batch`](Self::submit_batch), [`complete_batch`](Self::complete_batch) | many reads in one system call | for a given number of them |
/// | [`read_at`](Self::read_at) | one read | for its completion |
/// | [`read`](Self::read) | one read, when it is polled | as a future |
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
/// The result of a read is a [`UringBuffer`]. It is shorter than requested only at the end of the file, and empty after
/// the end. A stream (a pipe, a socket, a terminal) has no offsets and returns the bytes that are available.
///
/// Dropping the reader cancels the reads in flight and waits until the kernel has completed all of them.
#[derive(Debug)]
pub struct UringReader {
    queue: Arc<Queue>,
}

impl UringReader {
    /// Creates a reader for an open file. It may be a pipe or anything else that `read(2)` accepts.
    ///
    /// The buffers and the file are registered with the kernel, which saves work for every read. The kernel may refuse
    /// it, for example for buffers above `RLIMIT_MEMLOCK` ([`buffers_refused`](Self::buffers_refused)); they are then
    /// used unregistered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) for invalid options;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the system's reason if the allocation fails or a ring is not
    /// available: no `io_uring` (`ENOSYS`, or `Unsupported`), forbidden by `kernel.io_uring_disabled` or by a system
    /// call filter (`EPERM`), out of memory (`ENOMEM`).
    pub fn new(file: File, options: UringOptions) -> Result<Self> {
        Ok(Self { queue: Arc::new(Queue::new(file, options.buffers()?)?) })
    }

    /// Opens a file and creates a reader for it.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new), and [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened.
    pub fn open(path: impl AsRef<Path>, options: UringOptions) -> Result<Self> {
        Self::new(File::open(path)?, options)
    }

    /// Starts the first reads of a batch, as many as there are free buffers, in one system call, and returns their
    /// number. It is 0 if no buffer is free.
    ///
    /// [`complete_batch`](Self::complete_batch) returns the results in order of completion.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if a read is longer than a buffer or its offset is
    /// 2^63 or more; no read is started then. [`ErrorKind::Io`](crate::ErrorKind::Io) if the ring has failed before.
    pub fn submit_batch(&self, ops: &[ReadOp]) -> Result<usize> {
        self.queue.start_batch(ops)
    }

    /// Waits until `at_least` reads of batches have completed, or all in flight, and returns all completed ones. With
    /// 0, it does not wait. With several threads, each completion goes to one of them.
    ///
    /// The error of a read is in its [`Completion`], even if the kernel refuses to wait.
    #[must_use = "completions are returned only once"]
    pub fn complete_batch(&self, at_least: usize) -> Vec<Completion> {
        let complete = |Done { token, offset, result }| {
            let result = result.map(|filled| UringBuffer::new(filled, &self.queue));
            Completion { token, offset, result }
        };
        self.queue.wait_for_batch(at_least).into_iter().map(complete).collect()
    }

    /// Reads `len` bytes at `offset` and waits for them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](crate::ErrorKind::InvalidConfig) if `len` exceeds the buffer length or `offset` is
    /// 2^63 or more. [`ErrorKind::Io`](crate::ErrorKind::Io) with the system's reason if the read fails; of kind
    /// [`ResourceBusy`](io::ErrorKind::ResourceBusy) if no buffer is free and no read is in flight: all buffers are in
    /// use or belong to completions that `complete_batch` has not returned yet.
    pub fn read_at(&self, offset: u64, len: usize) -> Result<UringBuffer> {
        self.queue.read(offset, len).map(|filled| UringBuffer::new(filled, &self.queue))
    }

    /// Reads `len` bytes at `offset`, as a future that works with every runtime. It waits for a buffer if none is free:
    /// a task that holds all buffers and waits for another read waits for ever.
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

    /// Returns the maximum number of reads in flight, which is the number of buffers.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.depth()
    }

    /// Returns the maximum length of a read in bytes.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.queue.buffer_len()
    }

    /// Returns the number of reads in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.queue.query(State::in_flight)
    }

    /// Returns the number of free buffers.
    #[must_use]
    pub fn free(&self) -> usize {
        self.queue.query(State::free)
    }

    /// Returns the current length of the file in bytes; 0 for a stream.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be inspected.
    pub fn file_len(&self) -> Result<u64> {
        Ok(self.queue.ring.file().metadata()?.len())
    }

    /// Returns whether both the buffers and the file are registered with the kernel.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.buffers_refused().is_none() && self.file_refused().is_none()
    }

    /// Returns the reason why the kernel did not register the buffers; `None` if it did.
    #[must_use]
    pub fn buffers_refused(&self) -> Option<&io::Error> {
        self.queue.ring.buffers_refused()
    }

    /// Returns the reason why the kernel did not register the file; `None` if it did.
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
