//! What the bytes of an input rest on.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, Result};

/// What the bytes of an input rest on, where it makes a difference: a mapping, whose bytes can be lost or changed while they
/// are read, and whose pages can be read ahead.
pub trait Backing: Sync {
    /// Whether the bytes are still what they were when the input was opened.
    ///
    /// # Errors
    ///
    /// That they are not, with the reason.
    fn check(&self) -> Result<()>;

    /// A worker begins to read a range of the input, from its start to its end. It tells the [`Reading`] where it is, if it is
    /// given one.
    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        let _ = range;
        None
    }
}

/// A worker that reads a range of an input. Dropped when it is done, or gives up.
pub trait Reading: Send {
    /// The worker is at this position, in bytes from the start of the input; called about every mebibyte, and at the end.
    fn at(&mut self, position: usize);
}

/// How often a worker says where it is.
const REPORT_EVERY: usize = 1 << 20;

/// Says to a backing, if there is one, where a worker is.
pub(super) struct Progress<'data> {
    backing: Option<&'data dyn Backing>,
    reading: Option<Box<dyn Reading + 'data>>,
    range: Range<usize>,
    /// Position in the range from which the next report is due.
    due: usize,
}

impl<'data> Progress<'data> {
    /// Of a worker on a range of the input.
    pub(super) fn new(backing: Option<&'data dyn Backing>, range: Range<usize>) -> Self {
        Self { backing, reading: None, range, due: if backing.is_some() { 0 } else { usize::MAX } }
    }

    /// The worker is at this position of its range.
    #[inline]
    pub(super) fn at(&mut self, position: usize) {
        if position >= self.due {
            self.report(position);
        }
    }

    #[cold]
    fn report(&mut self, position: usize) {
        // The first report is due at the start.
        if self.due == 0 {
            self.reading = self.backing.and_then(|backing| backing.begin(self.range.clone()));
        }
        if let Some(reading) = &mut self.reading {
            reading.at((self.range.start + position).min(self.range.end));
        }
        self.due = position + REPORT_EVERY;
    }

    /// The worker is done. Returns what is wrong with the bytes, if anything is.
    pub(super) fn end(&mut self) -> Option<Error> {
        if let Some(mut reading) = self.reading.take() {
            reading.at(self.range.end);
        }
        self.backing?.check().err()
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("range", &self.range).field("due", &self.due).finish_non_exhaustive()
    }
}
