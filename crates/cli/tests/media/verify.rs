//! `pagecut verify`.

use std::fs;

use pagecut::Format;
use pagecut::media::matroska::{Matroska, TopLevel};
use pagecut::media::mp4::Tree;
use serde_json::{Value, json};

use super::{
    every_backend_prints_the_same, good, gzip, json, matroska, mp4, path, read, run, stderr, with_input,
    write,
};

/// Returns the verdict on a file, and whether the command succeeded.
fn verdict(args: &[&str]) -> (Value, bool) {
    let output = run(&[&["verify", "--json"], args].concat());
    let good = match output.status.code() {
        Some(0) => true,
        Some(1) => false,
        other => panic!("{other:?}: {}", stderr(&output)),
    };
    (json(&output.stdout).remove(0), good)
}

#[test]
fn stored_files_are_good_to_the_last_byte() {
    for name in mp4().iter().chain(&matroska()) {
        let len = fs::metadata(path(name)).unwrap().len();
        let (verdict, is_good) = verdict(&[name]);
        assert!(is_good, "{verdict}");
        for (key, expected) in [("bytes", len), ("record_bytes", len), ("blank_bytes", 0), ("gap_bytes", 0)] {
            assert_eq!(verdict[key], expected, "{name}: {key}");
        }
        assert_eq!((&verdict["complete"], &verdict["error"]), (&json!(true), &Value::Null));
    }
    let text = good(&["verify", "-v", "clusters.mkv", "mp4/faststart.mp4"]);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "OK clusters.mkv: matroska, 18 records, 27246 bytes = 27246 in records + 0 blank + 0 in gaps, payload not checked\n\
         OK mp4/faststart.mp4: mp4, 4 records, 16120 bytes = 16120 in records + 0 blank + 0 in gaps, payload not checked\n\
         2 OK, 0 FAILED\n"
    );
    assert_eq!(good(&["verify", "-q", "clusters.mkv", "mp4/faststart.mp4"]), b"");
}

#[test]
fn every_backend_gives_the_same_verdict() {
    for name in ["mp4/moov_last.mp4", "mp4/to_the_end.mp4", "live.mkv"] {
        every_backend_prints_the_same(name, &["verify"]);
        let packed = gzip(&read(name));
        let output = with_input(&["verify", "--json"], &packed);
        let verdict = json(&output.stdout).remove(0);
        assert_eq!(verdict["bytes"], read(name).len(), "{verdict}");
        assert_eq!(verdict["compressed"]["bytes"], packed.len(), "{verdict}");
        assert!(output.status.success());
    }
}

#[test]
fn verify_keeps_the_good_parts_of_matroska() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = read("unknown_sizes.mkv");
    data.splice(9000..9100, [0; 300]);
    let (bad, out) =
        (write(folder.path(), "bad.mkv", &data), folder.path().join("good.mkv").display().to_string());
    assert_eq!(run(&["sanitize", "-q", &bad, "-o", &out]).status.code(), Some(1));
    let kept = fs::read(&out).unwrap();
    assert!((20_000..data.len()).contains(&kept.len()), "{}", kept.len());
    let output = run(&["sanitize", "mp4/hevc.mp4", "-o", &out]);
    assert!(stderr(&output).contains("MP4 has no certain boundary"), "{}", stderr(&output));
}

#[test]
fn elements_are_looked_up_but_boxes_are_not() {
    let data = read("clusters.mkv");
    let ranges: Vec<_> = Matroska.records(&data).map(|record| record.unwrap().range()).collect();
    let position = |offset| usize::try_from(offset).unwrap();
    for (number, range) in ranges.iter().enumerate() {
        let record = good(&["fetch", "clusters.mkv", &format!("#{number}")]);
        assert_eq!(record, data[position(range.start)..position(range.end)], "record {number}");
    }
    let shards = String::from_utf8(good(&["shard", "-n", "4", "clusters.mkv"])).unwrap();
    let starts = shards.lines().map(|line| line.split_once("..").unwrap().0.parse::<u64>().unwrap());
    assert!(starts.clone().count() > 1, "{shards}");
    assert!(starts.clone().all(|start| ranges.iter().any(|range| range.start == start)), "{shards}");
    for args in [
        &["fetch", "mp4/hevc.mp4", "#0"][..],
        &["shard", "-n", "2", "mp4/hevc.mp4"],
        &["index", "mp4/hevc.mp4"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("boxes are not looked up"), "{}", stderr(&output));
    }
}

