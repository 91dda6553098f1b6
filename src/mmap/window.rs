//! A mapping in pieces that end on record boundaries.

use super::MmapReader;
use crate::record::{Part, Resync, part_end_in};

/// A mapping in pieces of about one size that end on record boundaries.
///
/// A window ends at the first boundary behind the asked length. The last one ends where the mapping does; a record that is
/// longer than a window is delivered whole, and so is an input in which no boundary is found. Windows borrow from the
/// mapping and not from the iterator: any number can be held and worked on at a time.
///
/// ```
/// use pagecut::{Format, fastq::Fastq, mmap::MmapReader};
///
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let mut records = 0;
/// for window in reader.windows(Fastq::new(), 16 * 1024) {
///     for record in Fastq::new().records_of(window) {
///         record?;
///         records += 1;
///     }
/// }
/// assert_eq!(records, 250);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MmapWindow<'map, F> {
    format: F,
    data: &'map [u8],
    len: usize,
    position: usize,
}

impl<'map, F: Resync> MmapWindow<'map, F> {
    /// Windows of about `len` bytes; 0 stands for the least there can be, one record.
    #[must_use]
    pub fn new(reader: &'map MmapReader, format: F, len: usize) -> Self {
        Self { format, data: reader.as_slice(), len, position: 0 }
    }
}

impl<'map, F: Resync> Iterator for MmapWindow<'map, F> {
    type Item = Part<'map>;

    fn next(&mut self) -> Option<Part<'map>> {
        if self.position == self.data.len() {
            return None;
        }
        let start = self.position;
        self.position = part_end_in(&self.format, self.data, start, self.len, true);
        Some(Part::of(self.data, start..self.position))
    }
}

impl<F: Resync> std::iter::FusedIterator for MmapWindow<'_, F> {}
