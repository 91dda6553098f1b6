//! A rayon parallel iterator over records.

use std::fmt;
use std::sync::OnceLock;

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::{Backing, CheckedBytes, Part, Records, Resync};
use crate::error::{Error, Result};

/// Minimum length in bytes of a chunk that becomes a task of its own.
const MIN_LEN: usize = 64 * 1024;

/// A rayon parallel iterator over the records of an input in memory.
///
/// The iterator splits the input at the first boundary after its middle, then each half likewise, so it needs neither a pass over
/// the input nor a lock. `collect` keeps the order of the input. Every error that the iterator yields is the first error of the
/// input, whichever worker met which error, so `collect::<Result<Vec<_>, _>>()` gives the same result with any number of threads.
/// (Records after the first error may or may not be yielded.)
pub struct ParRecords<'data, F: Resync> {
    format: F,
    data: &'data [u8],
    min_len: usize,
    backing: Option<&'data dyn Backing>,
}

impl<'data, F: Resync> ParRecords<'data, F> {
    /// Workers report their progress to the backing of the bytes, if there is one, and let it check the bytes after each chunk. If the
    /// check fails, its error is the one that all workers yield.
    pub(super) fn new(format: &F, data: CheckedBytes<'data>) -> Self {
        Self { format: format.clone(), data: data.as_slice(), min_len: MIN_LEN, backing: data.backing() }
    }

    /// Sets the minimum length of a chunk in bytes; chunks below it are not split. The default is 64 KiB.
    #[must_use]
    pub fn with_min_len(self, len: usize) -> Self {
        Self { min_len: len, ..self }
    }
}

impl<'data, F: Resync> ParallelIterator for ParRecords<'data, F> {
    type Item = Result<F::Record<'data>>;

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: UnindexedConsumer<Self::Item>,
    {
        let run = Run { records: &self, first_error: OnceLock::new() };
        let all = Chunk { run: &run, start: 0, end: self.data.len(), searched_from: usize::MAX };
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

/// State shared by all chunks of one run.
struct Run<'run, 'data, F: Resync> {
    records: &'run ParRecords<'data, F>,
    first_error: OnceLock<Error>,
}

impl<F: Resync> Run<'_, '_, F> {
    /// Returns the first error of the input after any error was met. Reads the input again from the start, which also gives the
    /// error's record and line number. This happens at most once, and only for damaged inputs.
    #[cold]
    fn first_error(&self, met: Error) -> Error {
        let first = || self.records.format.records(self.records.data).find_map(Result::err).unwrap_or(met);
        let changed = || self.records.backing.and_then(|backing| backing.check().err());
        self.first_error.get_or_init(|| changed().unwrap_or_else(first)).clone()
    }
}

/// A chunk of the input between two boundaries.
struct Chunk<'run, 'data, F: Resync> {
    run: &'run Run<'run, 'data, F>,
    start: usize,
    end: usize,
    /// There is no boundary from here to the end, so this range is not searched again.
    searched_from: usize,
}

impl<'run, 'data, F: Resync> Chunk<'run, 'data, F> {
    /// Splits at the first boundary after the middle, or else at one nearer to the start.
    fn split_at_boundary(mut self) -> (Self, Option<Self>) {
        let ParRecords { format, data, min_len, .. } = self.run.records;
        let mut from = self.start + (self.end - self.start) / 2;
        while from > self.start && from - self.start >= *min_len / 2 {
            if from < self.searched_from {
                let until = self.end.min(self.searched_from);
                if let Some(boundary) = format.find_boundary(&data[..until], from) {
                    let right = Chunk { start: boundary, ..self };
                    return (Chunk { end: boundary, searched_from: from, ..self }, Some(right));
                }
                self.searched_from = from;
            }
            from = self.start + (from - self.start) / 2;
        }
        (self, None)
    }
}

impl<'data, F: Resync> UnindexedProducer for Chunk<'_, 'data, F> {
    type Item = Result<F::Record<'data>>;

    fn split(self) -> (Self, Option<Self>) {
        if self.end - self.start < self.run.records.min_len { (self, None) } else { self.split_at_boundary() }
    }

    fn fold_with<D: Folder<Self::Item>>(self, folder: D) -> D {
        let ParRecords { format, data, backing, .. } = self.run.records;
        let part = Part::from_range(data, self.start..self.end);
        let records = Records::new(format, part).backed_by(*backing);
        folder.consume_iter(records.map(|record| record.map_err(|error| self.run.first_error(error))))
    }
}
