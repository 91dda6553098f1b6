//! A new file, written through a mapping.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use memmap2::MmapMut;

use super::disk::Disk;
use super::ticker::Ticker;
use super::{FlushPolicy, MmapWriterOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::mmap::reader::refuse_unmappable;
use crate::mmap::sys::{self, Guarded};
use crate::range::resolve;

/// Capacity of a writer that grows, to begin with.
const FIRST_CAPACITY: usize = 1 << 20;

/// A new file, written through a mapping from its start to its end.
///
/// [`write`](Write::write) takes all of a slice or, with an error, none of it. Space is reserved on the disk before it is mapped
/// (`fallocate(2)`), so that a full disk is an error of `write` and not a fault. The file is as long as the capacity while it
/// is written; [`finish`](MmapWriter::finish), or dropping the writer, cuts it to what was written.
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
/// When a flush fails, so does everything that comes after it: the kernel takes pages that it could not write for clean, and a
/// later flush would say that they are on disk. That the name of a new file is on disk takes a flush of its folder, which is
/// left to the caller (`fsync(2)`).
///
/// If another program cuts the file short while it is written, the next write there, flush or `finish` is an error. Linux only;
/// elsewhere [`create`](MmapWriter::create) is refused as [`Unsupported`](io::ErrorKind::Unsupported), since space cannot be reserved.
pub struct MmapWriter {
    disk: Arc<Disk>,
    /// `None` only when it is finished.
    map: Option<Guarded<MmapMut>>,
    /// Bytes written.
    len: usize,
    /// Bytes from the start that are on disk.
    clean: usize,
    /// Writes since the last flush.
    writes: u64,
    grows: bool,
    policy: FlushPolicy,
    ticker: Option<Ticker>,
}

impl MmapWriter {
    /// Creates a file that grows, or empties the one of this name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be created, mapped, or given space; [`ErrorKind::Unmappable`] if there is something of
    /// this name that is no regular file.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, MmapWriterOptions::new())
    }

    /// Creates a file by these options.
    ///
    /// # Errors
    ///
    /// Those of [`create`](MmapWriter::create), and [`AlreadyExists`](io::ErrorKind::AlreadyExists) if there has to be none of
    /// this name and there is. If the disk has no room for the size that is asked for, an empty file is left.
    pub fn with_options(path: impl AsRef<Path>, options: MmapWriterOptions) -> Result<Self> {
        let path = path.as_ref();
        // What can be refused is refused before anything is emptied.
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
        disk.cut(0)?;
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
            grows: options.size.is_none(),
            policy: options.flush_policy,
            ticker,
        })
    }

    /// Bytes that were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes there is room for before the file has to grow, those that were written among them.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.map.as_ref().map_or(0, |map| map.len())
    }

    /// What was written.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.map.as_ref().and_then(|map| map.get(..self.len)).unwrap_or_default()
    }

    /// Whether the file still has all of its bytes. Where somebody cut it short, what was written there is lost.
    fn check(&self) -> Result<()> {
        match &self.map {
            Some(map) => self.disk.check_len(map.len(), map.lost_from()),
            None => Ok(()),
        }
    }

    /// Puts on disk what was written and is not there yet, and waits for it (`msync(MS_SYNC)`; `fdatasync(2)` too if the file
    /// has grown).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the reason of the system, at this call and every one after it; [`ErrorKind::Truncated`] if
    /// somebody cut the file short.
    pub fn flush(&mut self) -> Result<()> {
        self.sync()?;
        self.check()
    }

    /// Puts on disk a range of what was written, and waits for it. More may be written: whole pages are.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](MmapWriter::flush), and [`ErrorKind::OutOfRange`] if so much was not written.
    pub fn flush_range(&mut self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len)?;
        if let Some(map) = &self.map {
            self.disk.sync_pages(|| map.flush_range(range.start, range.len()))?;
        }
        self.check()
    }

    /// Begins to write to the disk what is not there yet, and does not wait for it (`sync_file_range(2)`). It is not known to
    /// be on disk before [`flush`](MmapWriter::flush), which then has less to wait for.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the reason of the system.
    pub fn start_flush(&self) -> Result<()> {
        Ok(self.disk.start(self.clean..self.len)?)
    }

    /// Ends the file: cuts it to what was written, puts it on disk unless the policy is [`FlushPolicy::Never`], and returns
    /// its length.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file could not be cut or put on disk, now or at an earlier flush; [`ErrorKind::Truncated`] if
    /// somebody cut it short.
    pub fn finish(mut self) -> Result<u64> {
        self.disk.check()?;
        self.check()?;
        self.close()?;
        if self.policy != FlushPolicy::Never {
            self.disk.sync()?;
        }
        Ok(self.len as u64)
    }

    /// The file, to be put on disk by another thread.
    #[cfg(feature = "async")]
    pub(in crate::mmap) fn disk(&self) -> Arc<Disk> {
        Arc::clone(&self.disk)
    }

    /// Notes that all that was written is on disk.
    #[cfg(feature = "async")]
    pub(in crate::mmap) fn flushed(&mut self) {
        self.clean = self.len;
        self.writes = 0;
    }

    /// Boundaries the file to what was written, once.
    fn close(&mut self) -> io::Result<()> {
        self.ticker = None;
        match self.map.take() {
            Some(_) => self.disk.cut(self.len),
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

    /// Takes all of `data`, or none of it and gives an error.
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
            // Whoever writes the slice again after an error must not find it in the file twice.
            (self.len, self.writes) = before;
            return Err(error);
        }
        Ok(())
    }

    /// Sees to it that there is room for `more` bytes, and returns where they will end.
    fn make_room(&mut self, more: usize) -> io::Result<usize> {
        let capacity = self.capacity();
        let end = self.len.checked_add(more).ok_or(io::ErrorKind::OutOfMemory)?;
        if end <= capacity {
            return Ok(end);
        }
        if !self.grows {
            let full = ErrorKind::Full { asked: more as u64, free: (capacity - self.len) as u64 };
            return Err(io::Error::new(io::ErrorKind::StorageFull, Error::from(full)));
        }
        let least = end.checked_next_multiple_of(FIRST_CAPACITY).ok_or(io::ErrorKind::OutOfMemory)?;
        let doubled = capacity.saturating_mul(2).max(least);
        match self.grow(doubled) {
            // Where there is no room for twice as much, there may be for what is needed.
            Err(_) if doubled > end => self.grow(end)?,
            grown => grown?,
        }
        Ok(end)
    }

    fn grow(&mut self, capacity: usize) -> io::Result<()> {
        // What somebody cut off must not come back as zeros.
        self.check().map_err(io::Error::other)?;
        let before = self.capacity();
        self.disk.reserve(before..capacity)?;
        match sys::map_writable(self.disk.file(), capacity) {
            Ok(map) => self.map = Some(map),
            Err(error) => {
                self.disk.cut(before)?;
                return Err(error);
            }
        }
        Ok(())
    }
}

/// See [`MmapWriter`]. With the capacity of a writer of fixed length used up, the kind of the error is
/// [`StorageFull`](io::ErrorKind::StorageFull), and its source an error of kind [`ErrorKind::Full`].
impl Write for MmapWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.append(data)?;
        Ok(data.len())
    }

    /// Puts on disk what was written, as [`MmapWriter::flush`] does.
    fn flush(&mut self) -> io::Result<()> {
        self.sync()
    }
}

/// Boundaries the file to what was written, if that can be done, and flushes nothing.
impl Drop for MmapWriter {
    fn drop(&mut self) {
        // Nobody is left to be told; `finish` tells.
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
