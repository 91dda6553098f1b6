//! Ranges that begin and end with pages.

use std::ops::{Deref, Range};

use super::{Advice, MmapReader, sys};
use crate::error::{ErrorKind, Result};

/// A mapping that is read in whole pages, each range with advice of its own.
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
    /// Reads a mapping in whole pages, for each of which it is said that it will be used soon ([`Advice::WillNeed`]).
    #[must_use]
    pub fn new(reader: MmapReader) -> Self {
        Self { reader, page_size: sys::page_size(), advice: Advice::WillNeed }
    }

    /// Gives this advice instead.
    #[must_use]
    pub fn with_advice(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }

    /// The size of a page in bytes, as the system says it.
    #[must_use]
    pub fn page_size(&self) -> usize {
        self.page_size
    }

    /// The pages that `len` bytes from `offset` on touch, as far as they lie in the mapping. Pages are those of the file: where
    /// the mapping does not begin with a page, its first one is shorter.
    #[must_use]
    pub fn aligned_window(&self, offset: usize, len: usize) -> Range<usize> {
        let start = offset.min(self.len());
        let end = offset.saturating_add(len).min(self.len());
        // The page of a position begins where that of the next page start does, a page before; at the start of the mapping
        // there may be less than a page.
        let page_start = |position: usize| match self.to_page_start(position) {
            0 => position,
            behind => (position + behind).saturating_sub(self.page_size),
        };
        let page_end = |position: usize| (position + self.to_page_start(position)).min(self.len());
        if start == end { start..end } else { page_start(start)..page_end(end) }
    }

    /// The bytes asked for, after the advice was given for the pages that they touch and for no others.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfRange`] if they do not lie in the mapping; [`ErrorKind::Io`] if the system does not take the advice.
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

    fn deref(&self) -> &MmapReader {
        &self.reader
    }
}
