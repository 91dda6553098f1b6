//! A file, or a range of it, as one slice.

use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::ops::{Range, RangeBounds};
use std::path::Path;
use std::slice::Chunks;
use std::sync::atomic::Ordering;

use super::lease::Lease;
use super::stats::Counters;
use super::{
    Advice, Grant, MmapCursor, MmapOption, MmapOptions, MmapStats, MmapWindow, Protection, Residency, sys,
};
use crate::error::{ErrorKind, Result};
use crate::identity::FileIdentity;
use crate::range::resolve;
use crate::record::{Backing, CheckedBytes, Format, ParRecords, Reading, Records, Resync};

/// A file, or a range of it, as one slice.
///
/// Records that are read from the slice borrow from the reader; it can be shared by any number of threads.
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
/// What a mapping rests on, and what happens when the file changes meanwhile, is told on the page of the
/// [module](crate::mmap).
pub struct MmapReader {
    /// `None` for an empty range: the system does not map nothing.
    map: Option<sys::Map>,
    /// Without the lease, if there is one.
    protection: Protection,
    lease: Option<Lease>,
    /// Kept open to ask whether the file is still what it was.
    file: File,
    identity: FileIdentity,
    /// Where the mapping begins in the file.
    offset: u64,
    grants: Vec<Grant>,
    counters: Counters,
}

/// A range of a file that is about to be mapped.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) offset: u64,
    pub(super) len: usize,
    identity: FileIdentity,
    lease: Option<Lease>,
    grants: Vec<Grant>,
}

impl Opened {
    /// Finds out what is to be mapped.
    pub(super) fn of(file: &File, options: MmapOptions) -> Result<Self> {
        refuse_unmappable(&file.metadata()?)?;
        let file = file.try_clone()?;
        // Before anything is said of the file, so that it holds for as long as the lease does.
        let (lease, grants) = Lease::asked(&file, options);
        let identity = FileIdentity::of(&file)?;
        if identity.len() == 0 && has_content(&file) {
            return Err(ErrorKind::Unmappable { what: "a file that tells no length" }.into());
        }
        let len = options.end_in(identity.len())? - options.offset;
        let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Ok(Self { file, offset: options.offset, len, identity, lease, grants })
    }

    /// Whether the file is still what it was found to be.
    pub(super) fn check(&self) -> Result<()> {
        self.identity.check(&self.file)
    }
}