#[test]
fn segments_and_pictures_need_no_movie() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("mp4/fragmented.mp4");
    let moof = Tree::new(&data).map(Result::unwrap).find(|node| node.mp4_box.kind() == *b"moof").unwrap();
    let start = usize::try_from(moof.mp4_box.range().start).unwrap();
    let segment = write(folder.path(), "segment.m4s", &data[start..]);
    assert!(verdict(&[&segment]).1);
    let header = write(folder.path(), "header.mp4", &data[..start]);
    assert!(verdict(&[&header]).1);
    let picture = write(folder.path(), "picture.heic", b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x0cmeta\0\0\0\0");
    assert!(verdict(&[&picture]).1);
    let nothing = write(folder.path(), "nothing.mp4", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08mdat");
    let (verdict, is_good) = verdict(&[&nothing]);
    assert!(!is_good);
    assert_eq!(verdict["error"]["kind"], "box_missing");
    assert_eq!(verdict["complete"], true, "all boxes are there");
}

/// Returns the start of the payload of the first box of a type.
fn payload_of(data: &[u8], kind: &[u8; 4]) -> usize {
    let node = Tree::new(data).map(Result::unwrap).find(|node| node.mp4_box.kind() == *kind).unwrap();
    usize::try_from(node.mp4_box.payload_offset()).unwrap()
}

#[test]
fn verify_checks_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("mp4/faststart.mp4");
    let damaged = |kind: &[u8; 4], position: usize, byte: u8| {
        let mut data = data.clone();
        let payload = payload_of(&data, kind);
        data[payload + position] = byte;
        let name = write(folder.path(), "damaged.mp4", &data);
        let (verdict, is_good) = verdict(&[&name]);
        assert!(!is_good, "{verdict}");
        assert_eq!(verdict["record_bytes"], data.len(), "the boxes are there");
        (verdict["error"]["kind"].clone(), verdict["error"]["message"].as_str().unwrap().to_owned())
    };
    // The first chunk offset points 2 GiB further.
    let (kind, message) = damaged(b"stco", 8, 0x80);
    assert_eq!(kind, "sample_outside");
    assert!(message.starts_with("sample 0 of track 1 lies at bytes 2147"), "{message}");
    // One more sample than there are durations.
    let (kind, message) = damaged(b"stts", 11, 49);
    assert_eq!(kind, "box_content", "{message}");
    let (kind, message) = damaged(b"stsz", 8, 0x80);
    assert_eq!(kind, "box_content");
    assert!(message.starts_with("the box 'stsz' has fewer entries than it declares"), "{message}");
}

/// Returns the verdict of verify on a copy with one changed byte.
fn with_byte(name: &str, position: usize, change: impl Fn(u8) -> u8, args: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut data = read(name);
    data[position] = change(data[position]);
    let name = write(folder.path(), "damaged.mkv", &data);
    let (verdict, is_good) = verdict(&[args, &[&name]].concat());
    assert!(!is_good, "{verdict}");
    verdict
}

#[test]
fn verify_checks_checksums_and_lacing() {
    let data = read("clusters.mkv");
    let clusters = Matroska.records(&data).filter_map(|record| match record.unwrap() {
        TopLevel::Cluster(cluster) => Some(cluster),
        _ => None,
    });
    let cluster = clusters.last().unwrap();
    assert_eq!(cluster.element().crc32_is_right(), Some(true));
    let inside = usize::try_from(cluster.range().end).unwrap() - 1;
    let verdict = with_byte("clusters.mkv", inside, |byte| byte ^ 1, &[]);
    assert_eq!(verdict["error"]["kind"], "damaged_element");
    assert_eq!(verdict["error"]["offset"], cluster.element().body_offset());
    assert_eq!(verdict["record_bytes"], data.len());

    // One frame more than fits.
    let data = read("lacing.mka");
    let blocks = Matroska.records(&data).filter_map(|record| match record.unwrap() {
        TopLevel::Cluster(cluster) => Some(cluster.blocks()),
        _ => None,
    });
    let laced = blocks.flatten().map(Result::unwrap).find(|block| block.frames().unwrap().len() > 1).unwrap();
    let offset = laced.element().body_offset();
    // After the track number, the time and the flags.
    let verdict = with_byte("lacing.mka", usize::try_from(offset).unwrap() + 4, |_| 0xff, &["--recover"]);
    assert_eq!(verdict["error"]["kind"], "damaged_element", "{verdict}");
    assert_eq!(verdict["error"]["offset"], offset);
    assert_eq!(verdict["faults"].as_array().unwrap().len(), 1, "{verdict}");
    assert_eq!(verdict["gaps"], json!([]));
}

#[test]
fn a_segment_truncated_between_elements_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("clusters.mkv");
    let ends: Vec<_> = Matroska.records(&data).map(|record| record.unwrap().range().end).collect();
    for &end in &ends[1..ends.len() - 1] {
        let name = write(folder.path(), "cut.mkv", &data[..usize::try_from(end).unwrap()]);
        let (verdict, is_good) = verdict(&[&name]);
        assert!(!is_good, "{verdict}");
        assert_eq!(verdict["error"]["kind"], "element_size");
        assert_eq!(verdict["record_bytes"], end);
    }
}

#[test]
fn gaps_are_listed_for_formats_with_recovery() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = read("clusters.mkv");
    data[12_000..12_500].fill(0);
    let name = write(folder.path(), "gap.mkv", &data);
    let output = run(&["verify", "--recover", "--json", &name]);
    assert_eq!(output.status.code(), Some(1));
    let verdict = &json(&output.stdout)[0];
    let gaps = verdict["gaps"].as_array().unwrap();
    let lost: u64 =
        gaps.iter().map(|gap| gap["end"].as_u64().unwrap() - gap["start"].as_u64().unwrap()).sum();
    assert!(lost > 0 || !verdict["faults"].as_array().unwrap().is_empty(), "{verdict}");
    assert_eq!(verdict["gap_bytes"], lost);
    let sum = verdict["record_bytes"].as_u64().unwrap() + lost;
    assert_eq!((sum, &verdict["complete"]), (data.len() as u64, &json!(true)), "{verdict}");
}

#[test]
fn formats_without_recovery_stop_at_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let whole = read("mp4/faststart.mp4");
    let cut = write(folder.path(), "cut.mp4", &whole[..whole.len() / 2]);
    for (name, status) in [("mp4/faststart.mp4", 0), (&cut, 1)] {
        let output = run(&["verify", "--recover", name]);
        assert_eq!(output.status.code(), Some(status), "{name}: {}", stderr(&output));
        let found = stderr(&output).contains("ends there: MP4 has no certain boundary after a fault");
        assert_eq!(found, status == 1, "{name}: {}", stderr(&output));
        assert_eq!(output.stdout, run(&["verify", name]).stdout);
    }
}
