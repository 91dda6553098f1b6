//! The protocol of formats, and the readers that work for every format.
//!
//! A [`Format`] finds what begins at a position of the input: a record, bytes between records, or the reason why there is
//! neither ([`Step`], [`Stop`]). The readers of this module keep the position, the counts, the gaps and the places of errors.
//! A format that finds boundaries from any position also implements [`Boundaries`]. Several workers can read it in parallel, and reading
//! continues after a fault:
//!
//! | type | what it is | asks for |
//! |---|---|---|
//! | [`Records`] | an iterator of records that ends at the first error | [`Format`] |
//! | [`Pieces`] | an iterator of records and gaps that goes on after a fault | [`Resync`] |
//! | [`ParRecords`] | a rayon parallel iterator of records | [`Resync`] |
//! | [`Tally`] | the account of what every byte was | |
//!
//! # Why reading in parallel gives what reading from the left gives
//!
//! [`Boundaries::search_boundary`] finds only offsets at which every reader arrives that started at a boundary before, unless it
//! meets an error first; a reader never steps over a cut. So the parts before the first error, joined, are the records
//! that a single reader gives, by induction over the parts; and the first part that does not end where the next one
//! starts holds the error that the single reader meets. With [`Pieces`] the same is true of the gaps, since reading goes
//! on at a cut at the latest. Each format says why its cuts are ones.

mod backing;
mod cursor;
mod loss;
mod par_records;
mod part;
mod pieces;
mod records;
mod step;
mod tally;
mod walk;

pub use backing::{Backing, Reading};
pub(crate) use cursor::Cursor;
pub(crate) use loss::Loss;
pub use loss::LostBlock;
pub use par_records::ParRecords;
pub use part::Part;
pub(crate) use part::{End, Sought, is_at_fault, last_part_end, part_end_in};
pub use pieces::{Gap, Piece, Pieces};
pub use records::Records;
pub use step::{Fault, Step, Stop};
pub use tally::Tally;
pub(crate) use walk::Walk;

use std::ops::Range;

/// A format whose records lie end to end in the input.
///
/// A value of the type says how it is to be read (which checks are made, for instance).
pub trait Format: Clone + Send + Sync {
    /// The name of the format in messages, in lower case.
    const NAME: &'static str;

    /// Whether records consist of lines. Errors then have the number of the line, and quote the rest of it.
    const IS_TEXT: bool;

    /// A record, borrowed from the input.
    type Record<'data>: Send;

    /// Where the fields of a record lie, counted from its start.
    type Layout;

    /// Results of a search ahead of the position. Each part, and the bytes after each gap, start with the default.
    type Lookahead: Default + Send;

    /// Returns the record, or the bytes between records, that begin at `position`: a boundary in `part`, before its end. The record may
    /// end after the part, in the bytes in view.
    ///
    /// # Errors
    ///
    /// [`Stop`], if neither begins there, or more bytes have to be in view to tell.
    fn step(
        &self,
        ahead: &mut Self::Lookahead,
        part: &Part<'_>,
        position: usize,
    ) -> Result<Step<Self::Layout>, Stop>;

    /// Returns the record in `bytes`, which begins `offset` bytes after the start of the input, by the layout that
    /// [`step`](Format::step) found.
    ///
    /// # Panics
    ///
    /// May panic if [`step`](Format::step) found the layout in other bytes.
    fn record<'data>(&self, bytes: &'data [u8], offset: u64, layout: Self::Layout) -> Self::Record<'data>;

    /// Where its inputs can be cut, for a format that implements [`Boundaries`]; others are read from the left.
    fn boundaries(&self) -> Option<&dyn Boundaries> {
        None
    }

    /// The records of a whole input that lies in memory.
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
    fn records<'data>(&self, data: &'data [u8]) -> Records<'data, Self> {
        self.records_of(Part::whole(data))
    }

    /// The records of a part.
    fn records_of<'data>(&self, part: Part<'data>) -> Records<'data, Self> {
        Records::new(self, part)
    }
}

/// Where an input of a format can be cut, found from anywhere.
pub trait Boundaries: Send + Sync {
    /// How many bytes before a position [`search_boundary`](Boundaries::search_boundary) looks at to tell whether it is a cut, at the most.
    fn look_behind(&self) -> usize;

    /// Whether a reader reads whole the last record that begins in its part, if the part ends inside of it and the end of the record is in
    /// view: so that [`Part::len`] tells it where no other record is to begin. Then whoever has all of the input in view need not
    /// know where a part ends before its records are read.
    fn reads_on(&self) -> bool {
        false
    }

    /// Whether a cut is certain only where all that lies before it is of the format: records of another variant can hold bytes that look
    /// like a cut.
    fn needs_proof(&self) -> bool {
        false
    }

    /// The first position in the view of `part`, from `from` on, at which reading goes on when everything before it was
    /// given up: the first cut, unless a format finds one nearer.
    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize> {
        self.find_boundary(part.view(), from)
    }

    /// The first cut in a range of `data`: a position that every reader reaches that started at a boundary before and met no
    /// error. That `data` ends does not mean that the input does.
    ///
    /// Whether a position is a cut is a matter of the bytes around it: more bytes in view can make the answer out of
    /// [`Search::Unknown`], and turn no other answer into another one. Of what lies more than
    /// [`look_behind`](Boundaries::look_behind) bytes before the range it does not depend. So two workers that find the cut between
    /// them on their own find the same one.
    ///
    /// [`find_start`](Boundaries::find_start) never skips a cut: of any position, the start that it finds lies at the next cut or
    /// before it.
    ///
    /// # Panics
    ///
    /// May panic if the range ends behind `data`.
    fn search_boundary(&self, data: &[u8], range: Range<usize>) -> Search;

    /// The first cut in `data`, from `from` on; `None` if there is none for certain.
    fn find_boundary(&self, data: &[u8], from: usize) -> Option<usize> {
        match self.search_boundary(data, from.min(data.len())..data.len()) {
            Search::Boundary(cut) => Some(cut),
            Search::NoBoundary | Search::Unknown => None,
        }
    }
}

/// A format that can be cut blindly: every [`Format`] that implements [`Boundaries`], and says so by [`Format::boundaries`].
pub trait Resync: Format + Boundaries {
    /// The records of a whole input, for rayon.
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
    fn par_records<'data>(&self, data: &'data [u8]) -> ParRecords<'data, Self> {
        ParRecords::new(self, data)
    }

    /// The records of a whole input, and the gaps between them where a record is damaged.
    fn pieces<'data>(&self, data: &'data [u8]) -> Pieces<'data, Self> {
        self.pieces_of(Part::whole(data))
    }

    /// The records and gaps of a part.
    fn pieces_of<'data>(&self, part: Part<'data>) -> Pieces<'data, Self> {
        Pieces::new(self, part)
    }
}

impl<F: Format + Boundaries> Resync for F {}

/// What [`Boundaries::search_boundary`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Search {
    /// The first cut of the range.
    Boundary(usize),
    /// No position of the range is a cut.
    NoBoundary,
    /// There is no cut before a position of which more bytes have to be in view to tell.
    Unknown,
}
