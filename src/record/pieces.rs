//! Records and the gaps between them.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{Cursor, Loss, Lost, Part, Resync, Tally};
use crate::error::{Error, ErrorKind};

/// A piece of the input.
#[derive(Debug, Clone)]
pub enum Piece<R> {
    /// A record.
    Record(R),
    /// Bytes in which no record was found.
    Gap(Gap),
}

impl<R> Piece<R> {
    /// The record, if the piece is one.
    pub fn record(self) -> Option<R> {
        match self {
            Self::Record(record) => Some(record),
            Self::Gap(_) => None,
        }
    }
}

/// Bytes in which no record was found.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Where they lie in the input. Of a compressed input that is all that could be decompressed: what is [lost](Gap::lost) is not
    /// counted, and a gap may be nothing else.
    pub range: Range<u64>,
    /// Why there is no record.
    pub error: Error,
    /// What is lost between these bytes, where some could not be decompressed: the first ones are then the start of a record whose
    /// end is lost, and the others follow up to the first boundary that is certain.
    pub lost: Option<Box<Lost>>,
}

/// The records of a part of the input, and the gaps between them.
///
/// Where a record is damaged, reading goes on at the next boundary that [`Cuts::find_start`](super::Cuts::find_start) finds, and what lies
/// between is a [`Gap`]. The pieces and the blank lines between them add up to the part.
pub struct Pieces<'data, F: Resync> {
    format: F,
    part: Part<'data>,
    /// What the cursor is on: the part up to the next loss, behind the last one.
    stretch: Part<'data>,
    cursor: F::Cursor<'data>,
    /// Losses that are still to come.
    losses: &'data [Loss],
    /// What lies before the stretch.
    before: Tally,
    error: Option<Error>,
}

impl<'data, F: Resync> Pieces<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        let (losses, stretch) = (part.losses(), stretch(part, 0, part.losses()));
        let cursor = format.cursor(stretch);
        Self { format: format.clone(), part, stretch, cursor, losses, before: Tally::default(), error: None }
    }

    /// The part whose pieces these are.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// What has been read so far; after the last piece, the whole part.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.before + self.cursor.tally()
    }

    /// The error of the first gap so far.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Passes over the record at the cursor, which is at fault.
    #[cold]
    fn skip(&mut self, error: Error) -> Gap {
        let from = self.cursor.position();
        // The end of the part is a boundary too.
        let end = self.stretch.len();
        let to = self.format.find_start(self.stretch, from + 1).map_or(end, |start| start.min(end));
        if to == end
            && matches!(error.kind(), ErrorKind::Incomplete { .. })
            && let Some(gap) = self.pass_loss()
        {
            // Its end is what is lost.
            return gap;
        }
        self.cursor.skip_to(to);
        let offset = self.stretch.offset();
        let error = error.count_from(self.part.offset(), self.before.records, self.before.lines);
        self.gap(offset + from as u64..offset + to as u64, error, None)
    }

    /// Passes over the next loss, if there is one: with what lies between the cursor and it, and with what lies behind it before the
    /// first boundary.
    #[cold]
    fn pass_loss(&mut self) -> Option<Gap> {
        let (loss, behind) = self.losses.split_first()?;
        let start = self.stretch.offset() + self.cursor.position() as u64;
        let is_torn = self.cursor.position() < self.stretch.len();
        if is_torn {
            self.cursor.skip_to(self.stretch.len());
        }
        self.before += self.cursor.tally();
        (self.losses, self.stretch) = (behind, stretch(self.part, loss.position, behind));
        self.cursor = self.format.cursor(self.stretch);
        // What is before the first byte is not known, so no boundary is there.
        let len = self.stretch.len();
        let first = if len == 0 { None } else { self.format.find_start(self.stretch, 1) };
        let to = first.map_or(len, |start| start.min(len));
        if to > 0 {
            self.cursor.skip_to(to);
        }
        // All of it is one gap.
        self.before.gaps = self.before.gaps + 1 - u64::from(is_torn) - u64::from(to > 0);
        let range = start..self.stretch.offset() + to as u64;
        Some(self.gap(range, loss.error.clone(), Some(Box::new(loss.lost()))))
    }

    fn gap(&mut self, range: Range<u64>, error: Error, lost: Option<Box<Lost>>) -> Gap {
        self.error.get_or_insert_with(|| error.clone());
        Gap { range, error, lost }
    }
}

/// A part from a position to the first of these losses, or to its end.
fn stretch<'data>(part: Part<'data>, start: usize, losses: &[Loss]) -> Part<'data> {
    let offset = part.offset() + start as u64;
    match losses.first() {
        Some(loss) => {
            let bytes = &part.view()[start..loss.position];
            Part::read(bytes, bytes.len(), offset, false)
        }
        None => Part::read(&part.view()[start..], part.len() - start, offset, part.is_complete()),
    }
}

impl<'data, F: Resync> Iterator for Pieces<'data, F> {
    type Item = Piece<F::Record<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.cursor.next() {
            Some(Ok(record)) => Some(Piece::Record(record)),
            Some(Err(error)) => Some(Piece::Gap(self.skip(error))),
            None => self.pass_loss().map(Piece::Gap),
        }
    }
}

impl<F: Resync> FusedIterator for Pieces<'_, F> {}

impl<F: Resync> fmt::Debug for Pieces<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces")
            .field("format", &F::NAME)
            .field("part", &self.part)
            .field("position", &self.cursor.position())
            .finish()
    }
}
