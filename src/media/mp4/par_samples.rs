//! Parallel iteration over the samples of a track.

use std::sync::OnceLock;

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Folder, UnindexedConsumer, UnindexedProducer, bridge_unindexed};

use super::{Sample, Track};
use crate::error::{Error, Result};

/// Minimum number of samples of a task.
const MIN_COUNT: u64 = 4096;

/// The samples of a track as a rayon parallel iterator.
///
/// They are split by index, and each worker finds its first sample like [`Track::sample`]. `collect` keeps the order. Every
/// error that the iterator yields is the first one of the track, so `collect::<Result<Vec<_>, _>>()` gives the same result
/// with every number of threads. (Samples after the first error may or may not be yielded.)
#[derive(Debug)]
pub struct ParSamples<'movie, 'data> {
    track: &'movie Track<'data>,
    min_count: u64,
}

impl<'data> Track<'data> {
    /// Returns the samples for rayon: in the same order, and with the same error, as [`samples`](Track::samples).
    ///
    /// ```
    /// use pagecut::media::mp4::Movie;
    /// use rayon::prelude::*;
    ///
    /// let data = std::fs::read("testdata/media/mp4/fragmented.mp4")?;
    /// let movie = Movie::read(&data)?;
    /// let bytes = movie.tracks()[0].par_samples().map(|sample| sample.map(|sample| sample.data.len()));
    /// assert_eq!(bytes.sum::<Result<usize, _>>()?, 9457);
    /// # Ok::<(), pagecut::Error>(())
    /// ```
    #[must_use]
    pub fn par_samples(&self) -> ParSamples<'_, 'data> {
        ParSamples::new(self)
    }
}

impl<'movie, 'data> ParSamples<'movie, 'data> {
    fn new(track: &'movie Track<'data>) -> Self {
        Self { track, min_count: MIN_COUNT }
    }

    /// Sets the minimum number of samples of a task; 4,096 by default.
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
        let shared = Shared { samples: &self, first_error: OnceLock::new() };
        let count = self.track.sample_count();
        bridge_unindexed(SampleRange { shared: &shared, start: 0, count, is_last: true }, consumer)
    }
}

/// The state shared by all ranges of one iteration.
struct Shared<'run, 'movie, 'data> {
    samples: &'run ParSamples<'movie, 'data>,
    first_error: OnceLock<Error>,
}

impl Shared<'_, '_, '_> {
    /// Returns the first error of the track. Samples are read again at most once, and only if there is an error.
    #[cold]
    fn first_error(&self, met: Error) -> Error {
        let first = || self.samples.track.samples().find_map(Result::err).unwrap_or(met);
        self.first_error.get_or_init(first).clone()
    }
}

/// A range of samples.
struct SampleRange<'run, 'movie, 'data> {
    shared: &'run Shared<'run, 'movie, 'data>,
    start: u64,
    count: u64,
    /// Whether an error after the last sample belongs to this range.
    is_last: bool,
}

impl<'data> UnindexedProducer for SampleRange<'_, '_, 'data> {
    type Item = Result<Sample<'data>>;

    fn split(self) -> (Self, Option<Self>) {
        if self.count < self.shared.samples.min_count.max(2) {
            return (self, None);
        }
        let count = self.count / 2;
        let right = Self { start: self.start + count, count: self.count - count, ..self };
        (Self { count, is_last: false, ..self }, Some(right))
    }

    fn fold_with<F: Folder<Self::Item>>(self, mut folder: F) -> F {
        let limit = if self.is_last { u64::MAX } else { self.count };
        let samples = self.shared.samples.track.samples_from(self.start);
        for (_, sample) in (0..limit).zip(samples) {
            if folder.full() {
                break;
            }
            folder = folder.consume(sample.map_err(|met| self.shared.first_error(met)));
        }
        folder
    }
}
