//! Steps from sample to sample of the fragments.

use super::{Defaults, MovieFragments, TrackFragments, TrackRun, TrackRuns};
use crate::error::Result;
use crate::media::mp4::stretch::Stretch;
use crate::media::mp4::track::SampleSource;

/// Walks over the samples that the movie fragments have of a track.
#[derive(Debug, Clone)]
pub(in crate::media::mp4) struct FragmentCursor<'data> {
    data: &'data [u8],
    track_id: u32,
    defaults: Defaults<'data>,
    fragments: MovieFragments<'data>,
    tracks: TrackFragments<'data>,
    runs: TrackRuns<'data>,
    run: Option<TrackRun<'data>>,
    /// The last sample was the first one of its run.
    has_begun_run: bool,
    /// The next sample.
    index: u64,
    decode_time: u64,
    /// Bytes of the samples of all runs without entries.
    unlisted_bytes: u64,
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
            fragments: MovieFragments::new(source.data, offset, Some(defaults.clone())),
            defaults,
            tracks: TrackFragments::none(),
            runs: TrackRuns::none(),
            run: None,
            has_begun_run: false,
            index,
            decode_time,
            unlisted_bytes: 0,
        }
    }

    /// The same at the fragment that begins at `offset`.
    pub(super) fn at(&self, offset: u64, place: Place) -> Self {
        let Place { index, decode_time, unlisted_bytes } = place;
        Self {
            fragments: MovieFragments::new(self.data, offset, Some(self.defaults.clone())),
            tracks: TrackFragments::none(),
            runs: TrackRuns::none(),
            run: None,
            has_begun_run: false,
            index,
            decode_time,
            unlisted_bytes,
            ..self.clone()
        }
    }

    /// Goes on behind the next sample, which the stretch then has. After an error the cursor is of no use.
    pub(in crate::media::mp4) fn next(&mut self, stretch: &mut Stretch<'data>) -> Option<Result<()>> {
        self.has_begun_run = false;
        let sample = loop {
            if let Some(sample) = self.run.as_mut().and_then(TrackRun::next) {
                break sample;
            }
            match self.next_run()? {
                Ok(run) => (self.run, self.has_begun_run) = (Some(run), true),
                Err(error) => return Some(Err(error)),
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
    fn next_run(&mut self) -> Option<Result<TrackRun<'data>>> {
        loop {
            if let Some(run) = self.runs.next() {
                return Some(run.and_then(|run| self.bound(run)));
            }
            match self.next_track_fragment()? {
                Ok(()) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Bounds the samples that take no room in their runs by the length of the input, so that runs that lie over each other cannot make a
    /// walk longer than that.
    fn bound(&mut self, run: TrackRun<'data>) -> Result<TrackRun<'data>> {
        self.unlisted_bytes = self.unlisted_bytes.saturating_add(run.unlisted_bytes());
        if self.unlisted_bytes > self.data.len() as u64 {
            return Err(run
                .trun()
                .error("has samples of more bytes than the input, with those of the runs before"));
        }
        Ok(run)
    }

    /// Goes on to what the next movie fragment has of the track.
    fn next_track_fragment(&mut self) -> Option<Result<()>> {
        loop {
            match self.tracks.next() {
                None => match self.fragments.next()? {
                    Ok(fragment) => self.tracks = fragment.track_fragments(),
                    Err(error) => return Some(Err(error)),
                },
                Some(Ok(track)) if track.track_id() == self.track_id => {
                    self.runs = track.runs();
                    self.decode_time = track.decode_time().unwrap_or(self.decode_time);
                    return Some(Ok(()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(Err(error)),
            }
        }
    }

    /// Whether the last sample was the first one of its run.
    pub(in crate::media::mp4) fn has_begun_run(&self) -> bool {
        self.has_begun_run
    }

    /// Where the movie fragment of the last run begins.
    pub(super) fn moof_offset(&self) -> u64 {
        self.tracks.moof_offset()
    }

    /// Where the next sample is.
    pub(super) fn place(&self) -> Place {
        Place { index: self.index, decode_time: self.decode_time, unlisted_bytes: self.unlisted_bytes }
    }

    /// Goes on to the next run without a look at its samples; whether there is one.
    pub(super) fn enter_run(&mut self) -> bool {
        self.run = self.next_run().and_then(Result::ok);
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
