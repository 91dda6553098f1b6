//! Promise: an index gives the true positions of records, and matches the one of an independent tool.

#[path = "../common/mod.rs"]
mod common;

mod fai;
mod regions;
mod shards;
mod sparse;

use std::path::{Path, PathBuf};

use pagecut::io::{Strategy, ZeroCopyConfig};
use pagecut::{Source, SourceOptions, open_reader, source::Reader};

/// Strategies that differ in the bytes that are in memory at a time.
const STRATEGIES: [Strategy; 2] = [Strategy::Mapped, Strategy::Read];

fn config(strategy: Strategy) -> ZeroCopyConfig {
    ZeroCopyConfig::new().strategy(strategy).threshold(0)
}

fn reader(path: &Path, strategy: Strategy) -> Reader {
    open_reader(path, &config(strategy)).unwrap()
}

/// Returns sources that read the file in parts of several lengths, from a few bytes to all of it, on one thread and on three.
fn sources(path: &Path) -> Vec<Source> {
    let len = usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap();
    let mut sources = Vec::new();
    for strategy in STRATEGIES {
        for (part_len, threads) in [(1 + len / 500, 3), (1 + len / 7, 1), (1 << 20, 1)] {
            let options = SourceOptions::new().part_len(part_len).threads(threads).config(config(strategy));
            sources.push(Source::with_options(path, options).unwrap());
        }
    }
    sources
}

/// Writes a file with these bytes.
fn write(data: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, data).unwrap();
    (folder, path)
}
