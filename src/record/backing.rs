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

    /// A worker is at the start of `range`, in bytes from the start of the input, and will read on to its end.
    ///
    /// It is called where a worker begins, about every mebibyte, and, with an empty range, where it ends.
    fn reading(&self, range: Range<usize>) {
        let _ = range;
    }
}

/// How often a worker says where it is.
const REPORT_EVERY: usize = 1 << 20;

/// Says to a backing, if there is one, where a worker is.
#[derive(Clone)]
pub(super) struct Progress<'data> {
    backing: Option<&'data dyn Backing>,
    range: Range<usize>,
    /// Position in the range from which the next report is due.
    due: usize,
}

impl<'data> Progress<'data> {
    /// Of a worker on a range of the input.
    pub(super) fn new(backing: Option<&'data dyn Backing>, range: Range<usize>) -> Self {
        Self { backing, range, due: if backing.is_some() { 0 } else { usize::MAX } }
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
        let at = (self.range.start + position).min(self.range.end);
        if let Some(backing) = self.backing {
            backing.reading(at..self.range.end);
        }
        self.due = position + REPORT_EVERY;
    }

    /// The worker is done. Returns what is wrong with the bytes, if anything is.
    pub(super) fn end(&self) -> Option<Error> {
        let backing = self.backing?;
        backing.reading(self.range.end..self.range.end);
        backing.check().err()
    }
}

impl fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("range", &self.range).field("due", &self.due).finish_non_exhaustive()
    }
}
