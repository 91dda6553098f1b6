//! Samples of several tracks, of old movies, and unreadable samples.

use pagecut::media::mp4::{Movie, Tree};

use crate::common::facts as error_facts;
use crate::made::mp4_box;
use crate::packets::samples;
use crate::{data, files};

/// Returns the start of the payload of the first box of a type with this number in its fields.
fn payload_of(data: &[u8], kind: &[u8; 4], number: usize) -> usize {
    let mut found = Tree::new(data).map(|node| node.unwrap().mp4_box).filter(|found| found.kind() == *kind);
    usize::try_from(found.nth(number).unwrap().payload_offset()).unwrap()
}

#[test]
fn samples_of_all_tracks_are_in_decode_order() {
    for (name, data) in files() {
        let movie = Movie::read(&data).unwrap();
        let all: Vec<_> = movie.samples().map(Result::unwrap).collect();
        let seconds =
            |track: u32, dts: i64| dts as f64 / f64::from(movie.track(track).unwrap().media().timescale);
        assert!(all.is_sorted_by_key(|sample| (seconds(sample.track, sample.dts), sample.track)), "{name}");
        for track in movie.tracks() {
            let of_track: Vec<_> = all.iter().filter(|sample| sample.track == track.id()).cloned().collect();
            assert_eq!(of_track, samples(track), "{name}");
        }
        assert_eq!(all.len() as u64, movie.tracks().iter().map(|track| track.sample_count()).sum::<u64>());
    }
}

#[test]
fn the_first_error_ends_interleaved_samples() {
    let data = data("faststart.mp4");
    let data = &data[..data.len() - 3000];
    let movie = Movie::read(data).unwrap();
    let mut all = movie.samples();
    let error = all.find_map(Result::err).unwrap();
    assert!(all.next().is_none());
    let of_tracks = movie.tracks().iter().filter_map(|track| track.samples().find_map(Result::err));
    let of_tracks: Vec<_> = of_tracks.map(|error| error_facts(&error)).collect();
    assert!(of_tracks.contains(&error_facts(&error)));
}

#[test]
fn pcm_samples_with_a_declared_size_of_1() {
    let sound = data("pcm.mov");
    let mut bytes = sound.clone();
    let at = payload_of(&sound, b"stsz", 1) + 4;
    assert_eq!(bytes[at..at + 4], [0, 0, 0, 2]);
    bytes[at + 3] = 1;
    let (sound, bytes) = (Movie::read(&sound).unwrap(), Movie::read(&bytes).unwrap());
    let [found, expected] = [&bytes, &sound].map(|movie| samples(&movie.tracks()[1]));
    assert_eq!(found, expected);
}

/// Returns the error of the first sample of a file with one changed byte.
fn first_error(name: &str, at: impl FnOnce(&[u8]) -> usize, byte: u8) -> String {
    let mut data = data(name);
    let at = at(&data);
    assert_ne!(data[at], byte);
    data[at] = byte;
    let movie = Movie::read(&data).unwrap();
    let error = movie.tracks()[0].samples().next().unwrap().unwrap_err();
    let found = movie.tracks()[0].sample(0).unwrap_err();
    assert_eq!(error_facts(&error), error_facts(&found));
    assert_eq!(movie.tracks()[0].sample_count(), 0);
    error.message().split(": ").next().unwrap().to_owned()
}

#[test]
fn unreadable_samples_report_the_reason() {
    let size = |data: &[u8]| payload_of(data, b"stsz", 0) + 7;
    assert_eq!(first_error("ima4.mov", size, 1), "the box 'stbl' has audio packets without a stated length");
    let flags = |data: &[u8]| payload_of(data, b"url ", 0) + 3;
    assert_eq!(first_error("faststart.mp4", flags, 0), "the box 'stbl' is of samples in another file");
    let first_chunk = |data: &[u8]| payload_of(data, b"stsc", 0) + 11;
    assert_eq!(
        first_error("faststart.mp4", first_chunk, 9),
        "the box 'stbl' has chunks for fewer samples than it declares, or out of order"
    );
}

