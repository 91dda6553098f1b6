//! A reader of one part.

use std::fmt;

use super::walk::Walk;
use super::{Format, Part, Stop, Tally};
use crate::error::Error;

/// Reads the records of a part from the left.
pub(crate) struct Cursor<'data, F: Format> {
    format: F,
    part: Part<'data>,
    walk: Walk<F>,
}

impl<'data, F: Format> Cursor<'data, F> {
    /// A cursor at the start of a part.
    pub(crate) fn new(format: &F, part: Part<'data>) -> Self {
        Self { format: format.clone(), part, walk: Walk::new() }
    }

    /// The next record, or `None` where the part ends or the cursor stops before, at the start of a record at fault.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<F::Record<'data>> {
        let found = self.walk.next(&self.format, &self.part)?;
        Some(found.record(&self.format, &self.part))
    }

    /// Why the cursor stopped before the end of the part, if it did.
    pub(crate) fn take_stop(&mut self) -> Option<Stop> {
        self.walk.take_stop()
    }

    /// The error of the record at the cursor.
    #[cold]
    pub(crate) fn error(&self, stop: Stop) -> Error {
        self.walk.error(stop, &self.part)
    }

    /// The part whose records are read.
    pub(crate) fn part(&self) -> Part<'data> {
        self.part
    }

    /// The position of the cursor in bytes from the start of the part.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.walk.position()
    }

    /// The account of the bytes before the cursor.
    pub(crate) fn tally(&self) -> Tally {
        self.walk.tally()
    }

    /// Counts the bytes between the cursor and `position` as a gap, and goes on there.
    ///
    /// # Panics
    ///
    /// If `position` lies before that of the cursor or after the bytes in view.
    pub(crate) fn skip_to(&mut self, position: usize) {
        self.walk.skip_to(position, &self.part);
    }
}

impl<F: Format> fmt::Debug for Cursor<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = self.position();
        f.debug_struct("Cursor")
            .field("part", &self.part)
            .field("position", &position)
            .finish_non_exhaustive()
    }
}
