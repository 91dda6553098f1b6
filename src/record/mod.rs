//! What a format is, and everything that is written once over all of them.
//!
//! A [`Format`] turns a [`Part`] of the input, which starts at a record boundary, into a [`Cursor`] over its records. A
//! format in which a boundary can be found from anywhere is also [`Resync`], and can so be read by many workers, and be
//! read on behind a fault. The rest follows from these three traits:
//!
//! | type | what it is | asks for |
//! |---|---|---|
//! | [`Records`] | an iterator of records that ends at the first error | [`Format`] |
//! | [`Pieces`] | an iterator of records and gaps that goes on after a fault | [`Resync`] |
//! | [`ParRecords`] | a rayon parallel iterator of records | [`Resync`] |
//! | [`Tally`] | the account of what every byte was | [`Cursor`] |
//!
//! # Why reading in parallel gives what reading from the left gives
//!
//! [`Cuts::search_cut`] finds only offsets at which every cursor arrives that started at a boundary before, unless it
//! meets an error first; a cursor never steps over a cut. So the parts before the first error, joined, are the records
//! that a single cursor gives, by induction over the parts; and the first part that does not end where the next one
//! starts holds the error that the single cursor meets. With [`Pieces`] the same is true of the gaps, since reading goes
//! on at a cut at the latest. Each format says why its cuts are ones.

mod backing;
mod fault;
mod loss;
mod par_records;
mod part;
mod pieces;
mod records;
mod tally;

pub use backing::{Backing, Reading};
pub(crate) use fault::Fault;
pub(crate) use loss::Loss;
pub use loss::Lost;
pub use par_records::ParRecords;
pub use part::Part;
pub(crate) use part::{End, Sought, is_at_fault, last_part_end, part_end_in};
pub use pieces::{Gap, Piece, Pieces};
pub use records::Records;
pub use tally::Tally;

use std::ops::Range;

use crate::error::Result;

/// A format whose records lie end to end in the input.
///
/// A value of the type says how it is to be read (which checks are made, for instance).
pub trait Format: Clone + Send + Sync {
    /// The name of the format in messages, in lower case.
    const NAME: &'static str;

    /// A record, borrowed from the input.
    type Record<'data>: Send;

    /// What reads the records of a part.
    type Cursor<'data>: Cursor<Record = Self::Record<'data>>;

    /// A cursor at the start of a part.
    fn cursor<'data>(&self, part: Part<'data>) -> Self::Cursor<'data>;

    /// Where its inputs can be cut, for a format that implements [`Cuts`]; others are read from the left.
    fn cuts(&self) -> Option<&dyn Cuts> {
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
pub trait Cuts: Send + Sync {
    /// How many bytes before a position [`search_cut`](Cuts::search_cut) looks at to tell whether it is a cut, at the most.
    fn look_behind(&self) -> usize;

    /// Whether a cursor reads whole the last record that begins in its part, if the part ends inside of it and the end of the record is in
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
    /// given up.
    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize>;

    /// The first cut in a range of `data`: a position that every cursor reaches that started at a boundary before and met no
    /// error. That `data` ends does not mean that the input does.
    ///
    /// Whether a position is a cut is a matter of the bytes around it: more bytes in view can make the answer out of
    /// [`Search::Unknown`], and turn no other answer into another one. Of what lies more than
    /// [`look_behind`](Cuts::look_behind) bytes before the range it does not depend. So two workers that find the cut between
    /// them on their own find the same one.
    ///
    /// [`find_start`](Cuts::find_start) never skips a cut: of any position, the start that it finds lies at the next cut or
    /// before it.
    ///
    /// # Panics
    ///
    /// May panic if the range ends behind `data`.
    fn search_cut(&self, data: &[u8], range: Range<usize>) -> Search;

    /// The first cut in `data`, from `from` on; `None` if there is none for certain.
    fn find_cut(&self, data: &[u8], from: usize) -> Option<usize> {
        match self.search_cut(data, from.min(data.len())..data.len()) {
            Search::Cut(cut) => Some(cut),
            Search::NoCut | Search::Unknown => None,
        }
    }
}

/// A format that can be cut blindly: every [`Format`] that implements [`Cuts`], and says so by [`Format::cuts`].
pub trait Resync: Format + Cuts {
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

impl<F: Format + Cuts> Resync for F {}

/// What [`Cuts::search_cut`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Search {
    /// The first cut of the range.
    Cut(usize),
    /// No position of the range is a cut.
    NoCut,
    /// There is no cut before a position of which more bytes have to be in view to tell.
    Unknown,
}

/// Reads the records of a part from the left.
///
/// This is what a format implements; [`Records`] and [`Pieces`] are what one uses.
pub trait Cursor {
    /// A record, borrowed from the input.
    type Record;

    /// The next record, or `None` where the part ends.
    ///
    /// After an error the cursor stands at the start of the record at fault. It is then dropped or told to
    /// [`skip_to`](Cursor::skip_to) a boundary.
    fn next(&mut self) -> Option<Result<Self::Record>>;

    /// Where the cursor stands, in bytes from the start of the part.
    fn position(&self) -> usize;

    /// What has been read so far.
    fn tally(&self) -> Tally;

    /// Counts what lies between the cursor and `position` as a gap, and goes on there.
    ///
    /// # Panics
    ///
    /// If `position` lies before that of the cursor or outside of the bytes in view.
    fn skip_to(&mut self, position: usize);
}
