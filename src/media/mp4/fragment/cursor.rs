//! The cursor over the samples of fragments.

use super::indexed::IndexedFragments;
use super::{Defaults, MovieFragments, TrackFragment, TrackFragments, TrackRun, TrackRuns};
use crate::error::{Error, Result};
use crate::media::mp4::fault;
use crate::media::mp4::sample_run::SampleRun;
use crate::media::mp4::sample_source::SampleSource;

/// A cursor over the samples of a track in movie fragments. A damaged track fragment is skipped from its damaged run.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct FragmentCursor<'data> {
    data: &'data [u8],
    track_id: u32,
    defaults: Defaults<'data>,
    places: Places<'data>,
    runs: TrackRuns<'data>,
    run: Option<TrackRun<'data>>,
    /// The last sample was the first one of its run.
    has_begun_run: bool,
    /// The next sample.
    index: u64,
    decode_time: u64,
    /// Bytes of the samples of all runs without entries.
    unlisted_bytes: u64,
    /// The first fault of the fragments so far.
    fault: Option<Error>,
}

/// The source of the next track fragments.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one per walk")]
enum Places<'data> {
    /// The fragments of all tracks.
    All { fragments: MovieFragments<'data>, tracks: TrackFragments<'data> },
    /// An index, for movies with many tracks.
    Index(IndexedFragments),
}

impl<'data> Places<'data> {
    /// Starts at the box at `offset`.
    fn all(data: &'data [u8], offset: u64, defaults: &Defaults<'data>) -> Self {
        let fragments = MovieFragments::new(data, offset, Some(defaults.clone()));
        Self::All { fragments, tracks: TrackFragments::none() }
    }
}

/// A position in the fragments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Index of the next sample.
    pub(super) index: u64,
    /// Decode time of the next sample, unless its fragment states it.
    pub(super) decode_time: u64,
    /// Bytes of the samples of all runs without entries.
    pub(super) unlisted_bytes: u64,
}

impl<'data> FragmentCursor<'data> {
    /// Returns the cursor before the first fragment; `None` in a movie without fragments. `index` is the index of the next sample.
    pub(in crate::media::mp4) fn new(
        source: &SampleSource<'data>,
        index: u64,
        decode_time: u64,
    ) -> Option<Self> {
        let defaults = source.defaults.clone()?;
        let SampleSource { data, track_id, fragments_offset, .. } = *source;
        let places = match defaults.index() {
            Some(index) => {
                Places::Index(IndexedFragments::new(index, data, fragments_offset, &defaults, track_id))
            }
            None => Places::all(data, fragments_offset, &defaults),
        };
        Some(Self {
            data,
            track_id,
            places,
            defaults,
            runs: TrackRuns::none(),
            run: None,
            has_begun_run: false,
            index,
            decode_time,
            unlisted_bytes: 0,
            fault: None,
        })
    }

    /// Copies the fault of another cursor.
    pub(super) fn with_fault_of(self, other: &Self) -> Self {
        Self { fault: other.fault.clone(), ..self }
    }

    /// Moves the cursor to the fragment at `offset`.
    pub(super) fn at(&self, offset: u64, place: Place) -> Self {
        let Place { index, decode_time, unlisted_bytes } = place;
        Self {
            places: match &self.places {
                Places::Index(indexed) => Places::Index(indexed.at(offset)),
                Places::All { .. } => Places::all(self.data, offset, &self.defaults),
            },
            runs: TrackRuns::none(),
            run: None,
            has_begun_run: false,
            index,
            decode_time,
            unlisted_bytes,
            ..self.clone()
        }
    }

    /// Moves the next sample into the run. After the last sample, the first fault of the fragments is an error.
    pub(in crate::media::mp4) fn next(&mut self, sample_run: &mut SampleRun<'data>) -> Option<Result<()>> {
        self.has_begun_run = false;
        let sample = loop {
            if let Some(sample) = self.run.as_mut().and_then(TrackRun::next) {
                break sample;
            }
            match self.next_run() {
                Some(run) => (self.run, self.has_begun_run) = (Some(run), true),
                None => return self.fault.take().map(Err),
            }
        };
        *sample_run = SampleRun {
            index: self.index,
            end: self.index + 1,
            lens: &[],
            len: sample.len,
            offset: sample.offset,
            decode_time: self.decode_time,
            composition_offset: sample.composition_offset.unwrap_or(0),
            duration: sample.duration,
            is_sync: sample.is_sync,
            is_output: sample.composition_offset.is_some(),
            description: sample.description,
        };
        self.index += 1;
        self.decode_time = self.decode_time.saturating_add(sample.duration.into());
        Some(Ok(()))
    }

