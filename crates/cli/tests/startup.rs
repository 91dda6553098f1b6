//! A short file is done by the thread that is there.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// How many threads and processes the command starts; `None` if strace is not there or not allowed, which fails the test where
/// `PAGECUT_REQUIRE_ORACLES` is set.
fn started(folder: &Path, program: &str, args: &[&OsStr]) -> Option<usize> {
    let log = folder.join("log");
    let traced = Command::new("strace")
        .args(["-f", "-e", "trace=clone,clone3,fork,vfork", "-o"])
        .arg(&log)
        .arg(program)
        .args(args)
        .env_remove("PAGECUT_THREADS")
        .output();
    let Some(output) = traced.ok().filter(|output| output.status.success()) else {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no strace, which is required");
        eprintln!("skipped: no strace");
        return None;
    };
    assert!(!output.stdout.is_empty());
    let calls = fs::read_to_string(log).unwrap();
    // A call that is interrupted by another one takes two lines.
    Some(calls.lines().filter(|line| line.contains("clone") || line.contains("fork")).count())
}

#[test]
fn a_short_file_starts_no_thread() {
    let folder = tempfile::tempdir().unwrap();
    // That a thread is seen if there is one.
    let long = folder.path().join("long.fastq");
    fs::write(&long, fs::read(testdata("illumina.fastq")).unwrap().repeat(100)).unwrap();
    let pagecut = env!("CARGO_BIN_EXE_pagecut");
    match started(
        folder.path(),
        pagecut,
        &["stats", "-t", "2"].map(OsStr::new).into_iter().chain([long.as_os_str()]).collect::<Vec<_>>(),
    ) {
        None => return,
        Some(threads) => assert!(threads > 0),
    }
    for command in [
        &["stats"][..],
        &["stats", "-a", "-t", "2"],
        &["verify"],
        &["verify", "--strict", "-t", "2"],
        &["inspect"],
    ] {
        for file in ["illumina.fastq", "nanopore.fasta", "small.ts", "wrapped.fastq"] {
            let file = testdata(file);
            let args: Vec<&OsStr> = command.iter().map(OsStr::new).chain([file.as_os_str()]).collect();
            assert_eq!(started(folder.path(), pagecut, &args), Some(0), "{args:?}");
        }
    }
}
