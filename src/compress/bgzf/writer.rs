//! BGZF writer.

use std::fmt;
use std::io::{self, IoSlice, Write};

use super::WriterOptions;
use super::packing::{END_OF_FILE, MAX_BYTES, Packing};
use super::workers::Workers;
use crate::error::{Error, ErrorKind, Result};

/// Number of bytes at the end of a full block in which a line end is searched: ending a block at a line shortens it by
/// less than a sixteenth.
const LINE_END_LEN: usize = 4 << 10;

/// Writes BGZF: divides the bytes into blocks, compresses them on several threads and writes them in order.
///
/// ```
/// use std::io::{Read, Write};
///
/// use pagecut::compress::{Decoder, bgzf::Writer};
///
/// let mut writer = Writer::new(Vec::new());
/// writer.write_all(b"@r1\nACGT\n+\nIIII\n")?;
/// let bytes = writer.finish()?;
///
/// let mut decoder = Decoder::new(&bytes[..])?;
/// let mut text = String::new();
/// decoder.read_to_string(&mut text)?;
/// assert_eq!(text, "@r1\nACGT\n+\nIIII\n");
/// assert!(decoder.compression_stats().unwrap().closed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A [`fastq::Writer`](crate::fastq::Writer) or [`fasta::Writer`](crate::fasta::Writer) writes records to it:
///
/// ```
/// use pagecut::{compress::bgzf, fastq};
///
/// let mut writer = fastq::Writer::new(bgzf::Writer::new(Vec::new()));
/// writer.write(b"r1", b"ACGT", b"IIII")?;
/// let bytes = writer.finish()?.finish()?;
/// # assert!(bytes.starts_with(b"\x1f\x8b"));
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// # Blocks
///
/// A block has at most 65,280 bytes, as in `bgzip`. It ends at a line end if there is one among the last 4096 bytes, so
/// that a reader that starts at a block starts at a line. The block boundaries depend on the bytes and on calls of
/// [`flush`](Write::flush), and not on the division of bytes into calls of [`write`](Write::write). So the same bytes
/// give the same output, with any number of threads.
///
/// # Threads and memory
///
/// The writing thread passes full blocks to other threads, and compresses blocks itself where it would wait. Only this
/// thread calls the inner writer. With [one thread](WriterOptions::threads), or for less than two blocks, no other
/// thread is started. Each thread has at most four blocks, of 140 KiB each.
///
/// # Errors of the inner writer
///
/// If the inner writer fails or panics, or a thread does, the output is incomplete and cannot be repaired. The next and
/// every later call returns the error; nothing more is written, and there is no end-of-file block.
/// [`Interrupted`](io::ErrorKind::Interrupted) calls are repeated.
///
/// # Drop
///
/// Only [`finish`](Writer::finish) writes the empty end-of-file block. A writer that is dropped earlier, by an early
/// return or a panic, writes nothing more, because the output would look complete. Its pending blocks are lost. Readers
/// detect the incomplete output: the end-of-file block is [missing](crate::compress::CompressionStats::closed), or the
/// file has 0 bytes, which no compressed file has. `pagecut verify` rejects both. To leave no such file, write to a
/// temporary file and rename it after `finish`.
#[must_use = "an unfinished file is incomplete"]
pub struct Writer<W> {
    inner: W,
    /// The block that is being filled.
    filling: Packing,
    workers: Workers,
    /// Free blocks with reusable buffers.
    free: Vec<Packing>,
    state: State,
}

/// State of the inner writer.
#[derive(Debug)]
enum State {
    Good,
    /// A call of the inner writer is in progress. If this state remains, the inner writer panicked.
    Writing,
    Failed(Error),
}

impl<W: Write> Writer<W> {
    /// Creates a writer with level 6 on all cores.
    pub fn new(inner: W) -> Self {
        Self::start(inner, WriterOptions::new())
    }

    /// Creates a writer with options.
    ///
    /// ```
    /// use pagecut::{ErrorKind, compress::bgzf::{Writer, WriterOptions}};
    ///
    /// let options = WriterOptions::new().level(1).threads(2);
    /// let bytes = Writer::with_options(Vec::new(), options)?.finish()?;
    /// assert_eq!(bytes.len(), 28);
    ///
    /// let error = Writer::with_options(Vec::new(), options.level(13)).unwrap_err();
    /// assert!(matches!(error.kind(), ErrorKind::InvalidConfig { name: "level", .. }));
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for an unknown level.
    pub fn with_options(inner: W, options: WriterOptions) -> Result<Self> {
        options.check()?;
        Ok(Self::start(inner, options))
    }

