//! Damaged files: no panic, a meaningful exit status, an error with its offset.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{json, read, run, stderr, write};

/// Returns the names of copies of a file, truncated at many positions.
fn cut(folder: &Path, name: &str, places: usize) -> Vec<String> {
    let data = read(name);
    let step = data.len().div_ceil(places);
    // The first bytes identify the format.
    let lens = (12..data.len()).step_by(step).chain([data.len() - 1]);
    lens.map(|len| write(folder, &format!("cut.{len}"), &data[..len])).collect()
}

/// Returns the names of copies of a file with a few changed bytes each.
fn garbled(folder: &Path, name: &str, copies: usize) -> Vec<String> {
    let data = read(name);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut garble = |copy: usize| {
        let mut data = data.clone();
        for _ in 0..=copy % 8 {
            // Most of them in the metadata.
            let end = if random(4) == 0 { data.len() } else { 3000.min(data.len()) };
            data[8 + random(end - 8)] = u8::try_from(random(256)).unwrap();
        }
        write(folder, &format!("garbled.{copy}"), &data)
    };
    (0..copies).map(&mut garble).collect()
}

/// Runs the command on many files and returns its output; a panic would end it.
fn over(args: &[&str], files: &[String]) -> (i32, Vec<u8>, String) {
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let output = run(&[args, &files].concat());
    let code = output.status.code().unwrap();
    assert!(code == 0 || code == 1, "{code}: {}", stderr(&output));
    let complaints = stderr(&output).to_owned();
    assert!(!complaints.contains("panicked"), "{complaints}");
    (code, output.stdout, complaints)
}

#[test]
fn every_truncation_is_found() {
    for name in
        ["mp4/faststart.mp4", "mp4/moov_last.mp4", "mp4/large_sizes.mp4", "clusters.mkv", "groups.mkv"]
    {
        let folder = tempfile::tempdir().unwrap();
        let files = cut(folder.path(), name, 100);
        let (code, printed, _) = over(&["verify", "--json"], &files);
        assert_eq!(code, 1);
        let verdicts = json(&printed);
        assert_eq!(verdicts.len(), files.len());
        for verdict in verdicts {
            let len = fs::metadata(verdict["file"].as_str().unwrap()).unwrap().len();
            let offset = verdict["error"]["offset"].as_u64();
            assert!(offset.is_some(), "{verdict}");
            assert!(verdict["record_bytes"].as_u64().unwrap() <= len, "{verdict}");
        }
        let (code, printed, complaints) = over(&["tree", "--json"], &files);
        assert_eq!(code, 1);
        assert!(complaints.lines().all(|line| line.contains("byte ")), "{complaints}");
        let inside = |node: &Value| {
            let len = fs::metadata(node["file"].as_str().unwrap()).unwrap().len();
            node["offset"].as_u64().unwrap() < len
        };
        assert!(json(&printed).iter().all(inside), "{name}");
    }
}

#[test]
fn a_truncated_file_gives_the_start_of_its_track() {
    for name in ["mp4/faststart.mp4", "mp4/fragmented.mp4", "clusters.mkv", "lacing.mka"] {
        let folder = tempfile::tempdir().unwrap();
        let whole = run(&["extract", name, "--track", "1"]).stdout;
        for file in cut(folder.path(), name, 12) {
            let output = run(&["extract", &file, "--track", "1"]);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
            assert!(whole.starts_with(&output.stdout), "{file}");
            assert_eq!(output.status.success(), stderr(&output).is_empty());
            if output.status.success() {
                // The missing bytes belong to the other track, or their absence cannot be detected.
                assert!(
                    output.stdout == whole || name == "mp4/fragmented.mp4" || name.contains(".mk"),
                    "{file}"
                );
            }
        }
    }
}

#[test]
fn garbled_files_end_without_a_panic() {
    for name in [
        "mp4/faststart.mp4",
        "mp4/fragmented_indexed.mp4",
        "mp4/pcm.mov",
        "groups.mkv",
        "lacing.mka",
        "live.mkv",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let files = garbled(folder.path(), name, 80);
        over(&["verify", "--json"], &files);
        over(&["tree"], &files);
        over(&["stats", "--json"], &files);
        if name.contains(".mk") {
            let (_, printed, _) = over(&["verify", "--json", "--recover"], &files);
            for verdict in json(&printed).iter().filter(|verdict| verdict["format"] == "matroska") {
                let sum: u64 = ["record_bytes", "blank_bytes", "gap_bytes"]
                    .iter()
                    .map(|key| verdict[*key].as_u64().unwrap())
                    .sum();
                assert_eq!(verdict["bytes"], sum, "{verdict}");
            }
        }
        for file in &files[..8] {
            over(&["extract", "--track", "1"], std::slice::from_ref(file));
        }
    }
}
