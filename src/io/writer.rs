//! Small writes, collected.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::ops::{Deref, DerefMut, Range};
use std::path::Path;

use super::{AlignedBuffer, Alignment};
use crate::error::{Error, Result};

/// How much [`CoalescingWriter::create`] collects, in bytes.
const BUFFER_LEN: usize = 256 << 10;

/// Collects small writes in an [`AlignedBuffer`] and hands them to another writer in large ones.
///
/// What does not fit into the buffer any more goes to the inner writer together with what is in it, by one call (`writev(2)`,
/// if the inner writer is a file). So a large slice is not copied, and a small one only once.
///
/// ```
/// use std::io::Write;
/// use pagecut::io::CoalescingWriter;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("out.fastq");
/// let mut writer = CoalescingWriter::create(&path)?;
/// for _ in 0..1000 {
///     writer.write_all(b"@r1\nACGT\n+\nIIII\n")?;
/// }
/// writer.sync()?;
/// assert_eq!((writer.written(), writer.calls()), (16_000, 1));
/// assert_eq!(std::fs::metadata(&path)?.len(), 16_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # After an error
///
/// No byte is lost and none is written twice. A [`write`](Write::write) that ends with an error took no byte of its slice. What
/// was taken before and could not be written stays in the buffer, in order: a later [`flush`](Write::flush) goes on exactly
/// behind the last byte that the inner writer took, and [`into_parts`](CoalescingWriter::into_parts) hands over what is left.
/// An [`Interrupted`](io::ErrorKind::Interrupted) call is repeated.
///
/// # Dropped
///
/// Dropping the writer hands over what is in the buffer, up to the first error. That error cannot be told, and what was left is
/// lost with the buffer: [`finish`](CoalescingWriter::finish) or flush the writer before. Nothing is handed over if the
/// inner writer panicked, since nobody knows what it has taken.
pub struct CoalescingWriter<W: Write = File> {
    inner: Inner<W>,
    buffer: AlignedBuffer,
    /// Where in the buffer the bytes lie that are not written yet.
    unwritten: Range<usize>,
    written: u64,
    calls: u64,
    /// Whether the inner writer is at it. Where that is still so later, it panicked.
    writing: bool,
    /// The first failure to put the file on disk. It stays: the kernel tells a failed write once and takes the pages for clean
    /// from then on.
    sync_failure: Option<Error>,
}

impl CoalescingWriter {
    /// Creates a file, or empties the one of this name, with a buffer of 256 KiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be created, or if there is not so much memory.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(File::create(path)?, BUFFER_LEN)
    }

    /// Hands over all that was written and puts it on disk (`fdatasync(2)`).
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Write::flush), and the reason of the system if the file cannot be put on disk: at this call and every
    /// later one, since nobody can tell any more what the disk has.
    pub fn sync(&mut self) -> Result<()> {
        self.flush()?;
        if let Some(failure) = &self.sync_failure {
            return Err(failure.clone());
        }
        let synced = self.inner.sync_data().map_err(Error::from);
        self.sync_failure = synced.as_ref().err().cloned();
        synced
    }
}

impl<W: Write> CoalescingWriter<W> {
    /// Collects up to `buffer_len` bytes, in memory that begins at a page. With 0, every write is passed on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is not so much memory.
    pub fn new(inner: W, buffer_len: usize) -> Result<Self> {
        Self::with_alignment(inner, buffer_len, Alignment::page())
    }

    /// Collects up to `buffer_len` bytes, in memory that begins at this alignment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if there is not so much memory.
    pub fn with_alignment(inner: W, buffer_len: usize, alignment: Alignment) -> Result<Self> {
        Ok(Self {
            inner: Inner(Some(inner)),
            buffer: AlignedBuffer::new(buffer_len, alignment)?,
            unwritten: 0..0,
            written: 0,
            calls: 0,
            writing: false,
            sync_failure: None,
        })
    }

