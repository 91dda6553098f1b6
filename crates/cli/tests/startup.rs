//! A short file is processed by the main thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// Returns whether `pagecut` with these arguments on this file starts a thread or a process; `None` if strace is
/// missing or not permitted, which fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn starts_a_thread(args: &[&str], file: &Path) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=clone,clone3,fork,vfork", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_pagecut"))
        .args(args)
        .arg(file)
        .env_remove("PAGECUT_THREADS")
        .output();
    let Some(output) = traced.ok().filter(|output| output.status.success()) else {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no strace, which is required");
        eprintln!("skipped: no strace");
        return None;
    };
    assert!(!output.stdout.is_empty());
    let calls = fs::read_to_string(log).unwrap();
    Some(calls.contains("clone") || calls.contains("fork"))
}

#[test]
fn a_short_file_starts_no_thread() {
    // The check itself detects a thread.
    let folder = tempfile::tempdir().unwrap();
    let long = folder.path().join("reads.fastq");
    fs::write(&long, fs::read(testdata("illumina.fastq")).unwrap().repeat(100)).unwrap();
    let Some(is_seen) = starts_a_thread(&["stats", "-t", "2"], &long) else { return };
    assert!(is_seen);
    for args in [
        &["stats"][..],
        &["stats", "-a", "-t", "2"],
        &["verify"],
        &["verify", "--strict", "-t", "2"],
        &["inspect"],
    ] {
        for name in ["illumina.fastq", "nanopore.fasta", "small.ts", "wrapped.fastq"] {
            assert_eq!(starts_a_thread(args, &testdata(name)), Some(false), "{args:?} {name}");
        }
    }
    for args in [&["verify", "--recover"][..], &["sanitize", "-t", "2"]] {
        assert_eq!(starts_a_thread(args, &testdata("illumina.fastq")), Some(false), "{args:?}");
    }
}
