//! Sequential writes to a new file through a mapping.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use memmap2::MmapMut;
use pagecut_core::error::{Error, ErrorKind, Result};
use pagecut_core::range::resolve;

use super::disk::Disk;
use super::ticker::Ticker;
use super::{FlushPolicy, MmapWriterOptions};
use crate::opened::refuse_unmappable;
use crate::sys::{self, Guarded};

/// Initial capacity of a growing writer in bytes.
const FIRST_CAPACITY: usize = 1 << 20;

/// A new file, written sequentially through a mapping.
///
/// [`write`](Write::write) takes the whole slice or, on error, none of it. Disk space is reserved before it is mapped
/// (`fallocate(2)`), so a full disk is an error of `write` and not a fault. While it is written, the file's length is
/// the capacity; [`finish`](MmapWriter::finish) or drop truncates it to the written bytes.
///
/// ```
/// use std::io::Write;
/// use pagecut::mmap::MmapWriter;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("out.fastq");
/// let mut writer = MmapWriter::create(&path)?;
/// writer.write_all(b"@r1\nACGT\n+\nIIII\n")?;
/// assert_eq!(writer.as_slice(), b"@r1\nACGT\n+\nIIII\n");
/// assert_eq!(writer.finish()?, 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// After a failed flush, every later operation fails: the kernel marks pages clean that it failed to write, and a later
/// flush would wrongly succeed. Flushing the folder, so that the name of a new file is on disk, is up to the caller
/// (`fsync(2)`).
///
/// If another program truncates the file meanwhile, the next write there, flush or `finish` returns an error. Linux
/// only; elsewhere [`create`](MmapWriter::create) returns [`Unsupported`](io::ErrorKind::Unsupported), since space
/// cannot be reserved.
pub struct MmapWriter {
    disk: Arc<Disk>,
    /// `None` after the writer has finished.
    map: Option<Guarded<MmapMut>>,
    /// Written bytes.
    len: usize,
    /// Flushed bytes, from the start of the file.
    clean: usize,
    /// Writes since the last flush.
    writes: u64,
    growable: bool,
    policy: FlushPolicy,
    ticker: Option<Ticker>,
}