impl MmapReader {
    /// Maps a whole file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be opened or mapped; [`ErrorKind::Unmappable`] if it is a directory, a pipe, a socket, a
    /// device, or a file that tells no length though it has content (as in `/proc`).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::with_options(path, MmapOptions::new())
    }

    /// Maps a file by these options.
    ///
    /// # Errors
    ///
    /// Those of [`open`](MmapReader::open), and [`ErrorKind::OutOfRange`] if the file does not have the bytes that the options
    /// ask for.
    pub fn with_options(path: impl AsRef<Path>, options: MmapOptions) -> Result<Self> {
        Self::from_file(&open_mappable(path.as_ref())?, options)
    }

    /// Maps a file that is open. The mapping stays when the file is closed.
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

    /// A reader of what was mapped.
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

    /// Asks the system for every option that is set, and notes what it said.
    fn grant(&mut self, options: MmapOptions) {
        let all = 0..self.len();
        // Huge pages before anything that reads pages in.
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

    /// The bytes of the mapping.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }

    /// Length of the mapping in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether the mapping has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_none()
    }

    /// What became of each option that was asked for, in the order in which the system was asked.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// What keeps the bytes from changing or vanishing, now: a lease that was given back proves nothing any more.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match &self.lease {
            Some(lease) if self.protection != Protection::Copied && lease.is_held() => Protection::Proven,
            _ => self.protection,
        }
    }

    /// Whether the file is still what it was when it was mapped.
    ///
    /// Where the bytes are read as a slice, ask when done with them (the iterators of this reader do): a file that was cut
    /// short is read as zeros from there on, and one that was changed may be read half old and half new.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the first byte that is lost, or [`ErrorKind::Changed`] if its length or the time of
    /// its content is different (links, names and permissions may change); [`ErrorKind::LeaseBroken`] if it has a lease and somebody waits for it; [`ErrorKind::Io`] if the system does
    /// not tell.
    pub fn check(&self) -> Result<()> {
        if self.protection == Protection::Copied {
            return Ok(());
        }
        let lost = self.map.as_ref().and_then(sys::Map::lost_from);
        let unchanged = self.identity.check(&self.file);
        if let Some(lost) = lost {
            // A fault tells the page. How long the file is now may tell the byte, unless it has grown again.
            let page = self.offset + lost as u64;
            return Err(match unchanged {
                Ok(()) => vanished(page).into(),
                Err(error) => {
                    let offset = error.offset().map_or(page, |byte| byte.min(page));
                    ErrorKind::Truncated { offset, len: self.identity.len() }.into()
                }
            });
        }
        unchanged?;
        self.lease.as_ref().map_or(Ok(()), Lease::check)
    }

    /// Tells the kernel how the mapping will be used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the reason of the system if it does not take the advice.
    pub fn advise(&self, advice: Advice) -> Result<()> {
        self.advise_range(.., advice)
    }

    /// Tells the kernel how a range of the mapping will be used. The range need not begin or end at a page; the advice is
    /// given for the pages that it touches.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range does not lie in the mapping; [`ErrorKind::Io`] with the reason of the system if it
    /// does not take the advice.
    pub fn advise_range(&self, range: impl RangeBounds<usize>, advice: Advice) -> Result<()> {
        let range = resolve(range, self.len())?;
        let Some(map) = self.map.as_ref().filter(|_| !range.is_empty()) else { return Ok(()) };
        if advice == Advice::DontNeed && self.protection == Protection::Copied {
            // The pages of a copy would come back as zeros.
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        }
        let len = range.len() as u64;
        self.count(sys::advise(map, range, advice))?;
        if advice == Advice::DontNeed {
            self.counters.dropped.fetch_add(len, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps the pages that a range touches in memory, reading them if need be (`mlock(2)`).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range does not lie in the mapping; [`ErrorKind::Io`] with the reason of the system if it
    /// refuses, as it does beyond `RLIMIT_MEMLOCK`.
    pub fn lock(&self, range: impl RangeBounds<usize>) -> Result<()> {
        let range = resolve(range, self.len())?;
        match &self.map {
            Some(map) if !range.is_empty() => Ok(sys::lock(map, range)?),
            _ => Ok(()),
        }
    }

    /// Lets the pages that a range touches go again (`munlock(2)`).
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

    /// The records of the mapping. If the file was cut short or changed meanwhile, the last item says so.
    pub fn records<F: Format>(&self, format: &F) -> Records<'_, F> {
        format.records(self)
    }

    /// The records of the mapping, for rayon. If the file was cut short or changed meanwhile, that is the error.
    pub fn par_records<F: Resync>(&self, format: &F) -> ParRecords<'_, F> {
        format.par_records(self)
    }

    /// The mapping in windows of about `len` bytes that end on record boundaries.
    pub fn windows<F: Resync>(&self, format: F, len: usize) -> MmapWindow<'_, F> {
        MmapWindow::new(self, format, len)
    }

    /// The mapping in slices of `len` bytes, the last of which may be shorter.
    ///
    /// # Panics
    ///
    /// If `len` is 0.
    pub fn chunks(&self, len: usize) -> Chunks<'_, u8> {
        self.as_slice().chunks(len)
    }

    /// The mapping page by page. The first and the last slice are what there is of their pages.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        let (first, rest) = self.as_slice().split_at(self.to_page_start(0).min(self.len()));
        std::iter::once(first).filter(|first| !first.is_empty()).chain(rest.chunks(sys::page_size()))
    }

    /// How many bytes it is from a position of the mapping to the start of a page.
    pub(super) fn to_page_start(&self, position: usize) -> usize {
        let page = sys::page_size();
        // A remainder is less than a page, so it fits.
        let into_page = usize::try_from((self.offset + position as u64) % page as u64).unwrap_or(0);
        (page - into_page) % page
    }

    /// A cursor over the bytes, for what wants `Read`, `BufRead` or `Seek`.
    #[must_use]
    pub fn cursor(&self) -> MmapCursor<'_> {
        MmapCursor::new(self)
    }

    /// How much of a range lies in the page cache, so that reading it needs no disk.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range does not lie in the mapping; [`ErrorKind::Io`] with the reason of the system if it
    /// does not tell.
    pub fn residency(&self, range: impl RangeBounds<usize>) -> Result<Residency> {
        let range = resolve(range, self.len())?;
        Residency::of(&self.file, self.offset + range.start as u64..self.offset + range.end as u64)
    }

    /// Drops the mapping's part of the file from the page cache, so that the next one reads it from the disk
    /// (`posix_fadvise(2)`). Pages that somebody maps or that wait to be written stay. For measuring a cold file; it needs no
    /// privilege.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] with the reason of the system if it refuses.
    pub fn evict(&self) -> Result<()> {
        if !self.is_empty() && self.protection != Protection::Copied {
            self.advise(Advice::DontNeed)?;
        }
        Ok(sys::evict(&self.file, &(self.offset..self.offset + self.len() as u64))?)
    }

    /// How many bytes the kernel reads ahead of one hint; `None` if the system does not tell.
    pub(super) fn read_ahead_len(&self) -> Option<usize> {
        sys::read_ahead_len(&self.file)
    }

    /// Where the mapping begins in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where a part of the mapping lies in the file, in bytes from its start: a record or a field of one, to have it
    /// [sent](crate::io::send) from there. `None` if it is no part of this mapping.
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

    /// Whether something was lost; to be asked behind every step.
    pub(super) fn has_lost(&self) -> bool {
        self.map.as_ref().is_some_and(|map| map.lost_from().is_some())
    }

    /// How the mapping stands, and what reading it has cost so far.
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

