//! A mapping of a file as one slice.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::{Range, RangeBounds};
use std::path::Path;
use std::slice::Chunks;
use std::sync::atomic::Ordering;

use pagecut_core::error::{ErrorKind, Result};
use pagecut_core::identity::FileIdentity;
use pagecut_core::range::resolve;
use pagecut_core::record::{Backing, CheckedBytes, Format, ParRecords, Reading, Records, Resync};

use super::lease::Lease;
use super::opened::{Opened, open_mappable};
use super::stats::Counters;
use super::{Advice, Grant, MmapOption, MmapOptions, MmapStats, Protection, Residency, sys};

/// A read-only mapping of a file, or of a range of it, as one slice.
///
/// Records borrow from the reader. Any number of threads can share it.
///
/// ```
/// use pagecut::{fastq::Fastq, mmap::MmapReader};
/// use rayon::prelude::*;
///
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let mut records = reader.par_records(&Fastq::new()).collect::<Result<Vec<_>, _>>()?;
/// records.sort_by_key(|record| record.sequence());
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// The [crate](crate) documents what the safety of a mapping relies on and what happens if the file changes.
pub struct MmapReader {
    /// `None` for an empty range: `mmap(2)` refuses length 0.
    map: Option<sys::Map>,
    /// Protection without the lease.
    protection: Protection,
    lease: Option<Lease>,
    /// Kept open to check whether the file has changed.
    file: File,
    identity: FileIdentity,
    /// File offset of the mapping.
    offset: u64,
    grants: Vec<Grant>,
    counters: Counters,
}

