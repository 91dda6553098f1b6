//! A file that can be written to in memory, and stays as it is.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::MmapMut;

use crate::error::{ErrorKind, Result};
use crate::mmap::reader::{has_content, refuse_unmappable};
use crate::mmap::sys::{self, Guarded};

/// A file that can be written to in memory, and stays as it is (`MAP_PRIVATE`).
///
/// A page is copied when it is written to for the first time; the others are those of the page cache, and cost nothing. For
/// as long as a page was not written to, whether changes of the file show in it is not said (`mmap(2)`).
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
    /// Maps a whole file, for which it suffices that it may be read.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if it cannot be opened or mapped; [`ErrorKind::Unmappable`] if it is no regular file, or one that
    /// tells no length though it has content (as in `/proc`).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        // Opening a pipe would wait for somebody to write to it.
        refuse_unmappable(&path.metadata()?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        refuse_unmappable(&metadata)?;
        if metadata.len() == 0 && has_content(&file) {
            return Err(ErrorKind::Unmappable { what: "a file that tells no length" }.into());
        }
        let len = usize::try_from(metadata.len()).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Ok(Self { map: sys::map_private(&file, len)?, file })
    }

    /// Whether the file still had all of its bytes until now. Where it was cut short, they are zero from there on, changed or not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Truncated`] with the first byte that is lost; [`ErrorKind::Io`] if the system does not tell.
    pub fn check(&self) -> Result<()> {
        let len = self.len() as u64;
        let lost = self.map.lost_from().map_or(len, |lost| lost as u64);
        match lost.min(self.file.metadata()?.len()) {
            offset if offset < len => Err(ErrorKind::Truncated { offset, len }.into()),
            _ => Ok(()),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.map
    }

    /// The bytes, to be written to.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.map
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether the file was empty.
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
