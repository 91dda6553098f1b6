//! Records in order, up to the first error.

use std::fmt;
use std::iter::FusedIterator;

use super::backing::Progress;
use super::{Backing, Cursor, Format, Part, Tally};
use crate::error::{Error, Result};

/// An iterator over the records of a part.
///
/// The iterator ends after the first error. A record borrows from the input and not from the iterator, so records can be kept,
/// sorted and sent to other threads while the input is alive.
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

    /// Reports the iterator's progress to `backing`, if there is one, and lets it check the bytes at the end. If the check fails, its
    /// error is the last item.
    #[doc(hidden)]
    #[must_use]
    pub fn backed_by(self, backing: Option<&'data dyn Backing>) -> Self {
        if backing.is_none() {
            return self;
        }
        // A backing is memory, so its positions fit in `usize`.
        let part = self.part();
        let start = usize::try_from(part.offset()).unwrap_or(usize::MAX);
        let progress = Progress::new(backing, start..start.saturating_add(part.len()));
        Self { progress, ..self }
    }

    /// Returns the part that the iterator reads.
    #[must_use]
    pub fn part(&self) -> Part<'data> {
        self.cursor.part()
    }

    /// Returns the error that ended the iterator, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Returns the counts of the bytes read so far: after the last record, those of the whole part; after an error, those of all
    /// bytes before the invalid record.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.cursor.tally()
    }
}

impl<'data, F: Format> Records<'data, F> {
    /// Returns the last item: the error of the backing's check, or else the error of the invalid record, if any.
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
