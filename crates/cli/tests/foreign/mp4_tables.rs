//! MP4 files with edits, lists and sizes of unusual values.

use std::fs;
use std::process::Command;

use crate::{patch, path, run, stderr, succeed, write};

/// Reads a test file of the library.
fn data(name: &str) -> Vec<u8> {
    fs::read(path("../media/mp4").join(name)).unwrap()
}

#[test]
fn packets_after_the_edit_are_left_out() {
    let mut data = data("faststart.mp4");
    let all = succeed(&["packets", "../media/mp4/faststart.mp4"]).lines().count();
    // A third of a second, of two seconds.
    patch(&mut data, b"elst", 8, &333_u32.to_be_bytes());
    let (_folder, file) = write("made.mp4", &data);
    let listed = succeed(&["packets", &file]);
    let sound: Vec<_> = listed.lines().filter(|line| line.starts_with("1,")).collect();
    // The edit begins in the second audio frame; the last presented frame ends after it.
    assert!(sound.len() < 6 && sound[0].ends_with("KD") && sound[1].ends_with("K_"), "{sound:?}");
    assert!(listed.lines().count() < all);
    assert_eq!(succeed(&["packets", "--raw-times", &file]).lines().count(), all);
    let extracted = run(&["extract", "--track", "2", &file]).stdout;
    assert_eq!(extracted, run(&["extract", "--track", "2", "../media/mp4/faststart.mp4"]).stdout);
}

#[test]
fn zeros_after_the_last_box_are_padding() {
    for zeros in [1, 2, 3, 4, 7, 8, 100] {
        let data = [data("moov_last.mp4"), vec![0; zeros]].concat();
        let (_folder, file) = write("made.mp4", &data);
        let report = succeed(&["verify", "--json", &file]);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["blank_bytes"], zeros, "{report}");
        assert!(report["error"].is_null());
    }
    let (_folder, file) = write("made.mp4", [data("moov_last.mp4"), vec![0, 0, 1]].concat());
    assert_eq!(run(&["verify", &file]).status.code(), Some(1));
}

#[test]
fn lists_with_a_wrong_entry_count_are_bad() {
    for kind in [b"stsd", b"dref"] {
        let name = str::from_utf8(kind).unwrap();
        for (count, why) in [(0, "more"), (2, "fewer")] {
            let mut data = data("faststart.mp4");
            patch(&mut data, kind, 7, &[count]);
            let (_folder, file) = write("made.mp4", &data);
            let output = run(&["verify", &file]);
            assert_eq!(output.status.code(), Some(1), "{name} {count}");
            let expected = format!("the box '{name}' has {why} entries than it declares");
            assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
        }
    }
}

#[test]
fn times_that_are_cut_off_leave_the_packets() {
    let mut data = data("faststart.mp4");
    let at = data.windows(4).position(|name| name == b"stts").unwrap();
    // The box ends after its header, and free space follows.
    let len = u32::from_be_bytes(data[at - 4..at].try_into().unwrap());
    data[at - 4..at].copy_from_slice(&8_u32.to_be_bytes());
    data[at + 4..at + 8].copy_from_slice(&(len - 8).to_be_bytes());
    data[at + 8..at + 12].copy_from_slice(b"free");
    let (_folder, file) = write("made.mp4", &data);
    let output = run(&["packets", "--raw-times", &file]);
    let all = succeed(&["packets", "--raw-times", "../media/mp4/faststart.mp4"]);
    assert_eq!(String::from_utf8(output.stdout.clone()).unwrap().lines().count(), all.lines().count());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("'stts'"), "{}", stderr(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn more_tracks_than_memory_are_an_error() {
    // Boxes of eight bytes, each of which needs hundreds of bytes of memory.
    let mut data = Vec::new();
    let (track, tracks) = (*b"\0\0\0\x08trak", 1_000_000);
    data.extend(u32::try_from(8 + 8 * tracks).unwrap().to_be_bytes());
    data.extend(b"moov");
    data.extend(track.repeat(tracks));
    let (_folder, file) = write("made.mp4", &data);
    for command in ["packets", "verify"] {
        let limited = format!("ulimit -v 500000; exec \"$0\" -t 1 {command} \"$1\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &limited, env!("CARGO_BIN_EXE_pagecut"), &file]);
        let output = shell.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}: {}", stderr(&output));
    }
}

/// Builds a fragmented movie with a number of empty tracks and fragments.
fn tracks_and_fragments(tracks: u32, fragments: usize) -> Vec<u8> {
    let data = data("fragmented.mp4");
    let mp4_box = |kind: &[u8; 4], payload: &[u8]| {
        [&u32::try_from(8 + payload.len()).unwrap().to_be_bytes()[..], kind, payload].concat()
    };
    let box_at = |kind: &[u8; 4]| {
        let at = data.windows(4).position(|found| found == kind).unwrap() - 4;
        let len = u32::from_be_bytes(data[at..at + 4].try_into().unwrap()) as usize;
        data[at..at + len].to_vec()
    };
    let track = box_at(b"trak");
    let id_at = track.windows(4).position(|found| found == b"tkhd").unwrap() + 16;
    let mut content = box_at(b"mvhd");
    for id in 1..=tracks {
        let mut track = track.clone();
        track[id_at..id_at + 4].copy_from_slice(&id.to_be_bytes());
        content.extend(track);
    }
    content.extend(box_at(b"mvex"));
    let fragment = mp4_box(b"moof", &mp4_box(b"mfhd", &[0; 8]));
    [box_at(b"ftyp"), mp4_box(b"moov", &content), fragment.repeat(fragments)].concat()
}

#[test]
fn many_tracks_in_many_fragments_are_described() {
    let (_folder, file) = write("made.mp4", tracks_and_fragments(500, 4000));
    let output = succeed(&["probe", "--of", "json", &file]);
    assert_eq!(output.matches("\"codec_type\"").count(), 500);
}
