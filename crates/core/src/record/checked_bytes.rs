//! Bytes of an input, with the check of their source.

use std::fmt;

use super::Backing;

/// Bytes of an input in memory, as [`Format::records`](super::Format::records) and other readers take them.
///
/// Made from a slice, or from a value that can check its bytes: an `MmapReader`, a
/// `PrefetchingMmap`, a `SourceBytes`. Readers call that check after the last record, and a file
/// that was cut short or changed meanwhile is an error. Bytes from a slice, that of a mapping included, are not checked.
///
/// ```
/// use pagecut::{fastq, mmap::MmapReader};
///
/// let reader = MmapReader::open("testdata/illumina.fastq")?;
/// let mut bases = 0;
/// // `&reader`, and not `reader.as_slice()`: a truncated file is an error.
/// for record in fastq::records(&reader) {
///     bases += record?.sequence().len();
/// }
/// assert_eq!(bases, 58_235);
/// # Ok::<(), pagecut::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct CheckedBytes<'data> {
    bytes: &'data [u8],
    backing: Option<&'data dyn Backing>,
}

impl<'data> CheckedBytes<'data> {
    /// Joins bytes and the value that checks them.
    #[inline]
    #[must_use]
    pub fn new(bytes: &'data [u8], backing: &'data dyn Backing) -> Self {
        Self { bytes, backing: Some(backing) }
    }

    /// Returns the bytes.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &'data [u8] {
        self.bytes
    }

    /// Returns the value that checks the bytes, if there is one.
    #[inline]
    #[must_use]
    pub fn backing(&self) -> Option<&'data dyn Backing> {
        self.backing
    }
}

impl<'data> From<&'data [u8]> for CheckedBytes<'data> {
    #[inline]
    fn from(bytes: &'data [u8]) -> Self {
        Self { bytes, backing: None }
    }
}

impl<'data, const N: usize> From<&'data [u8; N]> for CheckedBytes<'data> {
    #[inline]
    fn from(bytes: &'data [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<'data> From<&'data Vec<u8>> for CheckedBytes<'data> {
    #[inline]
    fn from(bytes: &'data Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl fmt::Debug for CheckedBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedBytes")
            .field("len", &self.bytes.len())
            .field("is_checked", &self.backing.is_some())
            .finish()
    }
}
