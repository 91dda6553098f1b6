//! Helpers for several test files.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use pagecut::{Error, Format, Location, Piece, Resync, record::Part};
use rayon::ThreadPool;

/// Returns the path of a file of `testdata`.
pub(crate) fn testdata(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

/// Returns all files of `testdata` with this extension, with their names.
pub(crate) fn all_testdata(extension: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(testdata(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Returns the folder of the larger corpora, if it exists: `$PAGECUT_CORPUS`, or `../shared/data` beside the repository.
pub(crate) fn corpus() -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("PAGECUT_CORPUS").map_or(default, PathBuf::from);
    if folder.is_dir() {
        Some(folder)
    } else {
        eprintln!("skipped: no corpus at {}", folder.display());
        None
    }
}

/// Returns a command of another tool, if it is installed. If it is missing, the test fails when `PAGECUT_REQUIRE_ORACLES` is set.
pub(crate) fn oracle(name: &str) -> Option<Command> {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap().status.success();
    if found {
        return Some(Command::new(name));
    }
    assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no {name}, which is required");
    eprintln!("skipped: no {name}");
    None
}

/// Thread pools of 1, 2, 3 and 16 threads.
pub(crate) static POOLS: LazyLock<Vec<ThreadPool>> = LazyLock::new(|| {
    [1, 2, 3, 16]
        .map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap())
        .into_iter()
        .collect()
});

/// The records before the first error, and that error.
pub(crate) type UpToError<R> = (Vec<R>, Option<(String, Option<Location>)>);

/// Returns the comparable facts of an error.
pub(crate) fn facts(error: &Error) -> (String, Option<Location>) {
    (error.message(), error.location())
}

/// Reads the input serially: the reference for every other method.
pub(crate) fn serial<'data, F: Format>(format: &F, data: &'data [u8]) -> UpToError<F::Record<'data>> {
    let mut records = Vec::new();
    for record in format.records(data) {
        match record {
            Ok(record) => records.push(record),
            Err(error) => return (records, Some(facts(&error))),
        }
    }
    (records, None)
}

/// Returns the parts between the boundaries at or after these offsets.
pub(crate) fn parts_at<'data, F: Resync>(format: &F, data: &'data [u8], at: &[usize]) -> Vec<Part<'data>> {
    let mut starts = vec![0];
    starts.extend(at.iter().filter_map(|&at| format.find_boundary(data, at)));
    starts.push(data.len());
    starts.windows(2).map(|range| Part::from_range(data, range[0]..range[1].max(range[0]))).collect()
}

/// Returns damaged copies: at every position a byte changed into each of `into`, removed, or doubled.
pub(crate) fn damaged(data: &[u8], into: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..data.len()).flat_map(move |at| {
        let changed = into.iter().filter(move |&&byte| byte != data[at]).map(move |&byte| {
            let mut copy = data.to_vec();
            copy[at] = byte;
            copy
        });
        let removed = [&data[..at], &data[at + 1..]].concat();
        let doubled = [&data[..=at], &data[at..]].concat();
        changed.chain([removed, doubled])
    })
}

/// Returns pseudo-random bytes, the same for the same seed.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

/// Describes a piece as text for comparison.
pub(crate) fn in_words<R: std::fmt::Debug>(piece: Piece<R>) -> String {
    match piece {
        Piece::Record(record) => format!("{record:?}"),
        Piece::Gap(gap) => format!("gap {:?}: {}", gap.range, gap.error.message()),
    }
}

/// Returns a transport stream of packets with sync bytes in their payloads.
pub(crate) fn packets(count: u8) -> Vec<u8> {
    (0..count)
        .flat_map(|number| {
            let mut packet = noise(u64::from(number) + 1, 188);
            packet[..4].copy_from_slice(&[0x47, number % 32, number, 0x10]);
            packet
        })
        .collect()
}

/// Returns reads of about this many bytes.
pub(crate) fn reads(len: usize) -> Vec<u8> {
    let text = fs::read(testdata("illumina.fastq")).unwrap();
    text.repeat(len / text.len() + 1)
}

/// Writes a file beside the repository, since the page cache depends on the file system.
pub(crate) fn file(data: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("file");
    let mut file = fs::File::create(&path).unwrap();
    std::io::Write::write_all(&mut file, data).unwrap();
    // Dirty pages cannot be evicted.
    file.sync_all().unwrap();
    (folder, path)
}

/// Writes a file and evicts it from the page cache.
pub(crate) fn cold_file(data: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = file(data);
    let reader = pagecut::mmap::MmapReader::open(&path).unwrap();
    reader.evict().unwrap();
    assert!(reader.residency(..).unwrap().share() < 0.05, "{:?}", reader.residency(..));
    (folder, path)
}
