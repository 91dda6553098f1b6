//! Records in order, up to the first error.

use std::fmt;
use std::iter::FusedIterator;

use super::backing::Progress;
use super::{Backing, Cursor, Format, Part, Tally};
use crate::error::{Error, Result};

/// The records of a part of the input.
///
/// The iterator ends after the first error. A record borrows from the input and not from the iterator, so that records
/// can be kept, sorted and sent to other threads as long as the input is there.
pub struct Records<'data, F: Format> {
    cursor: Cursor<'data, F>,
    progress: Progress<'data>,
    ended: bool,
    error: Option<Error>,
}

impl<'data, F: Format> Records<'data, F> {
    pub(super) fn new(format: &F, part: Part<'data>) -> Self {
        Self {
            cursor: Cursor::new(format, part),
            progress: Progress::new(None, 0..0),
            ended: false,
            error: None,
        }
    }

    /// Let the iterator say where it is, and ask at its end whether the bytes are still what they were. If not, that is its
    /// last item.
    #[must_use]
    pub fn backed_by(self, backing: &'data dyn Backing) -> Self {
        // What lies in memory as a backing has it can be counted in `usize`.
        let part = self.part();
        let start = usize::try_from(part.offset()).unwrap_or(usize::MAX);
        let progress = Progress::new(Some(backing), start..start.saturating_add(part.len()));
        Self { progress, ..self }
    }

    /// The part whose records these are.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.cursor.part()
    }

    /// The error that ended the iterator, if one did, whoever it was given to.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// What has been read so far. After the last record this is the whole part; after an error it is all that lies
    /// before the record at fault.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.cursor.tally()
    }
}

impl<'data, F: Format> Records<'data, F> {
    /// The last item: what is wrong with the bytes, or else the error that was met, if any.
    #[cold]
    fn end(&mut self) -> Option<Error> {
        self.ended = true;
        let stop = self.cursor.take_stop();
        self.error = self.progress.end().or_else(|| stop.map(|stop| self.cursor.error(stop)));
        self.error.clone()
    }
}

impl<'data, F: Format> Iterator for Records<'data, F> {
    type Item = Result<F::Record<'data>>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.progress.at(self.cursor.position());
        match self.cursor.next() {
            Some(record) => Some(Ok(record)),
            None => self.end().map(Err),
        }
    }
}

impl<F: Format> FusedIterator for Records<'_, F> {}

impl<F: Format> fmt::Debug for Records<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("format", &F::NAME)
            .field("part", &self.part())
            .field("position", &self.cursor.position())
            .field("ended", &self.ended)
            .finish()
    }
}
