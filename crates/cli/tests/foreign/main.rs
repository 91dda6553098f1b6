//! Inputs that other programs write: the command gives the right result for each.

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

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