impl MmapWriter {
    /// Creates a file that grows as needed, or truncates an existing one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be created or mapped, or its space cannot be reserved; [`ErrorKind::Unmappable`]
    /// if the path exists and is not a regular file.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, MmapWriterOptions::new())
    }

    /// Creates a file with options.
    ///
    /// # Errors
    ///
    /// Those of [`create`](MmapWriter::create), and [`AlreadyExists`](io::ErrorKind::AlreadyExists) if `create_new` is
    /// set and the file exists. If the disk has no space for the requested size, an empty file remains.
    pub fn with_options(path: impl AsRef<Path>, options: MmapWriterOptions) -> Result<Self> {
        let path = path.as_ref();
        // Everything that can be refused is checked before an existing file is truncated.
        let capacity = options.size.map_or(Ok(FIRST_CAPACITY), usize::try_from);
        let capacity = capacity.map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        if let Ok(metadata) = path.metadata() {
            refuse_unmappable(&metadata)?;
        }
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).create_new(options.create_new).truncate(false);
        let file = open.open(path)?;
        refuse_unmappable(&file.metadata()?)?;
        let disk = Arc::new(Disk::new(file));
        disk.set_len(0)?;
        disk.reserve(0..capacity)?;
        let ticker = match options.flush_policy {
            FlushPolicy::EveryMillis(millis) => {
                Some(Ticker::start(Arc::clone(&disk), Duration::from_millis(millis.max(1)))?)
            }
            _ => None,
        };
        Ok(Self {
            map: Some(sys::map_writable(disk.file(), capacity)?),
            disk,
            len: 0,
            clean: 0,
            writes: 0,
            growable: options.size.is_none(),
            policy: options.flush_policy,
            ticker,
        })
    }

    /// Returns the number of written bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether no bytes have been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the capacity in bytes, including written bytes, before the file has to grow.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.map.as_ref().map_or(0, |map| map.len())
    }

    /// Returns the written bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.map.as_ref().and_then(|map| map.get(..self.len)).unwrap_or_default()
    }

    /// Checks that the file has not been truncated by another process.
    fn check(&self) -> Result<()> {
        match &self.map {
            Some(map) => self.disk.check_len(map.len(), map.lost_from()),
            None => Ok(()),
        }
    }

    /// Flushes all written bytes to disk and waits (`msync(MS_SYNC)`; also `fdatasync(2)` if the file has grown).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the system's reason, from this call and every later one; [`ErrorKind::Truncated`] if
    /// another process truncated the file.
    pub fn flush(&mut self) -> Result<()> {
        self.sync()?;
        self.check()
    }

    /// Flushes a range of the written bytes to disk and waits. The kernel writes whole pages.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](MmapWriter::flush), and [`ErrorKind::OutOfRange`] if the range exceeds the written bytes.
    pub fn flush_range(&mut self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len)?;
        if let Some(map) = &self.map {
            self.disk.sync_pages(|| map.flush_range(range.start, range.len()))?;
        }
        self.check()
    }

    /// Starts write-back of unflushed bytes without waiting (`sync_file_range(2)`). They are durable only after
    /// [`flush`](MmapWriter::flush), which then has less to wait for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the system's reason.
    pub fn start_flush(&self) -> Result<()> {
        Ok(self.disk.start(self.clean..self.len)?)
    }

    /// Truncates the file to the written bytes, flushes it unless the policy is [`FlushPolicy::Never`], and returns its
    /// length.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be truncated or flushed, or an earlier flush failed;
    /// [`ErrorKind::Truncated`] if another process truncated it.
    pub fn finish(mut self) -> Result<u64> {
        self.disk.check()?;
        self.check()?;
        self.close()?;
        if self.policy != FlushPolicy::Never {
            self.disk.sync()?;
        }
        Ok(self.len as u64)
    }

    /// Returns the file, so that another thread can flush it.
    #[cfg(feature = "async")]
    pub(crate) fn disk(&self) -> Arc<Disk> {
        Arc::clone(&self.disk)
    }

    /// Marks all written bytes as flushed.
    #[cfg(feature = "async")]
    pub(crate) fn flushed(&mut self) {
        self.clean = self.len;
        self.writes = 0;
    }

    /// Truncates the file to the written bytes, once.
    fn close(&mut self) -> io::Result<()> {
        self.ticker = None;
        match self.map.take() {
            Some(_) => self.disk.set_len(self.len),
            None => Ok(()),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        let Some(map) = &self.map else { return Ok(()) };
        self.disk.sync_pages(|| map.flush_range(self.clean, self.len - self.clean))?;
        self.clean = self.len;
        self.writes = 0;
        Ok(())
    }

    /// Appends all of `data`, or none of it on error.
    fn append(&mut self, data: &[u8]) -> io::Result<()> {
        self.disk.check()?;
        let end = self.make_room(data.len())?;
        let Some(room) = self.map.as_mut().and_then(|map| map.get_mut(self.len..end)) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        if room.is_empty() {
            return Ok(());
        }
        room.copy_from_slice(data);
        if self.map.as_ref().is_some_and(|map| map.lost_from().is_some()) {
            self.check().map_err(io::Error::other)?;
        }
        let before = (self.len, self.writes);
        (self.len, self.writes) = (end, self.writes.saturating_add(1));
        if let Some(ticker) = &self.ticker {
            ticker.wrote();
        }
        let due = match self.policy {
            FlushPolicy::Always => true,
            FlushPolicy::EveryBytes(bytes) => (self.len - self.clean) as u64 >= bytes,
            FlushPolicy::EveryWrites(writes) => self.writes >= writes,
            FlushPolicy::Never | FlushPolicy::Manual | FlushPolicy::EveryMillis(_) => false,
        };
        if due && let Err(error) = self.sync() {
            // A caller that repeats a failed write must not append the slice twice.
            (self.len, self.writes) = before;
            return Err(error);
        }
        Ok(())
    }

    /// Ensures capacity for `more` bytes and returns their end.
    fn make_room(&mut self, more: usize) -> io::Result<usize> {
        let capacity = self.capacity();
        let end = self.len.checked_add(more).ok_or(io::ErrorKind::OutOfMemory)?;
        if end <= capacity {
            return Ok(end);
        }
        if !self.growable {
            let full =
                ErrorKind::CapacityExceeded { requested: more as u64, free: (capacity - self.len) as u64 };
            return Err(io::Error::new(io::ErrorKind::StorageFull, Error::from(full)));
        }
        let minimum = end.checked_next_multiple_of(FIRST_CAPACITY).ok_or(io::ErrorKind::OutOfMemory)?;
        let doubled = capacity.saturating_mul(2).max(minimum);
        match self.grow(doubled) {
            // If the disk has no space for the doubled capacity, it may have enough for this write.
            Err(_) if doubled > end => self.grow(end)?,
            grown => grown?,
        }
        Ok(end)
    }

    fn grow(&mut self, capacity: usize) -> io::Result<()> {
        // Growing must not turn bytes that another process cut off into zeros.
        self.check().map_err(io::Error::other)?;
        let before = self.capacity();
        self.disk.reserve(before..capacity)?;
        match sys::map_writable(self.disk.file(), capacity) {
            Ok(map) => self.map = Some(map),
            Err(error) => {
                self.disk.set_len(before)?;
                return Err(error);
            }
        }
        Ok(())
    }
}

/// See [`MmapWriter`]. When the capacity of a writer of fixed size is exhausted, the error kind is
/// [`StorageFull`](io::ErrorKind::StorageFull) and the source is an error of kind [`ErrorKind::CapacityExceeded`].
impl Write for MmapWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.append(data)?;
        Ok(data.len())
    }

    /// Flushes as [`MmapWriter::flush`] does, without the check for truncation.
    fn flush(&mut self) -> io::Result<()> {
        self.sync()
    }
}

/// Truncates the file to the written bytes if possible, without flushing.
impl Drop for MmapWriter {
    fn drop(&mut self) {
        // Drop cannot return an error; `finish` does.
        let _ = self.close();
    }
}

impl fmt::Debug for MmapWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapWriter")
            .field("len", &self.len)
            .field("capacity", &self.capacity())
            .field("policy", &self.policy)
            .finish()
    }
}
