//! Errors and their locations.

mod compressed;
mod excerpt;
mod kind;
mod location;
mod mates;
mod mp4;

use std::fmt;
use std::io;
use std::sync::Arc;

pub use compressed::{CompressedFault, CompressedPlace};
pub(crate) use excerpt::EXCERPT_LEN;
use excerpt::quoted;
pub use kind::ErrorKind;
pub use location::Location;
#[doc(hidden)]
pub use location::Site;
pub use mates::{MatePlace, PairFile};
pub use mp4::Mp4Fault;

/// A result whose error is an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error with its location in the input.
///
/// A parse error has a [`Location`] and quotes the bytes there; a system error has neither. It has the size of a
/// pointer and can be cloned, so that several workers can report the same one.
///
/// ```
/// use pagecut::{ErrorKind, Format, fastq::Fastq};
///
/// let error = Fastq::new().records(b"@r1\nACGT\n+\nIII\n").find_map(Result::err).unwrap();
/// assert!(matches!(error.kind(), ErrorKind::LengthMismatch { sequence: 4, quality_scores: 3 }));
/// assert_eq!(
///     error.to_string(),
///     "fastq: record 0, line 4, byte 11: the sequence has 4 letters, but there are 3 quality scores: \"III\""
/// );
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Arc<ErrorKind>,
    site: Option<Site>,
    /// The file, if two are read in pairs.
    file: Option<PairFile>,
    excerpt: Box<[u8]>,
}