    fn start(inner: W, options: WriterOptions) -> Self {
        let workers = Workers::new(options.level, options.thread_count());
        Self { inner, filling: Packing::default(), workers, free: Vec::new(), state: State::Good }
    }

    /// Returns the inner writer. It does not have the pending blocks yet.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Writes the pending blocks and the end-of-file block, flushes the inner writer and returns it. On an error, the
    /// inner writer is dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if writing fails, or failed before.
    pub fn finish(mut self) -> Result<W> {
        self.write_pending()?;
        self.write_inner(&END_OF_FILE)?;
        self.call_inner(flush)?;
        Ok(self.inner)
    }

    /// Makes space for at least one byte.
    fn make_room(&mut self) -> Result<()> {
        self.check()?;
        if self.filling.bytes.len() == MAX_BYTES {
            self.end_block(line_end(&self.filling.bytes));
            self.write_compressed(self.workers.max_in_progress())?;
        }
        Ok(())
    }

    /// Ends the block after `len` of its bytes, and starts the next one with the rest.
    fn end_block(&mut self, len: usize) {
        let mut next = self.free.pop().unwrap_or_default();
        next.bytes.clear();
        next.bytes.extend_from_slice(&self.filling.bytes[len..]);
        self.filling.bytes.truncate(len);
        self.workers.push(std::mem::replace(&mut self.filling, next));
    }

    /// Writes compressed blocks until at most `most` are in progress.
    fn write_compressed(&mut self, most: usize) -> Result<()> {
        loop {
            let block = match self.workers.take(most) {
                Ok(Some(block)) => block,
                Ok(None) => return Ok(()),
                Err(error) => return self.fail(error),
            };
            self.write_inner(&block.packed)?;
            self.free.push(block);
        }
    }

    /// Writes all pending bytes.
    fn write_pending(&mut self) -> Result<()> {
        self.check()?;
        if !self.filling.bytes.is_empty() {
            // An empty block would mean the end of the file.
            self.end_block(self.filling.bytes.len());
        }
        self.write_compressed(0)
    }

    fn write_inner(&mut self, packed: &[u8]) -> Result<()> {
        self.call_inner(|inner| inner.write_all(packed))
    }

    /// Calls the inner writer and records the result.
    fn call_inner(&mut self, call: impl FnOnce(&mut W) -> io::Result<()>) -> Result<()> {
        self.state = State::Writing;
        match call(&mut self.inner) {
            Ok(()) => self.state = State::Good,
            Err(error) => self.fail(error.into())?,
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Result<()> {
        self.state = State::Failed(error.clone());
        Err(error)
    }

    /// Returns the error of an earlier failure.
    fn check(&self) -> Result<()> {
        match &self.state {
            State::Good => Ok(()),
            State::Writing => Err(io::Error::other("the inner writer has panicked").into()),
            State::Failed(error) => Err(error.clone()),
        }
    }
}

/// See [`Writer`]. A call accepts at most the free space of a block; on an error, it accepts nothing.
impl<W: Write> Write for Writer<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Ok(0);
        }
        self.make_room().map_err(into_io)?;
        let bytes = &mut self.filling.bytes;
        let before = bytes.len();
        for slice in slices {
            let room = MAX_BYTES - bytes.len();
            bytes.extend_from_slice(&slice[..slice.len().min(room)]);
        }
        Ok(bytes.len() - before)
    }

    /// Ends the block, writes all pending bytes, and flushes the inner writer, so that readers can read all of it.
    /// Frequent calls make short blocks and a longer output.
    fn flush(&mut self) -> io::Result<()> {
        self.write_pending().and_then(|()| self.call_inner(flush)).map_err(into_io)
    }
}

impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Returns the end of a full block: after its last line, if that ends near the end.
fn line_end(bytes: &[u8]) -> usize {
    let start = bytes.len().saturating_sub(LINE_END_LEN);
    memchr::memrchr(b'\n', &bytes[start..]).map_or(bytes.len(), |position| start + position + 1)
}

/// Flushes a writer, repeating interrupted calls.
fn flush(inner: &mut impl Write) -> io::Result<()> {
    loop {
        match inner.flush() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            flushed => return flushed,
        }
    }
}

/// Converts an error to an `io::Error` of the same kind.
fn into_io(error: Error) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::Io(refused) => refused.kind(),
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
