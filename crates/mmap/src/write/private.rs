//! Private, copy-on-write mappings.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::MmapMut;
use pagecut_core::error::{ErrorKind, Result};

use crate::opened::{has_content, refuse_unmappable};
use crate::sys::{self, Guarded};

/// A file that can be modified in memory only (`MAP_PRIVATE`).
///
/// The kernel copies a page at its first write; other pages are those of the page cache and cost nothing. It is
/// unspecified whether changes of the file show in pages that have not been written to (`mmap(2)`).
///
/// ```
/// use pagecut::mmap::MmapPrivate;
///
/// let mut reads = MmapPrivate::open("testdata/one.fastq")?;
/// reads.as_mut_slice().make_ascii_lowercase();
/// assert!(!reads.as_slice().iter().any(u8::is_ascii_uppercase));
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct MmapPrivate {
    map: Guarded<MmapMut>,
    file: File,
}

impl MmapPrivate {
    /// Maps a whole file. Read permission suffices.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be opened or mapped; [`ErrorKind::Unmappable`] if it is not a regular file, or a
    /// file of length 0 that has content (as in `/proc`).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // Opening a pipe would wait for a writer.
        refuse_unmappable(&path.metadata()?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        refuse_unmappable(&metadata)?;
        if metadata.len() == 0 && has_content(&file) {
            return Err(ErrorKind::Unmappable { what: "a file without a known length" }.into());
        }
        let len = usize::try_from(metadata.len()).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Ok(Self { map: sys::map_private(&file, len)?, file })
    }

    /// Checks that the file has not been truncated so far. After the new end of a truncated file, all bytes are zero,
    /// including modified ones.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the offset of the first lost byte; [`ErrorKind::Io`] if the file cannot be
    /// inspected.
    pub fn check(&self) -> Result<()> {
        let len = self.len() as u64;
        let lost = self.map.lost_from().map_or(len, |lost| lost as u64);
        match lost.min(self.file.metadata()?.len()) {
            offset if offset < len => Err(ErrorKind::Truncated { offset, len }.into()),
            _ => Ok(()),
        }
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.map
    }

    /// Returns the bytes for modification.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.map
    }

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns whether the mapping is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }
}

impl fmt::Debug for MmapPrivate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapPrivate").field("len", &self.len()).finish()
    }
}
