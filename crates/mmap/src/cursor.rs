//! A mapping as `Read`, `BufRead` and `Seek`.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use super::MmapReader;

/// A cursor over the bytes of a mapping that implements `Read`, `BufRead` and `Seek`.
///
/// A read that reaches a vanished page fails. At the end of the mapping, the cursor compares the file with its state at
/// the time of mapping ([`MmapReader::check`]): if the file was truncated or changed, the read fails instead of
/// returning end of file. The slice that `fill_buf` returns is part of the mapping; the caller reads it after this
/// check.
///
/// ```
/// use std::io::BufRead;
///
/// use pagecut::mmap::MmapReader;
///
/// let reader = MmapReader::open("testdata/two.fastq")?;
/// let lines = reader.cursor().lines().collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(lines.len(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MmapCursor<'map> {
    reader: &'map MmapReader,
    bytes: Cursor<&'map [u8]>,
}

impl MmapReader {
    /// Returns a cursor over the bytes that implements `Read`, `BufRead` and `Seek`.
    #[must_use]
    pub fn cursor(&self) -> MmapCursor<'_> {
        MmapCursor::new(self)
    }
}

impl<'map> MmapCursor<'map> {
    fn new(reader: &'map MmapReader) -> Self {
        Self { reader, bytes: Cursor::new(reader.as_slice()) }
    }

    /// Returns the position of the cursor in bytes from the start of the mapping.
    #[inline]
    #[must_use]
    pub fn position(&self) -> u64 {
        self.bytes.position()
    }

    /// Returns the bytes from the cursor to the end of the mapping. The slice lives as long as the mapping.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'map [u8] {
        let all = *self.bytes.get_ref();
        let position = usize::try_from(self.bytes.position()).unwrap_or(usize::MAX);
        all.get(position..).unwrap_or_default()
    }

    /// Checks the file if the cursor is at the end or a page has vanished.
    #[inline]
    fn check(&self) -> io::Result<()> {
        if self.rest().is_empty() || self.reader.has_lost() {
            self.reader.check().map_err(io::Error::other)
        } else {
            Ok(())
        }
    }
}

impl Read for MmapCursor<'_> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.bytes.read(buffer)?;
        if self.reader.has_lost() {
            self.check()?;
        }
        Ok(read)
    }
}

impl BufRead for MmapCursor<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.bytes.fill_buf()
    }

    #[inline]
    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for MmapCursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
