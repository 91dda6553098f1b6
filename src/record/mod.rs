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
//! [`Resync::find_cut`] returns only offsets at which every cursor arrives that started at a boundary before, unless it
//! meets an error first; a cursor never steps over a cut. So the parts before the first error, joined, are the records
//! that a single cursor gives, by induction over the parts; and the first part that does not end where the next one
//! starts holds the error that the single cursor meets. With [`Pieces`] the same is true of the gaps, since reading goes
//! on at a cut at the latest. Each format says why its cuts are ones.

mod backing;
mod fault;
mod par_records;
mod part;
mod pieces;
mod records;
mod tally;

pub use backing::{Backing, Reading};
pub(crate) use fault::Fault;
pub use par_records::ParRecords;
pub use part::Part;
pub(crate) use part::{End, last_part_end, part_end_in};
pub use pieces::{Gap, Piece, Pieces};
pub use records::Records;
pub use tally::Tally;

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

/// A format in which a boundary can be found from anywhere.
///
/// That a format implements this trait says that it can be cut blindly, and that one does not says that it cannot.
pub trait Resync: Format {
    /// The first position in the view of `part`, from `from` on, at which reading goes on when everything before it was
    /// given up.
    fn find_start(&self, part: Part<'_>, from: usize) -> Option<usize>;

    /// The first position in `data`, from `from` on, that every cursor reaches that started at a boundary before and
    /// met no error; `None` if that can be said of none. That `data` ends does not mean that the input does.
    ///
    /// [`find_start`](Resync::find_start) never skips a cut: of any position, the start that it finds lies at the next cut
    /// or before it.
    fn find_cut(&self, data: &[u8], from: usize) -> Option<usize> {
        self.find_start(Part::read(data, data.len(), 0, false), from)
    }

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
