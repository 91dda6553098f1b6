//! A file on huge pages.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use super::reader::{Opened, open_mappable};
use super::{Advice, MmapOptions, MmapReader, sys};
use crate::error::Result;

/// A file that is mapped so that it takes few entries of the TLB.
///
/// | the file | what is done |
/// |---|---|
/// | on a file system with large folios (ext4 from Linux 6.16, XFS) | mapped at an address that is a multiple of the huge-page size, with [`Advice::HugePage`]: what is not in the page cache yet is read into it in huge pages, and mapped by one entry each |
/// | on hugetlbfs | mapped in the pages of that file system |
/// | any, on request ([`HugePageMmap::copied`]) | read into anonymous memory on huge pages |
///
/// What the system refuses falls back to an ordinary mapping; [`pages_used`](HugePageMmap::pages_used) and
/// [`refused`](HugePageMmap::refused) tell. How many bytes are on huge pages in fact, [`huge_bytes`](HugePageMmap::huge_bytes)
/// asks the system: pages of a file that were in the page cache before stay as small as they are.
///
/// It can be used like the [`MmapReader`] that it is made of.
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

/// What a [`HugePageMmap`] got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HugePages {
    /// An aligned mapping of a file, for which huge pages are preferred.
    File,
    /// A mapping of a file on hugetlbfs.
    Hugetlbfs,
    /// A copy in anonymous memory, for which huge pages are preferred.
    Copy,
    /// An ordinary mapping.
    None,
}

impl HugePageMmap {
    /// Maps a whole file.
    ///
    /// # Errors
    ///
    /// Those of [`MmapReader::open`]. That huge pages are refused is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::from_file(&open_mappable(path.as_ref())?)
    }

    /// Maps a whole file that is open.
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

    /// Reads a whole file into memory of its own on huge pages. That takes a pass over the file and as much memory as it is
    /// long, and is worth it for bytes that are gone through many times in no order.
    ///
    /// # Errors
    ///
    /// Those of [`open`](HugePageMmap::open), and [`ErrorKind::Io`](crate::ErrorKind::Io) if the memory cannot be had or the
    /// file cannot be read.
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

    /// What was got.
    #[must_use]
    pub fn pages_used(&self) -> HugePages {
        self.pages
    }

    /// Why huge pages were refused, if they were.
    #[must_use]
    pub fn refused(&self) -> Option<&io::Error> {
        self.refused.as_ref()
    }

    /// How many bytes are mapped by huge pages at the moment (`/proc/self/smaps`); `None` where the system does not tell. Pages
    /// are mapped when they are touched.
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

    fn deref(&self) -> &MmapReader {
        &self.reader
    }
}
