//! Records and the gaps between them.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{Cursor, Part, Resync, Tally};
use crate::error::Error;

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
    /// Where they lie in the input.
    pub range: Range<u64>,
    /// Why there is no record.
    pub error: Error,
}

/// The records of a part of the input, and the gaps between them.
///
/// Where a record is damaged, reading goes on at the next boundary that [`Cuts::find_start`](super::Cuts::find_start) finds, and what lies
/// between is a [`Gap`]. The pieces and the blank lines between them add up to the part.
pub struct Pieces<'data, F: Resync> {
    format: F,
    part: Part<'data>,
    cursor: F::Cursor<'data>,
    error: Option<Error>,
}

impl<'data, F: Resync> Pieces<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        Self { format: format.clone(), part, cursor: format.cursor(part), error: None }
    }

    /// The part whose pieces these are.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// What has been read so far; after the last piece, the whole part.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.cursor.tally()
    }

    /// The error of the first gap so far.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    #[cold]
    fn skip(&mut self, error: Error) -> Gap {
        let from = self.cursor.position();
        // The end of the part is a boundary too.
        let end = self.part.len();
        let to = self.format.find_start(self.part, from + 1).map_or(end, |start| start.min(end));
        self.cursor.skip_to(to);
        let offset = self.part.offset();
        self.error.get_or_insert_with(|| error.clone());
        Gap { range: offset + from as u64..offset + to as u64, error }
    }
}

impl<'data, F: Resync> Iterator for Pieces<'data, F> {
    type Item = Piece<F::Record<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.cursor.next()? {
            Ok(record) => Piece::Record(record),
            Err(error) => Piece::Gap(self.skip(error)),
        })
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
