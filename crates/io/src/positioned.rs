//! Positioned reads through the page cache.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use pagecut_core::error::Result;

use super::{BytesAt, ReadAhead, sys};

/// Reads a file at given offsets through the page cache (`pread(2)`).
///
/// It has no file position, so any number of threads can share it. This is the baseline for every mapping: one copy, no
/// page faults.
///
/// ```
/// use pagecut::io::{BytesAt, PositionedReader};
///
/// let reader = PositionedReader::open("testdata/two.fastq")?;
/// let mut bytes = [0; 3];
/// assert_eq!(reader.read_at(24, &mut bytes)?, 3);
/// assert_eq!(&bytes, b"@r2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PositionedReader {
    file: File,
    /// Whether to evict pages after reading; cleared if the kernel does not support it.
    uncached: AtomicBool,
}

impl PositionedReader {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self::from_file(File::open(path)?))
    }

    /// Uses an open file.
    #[must_use]
    pub fn from_file(file: File) -> Self {
        Self { file, uncached: AtomicBool::new(false) }
    }

    /// Evicts pages after reading, unless they were in the page cache before (`RWF_DONTCACHE` of `preadv2(2)`, Linux
    /// 6.14): a pass over an uncached file then displaces no other pages. If the kernel or the file system does not
    /// support it, reads are ordinary ones and [`is_uncached`](PositionedReader::is_uncached) returns false from then
    /// on.
    #[must_use]
    pub fn uncached(self, uncached: bool) -> Self {
        Self { uncached: AtomicBool::new(uncached), ..self }
    }

    /// Returns whether reads evict their pages, as far as known.
    #[must_use]
    pub fn is_uncached(&self) -> bool {
        self.uncached.load(Ordering::Relaxed)
    }

    /// Starts reading a range into the page cache without waiting (`posix_fadvise(2)`).
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn read_ahead(&self, offset: u64, len: u64) -> io::Result<()> {
        sys::read_ahead(&self.file, offset, len)
    }

    /// Sets the read-ahead of the kernel for this file (`posix_fadvise(2)`).
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn advise(&self, read_ahead: ReadAhead) -> io::Result<()> {
        sys::set_read_ahead(&self.file, read_ahead)
    }

    /// Returns the file.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    fn read_some(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if self.is_uncached() {
            match sys::read_uncached(&self.file, offset, into) {
                Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                    self.uncached.store(false, Ordering::Relaxed);
                }
                read => return read,
            }
        }
        sys::read_at(&self.file, offset, into)
    }
}

impl BytesAt for PositionedReader {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        fill(offset, into, |offset, rest| self.read_some(offset, rest))
    }
}

/// Calls `read` until `into` is full or the file ends. Repeats interrupted calls.
pub(super) fn fill(
    offset: u64,
    into: &mut [u8],
    mut read: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match read(offset + filled as u64, &mut into[filled..]) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_interrupted_reads_are_continued() {
        let data: Vec<u8> = (0..100).collect();
        let mut calls = 0;
        let mut into = [0; 60];
        let filled = fill(10, &mut into, |offset, rest| {
            calls += 1;
            if calls % 3 == 0 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let rest_of_data = &data[usize::try_from(offset).unwrap()..];
            let len = rest.len().min(7).min(rest_of_data.len());
            rest[..len].copy_from_slice(&rest_of_data[..len]);
            Ok(len)
        });
        assert_eq!((filled.unwrap(), &into[..]), (60, &data[10..70]));
    }

    #[test]
    fn fill_stops_at_the_end_and_returns_errors() {
        let mut left = 5;
        let filled = fill(0, &mut [0; 10], |_, _| {
            left -= 1;
            Ok(usize::from(left > 0))
        });
        assert_eq!(filled.unwrap(), 4);
        let refused = fill(0, &mut [0; 10], |offset, _| {
            if offset < 3 { Ok(1) } else { Err(io::Error::other("input/output error")) }
        });
        assert_eq!(refused.unwrap_err().to_string(), "input/output error");
    }
}
