//! Media containers through the command: comparison with other tools, with every backend, and damaged files.

mod backends;
mod damage;
mod extract;
mod stats;
mod tree;
mod verify;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/media").join(name)
}

fn read(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap()
}

/// Returns the names of all stored files of a folder with one of these extensions.
fn names(folder: &str, extensions: &[&str]) -> Vec<String> {
    let files = fs::read_dir(path(folder)).unwrap().map(|entry| entry.unwrap().path());
    let of_extension = |path: &PathBuf| {
        path.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension))
    };
    let name = |path: PathBuf| Path::new(folder).join(path.file_name().unwrap()).display().to_string();
    let mut names: Vec<_> = files.filter(of_extension).map(name).collect();
    names.sort();
    assert!(names.len() > 8, "{names:?}");
    names
}

fn mp4() -> Vec<String> {
    names("mp4", &["mp4", "mov"])
}

fn matroska() -> Vec<String> {
    names("", &["mkv", "mka", "webm"])
}

fn pagecut(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(path("")).env_remove("PAGECUT_THREADS").args(args);
    command
}

fn run(args: &[&str]) -> Output {
    pagecut(args).output().unwrap()
}

/// Runs the command, which must succeed, and returns its standard output.
fn good(args: &[&str]) -> Vec<u8> {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    assert_eq!(stderr(&output), "", "{args:?}");
    output.stdout
}

/// Runs the command with this on standard input.
fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut command = pagecut(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The command may end before it has read everything.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(stdout: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Writes a file, and returns its name.
fn write(folder: &Path, name: &str, data: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, data).unwrap();
    path.display().to_string()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A command of another tool, if it is installed. Its absence fails the test where `PAGECUT_REQUIRE_ORACLES` is set.
fn oracle(name: &str) -> Option<Command> {
    let found =
        Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap().status.success();
    if !found {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no {name}, which is required");
        eprintln!("skipped: no {name}");
        return None;
    }
    let mut command = Command::new(name);
    command.current_dir(path(""));
    Some(command)
}

/// Returns the standard output of another tool.
fn printed(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Checks that a command prints the same with every backend.
fn every_backend_prints_the_same(name: &str, args: &[&str]) {
    let data = read(name);
    let expected = good(&[args, &[name]].concat());
    for io in
        [["--io", "mapped"], ["--io", "read"], ["--io", "direct"], ["--io", "uring"], ["--threads", "1"]]
    {
        // The command reports an unavailable backend.
        let output = run(&[args, &io, &[name]].concat());
        assert!(output.status.success() && output.stdout == expected, "{name}: {io:?}: {}", stderr(&output));
    }
    assert_eq!(good(&[args, &["--no-mmap", name]].concat()), expected, "{name} read");
    let args = [args, &["--json"]].concat();
    let without_name = |output: Vec<u8>, name: &str| {
        String::from_utf8(output).unwrap().replace(&format!("\"file\":\"{name}\""), "")
    };
    let expected = without_name(good(&[&args[..], &[name]].concat()), name);
    let output = with_input(&args, &data);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(without_name(output.stdout, "-") == expected, "{name} on standard input");
}