    /// Returns the next run of the track.
    pub(in crate::media::mp4) fn next_run(&mut self) -> Option<TrackRun<'data>> {
        loop {
            let next = match self.runs.next() {
                Some(run) => run.and_then(|run| self.bound(run)).map(Some),
                None => self.next_track_fragment()?.map(|()| None),
            };
            match next {
                Ok(Some(run)) => return Some(run),
                Ok(None) => {}
                Err(error) => {
                    self.runs = TrackRuns::none();
                    fault::keep_earlier(&mut self.fault, error);
                }
            }
        }
    }

    /// Limits the samples of runs without entries by the length of the input, so that overlapping runs cannot make the walk
    /// longer than that. A run that exceeds the limit is not read.
    fn bound(&mut self, run: TrackRun<'data>) -> Result<TrackRun<'data>> {
        let unlisted_bytes = self.unlisted_bytes.saturating_add(run.unlisted_bytes());
        if unlisted_bytes > self.data.len() as u64 {
            return Err(run
                .trun()
                .error("has, with the runs before it, samples of more bytes than the input"));
        }
        self.unlisted_bytes = unlisted_bytes;
        Ok(run)
    }

    /// Continues with the next track fragment of the track.
    fn next_track_fragment(&mut self) -> Option<Result<()>> {
        let next = match &mut self.places {
            Places::Index(indexed) => indexed.next(self.data, &self.defaults)?,
            Places::All { fragments, tracks } => next_of(self.track_id, fragments, tracks)?,
        };
        Some(next.map(|track| {
            self.runs = track.runs();
            self.decode_time = track.decode_time().unwrap_or(self.decode_time);
        }))
    }

    /// Whether the last sample was the first one of its run.
    pub(in crate::media::mp4) fn has_begun_run(&self) -> bool {
        self.has_begun_run
    }

    /// Returns the offset of the movie fragment of the last run.
    pub(super) fn moof_offset(&self) -> u64 {
        match &self.places {
            Places::All { tracks, .. } => tracks.moof_offset(),
            Places::Index(indexed) => indexed.moof_offset(),
        }
    }

    /// Returns the position of the next sample.
    pub(super) fn place(&self) -> Place {
        Place { index: self.index, decode_time: self.decode_time, unlisted_bytes: self.unlisted_bytes }
    }

    /// Continues with the next run without reading its samples; returns whether there is one.
    pub(super) fn enter_run(&mut self) -> bool {
        self.run = self.next_run();
        self.run.is_some()
    }

    /// Skips samples of the run, at most all of them.
    pub(super) fn skip(&mut self, samples: u64) {
        let Some(run) = &mut self.run else { return };
        let samples = u32::try_from(samples).unwrap_or(u32::MAX).min(run.sample_count());
        self.decode_time = self.decode_time.saturating_add(run.skip(samples));
        self.index += u64::from(samples);
    }
}

/// Returns the next track fragment of a track, or the fault of one that is or may be of the track.
fn next_of<'data>(
    track_id: u32,
    fragments: &mut MovieFragments<'data>,
    tracks: &mut TrackFragments<'data>,
) -> Option<Result<TrackFragment<'data>>> {
    loop {
        match tracks.next_or_damage() {
            None => match fragments.next()? {
                Ok(fragment) => *tracks = fragment.track_fragments(),
                Err(error) => return Some(Err(error)),
            },
            Some(Ok(track)) if track.track_id() != track_id => {}
            Some(Err(damage)) if damage.track_id.is_some_and(|of| of != track_id) => {}
            Some(next) => return Some(next.map_err(|damage| damage.error)),
        }
    }
}
