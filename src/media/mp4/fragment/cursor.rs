//! Steps from sample to sample of the fragments.

use super::index::IndexedFragments;
use super::{Defaults, MovieFragments, TrackFragment, TrackFragments, TrackRun, TrackRuns};
use crate::error::{Error, Result};
use crate::media::mp4::fault;
use crate::media::mp4::stretch::Stretch;
use crate::media::mp4::track::SampleSource;

/// Walks over the samples that the movie fragments have of a track. Track fragments that are damaged are left out, from the damaged run on.
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

/// Where the next track fragments are found.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one per walk")]
enum Places<'data> {
    /// In the fragments of all tracks.
    All { fragments: MovieFragments<'data>, tracks: TrackFragments<'data> },
    /// In an index, which movies of many tracks have.
    Index(IndexedFragments),
}

impl<'data> Places<'data> {
    /// In the fragments from the box that begins at `offset`.
    fn all(data: &'data [u8], offset: u64, defaults: &Defaults<'data>) -> Self {
        let fragments = MovieFragments::new(data, offset, Some(defaults.clone()));
        Self::All { fragments, tracks: TrackFragments::none() }
    }
}

/// A place in the fragments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The number of the next sample.
    pub(super) index: u64,
    /// When that is decoded, unless its fragment states it.
    pub(super) decode_time: u64,
    /// Bytes of the samples of all runs without entries.
    pub(super) unlisted_bytes: u64,
}

impl<'data> FragmentCursor<'data> {
    /// Before the fragments from the box that begins at `offset`; `index` is the number of the next sample.
    pub(in crate::media::mp4) fn new(
        source: &SampleSource<'data>,
        defaults: Defaults<'data>,
        offset: u64,
        index: u64,
        decode_time: u64,
    ) -> Self {
        Self {
            data: source.data,
            track_id: source.track_id,
            places: match defaults.index() {
                Some(index) => {
                    let (data, track_id) = (source.data, source.track_id);
                    Places::Index(IndexedFragments::new(index, data, offset, &defaults, track_id))
                }
                None => Places::all(source.data, offset, &defaults),
            },
            defaults,
            runs: TrackRuns::none(),
            run: None,
            has_begun_run: false,
            index,
            decode_time,
            unlisted_bytes: 0,
            fault: None,
        }
    }

    /// The same with the fault of another one.
    pub(super) fn with_fault_of(self, other: &Self) -> Self {
        Self { fault: other.fault.clone(), ..self }
    }

    /// The same at the fragment that begins at `offset`.
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

    /// Steps over the next sample, and puts it in the stretch. After the last sample, the first fault of the fragments is an error.
    pub(in crate::media::mp4) fn next(&mut self, stretch: &mut Stretch<'data>) -> Option<Result<()>> {
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
        *stretch = Stretch {
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

    /// The next run of the track.
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

    /// Bounds the samples that take no room in their runs by the length of the input, so that runs that lie over each other cannot make a
    /// walk longer than that. A run that exceeds the bound does not count.
    fn bound(&mut self, run: TrackRun<'data>) -> Result<TrackRun<'data>> {
        let unlisted_bytes = self.unlisted_bytes.saturating_add(run.unlisted_bytes());
        if unlisted_bytes > self.data.len() as u64 {
            return Err(run
                .trun()
                .error("has samples of more bytes than the input, with those of the runs before"));
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

    /// Where the movie fragment of the last run begins.
    pub(super) fn moof_offset(&self) -> u64 {
        match &self.places {
            Places::All { tracks, .. } => tracks.moof_offset(),
            Places::Index(indexed) => indexed.moof_offset(),
        }
    }

    /// Where the next sample is.
    pub(super) fn place(&self) -> Place {
        Place { index: self.index, decode_time: self.decode_time, unlisted_bytes: self.unlisted_bytes }
    }

    /// Continues with the next run, whose samples are not read; returns whether there is one.
    pub(super) fn enter_run(&mut self) -> bool {
        self.run = self.next_run();
        self.run.is_some()
    }

    /// Steps over samples of the run, at most as many as it has.
    pub(super) fn skip(&mut self, samples: u64) {
        let Some(run) = &mut self.run else { return };
        let samples = u32::try_from(samples).unwrap_or(u32::MAX).min(run.sample_count());
        self.decode_time = self.decode_time.saturating_add(run.skip(samples));
        self.index += u64::from(samples);
    }
}

/// The next track fragment of a track among those of all, or a fault of one that is or may be of the track.
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
