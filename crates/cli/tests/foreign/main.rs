//! Files of other programs: the command returns the right result for each.

mod codecs;
mod compressed;
mod decision;
mod indexes;
mod matroska;
mod mp4;
mod mp4_probe;
mod mp4_tables;
mod mp4_tags;
mod mpegts;
mod mpegts_codings;
mod outputs;
mod reads;
mod transport;
mod unproven;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The path of a stored input, such as `reads/all-q0.fq`.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/foreign").join(name)
}

/// The command with arguments, run in the folder of the stored inputs.
fn pagecut(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(path("")).env_remove("PAGECUT_THREADS").args(args);
    command
}

/// Runs the command, and returns its status and its output.
fn run(args: &[&str]) -> Output {
    pagecut(args).output().unwrap()
}

/// Runs the command, which must exit with status 0, and returns its standard output.
fn succeed(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of a run.
fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The report of `probe`, which must exit with status 0.
fn probe(name: &str) -> Value {
    serde_json::from_str(&succeed(&["probe", "--of", "json", name])).unwrap()
}

/// Writes a file into a folder of its own, and returns the folder and the path.
fn write(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    (folder, file.display().to_string())
}

/// Replaces bytes at a position after the type of each box of a type.
fn patch(data: &mut [u8], kind: &[u8; 4], position: usize, bytes: &[u8]) {
    let found: Vec<_> = (0..data.len() - 3).filter(|&at| &data[at..at + 4] == kind).collect();
    assert!(!found.is_empty());
    for at in found {
        let start = at + 4 + position;
        data[start..start + bytes.len()].copy_from_slice(bytes);
    }
}

/// Returns a copy of a stored file with bytes replaced at a position after the type of each box of a type.
fn patched(name: &str, kind: &[u8; 4], position: usize, bytes: &[u8]) -> Vec<u8> {
    let mut data = fs::read(path(name)).unwrap();
    patch(&mut data, kind, position, bytes);
    data
}
