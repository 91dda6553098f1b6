//! Mappings on huge pages.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use pagecut_core::error::Result;

use super::opened::{Opened, open_mappable};
use super::{Advice, MmapOptions, MmapReader, sys};

/// A mapping on huge pages, which needs few page faults and few TLB entries.
///
/// | file | method |
/// |---|---|
/// | on a file system with large folios (ext4 from Linux 6.16, XFS) | mapped at a multiple of the huge page size with [`Advice::HugePage`]: the kernel reads missing pages into the page cache as huge pages and maps each with one entry |
/// | on hugetlbfs | mapped with the page size of that file system |
/// | any, on request ([`HugePageMmap::copied`]) | copied into anonymous memory on huge pages |
///
/// If the kernel refuses huge pages, the file is mapped with ordinary pages; [`pages_used`](HugePageMmap::pages_used)
/// returns the kind of pages and [`refused`](HugePageMmap::refused) the reason.
/// [`huge_bytes`](HugePageMmap::huge_bytes) returns the number of bytes that are actually on huge pages: pages of the
/// file that were in the page cache before keep their size.
///
/// Dereferences to [`MmapReader`].
///
/// ```
/// use pagecut::{fastq::Fastq, mmap::HugePageMmap};
///
/// let map = HugePageMmap::open("testdata/illumina.fastq")?;
/// assert_eq!(map.records(&Fastq::new()).count(), 250);
/// println!("{:?}, {:?} bytes on huge pages", map.pages_used(), map.huge_bytes());
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug)]
pub struct HugePageMmap {
    reader: MmapReader,
    pages: HugePages,
    refused: Option<io::Error>,
}

/// The kind of pages that a [`HugePageMmap`] uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HugePages {
    /// An aligned file mapping with [`Advice::HugePage`].
    File,
    /// A mapping of a file on hugetlbfs.
    Hugetlbfs,
    /// A copy in anonymous memory with [`Advice::HugePage`].
    Copy,
    /// An ordinary mapping.
    None,
}

impl HugePageMmap {
    /// Maps a whole file.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::open`]. Refused huge pages are not an error.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file(&open_mappable(path.as_ref())?)
    }

    /// Maps a whole open file.
    ///
    /// # Errors
    ///
    /// Those of [`open`](HugePageMmap::open).
    pub fn from_file(file: &File) -> Result<Self> {
        let opened = Opened::of(file, MmapOptions::new())?;
        let hugetlbfs = sys::hugetlbfs_page(file);
        let align = hugetlbfs.unwrap_or_else(sys::huge_page_size);
        let page = hugetlbfs.unwrap_or_else(sys::page_size);
        let aligned = if opened.len == 0 {
            Ok(None)
        } else {
            sys::Map::aligned(&opened.file, opened.offset, opened.len, align, page).map(Some)
        };
        let map = match aligned {
            Ok(map) => map,
            Err(refused) => {
                let reader = MmapReader::from_file(file, MmapOptions::new())?;
                return Ok(Self { reader, pages: HugePages::None, refused: Some(refused) });
            }
        };
        let advised = map.as_ref().filter(|_| hugetlbfs.is_none()).map(advise_huge);
        let pages = if hugetlbfs.is_some() { HugePages::Hugetlbfs } else { HugePages::File };
        let reader = MmapReader::mapped(opened, map, MmapOptions::new());
        Ok(match advised {
            Some(Err(refused)) => Self { reader, pages: HugePages::None, refused: Some(refused) },
            _ => Self { reader, pages, refused: None },
        })
    }

    /// Copies a whole file into anonymous memory on huge pages. This reads the file once and needs memory of the file's
    /// size. It pays off for repeated random access.
    ///
    /// # Errors
    ///
    /// Those of [`open`](HugePageMmap::open), and [`ErrorKind::Io`](crate::ErrorKind::Io) if the memory cannot be
    /// allocated or the file cannot be read.
    pub fn copied(path: impl AsRef<Path>) -> Result<Self> {
        let opened = Opened::of(&open_mappable(path.as_ref())?, MmapOptions::new())?;
        let mut refused = None;
        let prepare = |map: &sys::Map| refused = advise_huge(map).err();
        let map = if opened.len == 0 {
            None
        } else {
            let align = sys::huge_page_size();
            Some(sys::Map::copy(&opened.file, opened.offset, opened.len, align, prepare)?)
        };
        opened.check()?;
        let reader = MmapReader::mapped(opened, map, MmapOptions::new());
        Ok(Self { reader, pages: if refused.is_some() { HugePages::None } else { HugePages::Copy }, refused })
    }

    /// Returns the kind of pages in use.
    #[must_use]
    pub fn pages_used(&self) -> HugePages {
        self.pages
    }

    /// Returns the reason why the kernel refused huge pages.
    #[must_use]
    pub fn refused(&self) -> Option<&io::Error> {
        self.refused.as_ref()
    }

    /// Returns the number of bytes that are mapped with huge pages now (`/proc/self/smaps`), or `None` if the system
    /// does not report it. A page counts after its first access.
    #[must_use]
    pub fn huge_bytes(&self) -> Option<u64> {
        self.stats().huge
    }
}

fn advise_huge(map: &sys::Map) -> io::Result<()> {
    sys::advise(map, 0..map.len(), Advice::HugePage)
}

impl Deref for HugePageMmap {
    type Target = MmapReader;

    #[inline]
    fn deref(&self) -> &MmapReader {
        &self.reader
    }
}
