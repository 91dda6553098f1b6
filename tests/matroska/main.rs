//! Matroska and WebM: comparison with other tools, reading from any boundary, and damage.

#[path = "../common/mod.rs"]
mod common;

mod damage;
mod ffprobe;
mod heads;
mod limits;
mod splits;
mod structure;
mod views;
mod write;

use std::path::PathBuf;

use pagecut::Resync;
use pagecut::media::matroska::{Matroska, TopLevel};

/// The files that `testdata/media/make-matroska.sh` creates.
const FILES: [&str; 11] = [
    "clusters.mkv",
    "cues_front.mkv",
    "live.mkv",
    "unknown_sizes.mkv",
    "vp9_opus.webm",
    "flac_laced.mka",
    "mp3_laced.mka",
    "ac3_laced.mka",
    "lacing.mka",
    "stripped.mkv",
    "groups.mkv",
];

fn path(name: &str) -> PathBuf {
    common::testdata("media").join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

/// Returns all files with their names.
fn files() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    FILES.into_iter().map(|name| (name, read(name)))
}

/// Returns the ranges of the clusters that reading from the left finds.
fn clusters(data: &[u8]) -> Vec<std::ops::Range<usize>> {
    let records = Matroska.pieces(data).filter_map(pagecut::Piece::record);
    let clusters = records.filter(|record| matches!(record, TopLevel::Cluster(_)));
    clusters.map(|cluster| position(cluster.range().start)..position(cluster.range().end)).collect()
}

/// Converts an offset in a small file to `usize`.
fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}
