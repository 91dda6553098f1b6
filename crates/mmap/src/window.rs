//! Windows of a mapping that end on record boundaries.

use std::fmt;

use pagecut_core::error::Result;
use pagecut_core::record::{Backing, Part, Reading, Resync, part_end_in};

use super::MmapReader;

/// An iterator over windows of a mapping that end on record boundaries.
///
/// A window ends at the first boundary at or after the requested length. The last window ends with the mapping. A
/// record longer than a window is delivered whole, and an input without a recognizable boundary is one window. Windows
/// borrow from the mapping, not from the iterator: any number can be held at a time.
///
/// Before each window and at the end, the iterator checks the file ([`MmapReader::check`]); if it was truncated or
/// changed, the last item is that error.
///
/// ```
/// use pagecut::{Format, fastq::Fastq, mmap::MmapReader};
///
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let mut records = 0;
/// for window in reader.windows(Fastq::new(), 16 * 1024) {
///     for record in Fastq::new().records_of(window?) {
///         record?;
///         records += 1;
///     }
/// }
/// assert_eq!(records, 250);
/// # Ok::<(), pagecut::Error>(())
/// ```
pub struct MmapWindow<'map, F> {
    format: F,
    reader: &'map MmapReader,
    /// Receives the positions of the windows.
    backing: &'map dyn Backing,
    reading: Option<Box<dyn Reading + 'map>>,
    len: usize,
    position: usize,
    ended: bool,
}

impl MmapReader {
    /// Returns windows of about `len` bytes that end on record boundaries.
    pub fn windows<F: Resync>(&self, format: F, len: usize) -> MmapWindow<'_, F> {
        MmapWindow::new(self, format, len)
    }
}

impl<'map, F: Resync> MmapWindow<'map, F> {
    /// Creates windows of about `len` bytes; 0 gives the smallest windows, of one record each.
    #[must_use]
    pub fn new(reader: &'map MmapReader, format: F, len: usize) -> Self {
        Self { format, reader, backing: reader, reading: None, len, position: 0, ended: false }
    }

    /// Reports positions to another backing.
    pub(super) fn backed_by(self, backing: &'map dyn Backing) -> Self {
        Self { backing, ..self }
    }
}

impl<F: Resync> fmt::Debug for MmapWindow<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MmapWindow")
            .field("format", &F::NAME)
            .field("len", &self.len)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl<'map, F: Resync> Iterator for MmapWindow<'map, F> {
    type Item = Result<Part<'map>>;

    fn next(&mut self) -> Option<Result<Part<'map>>> {
        if self.ended {
            return None;
        }
        let data = self.reader.as_slice();
        if self.position == 0 {
            self.reading = self.backing.begin(0..data.len());
        }
        if let Some(reading) = &mut self.reading {
            reading.at(self.position);
        }
        if let Err(error) = self.reader.check() {
            self.ended = true;
            return Some(Err(error));
        }
        if self.position == data.len() {
            (self.ended, self.reading) = (true, None);
            return None;
        }
        let start = self.position;
        self.position = part_end_in(&self.format, data, start, self.len, true);
        Some(Ok(Part::from_range(data, start..self.position)))
    }
}

impl<F: Resync> std::iter::FusedIterator for MmapWindow<'_, F> {}
