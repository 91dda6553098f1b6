//! Faults of movie fragments leave the other fragments, and the other tracks.

use pagecut::media::mp4::{Movie, Times, Tree};
use rayon::prelude::*;

use crate::common::{POOLS, facts as error_facts};
use crate::naive::{Facts, facts};
use crate::{data, made};

/// Returns offset and length of the boxes of a type in the movie fragments.
fn boxes(data: &[u8], kind: &[u8; 4]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut is_in_fragment = false;
    for node in Tree::new(data).map(Result::unwrap) {
        if node.depth == 0 {
            is_in_fragment = node.mp4_box.kind() == *b"moof";
        }
        if is_in_fragment && node.mp4_box.kind() == *kind {
            let range = node.mp4_box.range();
            let at = |offset| usize::try_from(offset).unwrap();
            found.push((at(range.start), at(range.end - range.start)));
        }
    }
    found
}

/// Returns the samples of a track and the fault at their end; checks that all walks give the same.
fn walk(data: &[u8], track: usize) -> (Vec<Facts>, Option<String>) {
    let movie = Movie::read(data).unwrap();
    let track = &movie.tracks()[track];
    let mut samples: Vec<_> = track.samples().collect();
    let error =
        samples.pop_if(|last| last.is_err()).map(|error| format!("{:?}", error_facts(&error.unwrap_err())));
    let samples: Vec<_> = samples.into_iter().map(|sample| facts(&sample.unwrap())).collect();
    assert_eq!(track.sample_count(), samples.len() as u64);
    for (index, sample) in (0..).zip(&samples) {
        assert_eq!(facts(&track.sample(index).unwrap().unwrap()), *sample, "sample {index}");
    }
    // A walk from any sample ends with the same fault.
    for start in [0, samples.len() / 2, samples.len()] {
        let last = track.samples_from(start as u64).last().and_then(Result::err);
        assert_eq!(last.map(|error| format!("{:?}", error_facts(&error))), error, "from {start}");
    }
    for threads in &*POOLS {
        let found: Vec<_> = threads.install(|| track.par_samples().with_min_count(2).collect());
        let (found, faults): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
        let found: Vec<_> = found.into_iter().map(|sample| facts(&sample.unwrap())).collect();
        let faults: Vec<_> =
            faults.into_iter().map(|error| format!("{:?}", error_facts(&error.unwrap_err()))).collect();
        assert_eq!((found, faults), (samples.clone(), error.clone().into_iter().collect()));
    }
    (samples, error)
}

/// Returns the track index and the number of samples of each track fragment.
fn of_fragments(data: &[u8]) -> Vec<(usize, usize)> {
    let movie = Movie::read(data).unwrap();
    let tracks = movie.fragments().flat_map(|fragment| fragment.unwrap().track_fragments());
    let tracks = tracks.map(|track| {
        let track = track.unwrap();
        let index = movie.tracks().iter().position(|of| of.id() == track.track_id()).unwrap();
        (index, track.runs().map(|run| run.unwrap().sample_count() as usize).sum())
    });
    tracks.collect()
}

/// Damages the type, the length, or the entry count of a box.
fn damage(data: &mut [u8], kind: &[u8; 4], (start, len): (usize, usize)) {
    match kind {
        // Two boxes in place of one.
        b"tfdt" => {
            data[start..start + 4].copy_from_slice(&10_u32.to_be_bytes());
            data[start + 10..start + 18].copy_from_slice(&made::mp4_box(b"free", &[])[..8]);
            data[start + 10..start + 14].copy_from_slice(&u32::try_from(len - 10).unwrap().to_be_bytes());
        }
        b"trun" => data[start + 12] = 1,
        _ => data[start + 4..start + 8].copy_from_slice(b"none"),
    }
}

