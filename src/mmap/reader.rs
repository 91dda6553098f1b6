//! A file, or a range of it, as one slice.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::ops::{Bound, Range, RangeBounds};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::Mmap;

use super::{Advice, Grant, MmapOption, MmapOptions, MmapStats, MmapWindow, sys};
use crate::error::{ErrorKind, Result};
use crate::record::Resync;

/// A file, or a range of it, as one slice.
///
/// Records that are read from the slice borrow from the reader; it can be shared by any number of threads.
///
/// ```
/// use pagecut::{Resync, fastq, mmap::MmapReader};
/// use rayon::prelude::*;
///
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let mut records = fastq::par_records(reader.as_slice()).collect::<Result<Vec<_>, _>>()?;
/// records.sort_by_key(|record| record.sequence());
/// # Ok::<(), pagecut::Error>(())
/// ```
///
/// What a mapping rests on, and what happens when the file changes meanwhile, is told on the page of the
/// [module](crate::mmap).
pub struct MmapReader {
    /// `None` for an empty range: the system does not map nothing.
    map: Option<Mmap>,
    grants: Vec<Grant>,
    advice_granted: AtomicU64,
    advice_refused: AtomicU64,
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
        let path = path.as_ref();
        // Opening a pipe would wait for somebody to write to it.
        refuse_unmappable(&path.metadata()?)?;
        Self::from_file(&File::open(path)?, options)
    }

    /// Maps a file that is open. The mapping stays when the file is closed.
    ///
    /// # Errors
    ///
    /// Those of [`with_options`](MmapReader::with_options).
    pub fn from_file(file: &File, options: MmapOptions) -> Result<Self> {
        let metadata = file.metadata()?;
        refuse_unmappable(&metadata)?;
        let there_are = metadata.len();
        if there_are == 0 && has_content(file) {
            return Err(ErrorKind::Unmappable { what: "a file that tells no length" }.into());
        }
        let rest = there_are.checked_sub(options.offset);
        let asked = options.len.map(|len| len as u64).or(rest).unwrap_or(0);
        if rest.is_none_or(|rest| asked > rest) {
            let end = options.offset.saturating_add(asked);
            return Err(ErrorKind::OutOfRange { start: options.offset, end, len: there_are }.into());
        }
        let len = usize::try_from(asked).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let map = if len == 0 { None } else { Some(sys::map(file, options.offset, len)?) };
        let mut reader = Self {
            map,
            grants: Vec::new(),
            advice_granted: AtomicU64::new(0),
            advice_refused: AtomicU64::new(0),
        };
        reader.grant(options);
        Ok(reader)
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
        let counter = if answer.is_ok() { &self.advice_granted } else { &self.advice_refused };
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
        let range = self.resolve(range)?;
        match &self.map {
            Some(map) if !range.is_empty() => Ok(self.count(sys::advise(map, range, advice))?),
            _ => Ok(()),
        }
    }

    /// A range with both ends, if it lies in the mapping.
    fn resolve(&self, range: impl RangeBounds<usize>) -> Result<Range<usize>> {
        let start = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => self.len(),
        };
        if start > end || end > self.len() {
            let (start, end, len) = (start as u64, end as u64, self.len() as u64);
            return Err(ErrorKind::OutOfRange { start, end, len }.into());
        }
        Ok(start..end)
    }

    /// The mapping in windows of about `len` bytes that end on record boundaries.
    pub fn windows<F: Resync>(&self, format: F, len: usize) -> MmapWindow<'_, F> {
        MmapWindow::new(self, format, len)
    }

    /// How the mapping stands.
    #[must_use]
    pub fn stats(&self) -> MmapStats {
        let usage = self.map.as_ref().and_then(|map| sys::usage(map).ok());
        MmapStats {
            len: self.len(),
            page_size: sys::page_size(),
            resident: usage.map(|usage| usage.resident),
            huge: usage.map(|usage| usage.huge),
            advice_granted: self.advice_granted.load(Ordering::Relaxed),
            advice_refused: self.advice_refused.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Debug for MmapReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapReader").field("len", &self.len()).field("grants", &self.grants).finish()
    }
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

/// Whether a file of length 0 can be read from all the same, as those of `/proc` can.
pub(super) fn has_content(mut file: &File) -> bool {
    file.read(&mut [0]).is_ok_and(|read| read > 0)
}