#[test]
fn unreadable_movies_report_the_reason() {
    let message = |data: &[u8]| Movie::read(data).unwrap_err().to_string();
    assert_eq!(message(b""), "mp4: record 0, byte 0: there is no box 'moov' in the input");
    let data = mp4_box(b"free", b"");
    assert_eq!(message(&data), "mp4: byte 8: there is no box 'moov' in the input");
    let data = mp4_box(b"moov", &mp4_box(b"cmov", b""));
    assert!(
        message(&data)
            .starts_with("mp4: record 0, byte 0: the box 'moov' is compressed, which is not supported")
    );
    let mut cut = crate::data("faststart.mp4");
    cut.truncate(100);
    assert!(message(&cut).contains("the input ends in a box"));
}

/// Reads all samples of both tracks of a file with one changed byte. Returns their numbers, and the last errors.
fn damaged(kind: &[u8; 4], position: usize, byte: u8) -> ([usize; 2], [Option<String>; 2]) {
    let mut data = data("faststart.mp4");
    let at = payload_of(&data, kind, 0) + position;
    assert_ne!(data[at], byte);
    data[at] = byte;
    let movie = Movie::read(&data).unwrap();
    let of_track = |track: usize| {
        let track = &movie.tracks()[track];
        let counted = track.samples().filter(Result::is_ok).count();
        assert_eq!(track.samples_from(u64::MAX).find_map(Result::err).is_some(), track.fault().is_some());
        (counted, track.samples().find_map(Result::err).map(|error| error.message().to_owned()))
    };
    let (video, sound) = (of_track(0), of_track(1));
    ([video.0, sound.0], [video.1, sound.1])
}

#[test]
fn a_damaged_table_leaves_samples_and_other_tracks() {
    for (kind, position, byte, samples, message) in [
        (b"stss", 11, 200, 50, "the box 'stss' has numbers that do not ascend from 1"),
        (b"stts", 11, 0, 50, "the box 'stbl' has durations for fewer samples than it declares"),
        (b"ctts", 11, 0, 50, "the box 'stbl' has composition offsets for fewer samples than it declares"),
        (b"ctts", 4, 1, 50, "the box 'ctts' has fewer entries than it declares"),
        (b"stco", 4, 1, 50, "the box 'stco' has fewer entries than it declares"),
        (b"stsc", 4, 1, 50, "the box 'stsc' has fewer entries than it declares"),
        (b"stsz", 8, 1, 50, "the box 'stsz' has fewer entries than it declares"),
        (b"elst", 4, 1, 50, "the box 'elst' has fewer entries than it declares"),
        (b"mdhd", 14, 0, 50, "the box 'mdhd' has a timescale of 0"),
        (b"hdlr", 8, 0, 50, ""),
    ] {
        let name = kind.escape_ascii();
        let (counts, [video, sound]) = damaged(kind, position, byte);
        assert_eq!(counts, [samples, 17], "{name}: {video:?}, {sound:?}");
        assert!(video.unwrap_or_default().starts_with(message), "{name}");
        assert_eq!(sound, None, "{name}");
    }
    // A missing table.
    for kind in [b"stsd", b"stts", b"stsz", b"stsc", b"stco", b"tkhd", b"mdhd", b"hdlr", b"minf"] {
        let mut data = data("faststart.mp4");
        let at = payload_of(&data, kind, 0) - 4;
        data[at..at + 4].copy_from_slice(b"xxxx");
        let movie = Movie::read(&data).unwrap();
        let fault = movie.tracks()[0].fault().unwrap();
        assert_eq!(fault.kind().name(), "box_missing", "{fault}");
        assert!(movie.tracks()[0].samples().last().unwrap().is_err());
        assert_eq!(samples(&movie.tracks()[1]).len(), 17);
    }
}

#[test]
fn a_walk_can_continue_after_a_missing_sample() {
    let mut data = data("faststart.mp4");
    let offsets = payload_of(&data, b"stco", 0) + 8;
    data[offsets..offsets + 4].fill(0xff);
    let movie = Movie::read(&data).unwrap();
    let track = &movie.tracks()[0];
    let error = track.samples().next().unwrap().unwrap_err();
    assert_eq!((error.kind().name(), error.offset()), ("sample_outside", Some(u64::from(u32::MAX))));
    let first = (0..).find(|&index| track.sample(index).is_ok()).unwrap();
    assert_eq!(track.samples_from(first).filter(Result::is_ok).count() as u64, 50 - first);
}
