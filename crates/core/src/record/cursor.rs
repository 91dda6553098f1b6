//! A cursor over the records of one part.

use std::fmt;

use super::state::CursorState;
use super::{Format, Part, Stop, Tally};
use crate::error::Error;

/// A cursor that reads the records of a part from left to right.
pub struct Cursor<'data, F: Format> {
    format: F,
    part: Part<'data>,
    state: CursorState<F>,
}

impl<'data, F: Format> Cursor<'data, F> {
    /// Creates a cursor at the start of a part.
    pub fn new(format: &F, part: Part<'data>) -> Self {
        Self { format: format.clone(), part, state: CursorState::default() }
    }

    /// Returns the next record. Returns `None` at the end of the part, or at the start of a record that the format refuses.
    #[inline(always)]
    #[expect(clippy::should_implement_trait, reason = "an iterator does not report why it ended")]
    pub fn next(&mut self) -> Option<F::Record<'data>> {
        let location = self.state.next(&self.format, &self.part)?;
        Some(location.record(&self.format, &self.part))
    }

    /// Takes the reason why the cursor stopped before the end of the part, if it did.
    pub fn take_stop(&mut self) -> Option<Stop> {
        self.state.take_stop()
    }

    /// Returns the error of the record at the cursor.
    #[cold]
    pub fn error(&self, stop: Stop) -> Error {
        self.state.error(stop, &self.part)
    }

    /// Returns the part that the cursor reads.
    pub fn part(&self) -> Part<'data> {
        self.part
    }

    /// Returns the cursor's position in bytes from the start of the part.
    #[inline]
    pub fn position(&self) -> usize {
        self.state.position()
    }

    /// Returns the byte counts of everything before the cursor.
    pub fn tally(&self) -> Tally {
        self.state.tally()
    }

    /// Counts the bytes between the cursor and `position` as a gap and moves the cursor there.
    ///
    /// # Panics
    ///
    /// If `position` is before the cursor or after the end of the view.
    pub fn skip_to(&mut self, position: usize) {
        self.state.skip_to(position, &self.part);
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