/// The bytes of the mapping, which are checked after they are read.
impl<'data> From<&'data MmapReader> for CheckedBytes<'data> {
    fn from(mapping: &'data MmapReader) -> Self {
        Self::new(mapping.as_slice(), mapping)
    }
}

/// The file that is mapped, as it was opened.
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

/// What is said of a page that could not be had although the file was not cut.
pub(super) fn vanished(offset: u64) -> io::Error {
    io::Error::other(format!(
        "the page of byte {offset} could not be had: the disk failed, or had no room for it"
    ))
}

/// Opens a file that can be mapped. Others are not opened at all: a pipe would wait for somebody to write to it.
pub(super) fn open_mappable(path: &Path) -> Result<File> {
    refuse_unmappable(&path.metadata()?)?;
    Ok(File::open(path)?)
}

pub(super) fn refuse_unmappable(metadata: &Metadata) -> Result<()> {
    let kind = metadata.file_type();
    let what = if kind.is_dir() {
        "a directory"
    } else if kind.is_file() {
        return Ok(());
    } else {
        special(kind)
    };
    Err(ErrorKind::Unmappable { what }.into())
}

#[cfg(unix)]
fn special(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: std::fs::FileType) -> &'static str {
    "a special file"
}

/// Whether a file of length 0 can be read from all the same, as those of `/proc` can. Its position stays where it is.
#[cfg(unix)]
pub(super) fn has_content(file: &File) -> bool {
    use std::os::unix::fs::FileExt;
    file.read_at(&mut [0], 0).is_ok_and(|read| read > 0)
}

#[cfg(not(unix))]
pub(super) fn has_content(_: &File) -> bool {
    false
}
