//! A file that threads read and write in place.

use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64};

use super::disk::Disk;
use crate::error::Result;
use crate::mmap::reader::refuse_unmappable;
use crate::mmap::sys::{AtomicView, Lendable, View, ViewMut};
use crate::range::resolve;

/// A file that threads read and write in place.
///
/// Ranges are lent out: to read, to write, or as atomic integers. What is lent is recorded, and a range that overlaps a lent one
/// is refused with [`ErrorKind::Lent`](crate::ErrorKind::Lent), which names both, unless both are lent to read or both as
/// atomics of the same width. Nothing waits for a loan to end, so no order of loans can deadlock, also not in one thread.
/// [`read_into`](MmapShared::read_into) and [`update`](MmapShared::update) copy: they are refused as well where a loan stands
/// against them, but a copy that is under way is waited for, in line, by other copies and by loans, since it ends by itself.
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
/// The record is kept by this mapping. Two of the same file, in one program or in two, know nothing of each other's loans: what
/// the page of the [module](crate::mmap) says of files that change applies, and atomics are the way to share.
pub struct MmapShared {
    disk: Disk,
    map: Lendable,
}

impl MmapShared {
    /// Maps a whole file to read and write.
    ///
    /// A file with holes takes space when they are written to, and a full disk is a fault then (`SIGBUS`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened to read and write, or not be mapped;
    /// [`ErrorKind::Unmappable`](crate::ErrorKind::Unmappable) if it is no regular file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        refuse_unmappable(&path.metadata()?)?;
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let metadata = file.metadata()?;
        refuse_unmappable(&metadata)?;
        let len = metadata.len();
        Self::map(Disk::new(file), usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory.into()))
    }

    /// Creates a file of `len` zeros with space on the disk for all of them (`fallocate(2)`), or empties and fills the one of
    /// this name.
    ///
    /// # Errors
    ///
    /// Those of [`open`](MmapShared::open); [`StorageFull`](io::ErrorKind::StorageFull) if the disk has no room, with an empty
    /// file left. Linux only; [`Unsupported`](io::ErrorKind::Unsupported) elsewhere.
    pub fn create(path: impl AsRef<Path>, len: usize) -> Result<Self> {
        let path = path.as_ref();
        if let Ok(metadata) = path.metadata() {
            refuse_unmappable(&metadata)?;
        }
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        refuse_unmappable(&file.metadata()?)?;
        let disk = Disk::new(file);
        disk.cut(0)?;
        disk.reserve(0..len)?;
        Self::map(disk, Ok(len))
    }

    fn map(disk: Disk, len: io::Result<usize>) -> Result<Self> {
        let map = Lendable::map(disk.file(), len?)?;
        Ok(Self { disk, map })
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the file is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the file still has all of its bytes. Ask when done with views of them: where it was cut short meanwhile, what is
    /// read is zero and what is written is lost. The calls of this type that copy and flush ask themselves.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`](crate::ErrorKind::Truncated) with the first byte that is lost.
    pub fn check(&self) -> Result<()> {
        self.disk.check_len(self.len(), self.map.lost_from())
    }

    /// Copies bytes of the file, from `offset` on, into all of `into`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if they do not all lie in the file;
    /// [`ErrorKind::Lent`](crate::ErrorKind::Lent) if some are lent to write or as atomics. Nothing is copied then. Or those of
    /// [`check`](MmapShared::check).
    pub fn read_into(&self, offset: usize, into: &mut [u8]) -> Result<()> {
        self.map.copy_out(offset, into)?;
        self.check()
    }

    /// Copies all of `from` to the bytes of the file from `offset` on.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange) if they do not all lie in the file;
    /// [`ErrorKind::Lent`](crate::ErrorKind::Lent) if some are lent. Nothing is copied then. Or those of
    /// [`check`](MmapShared::check).
    pub fn update(&self, offset: usize, from: &[u8]) -> Result<()> {
        self.map.copy_in(offset, from)?;
        self.check()
    }

    /// Lends a range to read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Lent`](crate::ErrorKind::Lent) if some of it is lent
    /// to write or as atomics.
    pub fn view(&self, range: impl RangeBounds<usize>) -> Result<View<'_>> {
        self.map.view(resolve(range, self.len())?)
    }

    /// Lends a range to read and write.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Lent`](crate::ErrorKind::Lent) if some of it is lent.
    pub fn view_mut(&self, range: impl RangeBounds<usize>) -> Result<ViewMut<'_>> {
        self.map.view_mut(resolve(range, self.len())?)
    }

    /// Lends a range as atomic integers of 32 bits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Misaligned`](crate::ErrorKind::Misaligned) if it does
    /// not begin and end at multiples of 4; [`ErrorKind::Lent`](crate::ErrorKind::Lent) if some of it is lent otherwise.
    pub fn atomics_u32(&self, range: impl RangeBounds<usize>) -> Result<AtomicView<'_, AtomicU32>> {
        self.map.atomics(resolve(range, self.len())?)
    }

    /// Lends a range as atomic integers of 64 bits.
    ///
    /// # Errors
    ///
    /// As for [`atomics_u32`](MmapShared::atomics_u32), with multiples of 8.
    pub fn atomics_u64(&self, range: impl RangeBounds<usize>) -> Result<AtomicView<'_, AtomicU64>> {
        self.map.atomics(resolve(range, self.len())?)
    }

    /// Puts on disk all that was written, and waits for it (`msync(MS_SYNC)`). Writers are not held up: what they write
    /// meanwhile may be on disk or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the reason of the system, at this call and every later flush: the kernel
    /// takes pages that it could not write for clean. Or those of [`check`](MmapShared::check).
    pub fn flush(&self) -> Result<()> {
        self.flush_range(..)
    }

    /// Puts a range on disk, and waits for it. More may be written: whole pages are.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](MmapShared::flush), and [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange).
    pub fn flush_range(&self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len())?;
        self.disk.sync_pages(|| self.map.sync(range))?;
        self.check()
    }

    /// Begins to write to the disk what is not there yet, and does not wait for it (`sync_file_range(2)`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) with the reason of the system. Linux only;
    /// [`Unsupported`](io::ErrorKind::Unsupported) elsewhere.
    pub fn start_flush(&self) -> Result<()> {
        Ok(self.disk.start(0..self.len())?)
    }

    /// Keeps the pages that a range touches in memory (`mlock(2)`), until [`unlock`](MmapShared::unlock) or the end of the
    /// mapping. Locks do not add up: unlocking once suffices, also for a page that two ranges touch.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange); [`ErrorKind::Io`](crate::ErrorKind::Io) with the limit
    /// (`RLIMIT_MEMLOCK`, often 8 MiB) if the system refuses. Linux only; [`Unsupported`](io::ErrorKind::Unsupported) elsewhere.
    pub fn lock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        Ok(self.map.lock(resolve(range, self.len())?)?)
    }

    /// Lets go of the pages that a range touches (`munlock(2)`). It is no error if they were not locked.
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
