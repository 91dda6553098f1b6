//! The samples of all tracks in decode order.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, TryReserveError};
use std::iter::FusedIterator;

use super::{Movie, Sample, Samples};
use crate::error::{Error, Result};

/// The samples of all tracks of a movie in decode order; at equal times in the order of the tracks. Ends at the first error
/// of any track.
///
/// Times are media times: edits are not applied. The time for a step is logarithmic in the number of tracks.
#[derive(Debug, Clone)]
pub struct Interleaved<'data> {
    /// The samples of each track after its next one.
    tracks: Vec<Samples<'data>>,
    /// The next sample of each track.
    heads: BinaryHeap<NextSample<'data>>,
    error: Option<Error>,
}

/// The next sample of a track, or its error.
#[derive(Debug, Clone)]
struct NextSample<'data> {
    sample: Result<Sample<'data>>,
    /// Time units per second.
    timescale: u32,
    track: usize,
}

impl<'data> Movie<'data> {
    /// Returns the samples of all tracks in decode order.
    #[must_use]
    pub fn samples(&self) -> Interleaved<'data> {
        Interleaved::new(self)
    }
}

impl<'data> Interleaved<'data> {
    fn new(movie: &Movie<'data>) -> Self {
        Self::prepare(movie).unwrap_or_else(|_| Self {
            tracks: Vec::new(),
            heads: BinaryHeap::new(),
            error: Some(movie.moov().error("has too many tracks for the available memory")),
        })
    }

    fn prepare(movie: &Movie<'data>) -> std::result::Result<Self, TryReserveError> {
        let mut new = Self { tracks: Vec::new(), heads: BinaryHeap::new(), error: None };
        new.tracks.try_reserve_exact(movie.tracks().len())?;
        new.heads.try_reserve_exact(movie.tracks().len())?;
        for (track, of) in movie.tracks().iter().enumerate() {
            let mut samples = of.samples();
            let timescale = of.media().timescale;
            new.heads.extend(samples.next().map(|sample| NextSample { sample, timescale, track }));
            new.tracks.push(samples);
        }
        Ok(new)
    }
}

impl Ord for NextSample<'_> {
    /// The greatest element is next: an error, then the sample with the lowest decode time, then the first track.
    fn cmp(&self, other: &Self) -> Ordering {
        let time = match (&self.sample, &other.sample) {
            (Ok(sample), Ok(of_other)) => {
                let time = i128::from(sample.dts) * i128::from(other.timescale);
                (i128::from(of_other.dts) * i128::from(self.timescale)).cmp(&time)
            }
            (sample, of_other) => sample.is_err().cmp(&of_other.is_err()),
        };
        time.then(other.track.cmp(&self.track))
    }
}

impl PartialOrd for NextSample<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for NextSample<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for NextSample<'_> {}

impl<'data> Iterator for Interleaved<'data> {
    type Item = Result<Sample<'data>>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.error.take() {
            return Some(Err(error));
        }
        let NextSample { sample, timescale, track } = self.heads.pop()?;
        if sample.is_err() {
            self.heads.clear();
            return Some(sample);
        }
        // The heap has capacity for one sample of each track.
        let next = self.tracks[track].next();
        self.heads.extend(next.map(|sample| NextSample { sample, timescale, track }));
        Some(sample)
    }
}

impl FusedIterator for Interleaved<'_> {}