impl MmapReader {
    /// Maps a whole file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be opened or mapped; [`ErrorKind::Unmappable`] if it is a directory, a pipe, a
    /// socket, a device, or a file of length 0 that has content (as in `/proc`).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, MmapOptions::new())
    }

    /// Maps a file with options.
    ///
    /// # Errors
    ///
    /// Those of [`open`](MmapReader::open), and [`ErrorKind::OutOfRange`] if the requested range exceeds the file.
    pub fn with_options(path: impl AsRef<Path>, options: MmapOptions) -> Result<Self> {
        Self::from_file(&open_mappable(path.as_ref())?, options)
    }

    /// Maps an open file. The mapping stays valid after the file is closed.
    ///
    /// # Errors
    ///
    /// Those of [`with_options`](MmapReader::with_options).
    pub fn from_file(file: &File, options: MmapOptions) -> Result<Self> {
        let opened = Opened::of(file, options)?;
        let map = if opened.len == 0 {
            None
        } else {
            Some(sys::Map::file(&opened.file, opened.offset, opened.len)?)
        };
        Ok(Self::mapped(opened, map, options))
    }

    /// Builds the reader of a mapping.
    pub(super) fn mapped(opened: Opened, map: Option<sys::Map>, options: MmapOptions) -> Self {
        let Opened { file, offset, identity, lease, grants, .. } = opened;
        let protection = match &map {
            Some(map) if map.is_copy() => Protection::Copied,
            _ if sys::is_immutable(&file) => Protection::Proven,
            Some(map) if !map.is_guarded() => Protection::Unguarded,
            _ => Protection::Guarded,
        };
        let mut reader =
            Self { map, protection, lease, file, identity, offset, grants, counters: Counters::default() };
        reader.grant(options);
        reader
    }

    /// Requests every option that is set, and records the kernel's answers.
    fn grant(&mut self, options: MmapOptions) {
        let all = 0..self.len();
        // Huge pages come before options that read pages.
        let asked = [
            (options.huge_pages, MmapOption::HugePages, Some(Advice::HugePage)),
            (options.sequential, MmapOption::Sequential, Some(Advice::Sequential)),
            (options.prefetch, MmapOption::Prefetch, Some(Advice::WillNeed)),
            (options.populate, MmapOption::Populate, Some(Advice::PopulateRead)),
            (options.lock, MmapOption::Lock, None),
        ];
        for (_, option, advice) in asked.into_iter().filter(|(asked, ..)| *asked) {
            let answer = match (&self.map, advice) {
                (None, _) => Ok(()),
                (Some(map), Some(advice)) => self.count(sys::advise(map, all.clone(), advice)),
                (Some(map), None) => self.count(sys::lock(map, all.clone())),
            };
            self.grants.push(Grant { option, refused: answer.err() });
        }
    }

    fn count(&self, answer: io::Result<()>) -> io::Result<()> {
        let Counters { advice_granted, advice_refused, .. } = &self.counters;
        let counter = if answer.is_ok() { advice_granted } else { advice_refused };
        counter.fetch_add(1, Ordering::Relaxed);
        answer
    }

    /// Returns the bytes of the mapping.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// Returns the length of the mapping in bytes.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Returns whether the mapping is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_none()
    }

    /// Returns the kernel's answer to each requested option, in the order of the requests.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Returns the current protection. A released lease no longer counts.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match &self.lease {
            Some(lease) if self.protection != Protection::Copied && lease.is_held() => Protection::Proven,
            _ => self.protection,
        }
    }

    /// Checks that the file has not changed since it was mapped.
    ///
    /// Call this after reading the slice directly (the iterators of this reader call it themselves): the bytes of a
    /// truncated file read as zeros, and a file changed in place may read as a mix of old and new bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the offset of the first lost byte, or [`ErrorKind::Changed`] if the length or the
    /// modification time differs (links, names and permissions may change); [`ErrorKind::LeaseBroken`] if another
    /// process waits for the lease; [`ErrorKind::Io`] if the file cannot be inspected.
    pub fn check(&self) -> Result<()> {
        if self.protection == Protection::Copied {
            return Ok(());
        }
        let lost = self.map.as_ref().and_then(sys::Map::lost_from);
        let unchanged = self.identity.check(&self.file);
        if let Some(lost) = lost {
            // The fault gives the page. The current length of the file may give the byte, unless the file has grown
            // again.
            let page = self.offset + lost as u64;
            return Err(match unchanged {
                Ok(()) => vanished(page).into(),
                Err(error) => {
                    let offset = error.offset().map_or(page, |byte| byte.min(page));
                    ErrorKind::Truncated { offset, len: self.identity.file_len() }.into()
                }
            });
        }
        unchanged?;
        self.lease.as_ref().map_or(Ok(()), Lease::check)
    }

    /// Advises the kernel about the use of the mapping.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the system's reason if the kernel refuses the advice.
    pub fn advise(&self, advice: Advice) -> Result<()> {
        self.advise_range(.., advice)
    }

    /// Advises the kernel about the use of a range. The advice covers all pages that contain bytes of the range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range exceeds the mapping; [`ErrorKind::Io`] with the system's reason if the
    /// kernel refuses the advice.
    pub fn advise_range(&self, range: impl RangeBounds<usize>, advice: Advice) -> Result<()> {
        let range = resolve(range, self.len())?;
        let Some(map) = self.map.as_ref().filter(|_| !range.is_empty()) else { return Ok(()) };
        if advice == Advice::DontNeed && self.protection == Protection::Copied {
            // The pages of an anonymous copy would read as zeros.
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        }
        let len = range.len() as u64;
        self.count(sys::advise(map, range, advice))?;
        if advice == Advice::DontNeed {
            self.counters.dropped.fetch_add(len, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Locks the pages of a range in memory and reads the missing ones (`mlock(2)`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range exceeds the mapping; [`ErrorKind::Io`] with the system's reason if the
    /// kernel refuses, as it does above `RLIMIT_MEMLOCK`.
    pub fn lock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len())?;
        match &self.map {
            Some(map) if !range.is_empty() => Ok(sys::lock(map, range)?),
            _ => Ok(()),
        }
    }

    /// Unlocks the pages of a range (`munlock(2)`).
    ///
    /// # Errors
    ///
    /// Those of [`lock`](MmapReader::lock).
    pub fn unlock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len())?;
        match &self.map {
            Some(map) if !range.is_empty() => Ok(sys::unlock(map, range)?),
            _ => Ok(()),
        }
    }

    /// Returns an iterator over the records of the mapping. If the file was truncated or changed, the last item is that
    /// error.
    pub fn records<F: Format>(&self, format: &F) -> Records<'_, F> {
        format.records(self)
    }

    /// Returns a parallel iterator over the records of the mapping. If the file was truncated or changed, the result is
    /// that error.
    pub fn par_records<F: Resync>(&self, format: &F) -> ParRecords<'_, F> {
        format.par_records(self)
    }

    /// Returns slices of `len` bytes; the last may be shorter.
    ///
    /// # Panics
    ///
    /// If `len` is 0.
    pub fn chunks(&self, len: usize) -> Chunks<'_, u8> {
        self.as_slice().chunks(len)
    }

    /// Returns the pages of the mapping. The first and the last slice may be shorter than a page.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let (first, rest) = self.as_slice().split_at(self.to_page_start(0).min(self.len()));
        std::iter::once(first).filter(|first| !first.is_empty()).chain(rest.chunks(sys::page_size()))
    }

    /// Returns the distance in bytes from a position of the mapping to the next page start.
    pub(super) fn to_page_start(&self, position: usize) -> usize {
        let page = sys::page_size();
        // The remainder is less than a page, so it fits.
        let into_page = usize::try_from((self.offset + position as u64) % page as u64).unwrap_or(0);
        (page - into_page) % page
    }

    /// Returns the share of a range that is in the page cache and can be read without disk access.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range exceeds the mapping; [`ErrorKind::Io`] with the system's reason if the
    /// system does not report it.
    pub fn residency(&self, range: impl RangeBounds<usize>) -> Result<Residency> {
        let range = resolve(range, self.len())?;
        Residency::of(&self.file, self.offset + range.start as u64..self.offset + range.end as u64)
    }

    /// Evicts the mapped range of the file from the page cache, so that the next access reads from the disk
    /// (`posix_fadvise(2)`). Pages that are dirty or mapped by other processes stay. Use it to measure cold reads; it
    /// needs no privilege.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the system's reason if the kernel refuses.
    pub fn evict(&self) -> Result<()> {
        if !self.is_empty() && self.protection != Protection::Copied {
            self.advise(Advice::DontNeed)?;
        }
        Ok(sys::evict(&self.file, &(self.offset..self.offset + self.len() as u64))?)
    }

    /// Returns the read-ahead window of the file's device in bytes, or `None` if the system does not report it.
    pub(super) fn read_ahead_len(&self) -> Option<usize> {
        sys::read_ahead_len(&self.file)
    }

    /// Returns the file offset of the mapping in bytes.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the file range of a slice of the mapping, for example of a record or a field that is to be
    /// sent with `pagecut::io::send`. Returns `None` if the slice is not part of this mapping.
    ///
    /// ```
    /// use pagecut::mmap::{MmapOptions, MmapReader};
    ///
    /// let reader = MmapReader::with_options("testdata/illumina.fastq", MmapOptions::new().offset(100))?;
    /// let part = &reader.as_slice()[10..20];
    /// assert_eq!(reader.range_of(part), Some(110..120));
    /// assert_eq!(reader.range_of(&part.to_vec()), None);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn range_of(&self, part: &[u8]) -> Option<Range<u64>> {
        let start = part.as_ptr().addr().checked_sub(self.as_slice().as_ptr().addr())?;
        let end = start.checked_add(part.len()).filter(|end| *end <= self.len())?;
        Some(self.offset + start as u64..self.offset + end as u64)
    }

    /// Returns whether a page has vanished; called after every step.
    #[inline]
    pub(super) fn has_lost(&self) -> bool {
        self.map.as_ref().is_some_and(|map| map.lost_from().is_some())
    }

    /// Returns the current state of the mapping and the cost of reading so far.
    #[must_use]
    pub fn stats(&self) -> MmapStats {
        let usage = self.map.as_ref().and_then(|map| sys::usage(map).ok());
        let Counters { minor_faults, major_faults, bytes, accesses, advice_granted, advice_refused, dropped } =
            &self.counters;
        MmapStats {
            len: self.len(),
            page_size: sys::page_size(),
            resident: usage.map(|usage| usage.resident),
            huge: usage.map(|usage| usage.huge),
            minor_faults: minor_faults.load(Ordering::Relaxed),
            major_faults: major_faults.load(Ordering::Relaxed),
            bytes: bytes.load(Ordering::Relaxed),
            accesses: accesses.load(Ordering::Relaxed),
            advice_granted: advice_granted.load(Ordering::Relaxed),
            advice_refused: advice_refused.load(Ordering::Relaxed),
            dropped: dropped.load(Ordering::Relaxed),
        }
    }
}

impl AsRef<[u8]> for MmapReader {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Backing for MmapReader {
    fn check(&self) -> Result<()> {
        Self::check(self)
    }

    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        Some(Box::new(self.counters.begin(&range)))
    }
}

/// The bytes of the mapping; readers check the file after the last record.
impl<'data> From<&'data MmapReader> for CheckedBytes<'data> {
    fn from(mapping: &'data MmapReader) -> Self {
        Self::new(mapping.as_slice(), mapping)
    }
}

/// The mapped file, as it was opened.
#[cfg(unix)]
impl std::os::fd::AsFd for MmapReader {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl fmt::Debug for MmapReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapReader")
            .field("len", &self.len())
            .field("offset", &self.offset)
            .field("protection", &self.protection())
            .field("grants", &self.grants)
            .finish_non_exhaustive()
    }
}

/// The error of a page that cannot be read although the file was not truncated.
pub(super) fn vanished(offset: u64) -> io::Error {
    io::Error::other(format!(
        "the page of byte {offset} could not be read or written: the disk failed or is full"
    ))
}
