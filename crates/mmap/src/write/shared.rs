//! Shared, writable mappings with borrow checks on ranges.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64};

use pagecut_core::error::Result;
use pagecut_core::range::resolve;

use super::disk::Disk;
use crate::opened::refuse_unmappable;
use crate::sys::{AtomicView, SharedMap, View, ViewMut};

/// A file that threads read and write in place.
///
/// Ranges are borrowed: for reading, for writing, or as atomic integers. The mapping records every borrow and refuses
/// an overlapping one with [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse), which names both ranges, unless both are read
/// borrows or atomics of the same width. No call waits for a borrow to end, so borrows cannot deadlock, not even within
/// one thread. [`read_into`](MmapShared::read_into) and [`update`](MmapShared::update) copy: a conflicting borrow makes
/// them fail. Other copies and new borrows wait in order for a copy in progress, since a copy ends by itself.
///
/// ```
/// use pagecut::mmap::MmapShared;
/// use std::sync::atomic::Ordering;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("table");
/// let table = MmapShared::create(&path, 4096)?;
/// let counters = table.atomics_u64(..64)?;
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| counters[0].fetch_add(1, Ordering::Relaxed));
///     }
/// });
/// table.update(64, b"counted")?;
/// assert_eq!(counters[0].load(Ordering::Relaxed), 4);
/// assert!(table.view(60..70).is_err());
/// table.flush()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The borrows are recorded per mapping. Two mappings of one file, in one program or in two, know nothing of each
/// other's borrows: the [crate](crate) documents what happens when a file changes. Use atomics to share data
/// between mappings.
pub struct MmapShared {
    disk: Disk,
    map: SharedMap,
}

impl MmapShared {
    /// Maps a whole file for reading and writing.
    ///
    /// Writing to a hole of a sparse file allocates space; on a full disk that raises `SIGBUS`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be opened for reading and writing, or cannot be
    /// mapped; [`ErrorKind::Unmappable`](crate::ErrorKind::Unmappable) if it is not a regular file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        refuse_unmappable(&path.metadata()?)?;
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let metadata = file.metadata()?;
        refuse_unmappable(&metadata)?;
        let len = metadata.len();
        Self::map(Disk::new(file), usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory.into()))
    }

    /// Creates a file of `len` zeros with reserved disk space (`fallocate(2)`), or truncates an existing file and fills
    /// it.
    ///
    /// # Errors
    ///
    /// Those of [`open`](MmapShared::open); [`StorageFull`](io::ErrorKind::StorageFull) if the disk is full, in which
    /// case an empty file remains. Linux only; [`Unsupported`](io::ErrorKind::Unsupported) elsewhere.
    pub fn create(path: impl AsRef<Path>, len: usize) -> Result<Self> {
        let path = path.as_ref();
        if let Ok(metadata) = path.metadata() {
            refuse_unmappable(&metadata)?;
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        refuse_unmappable(&file.metadata()?)?;
        let disk = Disk::new(file);
        disk.set_len(0)?;
        disk.reserve(0..len)?;
        Self::map(disk, Ok(len))
    }

    fn map(disk: Disk, len: io::Result<usize>) -> Result<Self> {
        let map = SharedMap::map(disk.file(), len?)?;
        Ok(Self { disk, map })
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns whether the file is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks that the file has not been truncated. Call this after using views: after the new end of a truncated file,
    /// reads return zeros and writes are lost. The methods that copy and flush call it themselves.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) with the offset of the first lost byte.
    pub fn check(&self) -> Result<()> {
        self.disk.check_len(self.len(), self.map.lost_from())
    }

    /// Copies bytes of the file at `offset` into all of `into`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if the range exceeds the file;
    /// [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse) if a part of it is borrowed for writing or as atomics. Nothing is
    /// copied then. Those of [`check`](MmapShared::check).
    pub fn read_into(&self, offset: usize, into: &mut [u8]) -> Result<()> {
        self.map.copy_out(offset, into)?;
        self.check()
    }

    /// Copies all of `from` to the file at `offset`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if the range exceeds the file;
    /// [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse) if a part of it is borrowed. Nothing is copied then. Those of
    /// [`check`](MmapShared::check).
    pub fn update(&self, offset: usize, from: &[u8]) -> Result<()> {
        self.map.copy_in(offset, from)?;
        self.check()
    }

    /// Borrows a range for reading.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse) if a part
    /// of it is borrowed for writing or as atomics.
    pub fn view(&self, range: impl RangeBounds<usize>) -> Result<View<'_>> {
        self.map.view(resolve(range, self.len())?)
    }

    /// Borrows a range for reading and writing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse) if a part
    /// of it is borrowed.
    pub fn view_mut(&self, range: impl RangeBounds<usize>) -> Result<ViewMut<'_>> {
        self.map.view_mut(resolve(range, self.len())?)
    }

    /// Borrows a range as 32-bit atomic integers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Misaligned`](crate::ErrorKind::Misaligned)
    /// if the range does not start and end at multiples of 4; [`ErrorKind::RangeInUse`](crate::ErrorKind::RangeInUse) if a part of
    /// it is borrowed otherwise.
    pub fn atomics_u32(&self, range: impl RangeBounds<usize>) -> Result<AtomicView<'_, AtomicU32>> {
        self.map.atomics(resolve(range, self.len())?)
    }

    /// Borrows a range as 64-bit atomic integers.
    ///
    /// # Errors
    ///
    /// As for [`atomics_u32`](MmapShared::atomics_u32), with multiples of 8.
    pub fn atomics_u64(&self, range: impl RangeBounds<usize>) -> Result<AtomicView<'_, AtomicU64>> {
        self.map.atomics(resolve(range, self.len())?)
    }

    /// Flushes all written bytes to disk and waits (`msync(MS_SYNC)`). It does not block writers: bytes written during
    /// the call may or may not be on disk.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the system's reason, from this call and every later flush: the
    /// kernel marks pages clean that it failed to write. Those of [`check`](MmapShared::check).
    pub fn flush(&self) -> Result<()> {
        self.flush_range(..)
    }

    /// Flushes a range to disk and waits. The kernel writes whole pages.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](MmapShared::flush), and [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange).
    pub fn flush_range(&self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len())?;
        self.disk.sync_pages(|| self.map.sync(range))?;
        self.check()
    }

    /// Starts write-back of unflushed bytes without waiting (`sync_file_range(2)`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the system's reason. Linux only;
    /// [`Unsupported`](io::ErrorKind::Unsupported) elsewhere.
    pub fn start_flush(&self) -> Result<()> {
        Ok(self.disk.start(0..self.len())?)
    }

    /// Locks the pages of a range in memory (`mlock(2)`), until [`unlock`](MmapShared::unlock) or the end of the
    /// mapping. Locks do not nest: one unlock suffices, even for a page that belongs to two locked ranges.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Io`](crate::ErrorKind::Io) if the kernel
    /// refuses, with the limit (`RLIMIT_MEMLOCK`, often 8 MiB). Linux only; [`Unsupported`](io::ErrorKind::Unsupported)
    /// elsewhere.
    pub fn lock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        Ok(self.map.lock(resolve(range, self.len())?)?)
    }

    /// Unlocks the pages of a range (`munlock(2)`). Unlocked pages are not an error.
    ///
    /// # Errors
    ///
    /// Those of [`lock`](MmapShared::lock).
    pub fn unlock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        Ok(self.map.unlock(resolve(range, self.len())?)?)
    }
}

impl fmt::Debug for MmapShared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapShared").field("len", &self.len()).finish()
    }
}
