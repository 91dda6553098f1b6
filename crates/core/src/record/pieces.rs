//! Records and the gaps between them.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::Range;

use super::{Backing, Cursor, Loss, LostBlock, Part, Resync, Stop, Tally};
use crate::error::Error;

/// A piece of the input.
#[derive(Debug, Clone)]
pub enum Piece<R> {
    /// A record.
    Record(R),
    /// Bytes that contain no valid record.
    Gap(Gap),
}

impl<R> Piece<R> {
    /// Returns the record, if the piece is one.
    pub fn record(self) -> Option<R> {
        match self {
            Self::Record(record) => Some(record),
            Self::Gap(_) => None,
        }
    }
}

/// Bytes that contain no valid record.
#[derive(Debug, Clone)]
pub struct Gap {
    /// Their position in the input. For a compressed input, positions count the bytes that could be decompressed: [lost](Gap::lost)
    /// bytes are not counted, and the range may be empty.
    pub range: Range<u64>,
    /// The reason why there is no record.
    pub error: Error,
    /// The lost block, where bytes inside the gap could not be decompressed. The bytes before it are the start of a record whose
    /// end is lost, and the bytes after it extend to the first certain boundary.
    pub lost: Option<Box<LostBlock>>,
}

/// An iterator over the records of a part and the gaps between them.
///
/// At a damaged record, reading continues at the next start that [`Boundaries::find_start`](super::Boundaries::find_start) finds,
/// and the bytes before that are a [`Gap`]. The pieces and the blank lines between them add up to the part.
pub struct Pieces<'data, F: Resync> {
    format: F,
    part: Part<'data>,
    /// The part that the cursor reads: from the last loss to the next one.
    segment: Part<'data>,
    cursor: Cursor<'data, F>,
    /// The losses after the segment.
    losses: &'data [Loss],
    /// Counts of the bytes before the segment.
    before: Tally,
    error: Option<Error>,
    /// Checks the bytes after the last piece.
    backing: Option<&'data dyn Backing>,
}

impl<'data, F: Resync> Pieces<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        let (losses, segment) = (part.losses(), segment(part, 0, part.losses()));
        let cursor = Cursor::new(format, segment);
        let format = format.clone();
        Self { format, part, segment, cursor, losses, before: Tally::default(), error: None, backing: None }
    }

    /// Lets `backing`, if there is one, check the bytes after the last piece. If the check fails, a gap of 0 bytes has its error.
    pub(crate) fn backed_by(self, backing: Option<&'data dyn Backing>) -> Self {
        Self { backing, ..self }
    }

    /// Returns the part that the iterator reads.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// Returns the counts of the bytes read so far; after the last piece, those of the whole part.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.before + self.cursor.tally()
    }

    /// Returns the error of the first gap so far.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Skips the invalid record at the cursor.
    #[cold]
    fn skip(&mut self, stop: Stop) -> Gap {
        let from = self.cursor.position();
        // The end of the part is a boundary too.
        let end = self.segment.len();
        let to = self.format.find_start(self.segment, from + 1).map_or(end, |start| start.min(end));
        if to == end
            && stop.is_more_needed()
            && let Some(gap) = self.skip_loss()
        {
            // The end of the record is lost.
            return gap;
        }
        let error = self.cursor.error(stop);
        self.cursor.skip_to(to);
        let offset = self.segment.offset();
        let error = error.count_from(self.part.offset(), self.before.records, self.before.lines);
        self.gap(offset + from as u64..offset + to as u64, error, None)
    }

    /// Skips the bytes from the cursor to the next loss, the loss, and the bytes from there to the next boundary. Returns `None` without a
    /// loss.
    #[cold]
    fn skip_loss(&mut self) -> Option<Gap> {
        let (loss, after) = self.losses.split_first()?;
        let start = self.segment.offset() + self.cursor.position() as u64;
        let is_torn = self.cursor.position() < self.segment.len();
        if is_torn {
            self.cursor.skip_to(self.segment.len());
        }
        self.before += self.cursor.tally();
        (self.losses, self.segment) = (after, segment(self.part, loss.position, after));
        self.cursor = Cursor::new(&self.format, self.segment);
        // The bytes before the segment are unknown, so its start is not a boundary.
        let len = self.segment.len();
        let first = if len == 0 { None } else { self.format.find_start(self.segment, 1) };
        let to = first.map_or(len, |start| start.min(len));
        if to > 0 {
            self.cursor.skip_to(to);
        }
        // The skipped bytes are one gap.
        self.before.gaps = self.before.gaps + 1 - u64::from(is_torn) - u64::from(to > 0);
        let range = start..self.segment.offset() + to as u64;
        Some(self.gap(range, loss.error.clone(), Some(Box::new(loss.lost()))))
    }

    /// Returns a gap of 0 bytes if the check of the backing fails: bytes were lost or changed.
    #[cold]
    fn check(&mut self) -> Option<Gap> {
        let error = self.backing.take()?.check().err()?;
        self.before.gaps += 1;
        let end = self.part.range().end;
        Some(self.gap(end..end, error, None))
    }

    fn gap(&mut self, range: Range<u64>, error: Error, lost: Option<Box<LostBlock>>) -> Gap {
        self.error.get_or_insert_with(|| error.clone());
        Gap { range, error, lost }
    }
}

/// Returns the part from `start` to the first of `losses`, or to its end.
fn segment<'data>(part: Part<'data>, start: usize, losses: &[Loss]) -> Part<'data> {
    let offset = part.offset() + start as u64;
    match losses.first() {
        Some(loss) => {
            let bytes = &part.view()[start..loss.position];
            Part::from_view(bytes, bytes.len(), offset, false)
        }
        None => Part::from_view(&part.view()[start..], part.len() - start, offset, part.is_complete()),
    }
}

impl<'data, F: Resync> Iterator for Pieces<'data, F> {
    type Item = Piece<F::Record<'data>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.cursor.next() {
            Some(record) => Some(Piece::Record(record)),
            None => match self.cursor.take_stop() {
                Some(stop) => Some(Piece::Gap(self.skip(stop))),
                None => self.skip_loss().or_else(|| self.check()).map(Piece::Gap),
            },
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
