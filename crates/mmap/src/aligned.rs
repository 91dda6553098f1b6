//! Page-aligned ranges of a mapping.

use std::ops::{Deref, Range};

use pagecut_core::error::{ErrorKind, Result};

use super::{Advice, MmapReader, sys};

/// A mapping that gives advice for the pages of each range before the range is read.
///
/// ```
/// use pagecut::mmap::{MmapReader, PageAlignedMmap};
///
/// let map = PageAlignedMmap::new(MmapReader::open("testdata/illumina.fastq")?);
/// let window = map.aligned_window(5000, 10_000);
/// assert!(window.start <= 5000 && window.start % map.page_size() == 0);
/// assert_eq!(map.read_aligned(5000, 10_000)?, &map.as_slice()[5000..15_000]);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug)]
pub struct PageAlignedMmap {
    reader: MmapReader,
    page_size: usize,
    advice: Advice,
}

impl PageAlignedMmap {
    /// Wraps a mapping. Each read advises [`Advice::WillNeed`] for the pages of its range.
    #[must_use]
    pub fn new(reader: MmapReader) -> Self {
        Self { reader, page_size: sys::page_size(), advice: Advice::WillNeed }
    }

    /// Replaces the advice.
    #[must_use]
    pub fn with_advice(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }

    /// Returns the page size of the system in bytes.
    #[must_use]
    pub fn page_size(&self) -> usize {
        self.page_size
    }

    /// Returns the range of whole pages that contains `len` bytes at `offset`, limited to the mapping. Pages are pages
    /// of the file: the first page is shorter if the mapping starts inside a page.
    #[must_use]
    pub fn aligned_window(&self, offset: usize, len: usize) -> Range<usize> {
        let start = offset.min(self.len());
        let end = offset.saturating_add(len).min(self.len());
        // The page of a position starts one page before the next page start. At the start of the mapping, less than one
        // page may precede that page start.
        let page_start = |position: usize| match self.to_page_start(position) {
            0 => position,
            distance => (position + distance).saturating_sub(self.page_size),
        };
        let page_end = |position: usize| (position + self.to_page_start(position)).min(self.len());
        if start == end { start..end } else { page_start(start)..page_end(end) }
    }

    /// Advises the kernel about the pages of a range, and about no others, and returns the bytes of the range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if the range exceeds the mapping; [`ErrorKind::Io`] if the kernel refuses the advice.
    pub fn read_aligned(&self, offset: usize, len: usize) -> Result<&[u8]> {
        let bytes = offset.checked_add(len).and_then(|end| self.as_slice().get(offset..end));
        let Some(bytes) = bytes else {
            let (start, end, len) = (offset as u64, offset.saturating_add(len) as u64, self.len() as u64);
            return Err(ErrorKind::OutOfRange { start, end, len }.into());
        };
        self.advise_range(self.aligned_window(offset, len), self.advice)?;
        Ok(bytes)
    }
}

impl Deref for PageAlignedMmap {
    type Target = MmapReader;

    #[inline]
    fn deref(&self) -> &MmapReader {
        &self.reader
    }
}
