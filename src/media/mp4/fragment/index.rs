//! Where the track fragments of each track lie.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::track_fragment::TrackFragment;
use super::{Defaults, MovieFragments};
use crate::error::{Error, Result};
use crate::media::mp4::{FourCc, Mp4Box};

/// A movie of more tracks than this has an index of its fragments: each walk over the fragments of one track would read those of all.
pub(super) const FEW_TRACKS: usize = 8;

/// The index of a movie, made when fragments are first asked for.
pub(super) type SharedIndex = Arc<OnceLock<FragmentIndex>>;

/// The track fragments of an input, by their tracks.
#[derive(Debug)]
pub(super) struct FragmentIndex {
    /// By track, and in the order of the file.
    places: Vec<Place>,
    /// The error of the first fragment that is damaged, which ends them.
    error: Option<Error>,
}

/// Where a track fragment lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    track_id: u32,
    moof_offset: u64,
    /// The box `traf`, in bytes from the start of the input.
    start: u64,
    end: u64,
    base_data_offset: u64,
}

impl FragmentIndex {
    /// Reads all track fragments of an input from the box that begins at `offset`.
    pub(super) fn new(data: &[u8], offset: u64, defaults: &Defaults<'_>) -> Self {
        let mut places = Vec::new();
        let mut error = None;
        'fragments: for fragment in MovieFragments::new(data, offset, Some(defaults.clone())) {
            let tracks = match &fragment {
                Ok(fragment) => fragment.track_fragments(),
                Err(_) => {
                    error = fragment.err();
                    break;
                }
            };
            let moof_offset = tracks.moof_offset();
            for track in tracks {
                let track = match track {
                    Ok(track) => track,
                    Err(damage) => {
                        error = Some(damage);
                        break 'fragments;
                    }
                };
                if places.try_reserve(1).is_err() {
                    error = Some(track.traf().error("is one of more than there is memory for"));
                    break 'fragments;
                }
                let Range { start, end } = track.traf().range();
                let (track_id, base_data_offset) = (track.track_id(), track.base_data_offset());
                places.push(Place { track_id, moof_offset, start, end, base_data_offset });
            }
        }
        places.sort_unstable_by_key(|place| (place.track_id, place.start));
        Self { places, error }
    }

    /// The places of a track, from the movie fragment on that begins at `moof_offset`.
    fn of(&self, track_id: u32, moof_offset: u64) -> Range<usize> {
        let start = self
            .places
            .partition_point(|place| (place.track_id, place.moof_offset) < (track_id, moof_offset));
        let end = self.places.partition_point(|place| place.track_id <= track_id);
        start..end
    }
}

/// The track fragments of one track that are still to come.
#[derive(Debug, Clone)]
pub(super) struct IndexedFragments {
    index: SharedIndex,
    left: Range<usize>,
    /// Where the movie fragment of the last one begins.
    moof_offset: u64,
    has_ended: bool,
}

impl IndexedFragments {
    /// From the box that begins at `offset`; the index is made if there is none yet.
    pub(super) fn new(
        index: &SharedIndex,
        data: &[u8],
        offset: u64,
        defaults: &Defaults<'_>,
        track_id: u32,
    ) -> Self {
        let left = index.get_or_init(|| FragmentIndex::new(data, offset, defaults)).of(track_id, offset);
        Self { index: Arc::clone(index), left, moof_offset: 0, has_ended: false }
    }

    /// The same from the movie fragment on that begins at `offset`.
    pub(super) fn at(&self, offset: u64, track_id: u32) -> Self {
        let left = self.index.get().map_or(0..0, |index| index.of(track_id, offset));
        Self { index: Arc::clone(&self.index), left, moof_offset: 0, has_ended: false }
    }

    pub(super) fn moof_offset(&self) -> u64 {
        self.moof_offset
    }

