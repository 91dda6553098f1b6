//! The storage behind the bytes of an input.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, Result};

/// The storage behind the bytes of an input, for storage whose bytes can vanish or change during reading and whose pages can be
/// prefetched: a mapping.
pub trait Backing: Sync {
    /// Checks that the bytes are the same as when the input was opened.
    ///
    /// # Errors
    ///
    /// An error with the reason, if bytes vanished or changed.
    fn check(&self) -> Result<()>;

    /// Notes that a worker starts to read a range of the input from left to right. The worker reports its position to the returned
    /// [`Reading`], if there is one.
    fn begin(&self, range: Range<usize>) -> Option<Box<dyn Reading + '_>> {
        let _ = range;
        None
    }
}

/// A worker's progress through a range of an input. The worker drops it when it finishes or gives up.
pub trait Reading: Send {
    /// Notes the worker's position in bytes from the start of the input. Called about once per mebibyte and at the end.
    fn at(&mut self, position: usize);
}

/// Distance between two reports of a worker in bytes.
const REPORT_EVERY: usize = 1 << 20;

/// Reports the position of a worker to the backing, if there is one.
pub(super) struct Progress<'data> {
    backing: Option<&'data dyn Backing>,
    reading: Option<Box<dyn Reading + 'data>>,
    range: Range<usize>,
    /// Position in the range at which the next report is due.
    due: usize,
}

impl<'data> Progress<'data> {
    /// Starts the progress of a worker on a range of the input.
    pub(super) fn new(backing: Option<&'data dyn Backing>, range: Range<usize>) -> Self {
        Self { backing, reading: None, range, due: if backing.is_some() { 0 } else { usize::MAX } }
    }

    /// Reports the position in the worker's range, if a report is due.
    #[inline]
    pub(super) fn at(&mut self, position: usize) {
        if position >= self.due {
            self.report(position);
        }
    }

    #[cold]
    fn report(&mut self, position: usize) {
        // The first report is due at position 0.
        if self.due == 0 {
            self.reading = self.backing.and_then(|backing| backing.begin(self.range.clone()));
        }
        if let Some(reading) = &mut self.reading {
            reading.at((self.range.start + position).min(self.range.end));
        }
        self.due = position + REPORT_EVERY;
    }

    /// Ends the range and returns the error of the backing's check, if it fails.
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
