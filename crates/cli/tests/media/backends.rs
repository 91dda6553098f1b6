//! Damaged media give the same results and error texts with every backend and every number of threads.

use std::path::Path;

use super::{read, run, write};

/// Status, standard output and standard error, without the name of the input.
fn outcome(args: &[&str], file: &str) -> (Option<i32>, String, String) {
    let output = run(&[args, &[file]].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(file, "FILE");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Returns damaged copies of a file: truncated, with changed bytes, with removed bytes, and with zeros.
fn damaged(folder: &Path, name: &str) -> Vec<String> {
    let data = read(name);
    let len = data.len();
    let mut copies = vec![data[..len * 2 / 3].to_vec()];
    for (from, to) in [(len / 3, len / 3 + 50), (len / 2, len / 2 + 3)] {
        let removed = [&data[..from], &data[to..]].concat();
        let mut zeroed = data.clone();
        zeroed[from..to].fill(0);
        let mut other = data.clone();
        other[from..to].fill(0xff);
        copies.extend([removed, zeroed, other]);
    }
    // In the boxes or elements at the start, which hold the metadata.
    let mut head = data;
    head[100..104].fill(0xff);
    copies.push(head);
    copies.iter().enumerate().map(|(at, copy)| write(folder, &format!("copy.{at}"), copy)).collect()
}

fn check(name: &str) {
    const COMMANDS: [&[&str]; 5] = [
        &["verify", "--json"],
        &["verify", "--json", "--recover"],
        &["packets", "--crc32"],
        &["probe", "--of", "json"],
        &["tree", "--json"],
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut bad = 0;
    for file in damaged(folder.path(), name) {
        for command in COMMANDS {
            let expected = outcome(&[command, &["--io", "mapped", "--threads", "1"]].concat(), &file);
            assert!(matches!(expected.0, Some(0 | 1)), "{name}: {command:?}: {}", expected.2);
            bad += usize::from(expected.0 == Some(1));
            for backend in ["read", "uring", "direct"] {
                let found = outcome(&[command, &["--io", backend, "--threads", "2"]].concat(), &file);
                assert_eq!(found, expected, "{name}: {command:?}: {backend}: {file}");
            }
            let found = outcome(&[command, &["--io", "mapped", "--threads", "4"]].concat(), &file);
            assert_eq!(found, expected, "{name}: {command:?}: 4 threads: {file}");
        }
    }
    assert!(bad > 10, "{name}: {bad} bad");
}

#[test]
fn damaged_matroska_with_every_backend() {
    check("clusters.mkv");
    check("groups.mkv");
}

#[test]
fn damaged_mp4_with_every_backend() {
    check("mp4/faststart.mp4");
    check("mp4/fragmented.mp4");
}

#[test]
fn damaged_mpegts_with_every_backend() {
    check("mpegts/two_programs.ts");
}
