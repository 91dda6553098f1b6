//! The samples of a track for rayon.

use std::sync::OnceLock;

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::{Sample, Track};
use crate::error::{Error, Result};

/// Below this number, samples are not worth a task of their own.
const MIN_COUNT: u64 = 4096;

/// The samples of a track, as a rayon parallel iterator.
///
/// They are divided by their numbers, and each worker finds its first one as [`Track::sample`] does. `collect` keeps the order.
/// Every error that the iterator yields is the first one of the track, so `collect::<Result<Vec<_>, _>>()` gives the same
/// result with every number of threads. (Samples that lie behind the first error may be yielded or not.)
#[derive(Debug)]
pub struct ParSamples<'movie, 'data> {
    track: &'movie Track<'data>,
    min_count: u64,
}

impl<'movie, 'data> ParSamples<'movie, 'data> {
    pub(super) fn new(track: &'movie Track<'data>) -> Self {
        Self { track, min_count: MIN_COUNT }
    }

    /// Do not divide fewer than `count` samples; 4,096 unless said otherwise.
    #[must_use]
    pub fn with_min_count(self, count: u64) -> Self {
        Self { min_count: count, ..self }
    }
}

impl<'data> ParallelIterator for ParSamples<'_, 'data> {
    type Item = Result<Sample<'data>>;

    fn drive_unindexed<C>(self, consumer: C) -> C::Result
    where
        C: UnindexedConsumer<Self::Item>,
    {
        let whole = Whole { samples: &self, first_error: OnceLock::new() };
        let count = self.track.sample_count();
        bridge_unindexed(Stretch { whole: &whole, start: 0, count, is_last: true }, consumer)
    }
}

/// What all stretches of one run share.
struct Whole<'run, 'movie, 'data> {
    samples: &'run ParSamples<'movie, 'data>,
    first_error: OnceLock<Error>,
}

impl Whole<'_, '_, '_> {
    /// The first error of the track, given any. Samples are walked over again at most once, and only if there is one.
    #[cold]
    fn first_error(&self, met: Error) -> Error {
        let first = || self.samples.track.samples().find_map(Result::err).unwrap_or(met);
        self.first_error.get_or_init(first).clone()
    }
}

/// Some samples in a row.
struct Stretch<'run, 'movie, 'data> {
    whole: &'run Whole<'run, 'movie, 'data>,
    start: u64,
    count: u64,
    /// What is behind the last sample, which may be an error, belongs to the last stretch.
    is_last: bool,
}

impl<'data> UnindexedProducer for Stretch<'_, '_, 'data> {
    type Item = Result<Sample<'data>>;

    fn split(self) -> (Self, Option<Self>) {
        if self.count < self.whole.samples.min_count.max(2) {
            return (self, None);
        }
        let count = self.count / 2;
        let right = Self { start: self.start + count, count: self.count - count, ..self };
        (Self { count, is_last: false, ..self }, Some(right))
    }

    fn fold_with<F: Folder<Self::Item>>(self, mut folder: F) -> F {
        let limit = if self.is_last { u64::MAX } else { self.count };
        let samples = self.whole.samples.track.samples_from(self.start);
        for (_, sample) in (0..limit).zip(samples) {
            if folder.full() {
                break;
            }
            folder = folder.consume(sample.map_err(|met| self.whole.first_error(met)));
        }
        folder
    }
}
