//! Comparison of samples with the packets of ffprobe.

use pagecut::media::mp4::{Movie, Sample, Track};
use rayon::prelude::*;

use crate::common::oracle;
use crate::{data, files, path};

/// A packet of ffprobe.
#[derive(Debug, PartialEq, Eq)]
struct Packet {
    stream: usize,
    pts: i64,
    dts: i64,
    duration: Option<u32>,
    len: u64,
    offset: u64,
    is_sync: bool,
    crc32: u32,
}

/// Returns the fields that ffprobe prints for each packet; `None` without ffprobe.
fn ffprobe(name: &str, entries: &str, options: &[&str]) -> Option<Vec<Vec<String>>> {
    let output = oracle("ffprobe")?
        .args(["-v", "quiet", "-of", "csv=p=0", "-show_entries", entries])
        .args(options)
        .arg(path(name))
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().filter(|line| !line.is_empty());
    Some(lines.map(|line| line.split(',').map(str::to_owned).collect()).collect())
}

/// Returns the packets of ffprobe with media times; `None` without ffprobe.
fn packets_of_ffprobe(name: &str) -> Option<Vec<Packet>> {
    let entries = "packet=stream_index,pts,dts,duration,size,pos,flags,data_hash";
    let options = ["-fflags", "+nofillin+noparse", "-show_data_hash", "crc32", "-ignore_editlist", "1"];
    let packets = ffprobe(name, entries, &options)?.into_iter().map(|fields| Packet {
        stream: fields[0].parse().unwrap(),
        pts: fields[1].parse().unwrap(),
        dts: fields[2].parse().unwrap(),
        duration: fields[3].parse().ok(),
        len: fields[4].parse().unwrap(),
        offset: fields[5].parse().unwrap(),
        is_sync: fields[6].starts_with('K'),
        crc32: u32::from_str_radix(fields[7].strip_prefix("CRC32:").unwrap(), 16).unwrap(),
    });
    Some(packets.collect())
}

/// Computes the CRC-32 of zlib, bit by bit.
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc: u32, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

/// Returns all samples, which must be undamaged.
pub(crate) fn samples<'data>(track: &Track<'data>) -> Vec<Sample<'data>> {
    track.samples().collect::<Result<_, _>>().unwrap()
}

fn packet(stream: usize, sample: &Sample<'_>) -> Packet {
    assert_eq!(sample.data.len() as u64, sample.range.end - sample.range.start);
    Packet {
        stream,
        pts: sample.pts,
        dts: sample.dts,
        duration: Some(sample.duration),
        len: sample.data.len() as u64,
        offset: sample.range.start,
        is_sync: sample.is_sync,
        crc32: crc32(sample.data),
    }
}

/// Returns the samples of a track as ffprobe shows them.
fn packets_of_samples(stream: usize, track: &Track<'_>, is_fragmented: bool) -> Vec<Packet> {
    let samples = samples(track);
    // With negative composition offsets, ffprobe shifts decode times earlier, or presentation times of fragments later, by
    // the greatest of them.
    let shift = samples.iter().map(|sample| sample.dts - sample.pts).max().unwrap_or(0).max(0);
    let (later, earlier) = if is_fragmented { (shift, 0) } else { (0, shift) };
    let packets = samples.iter().map(|sample| packet(stream, sample));
    packets.map(|packet| Packet { pts: packet.pts + later, dts: packet.dts - earlier, ..packet }).collect()
}

/// Removes the values that ffprobe does not print.
fn compare(name: &str, mut found: Vec<Packet>, mut expected: Vec<Packet>) {
    expected.sort_by_key(|packet| packet.stream);
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter_mut().zip(&expected) {
        if expected.duration.is_none() {
            found.duration = None;
        }
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn samples_match_the_packets_of_ffprobe() {
    let mut files = files();
    files.retain(|(name, _)| !["pcm.mov", "fragmented_split_runs.mp4"].contains(&name.as_str()));
    files.par_iter().for_each(|(name, data)| {
        let Some(expected) = packets_of_ffprobe(name) else { return };
        assert!(expected.len() > 1, "{name}");
        let movie = Movie::read(data).unwrap();
        let tracks = movie.tracks().iter().enumerate();
        let found =
            tracks.flat_map(|(stream, track)| packets_of_samples(stream, track, movie.is_fragmented()));
        compare(name, found.collect(), expected);
    });
}

#[test]
fn pcm_packets_have_at_most_1024_samples() {
    let Some(mut expected) = packets_of_ffprobe("pcm.mov") else { return };
    expected.retain(|packet| packet.stream == 1);
    let data = data("pcm.mov");
    let movie = Movie::read(&data).unwrap();
    let mut samples = samples(&movie.tracks()[1]).into_iter();
    for expected in expected {
        let count = usize::try_from(expected.len / 2).unwrap();
        let of_packet: Vec<_> = samples.by_ref().take(count).collect();
        let (first, last) = (&of_packet[0], of_packet.last().unwrap());
        assert_eq!((first.range.start, first.dts, first.pts), (expected.offset, expected.dts, expected.pts));
        assert_eq!(last.range.end, expected.offset + expected.len);
        assert!(of_packet.iter().all(|sample| sample.is_sync && sample.duration == 1));
        let bytes: Vec<_> = of_packet.iter().flat_map(|sample| sample.data).copied().collect();
        assert_eq!(crc32(&bytes), expected.crc32);
    }
    assert_eq!(samples.next(), None);
}

#[test]
fn presentation_times_match_ffprobe_with_one_edit() {
    for name in ["faststart.mp4", "delayed_sound.mp4", "fragmented_indexed.mp4", "vp9_opus.mp4"] {
        let Some(expected) = ffprobe(name, "packet=stream_index,pts,pos", &[]) else { return };
        let data = data(name);
        let movie = Movie::read(&data).unwrap();
        for (stream, track) in movie.tracks().iter().enumerate() {
            let shift = track.edits().presentation_shift(movie.header().timescale, track.media().timescale);
            let found = samples(track).into_iter().map(|sample| (sample.pts + shift, sample.range.start));
            let expected = expected.iter().filter(|packet| packet[0] == stream.to_string());
            let expected = expected.map(|packet| (packet[1].parse().unwrap(), packet[2].parse().unwrap()));
            let expected: Vec<(i64, u64)> = expected.collect();
            assert!(expected.len() > 9, "stream {stream} of {name}");
            assert_eq!(found.collect::<Vec<_>>(), expected, "stream {stream} of {name}");
        }
    }
}

#[test]
fn runs_without_data_offset_are_contiguous() {
    let (whole, split) = (data("fragmented.mp4"), data("fragmented_split_runs.mp4"));
    let (whole, split) = (Movie::read(&whole).unwrap(), Movie::read(&split).unwrap());
    assert_eq!(split.fragments().flatten().flat_map(|moof| moof.track_fragments()).count(), 6);
    for fragment in split.fragments() {
        for track in fragment.unwrap().track_fragments() {
            assert_eq!(track.unwrap().runs().count(), 2);
        }
    }
    for (whole, split) in whole.tracks().iter().zip(split.tracks()) {
        let facts = |sample: Sample<'_>| {
            (sample.pts, sample.dts, sample.duration, sample.is_sync, sample.data.to_vec())
        };
        let [whole, split] =
            [whole, split].map(|track| samples(track).into_iter().map(facts).collect::<Vec<_>>());
        assert_eq!(whole, split);
    }
}