    /// The next one; after the last one the error, if there is one.
    pub(super) fn next<'data>(
        &mut self,
        data: &'data [u8],
        defaults: &Defaults<'data>,
    ) -> Option<Result<TrackFragment<'data>>> {
        let index = self.index.get().filter(|_| !self.has_ended)?;
        let Some(place) = self.left.next().and_then(|place| index.places.get(place)) else {
            self.has_ended = true;
            return index.error.clone().map(Err);
        };
        self.moof_offset = place.moof_offset;
        let start = usize::try_from(place.start).ok()?;
        let bytes = data.get(start..usize::try_from(place.end).ok()?)?;
        let traf = Mp4Box::first(bytes, place.start, Some(FourCc(*b"moof"))).ok()?;
        Some(TrackFragment::read(traf, Some(defaults), |_, _| Ok(place.base_data_offset)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::track_fragment::READS;
    use crate::media::mp4::{Movie, Sample, Times};

    fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let size = u32::try_from(8 + payload.len()).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), payload].concat()
    }

    /// A box of fields of 32 bits, version and flags the first of them.
    fn fields(kind: &[u8; 4], fields: &[u32]) -> Vec<u8> {
        boxed(kind, &fields.iter().flat_map(|field| field.to_be_bytes()).collect::<Vec<_>>())
    }

    /// A movie of fragments in each of which every track has a sample of four bytes; the last fragment may be cut off in its last track.
    fn movie(tracks: u32, fragments: u32, is_damaged: bool) -> Vec<u8> {
        let ids = || 1..=tracks;
        let of_tracks = |of: &dyn Fn(u32) -> Vec<u8>| ids().flat_map(of).collect::<Vec<_>>();
        let trak = |id| {
            let tkhd = [&[3, 0, 0, id][..], &[0; 17]].concat();
            let tables = [b"stsd", b"stts", b"stsc", b"stsz", b"stco"].map(|kind| fields(kind, &[0, 0, 0]));
            let minf = boxed(b"minf", &boxed(b"stbl", &tables.concat()));
            let mdia = [fields(b"mdhd", &[0, 0, 0, 1000, 0, 0]), fields(b"hdlr", &[0; 6]), minf].concat();
            boxed(b"trak", &[fields(b"tkhd", &tkhd), boxed(b"mdia", &mdia)].concat())
        };
        let mvex = boxed(b"mvex", &of_tracks(&|id| fields(b"trex", &[0, id, 1, 40, 4, 0])));
        let mvhd = fields(b"mvhd", &[0, 0, 0, 1000, 0]);
        let mut data = boxed(b"moov", &[mvhd, of_tracks(&trak), mvex].concat());
        for fragment in 0..fragments {
            let traf = |id: u32| {
                let run = fields(b"trun", &[1, 1, 8 + tracks * 60 + 8 + 4 * (id - 1)]);
                let decode_time = fields(b"tfdt", &[0, fragment * 40]);
                boxed(b"traf", &[fields(b"tfhd", &[0x2_0000, id]), decode_time, run].concat())
            };
            let mut trafs = of_tracks(&traf);
            assert_eq!(trafs.len(), tracks as usize * 60);
            if is_damaged && fragment == fragments - 1 {
                let last = trafs.len() - 60;
                trafs[last + 12..last + 16].copy_from_slice(b"none");
            }
            data.extend([boxed(b"moof", &trafs), boxed(b"mdat", &vec![7; 4 * tracks as usize])].concat());
        }
        data
    }

    #[test]
    fn tracks_have_the_samples_of_a_walk_over_all() {
        for is_damaged in [false, true] {
            let data = movie(20, 5, is_damaged);
            let movie = Movie::read(&data).unwrap();
            for track in movie.tracks() {
                let mut source = track.source().clone();
                let defaults = source.defaults.as_ref().unwrap();
                assert!(defaults.index().is_some());
                source.defaults = Some(defaults.without_index());
                let with_index: Vec<_> = track.samples().collect();
                let of_all: Vec<_> = crate::media::mp4::Samples::new(source).collect();
                let facts = |sample: &crate::Result<Sample<'_>>| {
                    let error = |error: &crate::Error| (error.to_string(), error.offset());
                    sample.as_ref().map(|sample| (sample.dts, sample.range.clone())).map_err(error)
                };
                assert!(with_index.iter().map(facts).eq(of_all.iter().map(facts)));
                assert_eq!(with_index.last().unwrap().is_err(), is_damaged);
                // Four samples and the error, or one of the tracks before the damage more.
                assert_eq!(with_index.len(), 5 + usize::from(is_damaged && track.id() < 20));
                let third = track.sample(3).unwrap().unwrap();
                assert_eq!((third.dts, third.index), (120, 3));
            }
        }
    }

    #[test]
    fn twice_the_tracks_take_twice_the_steps() {
        let steps = |tracks, fragments| {
            let data = movie(tracks, fragments, false);
            let movie = Movie::read(&data).unwrap();
            READS.set(0);
            assert_eq!(movie.packets(Times::Presentation).count(), (tracks * fragments) as usize);
            assert_eq!(movie.samples().count(), (tracks * fragments) as usize);
            let lookups = movie.tracks().iter().map(|track| track.sample_count());
            assert_eq!(lookups.sum::<u64>(), u64::from(tracks * fragments));
            READS.get()
        };
        let once = steps(50, 20);
        assert!(once < 8 * 50 * 20, "{once}");
        assert_eq!(steps(100, 20), 2 * once);
        assert_eq!(steps(50, 40), 2 * once);
    }
}