    /// The inner writer. What is still in the buffer, it does not have.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Bytes that the inner writer took.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Bytes that are in the buffer.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.unwritten.len()
    }

    /// How many times the inner writer was asked to take something, also where it did not.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Hands over what is in the buffer and returns the inner writer.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Write::flush). The writer is dropped then. Where what could not be written is still wanted, `flush` it
    /// first, and take it by [`into_parts`](CoalescingWriter::into_parts).
    pub fn finish(mut self) -> Result<W> {
        self.flush()?;
        Ok(self.into_parts().0)
    }

    /// The inner writer, and the bytes that it did not take. Nothing is handed over.
    ///
    /// If the inner writer panicked, it may have taken some of them.
    #[must_use]
    pub fn into_parts(mut self) -> (W, Vec<u8>) {
        let left = self.buffer[self.unwritten.clone()].to_vec();
        self.unwritten = 0..0;
        (self.inner.take(), left)
    }

    /// How many more bytes the buffer can take.
    fn free(&self) -> usize {
        self.buffer.len() - self.unwritten.len()
    }

    /// Puts `slices` without the first `skip` of their bytes into the buffer, which has room for them.
    fn keep(&mut self, slices: &[IoSlice<'_>], mut skip: usize) {
        if self.unwritten.start > 0 {
            // What an error left may lie where the room is wanted.
            self.buffer.copy_within(self.unwritten.clone(), 0);
            self.unwritten = 0..self.unwritten.len();
        }
        for slice in slices {
            let (skipped, kept) = slice.split_at(skip.min(slice.len()));
            skip -= skipped.len();
            let end = self.unwritten.end + kept.len();
            self.buffer[self.unwritten.end..end].copy_from_slice(kept);
            self.unwritten.end = end;
        }
    }

    /// Offers the inner writer what is in the buffer, and `more` behind it. Returns how many bytes of `more` it took, which are
    /// none unless it took the buffer as a whole.
    fn hand_over(&mut self, more: &[IoSlice<'_>]) -> io::Result<usize> {
        let buffered = &self.buffer[self.unwritten.clone()];
        let mut slices = Vec::with_capacity(1 + more.len());
        if !buffered.is_empty() {
            slices.push(IoSlice::new(buffered));
        }
        slices.extend_from_slice(more);
        let taken = loop {
            self.calls += 1;
            self.writing = true;
            let taken = self.inner.write_vectored(&slices);
            self.writing = false;
            match taken {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                // A writer may say anything.
                Ok(taken) => break taken.min(len(&slices)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        self.written += taken as u64;
        let of_buffer = taken.min(buffered.len());
        self.unwritten.start += of_buffer;
        Ok(taken - of_buffer)
    }

    fn hand_over_buffer(&mut self) -> io::Result<()> {
        while !self.unwritten.is_empty() {
            self.hand_over(&[])?;
        }
        Ok(())
    }
}

/// See [`CoalescingWriter`]. What is smaller than the buffer is taken as a whole, or with an error not at all.
impl<W: Write> Write for CoalescingWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let len = len(slices);
        let mut taken = 0;
        while taken == 0 && len > self.free() {
            taken = self.hand_over(slices)?;
        }
        if len - taken <= self.free() {
            self.keep(slices, taken);
            taken = len;
        }
        Ok(taken)
    }

    /// Hands over what is in the buffer, and flushes the inner writer. For a file, that is to say that the system has all of it,
    /// so that a crash of this program loses nothing; [`sync`](CoalescingWriter::sync) puts it on disk.
    fn flush(&mut self) -> io::Result<()> {
        self.hand_over_buffer()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for CoalescingWriter<W> {
    fn drop(&mut self) {
        if !self.writing {
            // Nobody is left to be told; `finish` tells.
            let _ = self.hand_over_buffer();
        }
    }
}

impl<W: Write> fmt::Debug for CoalescingWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CoalescingWriter")
            .field("buffer", &self.buffer)
            .field("buffered", &self.buffered())
            .field("written", &self.written)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

/// Bytes of all slices.
fn len(slices: &[IoSlice<'_>]) -> usize {
    slices.iter().fold(0, |len, slice| len.saturating_add(slice.len()))
}

/// The writer inside of another one that can be dropped, and so has to leave something behind where this one is taken out.
struct Inner<W>(Option<W>);

const TAKEN: &str = "the writer is taken out by what consumes the outer one";

impl<W> Inner<W> {
    fn take(&mut self) -> W {
        self.0.take().expect(TAKEN)
    }
}

impl<W> Deref for Inner<W> {
    type Target = W;

    fn deref(&self) -> &W {
        self.0.as_ref().expect(TAKEN)
    }
}

impl<W> DerefMut for Inner<W> {
    fn deref_mut(&mut self) -> &mut W {
        self.0.as_mut().expect(TAKEN)
    }
}