#[test]
fn a_damaged_track_fragment_leaves_all_others() {
    for name in ["fragmented.mp4", "fragmented_absolute.mp4", "fragmented_indexed.mp4"] {
        let whole = data(name);
        let fragments = of_fragments(&whole);
        let (headers, expected) = (boxes(&whole, b"tfhd"), [walk(&whole, 0).0, walk(&whole, 1).0]);
        assert_eq!((headers.len(), fragments.len()), (fragments.len(), headers.len()));
        for kind in [b"tfhd", b"tfdt", b"trun"] {
            for (number, &place) in boxes(&whole, kind).iter().enumerate() {
                let mut data = whole.clone();
                damage(&mut data, kind, place);
                let (of, count) = fragments[number];
                let before: usize = fragments[..number]
                    .iter()
                    .filter(|&&(track, _)| track == of)
                    .map(|&(_, count)| count)
                    .sum();
                for track in [0, 1] {
                    let (samples, error) = walk(&data, track);
                    let mut left = expected[track].clone();
                    if track == of {
                        left.drain(before..before + count);
                    }
                    assert_eq!(samples, left, "{name}: {} {number}", kind.escape_ascii());
                    // Without its header, the track of a fragment is unknown.
                    let is_told = track == of || kind == b"tfhd";
                    assert_eq!(
                        error.is_some(),
                        is_told,
                        "{name}: {} {number}: {error:?}",
                        kind.escape_ascii()
                    );
                }
                let movie = Movie::read(&data).unwrap();
                let (packets, faults): (Vec<_>, Vec<_>) =
                    movie.packets(Times::Media).partition(Result::is_ok);
                assert_eq!((packets.len(), faults.len()), (expected.concat().len() - count, 1));
                assert!(movie.check_layout().is_err());
            }
        }
    }
}

#[test]
fn a_damaged_movie_fragment_leaves_all_others() {
    let whole = data("fragmented.mp4");
    let expected = [walk(&whole, 0).0, walk(&whole, 1).0];
    for (number, &(start, _)) in boxes(&whole, b"mfhd").iter().enumerate() {
        let mut data = whole.clone();
        data[start] = 1;
        for track in [0, 1] {
            let (samples, error) = walk(&data, track);
            let counts: Vec<_> = of_fragments(&whole).into_iter().filter(|of| of.0 == track).collect();
            let before = counts[..number].iter().map(|of| of.1).sum::<usize>();
            let mut left = expected[track].clone();
            left.drain(before..before + counts[number].1);
            assert_eq!(samples, left);
            assert!(error.unwrap().contains("mfhd"));
        }
    }
}

#[test]
fn data_relative_to_a_damaged_fragment_is_unknown() {
    // The data offset of the second track fragment counts from the end of the data of the first.
    let whole = data("fragmented_implicit.mp4");
    let expected = [walk(&whole, 0).0, walk(&whole, 1).0];
    let counts = of_fragments(&whole);
    assert_eq!((counts[0].0, counts[1].0), (0, 1));
    for (kind, is_placed) in [(b"tfhd", false), (b"trun", false), (b"tfdt", true)] {
        let mut data = whole.clone();
        damage(&mut data, kind, boxes(&whole, kind)[0]);
        assert_eq!(walk(&data, 0).0, expected[0][counts[0].1..]);
        let (samples, error) = walk(&data, 1);
        let left = if is_placed { &expected[1][..] } else { &expected[1][counts[1].1..] };
        assert_eq!(samples, left, "{}", kind.escape_ascii());
        assert_eq!(error.is_none(), is_placed, "{error:?}");
    }
}

#[test]
fn a_damaged_fragment_leaves_the_times_of_the_rest() {
    // Fragments without decode times, each with one sample of four bytes and ten time units.
    let before = made::movie(&made::Tables::default(), 0, &[], true);
    let mut data = before.clone();
    for number in 0..5 {
        let header = made::full_box(if number == 2 { b"none" } else { b"tfhd" }, 0x2_0018, &[1, 10, 4]);
        let traf = made::container(b"traf", &[header, made::full_box(b"trun", 1, &[1, 84])]);
        let moof = made::container(b"moof", &[made::full_box(b"mfhd", 0, &[number]), traf]);
        data.extend([moof, made::mp4_box(b"mdat", &[0; 4])].concat());
    }
    let times: Vec<_> = walk(&data, 0).0.iter().map(|sample| sample.2).collect();
    assert_eq!(times, [0, 10, 20, 30]);
}
