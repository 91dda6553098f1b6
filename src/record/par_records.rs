//! Records for rayon.

use std::fmt;
use std::sync::OnceLock;

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::backing::Progress;
use super::{Backing, Cursor, Part, Resync};
use crate::error::{Error, Result};

/// Below this length in bytes, a stretch of the input is not worth a task of its own.
const MIN_LEN: usize = 64 * 1024;

/// The records of an input that lies in memory, as a rayon parallel iterator.
///
/// The input is split at the boundary nearest behind its middle, and so on, so there is no pass over the input beforehand and no lock.
/// `collect` keeps the order of the file. Every error that the iterator yields is the first one of the file, whoever met
/// whichever, so `collect::<Result<Vec<_>, _>>()` gives the same result with every number of threads. (Records that lie
/// behind the first error may be yielded or not.)
pub struct ParRecords<'data, F: Resync> {
    format: F,
    data: &'data [u8],
    min_len: usize,
    backing: Option<&'data dyn Backing>,
}

impl<'data, F: Resync> ParRecords<'data, F> {
    pub(super) fn new(format: &F, data: &'data [u8]) -> Self {
        Self { format: format.clone(), data, min_len: MIN_LEN, backing: None }
    }

    /// Do not split stretches of less than `len` bytes; 64 KiB unless said otherwise.
    #[must_use]
    pub fn with_min_len(self, len: usize) -> Self {
        Self { min_len: len, ..self }
    }

    /// Let workers say where they are, and ask at the end of every stretch whether the bytes are still what they were. If not,
    /// that is the error that all workers yield.
    #[must_use]
    pub fn backed_by(self, backing: &'data dyn Backing) -> Self {
        Self { backing: Some(backing), ..self }
    }
}

impl<'data, F: Resync> ParallelIterator for ParRecords<'data, F> {
    type Item = Result<F::Record<'data>>;

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: UnindexedConsumer<Self::Item>,
    {
        let whole = Whole { records: &self, first_error: OnceLock::new() };
        let all = Stretch { whole: &whole, start: 0, end: self.data.len(), searched_from: usize::MAX };
        bridge_unindexed(all, consumer)
    }
}

impl<F: Resync> fmt::Debug for ParRecords<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParRecords")
            .field("format", &F::NAME)
            .field("len", &self.data.len())
            .field("min_len", &self.min_len)
            .finish()
    }
}

/// What all stretches of one run share.
struct Whole<'run, 'data, F: Resync> {
    records: &'run ParRecords<'data, F>,
    first_error: OnceLock<Error>,
}

impl<F: Resync> Whole<'_, '_, F> {
    /// The first error of the input, given any. Reading again from the left also tells its record and line; it happens
    /// at most once, and only for an input that is damaged.
    #[cold]
    fn first_error(&self, met: Error) -> Error {
        let first = || self.records.format.records(self.records.data).find_map(Result::err).unwrap_or(met);
        let lost = || self.records.backing.and_then(|backing| backing.check().err());
        self.first_error.get_or_init(|| lost().unwrap_or_else(first)).clone()
    }
}

/// A stretch of the input, from one boundary to another.
struct Stretch<'run, 'data, F: Resync> {
    whole: &'run Whole<'run, 'data, F>,
    start: usize,
    end: usize,
    /// No cut was found from here to the end: what was searched once is not searched again.
    searched_from: usize,
}

impl<'run, 'data, F: Resync> Stretch<'run, 'data, F> {
    /// Splits at the first cut behind the middle, or else at one nearer to the start.
    fn split_at_cut(mut self) -> (Self, Option<Self>) {
        let ParRecords { format, data, min_len, .. } = self.whole.records;
        let mut from = self.start + (self.end - self.start) / 2;
        while from > self.start && from - self.start >= *min_len / 2 {
            if from < self.searched_from {
                let until = self.end.min(self.searched_from);
                if let Some(cut) = format.find_boundary(&data[..until], from) {
                    let right = Stretch { start: cut, ..self };
                    return (Stretch { end: cut, searched_from: from, ..self }, Some(right));
                }
                self.searched_from = from;
            }
            from = self.start + (from - self.start) / 2;
        }
        (self, None)
    }
}

impl<'data, F: Resync> UnindexedProducer for Stretch<'_, 'data, F> {
    type Item = Result<F::Record<'data>>;

    fn split(self) -> (Self, Option<Self>) {
        if self.end - self.start < self.whole.records.min_len { (self, None) } else { self.split_at_cut() }
    }

    fn fold_with<D: Folder<Self::Item>>(self, mut folder: D) -> D {
        let part = Part::of(self.whole.records.data, self.start..self.end);
        let mut cursor = Cursor::new(&self.whole.records.format, part);
        let mut progress = Progress::new(self.whole.records.backing, self.start..self.end);
        while !folder.full() {
            progress.at(cursor.position());
            match cursor.next() {
                Some(record) => folder = folder.consume(Ok(record)),
                None => {
                    let error = match cursor.take_stop() {
                        Some(stop) => Some(cursor.error(stop)),
                        None => progress.end(),
                    };
                    return match error {
                        None => folder,
                        Some(error) => folder.consume(Err(self.whole.first_error(error))),
                    };
                }
            }
        }
        folder
    }
}
