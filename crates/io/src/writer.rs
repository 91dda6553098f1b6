//! Coalescing of small writes.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::ops::{Deref, DerefMut, Range};
use std::path::Path;

use pagecut_core::error::{Error, Result};

use super::{AlignedBuffer, Alignment};

/// Buffer length of [`CoalescingWriter::create`] in bytes.
const BUFFER_LEN: usize = 256 << 10;

/// Collects small writes in an [`AlignedBuffer`] and passes them to another writer in large ones.
///
/// If a slice does not fit into the buffer, buffer and slice go to the inner writer in one call (`writev(2)` if the
/// inner writer is a file). So a large slice is not copied, and a small one only once.
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
/// # Errors of the inner writer
///
/// No byte is lost and none is written twice. A [`write`](Write::write) that returns an error has accepted no byte of
/// its slice. Bytes accepted before and not written stay in the buffer, in order: a later [`flush`](Write::flush)
/// continues exactly after the last byte that the inner writer accepted, and
/// [`into_parts`](CoalescingWriter::into_parts) returns the rest. [`Interrupted`](io::ErrorKind::Interrupted) calls are
/// repeated.
///
/// # Drop
///
/// Drop writes the buffer, up to the first error. That error cannot be reported, and the rest is lost with the buffer:
/// call [`finish`](CoalescingWriter::finish) or flush first. Drop writes nothing if the inner writer panicked, since it
/// is unknown how many bytes it accepted.
pub struct CoalescingWriter<W: Write = File> {
    inner: Inner<W>,
    buffer: AlignedBuffer,
    /// Range of unwritten bytes in the buffer.
    unwritten: Range<usize>,
    written: u64,
    calls: u64,
    /// Whether a call of the inner writer is in progress. If it is still set later, the inner writer panicked.
    writing: bool,
    /// The first failed sync. It is permanent: the kernel reports a failed write-back once and marks the pages clean
    /// then.
    sync_failure: Option<Error>,
}

impl CoalescingWriter {
    /// Creates a file, or truncates an existing one, with a buffer of 256 KiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be created or the allocation fails.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::new(File::create(path)?, BUFFER_LEN)
    }

    /// Writes the buffer to the file and flushes the file to disk (`fdatasync(2)`).
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Write::flush), and the system's error if the file cannot be flushed to disk: from this call
    /// and every later one, since it is unknown from then on which bytes are on disk.
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
    /// Creates a writer with a page-aligned buffer of `buffer_len` bytes. With 0, every write is passed on directly.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the allocation fails.
    pub fn new(inner: W, buffer_len: usize) -> Result<Self> {
        Self::with_alignment(inner, buffer_len, Alignment::page())
    }

    /// Creates a writer with an aligned buffer of `buffer_len` bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the allocation fails.
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

    /// Returns the inner writer. It does not have the buffered bytes yet.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Returns the number of bytes that the inner writer has accepted.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Returns the number of buffered bytes.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.unwritten.len()
    }

    /// Returns the number of write calls on the inner writer, including failed ones.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Writes the buffer and returns the inner writer.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Write::flush). The writer is dropped then. To keep unwritten bytes, call `flush` first and
    /// then [`into_parts`](CoalescingWriter::into_parts).
    pub fn finish(mut self) -> Result<W> {
        self.flush()?;
        Ok(self.into_parts().0)
    }

    /// Returns the inner writer and the unwritten bytes, without writing them.
    ///
    /// If the inner writer panicked, it may have accepted some of them.
    #[must_use]
    pub fn into_parts(mut self) -> (W, Vec<u8>) {
        let unwritten = self.buffer[self.unwritten.clone()].to_vec();
        self.unwritten = 0..0;
        (self.inner.take(), unwritten)
    }

    /// Returns the free space of the buffer in bytes.
    fn free(&self) -> usize {
        self.buffer.len() - self.unwritten.len()
    }

    /// Appends `slices` without their first `skip` bytes to the buffer, which has space for them.
    fn buffer_slices(&mut self, slices: &[IoSlice<'_>], mut skip: usize) {
        if self.unwritten.start > 0 {
            // Unwritten bytes of an earlier error may occupy the space.
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

    /// Writes the buffer followed by `more`, in one call. Returns how many bytes of `more` the inner writer accepted:
    /// none unless it accepted the whole buffer.
    fn write_after_buffer(&mut self, more: &[IoSlice<'_>]) -> io::Result<usize> {
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
                // A faulty writer may return more than it was given.
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

    fn write_buffer(&mut self) -> io::Result<()> {
        while !self.unwritten.is_empty() {
            self.write_after_buffer(&[])?;
        }
        Ok(())
    }
}

/// See [`CoalescingWriter`]. A write smaller than the buffer is accepted as a whole, or not at all on error.
impl<W: Write> Write for CoalescingWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let len = len(slices);
        let mut taken = 0;
        while taken == 0 && len > self.free() {
            taken = self.write_after_buffer(slices)?;
        }
        if len - taken <= self.free() {
            self.buffer_slices(slices, taken);
            taken = len;
        }
        Ok(taken)
    }

    /// Writes the buffer and flushes the inner writer. The bytes of a file are then in the page cache and survive a
    /// crash of this program; [`sync`](CoalescingWriter::sync) flushes them to disk.
    fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for CoalescingWriter<W> {
    fn drop(&mut self) {
        if !self.writing {
            // Drop cannot return an error; `finish` does.
            let _ = self.write_buffer();
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

/// Returns the total length of all slices.
fn len(slices: &[IoSlice<'_>]) -> usize {
    slices.iter().fold(0, |len, slice| len.saturating_add(slice.len()))
}

/// The inner writer of a type that implements `Drop`, so it cannot be moved out of a plain field.
struct Inner<W>(Option<W>);

const TAKEN: &str = "the inner writer is taken only by consuming methods";

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
