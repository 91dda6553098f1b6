//! MP4: comparison of boxes and samples with other tools, lookups, parallel iteration, and damaged files.

#[path = "../common/mod.rs"]
mod common;

mod boxes;
mod damage;
mod edits;
mod exercise;
mod fragments;
mod large;
mod lookup;
mod made;
mod naive;
mod order;
mod packets;
mod probe;
mod samples;
mod tables;

use std::fs;
use std::path::PathBuf;

/// The files of `testdata/media/mp4`, with their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(path(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 20);
    files
}

fn path(name: &str) -> PathBuf {
    common::testdata("media/mp4").join(name)
}

fn data(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}
