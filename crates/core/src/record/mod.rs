//! The protocol of formats, and readers that are generic over the format.
//!
//! A [`Format`] decides what begins at a position of the input: a record, bytes between records, or neither, with the reason
//! ([`Step`], [`Stop`]). The readers of this module keep the position, the byte counts, the gaps and the locations of errors. A
//! format that can find a record boundary from any position also implements [`Boundaries`]. Its inputs can be read in parallel, and
//! reading can continue after a fault:
//!
//! | type | description | requires |
//! |---|---|---|
//! | [`Records`] | iterator over records that ends at the first error | [`Format`] |
//! | [`Pieces`] | iterator over records and gaps that continues after a fault | [`Resync`] |
//! | [`ParRecords`] | rayon parallel iterator over records | [`Resync`] |
//! | [`Tally`] | counts of all bytes by kind | |
//!
//! # Why parallel reading equals serial reading
//!
//! [`Boundaries::search_boundary`] returns only offsets that every reader reaches if it started at an earlier boundary and met no
//! error; a reader never steps over a boundary. By induction over the parts, the records of the parts before the first error are,
//! joined, the records of a single reader. The first part that does not end where the next one starts contains the error that a
//! single reader meets. With [`Pieces`] the same holds for the gaps, because reading continues at the next boundary or before it.
//! The documentation of each format proves that its boundaries have this property.

mod backing;
mod checked_bytes;
mod cursor;
mod loss;
mod par_records;
mod part;
mod part_end;
mod pieces;
mod records;
mod state;
mod step;
mod tally;

pub use backing::{Backing, Reading};
pub use checked_bytes::CheckedBytes;
#[doc(hidden)]
pub use cursor::Cursor;
#[doc(hidden)]
pub use loss::Loss;
pub use loss::LostBlock;
pub use par_records::ParRecords;
pub use part::Part;
#[doc(hidden)]
pub use part_end::{End, PartEndSearch, is_at_fault, last_part_end, part_end_in};
pub use pieces::{Gap, Piece, Pieces};
pub use records::Records;
#[doc(hidden)]
pub use state::{CursorState, RecordLocation};
pub use step::{Fault, Step, Stop};
pub use tally::Tally;

use std::ops::Range;

/// A format whose records lie end to end in the input.
///
/// The value holds the options for reading, such as the checks to make.
pub trait Format: Clone + Send + Sync {
    /// Name of the format in messages, in lower case.
    const NAME: &'static str;

    /// Whether records consist of lines. Errors then have a line number, and their excerpt is the rest of the line.
    const IS_TEXT: bool;

    /// A record that borrows from the input.
    type Record<'data>: Send;

    /// Positions of the fields of a record, in bytes from its start.
    type Layout;

    /// Results of searching ahead of the position. Each part, and the bytes after each gap, start with the default value.
    type Lookahead: Default + Send;

    /// Finds the record, or the bytes between records, at `position`, which is a boundary in `part` and before its end. The record
    /// may extend past the end of the part, into the rest of the view.
    ///
    /// # Errors
    ///
    /// Returns a [`Stop`] if neither begins there, or if the decision needs more bytes in view.
    fn step(
        &self,
        ahead: &mut Self::Lookahead,
        part: &Part<'_>,
        position: usize,
    ) -> Result<Step<Self::Layout>, Stop>;

    /// Builds the record in `bytes` from the layout that [`step`](Format::step) found. The record begins `offset` bytes after the
    /// start of the input.
    ///
    /// # Panics
    ///
    /// May panic if the layout belongs to other bytes.
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Self::Layout) -> Self::Record<'data>;

    /// Returns the boundary search of a format that implements [`Boundaries`]. Inputs of other formats are read from the start.
    fn boundaries(&self) -> Option<&dyn Boundaries> {
        None
    }

    /// Returns an iterator over the records of a whole input in memory.
    ///
    /// ```
    /// use pagecut::{Format, fastq::Fastq};
    ///
    /// let data = b"@r1 first\nACGT\n+\nIIII\n@r2\nGG\n+\n!!\n";
    /// let mut sequences = Vec::new();
    /// for record in Fastq::new().records(data) {
    ///     sequences.push(record?.sequence());
    /// }
    /// assert_eq!(sequences, [b"ACGT".as_slice(), b"GG"]);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    fn records<'data>(&self, data: impl Into<CheckedBytes<'data>>) -> Records<'data, Self> {
        let data = data.into();
        self.records_of(Part::whole(data.as_slice())).backed_by(data.backing())
    }

    /// Returns an iterator over the records of a part.
    fn records_of<'data>(&self, part: Part<'data>) -> Records<'data, Self> {
        Records::new(self, part)
    }
}

