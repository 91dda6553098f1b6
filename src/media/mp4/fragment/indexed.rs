//! The track fragments of a track, found through the index.

use std::ops::Range;
use std::sync::Arc;

use super::index::{FragmentIndex, Place, SharedIndex};
use super::track_fragment::{Damage, TrackFragment};
use super::{Defaults, MovieFragment, MovieFragments};
use crate::error::Result;
use crate::media::mp4::{FourCc, Mp4Box, fault};

/// Reads all track fragments of an input from the box at `offset`.
fn read(data: &[u8], offset: u64, defaults: &Defaults<'_>) -> FragmentIndex {
    let mut index = FragmentIndex::default();
    for fragment in MovieFragments::new(data, offset, Some(defaults.clone())) {
        let added = fragment.and_then(|fragment| add(&mut index, &fragment));
        if let Err(error) = added {
            fault::keep_earlier(&mut index.fault, error);
            break;
        }
    }
    index.places.sort_unstable_by_key(|place| (place.track_id, place.start));
    index
}

/// Adds the track fragments of a movie fragment. The only error is a lack of memory.
fn add(index: &mut FragmentIndex, fragment: &MovieFragment<'_>) -> Result<()> {
    let mut tracks = fragment.track_fragments();
    while let Some(track) = tracks.next_or_damage() {
        if index.places.try_reserve(1).is_err() || index.faults.try_reserve(1).is_err() {
            return Err(fragment.moof().error("has too many track fragments for the available memory"));
        }
        match track {
            Ok(track) => {
                let Range { start, end } = track.traf().range();
                let (track_id, base_data_offset) = (track.track_id(), track.base_data_offset());
                let moof_offset = tracks.moof_offset();
                index.places.push(Place { track_id, moof_offset, start, end, base_data_offset });
            }
            Err(Damage { track_id: Some(track_id), error }) => {
                // The faults of a track arrive in file order.
                index.faults.entry(track_id).or_insert(error);
            }
            Err(Damage { track_id: None, error }) => {
                fault::keep_earlier(&mut index.fault, error);
            }
        }
    }
    Ok(())
}

/// The remaining track fragments of a track.
#[derive(Debug, Clone)]
pub(super) struct IndexedFragments {
    index: SharedIndex,
    track_id: u32,
    left: Range<usize>,
    /// Offset of the movie fragment of the last one.
    moof_offset: u64,
    has_ended: bool,
}

impl IndexedFragments {
    /// Starts at the box at `offset`; builds the index if there is none yet.
    pub(super) fn new(
        index: &SharedIndex,
        data: &[u8],
        offset: u64,
        defaults: &Defaults<'_>,
        track_id: u32,
    ) -> Self {
        let left = index.get_or_init(|| read(data, offset, defaults)).of(track_id, offset);
        Self { index: Arc::clone(index), track_id, left, moof_offset: 0, has_ended: false }
    }

    /// Moves to the movie fragment at `offset`.
    pub(super) fn at(&self, offset: u64) -> Self {
        let left = self.index.get().map_or(0..0, |index| index.of(self.track_id, offset));
        Self { left, moof_offset: 0, has_ended: false, ..self.clone() }
    }

    pub(super) fn moof_offset(&self) -> u64 {
        self.moof_offset
    }

    /// Returns the next track fragment; after the last one, the first fault, if there is one.
    pub(super) fn next<'data>(
        &mut self,
        data: &'data [u8],
        defaults: &Defaults<'data>,
    ) -> Option<Result<TrackFragment<'data>>> {
        let index = self.index.get().filter(|_| !self.has_ended)?;
        let Some(place) = self.left.next().and_then(|place| index.places.get(place)) else {
            self.has_ended = true;
            return index.fault(self.track_id).map(Err);
        };
        self.moof_offset = place.moof_offset;
        let start = usize::try_from(place.start).ok()?;
        let bytes = data.get(start..usize::try_from(place.end).ok()?)?;
        let traf = Mp4Box::first(bytes, place.start, Some(FourCc(*b"moof"))).ok()?;
        let track = TrackFragment::read(traf, Some(defaults), |_, _| Some(place.base_data_offset));
        Some(track.and_then(TrackFragment::with_decode_time).map_err(|damage| damage.error))
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

    /// Builds a box of 32-bit fields, the first of them version and flags.
    fn fields(kind: &[u8; 4], fields: &[u32]) -> Vec<u8> {
        boxed(kind, &fields.iter().flat_map(|field| field.to_be_bytes()).collect::<Vec<_>>())
    }

    /// Builds a movie with fragments in which every track has a sample of four bytes. `damage` lists the damaged boxes:
    /// fragment, track, type.
    fn movie(tracks: u32, fragments: u32, damage: &[(u32, u32, &[u8; 4])]) -> Vec<u8> {
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
            for &(_, track, kind) in damage.iter().filter(|damage| damage.0 == fragment) {
                let traf = &mut trafs[60 * (track as usize - 1)..60 * track as usize];
                match kind {
                    b"tfhd" => traf[12..16].copy_from_slice(b"none"),
                    // Version 1, which needs more bytes than the box has.
                    b"tfdt" => traf[32] = 1,
                    // More samples than the input has bytes.
                    _ => traf[52] = 1,
                }
            }
            data.extend([boxed(b"moof", &trafs), boxed(b"mdat", &vec![7; 4 * tracks as usize])].concat());
        }
        data
    }

    #[test]
    fn indexed_walks_match_walks_over_all_fragments() {
        for damage in [
            &[][..],
            &[(4, 20, b"tfhd")],
            &[(2, 7, b"tfhd")],
            &[(2, 7, b"tfdt"), (2, 9, b"trun")],
            &[(1, 7, b"tfhd"), (3, 7, b"tfdt"), (3, 9, b"trun")],
            &[(1, 7, b"tfdt"), (1, 9, b"trun"), (3, 7, b"tfhd"), (4, 7, b"tfhd"), (4, 9, b"tfdt")],
        ] {
            let data = movie(20, 5, damage);
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
                let is_of_track = |&&(_, of, _): &&(u32, u32, _)| of == track.id();
                let left_out = damage.iter().filter(is_of_track).count();
                // Without its header, the track of a fragment is unknown.
                let may_be = damage.iter().any(|&(_, of, kind)| of == track.id() || kind == b"tfhd");
                assert_eq!(with_index.last().unwrap().is_err(), may_be);
                assert_eq!(with_index.len(), 5 - left_out + usize::from(may_be));
                let last = with_index.iter().rev().find_map(|sample| sample.as_ref().ok()).unwrap();
                let found = track.sample(last.index).unwrap().unwrap();
                assert_eq!((found.dts, &found.range), (last.dts, &last.range));
                let end = track.sample(track.sample_count());
                assert_eq!(
                    end.map_err(|error| error.offset()).err(),
                    with_index.last().unwrap().as_ref().err().map(|error| error.offset())
                );
            }
        }
    }

    #[test]
    fn steps_grow_linearly_with_tracks() {
        let steps = |tracks, fragments| {
            let data = movie(tracks, fragments, &[]);
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
