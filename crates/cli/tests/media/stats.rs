//! `pagecut stats`.

use pagecut::media::matroska::Segment;
use pagecut::media::mp4::Movie;

use super::{every_backend_prints_the_same, good, json, matroska, mp4, read, run, stderr, write};

#[test]
fn a_row_for_each_track() {
    let text =
        String::from_utf8(good(&["stats", "mp4/faststart.mp4", "vp9_opus.webm", "../small.ts"])).unwrap();
    let (packets, tracks) = text.split_once("\n\n").unwrap();
    assert!(packets.contains("MPEG-TS"), "{text}");
    assert_eq!(
        tracks,
        "file               format  track  kind   codec        samples   bytes  duration  verdict\n\
         mp4/faststart.mp4  MP4         1  video  avc1.4d400a       50   9,457     2.000  OK\n\
         mp4/faststart.mp4  MP4         2  audio  mp4a.40.2         17   4,515     2.128  OK\n\
         vp9_opus.webm      WebM        1  video  V_VP9             50  14,865     2.000  OK\n\
         vp9_opus.webm      WebM        2  audio  A_OPUS           101   4,264     2.001  OK\n"
    );
}

#[test]
fn samples_and_bytes_match_the_library() {
    for name in mp4() {
        let data = read(&name);
        let movie = Movie::read(&data).unwrap();
        let rows = json(&good(&["stats", "--json", &name])).remove(0);
        for (track, row) in movie.tracks().iter().zip(rows["tracks"].as_array().unwrap()) {
            let lens: Vec<_> = track.samples().map(|sample| sample.unwrap().data.len()).collect();
            assert_eq!(row["track"], track.id());
            assert_eq!(
                (&row["samples"], &row["bytes"]),
                (&lens.len().into(), &lens.iter().sum::<usize>().into())
            );
        }
        assert_eq!(rows["tracks"].as_array().unwrap().len(), movie.tracks().len());
    }
    for name in matroska() {
        let data = read(&name);
        let segment = Segment::read(&data).unwrap();
        let rows = json(&good(&["stats", "--json", &name])).remove(0);
        for (index, row) in rows["tracks"].as_array().unwrap().iter().enumerate() {
            let packets = segment.packets().map(Result::unwrap).filter(|packet| packet.track == index);
            let lens: Vec<_> = packets.map(|packet| packet.payload.len()).collect();
            assert_eq!(
                (&row["samples"], &row["bytes"]),
                (&lens.len().into(), &lens.iter().sum::<usize>().into())
            );
        }
        assert_eq!(rows["tracks"].as_array().unwrap().len(), segment.tracks().len());
    }
}

#[test]
fn every_backend_counts_the_same() {
    every_backend_prints_the_same("mp4/fragmented.mp4", &["stats"]);
    every_backend_prints_the_same("groups.mkv", &["stats"]);
}

#[test]
fn the_samples_before_damage_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("mp4/faststart.mp4");
    let name = write(folder.path(), "cut.mp4", &data[..data.len() - 1]);
    let output = run(&["stats", &name, "mp4/hevc.mp4"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("of track"), "{}", stderr(&output));
    // The last sample is truncated; the other track and the other file are complete.
    let samples = |output: &[u8]| -> Vec<u64> {
        let row = |line: &str| line.split_whitespace().nth_back(3).unwrap().parse().unwrap();
        String::from_utf8_lossy(output).lines().skip(1).map(row).collect()
    };
    let mut expected = samples(&good(&["stats", "mp4/faststart.mp4", "mp4/hevc.mp4"]));
    let last = expected.iter_mut().take(2).min().unwrap();
    *last -= 1;
    assert_eq!(samples(&output.stdout), expected);
    let rows = json(&run(&["stats", "--json", &name]).stdout).remove(0);
    assert_eq!(rows["error"]["kind"], "sample_outside");
    assert_eq!(rows["tracks"].as_array().unwrap().len(), 2);
    assert!(json(&good(&["stats", "--json", "mp4/hevc.mp4"])).remove(0)["error"].is_null());
}