/// The boundary search of a format: finds record boundaries from any position of an input.
pub trait Boundaries: Send + Sync {
    /// Returns the maximum number of bytes before a position that [`search_boundary`](Boundaries::search_boundary) examines to
    /// decide whether the position is a boundary.
    fn look_behind(&self) -> usize;

    /// Whether a reader may read past the end of its part to finish its last record, if the end of that record is in view.
    /// [`Part::len`] then only limits where a record may begin, and a caller with the whole input in view need not find the end of
    /// a part before it reads the part's records.
    fn reads_past_end(&self) -> bool {
        false
    }

    /// Whether a boundary is certain only if everything before it is valid: records of another variant of the format can contain
    /// bytes that look like a boundary.
    fn needs_proof(&self) -> bool {
        false
    }

    /// Finds the first position in the view of `part`, at `from` or later, at which reading can continue after everything before it
    /// was given up. This is the next boundary, unless the format finds a nearer position.
    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        self.find_boundary(part.view(), from)
    }

    /// Finds the first boundary in a range of `data`: a position that every reader reaches if it started at an earlier boundary and
    /// met no error. The input may continue after the end of `data`.
    ///
    /// The answer depends on the bytes around a position only. More bytes in view may turn [`Search::Unknown`] into another answer,
    /// and change no other answer. Bytes more than [`look_behind`](Boundaries::look_behind) bytes before the range have no
    /// influence. Two workers that search for the boundary between them independently therefore find the same one.
    ///
    /// [`find_start`](Boundaries::find_start) never skips a boundary: the start that it finds is the next boundary or lies before
    /// it.
    ///
    /// # Panics
    ///
    /// May panic if the range ends after the end of `data`.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search;

    /// Finds the first boundary in `data`, at `from` or later. Returns `None` if there is none, or none that is certain.
    fn find_boundary(&self, data: &[u8], from: usize) -> Option<usize> {
        match self.search_boundary(data, from.min(data.len())..data.len()) {
            Search::Boundary(position) => Some(position),
            Search::NoBoundary | Search::Unknown => None,
        }
    }
}

/// A format whose boundaries can be found from any position: every [`Format`] that implements [`Boundaries`] and returns itself
/// from [`Format::boundaries`].
pub trait Resync: Format + Boundaries {
    /// Returns a rayon parallel iterator over the records of a whole input.
    ///
    /// ```
    /// use pagecut::{Resync, fastq::Fastq};
    /// use rayon::prelude::*;
    ///
    /// let data = b"@r1\nACGT\n+\nIIII\n@r2\nGG\n+\n!!\n";
    /// let records = Fastq::new().par_records(data).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(records[1].name(), b"r2");
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    fn par_records<'data>(&self, data: impl Into<CheckedBytes<'data>>) -> ParRecords<'data, Self> {
        ParRecords::new(self, data.into())
    }

    /// Returns an iterator over the records of a whole input and the gaps at damaged records.
    fn pieces<'data>(&self, data: impl Into<CheckedBytes<'data>>) -> Pieces<'data, Self> {
        let data = data.into();
        self.pieces_of(Part::whole(data.as_slice())).backed_by(data.backing())
    }

    /// Returns an iterator over the records and gaps of a part.
    fn pieces_of<'data>(&self, part: Part<'data>) -> Pieces<'data, Self> {
        Pieces::new(self, part)
    }
}

impl<F: Format + Boundaries> Resync for F {}

/// Result of [`Boundaries::search_boundary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Search {
    /// The first boundary of the range.
    Boundary(usize),
    /// The range contains no boundary.
    NoBoundary,
    /// The range contains no boundary before a position that cannot be decided without more bytes in view.
    Unknown,
}
