//! A mapping as a stream.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use super::MmapReader;

/// A cursor over the bytes of a mapping, for what wants `Read`, `BufRead` or `Seek`.
///
/// A read that comes to a page that vanished fails. Where the bytes end, the file is compared with what it was when it was
/// mapped ([`MmapReader::check`]): a file that was cut short or changed meanwhile does not end, it fails. (The bytes behind
/// `fill_buf` are those of the mapping, and are read after it returns.)
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

impl<'map> MmapCursor<'map> {
    pub(super) fn new(reader: &'map MmapReader) -> Self {
        Self { reader, bytes: Cursor::new(reader.as_slice()) }
    }

    /// Where the cursor stands, in bytes from the start of the mapping.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.bytes.position()
    }

    /// The bytes from the cursor to the end of the mapping, which live as long as the mapping.
    #[must_use]
    pub fn rest(&self) -> &'map [u8] {
        let all = *self.bytes.get_ref();
        let position = usize::try_from(self.bytes.position()).unwrap_or(usize::MAX);
        all.get(position..).unwrap_or_default()
    }

    /// Asks whether all is well, if the cursor stands at the end or something was lost.
    fn check(&self) -> io::Result<()> {
        if self.rest().is_empty() || self.reader.has_lost() {
            self.reader.check().map_err(io::Error::other)
        } else {
            Ok(())
        }
    }
}

impl Read for MmapCursor<'_> {
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
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}

impl Seek for MmapCursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
