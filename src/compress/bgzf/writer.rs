//! Writes BGZF.

use std::fmt;
use std::io::{self, IoSlice, Write};

use super::WriterOptions;
use super::packing::{CLOSING, MOST_BYTES, Packing};
use super::workers::Workers;
use crate::error::{Error, ErrorKind, Result};

/// Of how many bytes at the end of a full block a line end is looked for: a block that ends at one is shorter by less than a
/// sixteenth.
const LINE_END_LEN: usize = 4 << 10;

/// Writes BGZF: what it is given is cut into blocks, which are compressed on several threads and written in order.
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
/// Records go through a [`fastq::Writer`](crate::fastq::Writer) or [`fasta::Writer`](crate::fasta::Writer):
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
/// A block holds 65280 bytes at the most, as those of `bgzip`. It ends at a line end if there is one among the last 4096, so
/// that whoever begins to read at a block, by an index or at a cut, begins at a line. Where the blocks end depends on the
/// bytes and on calls of [`flush`](Write::flush), and not on how the bytes are spread over calls of [`write`](Write::write). So
/// the same bytes come to the same output, with any number of threads.
///
/// # Threads and memory
///
/// The thread that writes hands full blocks to others, and compresses too where it would wait for them. It alone calls the
/// inner writer. With [one thread](WriterOptions::threads), no other is started; nor is one for less than two blocks. A thread
/// has four blocks at the most, which take 140 KiB each.
///
/// # After an error
///
/// Where the inner writer fails or panics, or a thread does, the output is not what it has to be, and that cannot be put right.
/// The error comes back at the next call, and at every later one; nothing more is written, and there is no closing block. An
/// [`Interrupted`](io::ErrorKind::Interrupted) call is repeated.
///
/// # Dropped
///
/// Only [`finish`](Writer::finish) writes the empty block that closes BGZF. A writer that is dropped before, by an early return or a
/// panic, writes nothing more: it does not close an output of which a part is missing. The blocks that it still holds are lost. The
/// output is not complete, and readers find out: the closing block is [missing](crate::compress::CompressionStats::closed), or the file has 0
/// bytes, which no compressed file has. `pagecut verify` calls both bad. To leave no such file, write to a temporary file
/// and rename it after `finish`.
#[must_use = "what is not finished is not whole"]
pub struct Writer<W> {
    inner: W,
    /// The block that is being filled.
    filling: Packing,
    workers: Workers,
    /// Blocks to be filled, whose buffers are there.
    free: Vec<Packing>,
    state: State,
}

/// What became of the inner writer.
#[derive(Debug)]
enum State {
    Good,
    /// The inner writer is at it. Where that is still so later, it panicked.
    Writing,
    Failed(Error),
}

impl<W: Write> Writer<W> {
    /// Writes to `inner`, at level 6 and on all cores.
    pub fn new(inner: W) -> Self {
        Self::start(inner, WriterOptions::new())
    }

    /// Writes to `inner`.
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
    /// [`ErrorKind::InvalidConfig`] if there is no such level.
    pub fn with_options(inner: W, options: WriterOptions) -> Result<Self> {
        options.check()?;
        Ok(Self::start(inner, options))
    }

    fn start(inner: W, options: WriterOptions) -> Self {
        let workers = Workers::new(options.level, options.thread_count());
        Self { inner, filling: Packing::default(), workers, free: Vec::new(), state: State::Good }
    }

    /// The inner writer. It does not have what is still to be compressed.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Writes what is left and the block that closes BGZF, flushes the inner writer and returns it. It is dropped with an
    /// error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if that cannot be written, or something could not be before.
    pub fn finish(mut self) -> Result<W> {
        self.hand_over_all()?;
        self.hand_over(&CLOSING)?;
        self.on_inner(flush)?;
        Ok(self.inner)
    }

    /// Makes room for a byte at the least.
    fn make_room(&mut self) -> Result<()> {
        self.check()?;
        if self.filling.bytes.len() == MOST_BYTES {
            self.end_block(line_end(&self.filling.bytes));
            self.hand_over_packed(self.workers.most_under_way())?;
        }
        Ok(())
    }

    /// Ends the block behind so many of its bytes, and begins the next one with the others.
    fn end_block(&mut self, len: usize) {
        let mut next = self.free.pop().unwrap_or_default();
        next.bytes.clear();
        next.bytes.extend_from_slice(&self.filling.bytes[len..]);
        self.filling.bytes.truncate(len);
        self.workers.push(std::mem::replace(&mut self.filling, next));
    }

    /// Hands over blocks that are packed, until no more than `most` are under way.
    fn hand_over_packed(&mut self, most: usize) -> Result<()> {
        loop {
            let block = match self.workers.take(most) {
                Ok(Some(block)) => block,
                Ok(None) => return Ok(()),
                Err(error) => return self.fail(error),
            };
            self.hand_over(&block.packed)?;
            self.free.push(block);
        }
    }

    /// Hands over all that was written.
    fn hand_over_all(&mut self) -> Result<()> {
        self.check()?;
        if !self.filling.bytes.is_empty() {
            // One that is empty would be taken for the last.
            self.end_block(self.filling.bytes.len());
        }
        self.hand_over_packed(0)
    }

    fn hand_over(&mut self, packed: &[u8]) -> Result<()> {
        self.on_inner(|inner| inner.write_all(packed))
    }

    /// Calls the inner writer, and notes what comes of it.
    fn on_inner(&mut self, call: impl FnOnce(&mut W) -> io::Result<()>) -> Result<()> {
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

    /// Whether all is well so far.
    fn check(&self) -> Result<()> {
        match &self.state {
            State::Good => Ok(()),
            State::Writing => Err(io::Error::other("the inner writer has panicked").into()),
            State::Failed(error) => Err(error.clone()),
        }
    }
}

/// See [`Writer`]. A call takes no more than a block has room for, and with an error nothing.
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
            let room = MOST_BYTES - bytes.len();
            bytes.extend_from_slice(&slice[..slice.len().min(room)]);
        }
        Ok(bytes.len() - before)
    }

    /// Ends the block, hands over all that was written, and flushes the inner writer. Readers can read all of it then. Many calls
    /// make many short blocks, and so a long output.
    fn flush(&mut self) -> io::Result<()> {
        self.hand_over_all().and_then(|()| self.on_inner(flush)).map_err(into_io)
    }
}

impl<W> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Where a full block ends: behind its last line, if that ends not too far from the end.
fn line_end(bytes: &[u8]) -> usize {
    let start = bytes.len().saturating_sub(LINE_END_LEN);
    memchr::memrchr(b'\n', &bytes[start..]).map_or(bytes.len(), |position| start + position + 1)
}

/// Flushes a writer, whatever interrupts it.
fn flush(inner: &mut impl Write) -> io::Result<()> {
    loop {
        match inner.flush() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            flushed => return flushed,
        }
    }
}

/// The error as callers of a [`Write`] get it, of the same kind.
fn into_io(error: Error) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::Io(refused) => refused.kind(),
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