impl Error {
    /// Creates an error at a location; `found` are the bytes from there to the end of the line, quoted in part.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn at(kind: ErrorKind, site: Site, found: &[u8]) -> Self {
        let excerpt = found[..found.len().min(EXCERPT_LEN)].into();
        Self(Arc::new(Inner { kind: Arc::new(kind), site: Some(site), file: None, excerpt }))
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Returns the location; `None` for a system error.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        self.0.site.as_ref().map(|site| site.location(self.0.file))
    }

    /// Returns the file of the error, if two are read in pairs; `None` if it is in none of them. An error without a location has a file too.
    #[must_use]
    pub fn file(&self) -> Option<PairFile> {
        self.0.file
    }

    /// Returns the byte at fault, counted from 0 at the start of the input; `None` for an error without a location.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self.kind() {
            ErrorKind::Truncated { offset, .. } => Some(*offset),
            _ => self.location().map(|location| location.offset),
        }
    }

    /// Returns the location in the compressed input, for an error in compressed bytes.
    ///
    /// ```
    /// # #[cfg(feature = "gzip")] {
    /// use pagecut::{Source, SourceOptions, fastq::Fastq};
    ///
    /// // A block of BGZF that ends too early.
    /// let cut = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03";
    /// let error = Source::from_reader(&cut[..], SourceOptions::new()).account(&Fastq::new()).error.unwrap();
    /// let place = error.compressed_place().unwrap();
    /// assert_eq!((place.format, place.number, place.start, place.offset), ("BGZF", Some(0), 0, 19));
    /// # }
    /// ```
    #[must_use]
    pub fn compressed_place(&self) -> Option<CompressedPlace> {
        match self.kind() {
            ErrorKind::Compressed { place, .. } => Some(*place),
            _ => None,
        }
    }

    /// Returns the bytes at the location of the error, up to the end of the line and at most 60; empty at the end of
    /// the input.
    #[must_use]
    pub fn excerpt(&self) -> &[u8] {
        &self.0.excerpt
    }

    /// Returns the message without the location: the last part of the `Display` output.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = self.0.kind.to_string();
        if !self.0.excerpt.is_empty() {
            message = format!("{message}: \"{}\"", quoted(&self.0.excerpt));
        }
        message
    }

    /// Converts record and line of an error in a chunk to numbers from the start of the input. `records` and `lines`
    /// are the counts before the chunk; errors of its [`Pieces`](crate::record::Pieces) are counted from its start.
    #[must_use]
    pub fn count_before(self, records: u64, lines: u64) -> Self {
        self.count_from(0, records, lines)
    }

    /// Counts from `offset`, which has `records` records and `lines` lines before the chunk of the error, unless the
    /// error already counts from there or earlier.
    pub(crate) fn count_from(self, offset: u64, records: u64, lines: u64) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        if let Some(site) = inner.site.as_mut().filter(|site| site.counted_from > offset) {
            site.counted_from = offset;
            site.record += records;
            site.line = site.line.map(|line| line + lines);
        }
        Self(Arc::new(inner))
    }

    /// Gives an error of a failed allocation the location of `cut`, the record that is incomplete without that memory.
    /// Other errors are returned unchanged.
    #[doc(hidden)]
    #[must_use]
    pub fn of_record_at(self, cut: &Self) -> Self {
        if !self.is_of_memory() || self.0.site.is_some() {
            return self;
        }
        let site = cut.0.site.clone().map(|site| Site { offset: site.record_offset, line: None, ..site });
        Self(Arc::new(Inner { site, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Gives an error of a failed allocation without a location the first byte for which memory was needed.
    #[doc(hidden)]
    #[must_use]
    pub fn of_bytes_at(self, format: &'static str, offset: u64) -> Self {
        if !self.is_of_memory() || self.0.site.is_some() {
            return self;
        }
        let site =
            Site { format, offset, record_offset: offset, counted_from: offset, record: 0, line: None };
        Self(Arc::new(Inner { site: Some(site), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Returns whether an allocation failed or would exceed the limit.
    fn is_of_memory(&self) -> bool {
        match self.kind() {
            ErrorKind::TooLong { .. } => true,
            ErrorKind::Io(error) => error.kind() == io::ErrorKind::OutOfMemory,
            _ => false,
        }
    }

    /// Converts an error of a four-line record into the error that the stream is wrapped, located at the start of that
    /// record.
    #[doc(hidden)]
    #[must_use]
    pub fn of_wrapped_stream(self) -> Self {
        let lines_before = match self.kind() {
            ErrorKind::SequenceStart { .. } => 1,
            ErrorKind::PlusLine { .. } => 2,
            ErrorKind::LengthMismatch { .. } | ErrorKind::QualityLine => 3,
            _ => 0,
        };
        let start = |site: Site| Site {
            offset: site.record_offset,
            line: site.line.map(|line| line.saturating_sub(lines_before)),
            ..site
        };
        let (kind, site) = (Arc::new(ErrorKind::WrappedStream), self.0.site.clone().map(start));
        Self(Arc::new(Inner { kind, site, file: self.0.file, excerpt: Box::default() }))
    }

    /// Sets the file of the error, if two are read in pairs.
    #[doc(hidden)]
    #[must_use]
    pub fn in_file(self, file: Option<PairFile>) -> Self {
        Self(Arc::new(Inner { file, ..Arc::unwrap_or_clone(self.0) }))
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Arc::new(Inner { kind: Arc::new(kind), site: None, file: None, excerpt: Box::default() }))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        ErrorKind::Io(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = self.location() {
            write!(f, "{location}: ")?;
        } else if let Some(file) = self.0.file {
            write!(f, "{file}: ")?;
        }
        f.write_str(&self.message())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("location", &self.location())
            .field("file", &self.0.file)
            .field("excerpt", &format_args!("\"{}\"", self.0.excerpt.escape_ascii()))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            ErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(counted_from: u64) -> Site {
        Site { format: "fastq", offset: 120, record_offset: 100, counted_from, record: 2, line: Some(9) }
    }

    #[test]
    fn an_error_of_a_part_has_no_numbers_until_it_is_known_what_lies_before() {
        let error = Error::at(ErrorKind::SyncLost, site(50), b"xyz");
        let location = error.location().unwrap();
        assert_eq!((location.record, location.line), (None, None));
        let location = error.count_before(10, 40).location().unwrap();
        assert_eq!((location.record, location.line), (Some(12), Some(50)));
    }

    #[test]
    fn counting_twice_changes_nothing() {
        let error = Error::at(ErrorKind::SyncLost, site(50), b"").count_before(1, 4).count_before(1, 4);
        assert_eq!(error.location().unwrap().record, Some(3));
    }

    #[test]
    fn a_part_of_a_part_gives_no_record_number() {
        let error = Error::at(ErrorKind::SyncLost, site(50), b"").count_from(50, 7, 7);
        assert_eq!(error.location().unwrap().record, None, "it would count from the start of the part");
    }

    #[test]
    fn an_excerpt_is_short_and_escaped() {
        let error = |found: &[u8]| Error::at(ErrorKind::SyncLost, site(0), found);
        assert_eq!(error(&[0; 1000]).excerpt().len(), EXCERPT_LEN);
        let quoted = |found: &[u8]| error(found).message().split_once(": ").unwrap().1.to_owned();
        assert_eq!(quoted(&[0; 1000]), format!("\"{}\"", "\\x00".repeat(EXCERPT_LEN / 4)));
        assert_eq!(quoted(&[b'A'; 1000]), format!("\"{}\"", "A".repeat(EXCERPT_LEN)));
        assert_eq!(quoted(&[&[b'A'; 57][..], b"\xff", b"B"].concat()), format!("\"{}\"", "A".repeat(57)));
    }

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
