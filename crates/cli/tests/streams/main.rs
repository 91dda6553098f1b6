//! Packets and fields of media files, compared with ffprobe.

mod damage;
mod packets;
mod probe;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/media").join(name)
}

/// Returns the names of all valid media files below `testdata/media`.
fn files() -> Vec<String> {
    let is_media = |name: &str| {
        ["aac", "m2ts", "mka", "mkv", "mov", "mp4", "ts", "webm"]
            .iter()
            .any(|extension| Path::new(name).extension().is_some_and(|found| found == *extension))
    };
    let names = ["", "mp4/", "mpegts/"].into_iter().flat_map(|folder| {
        let entries = fs::read_dir(testdata(folder)).unwrap();
        entries.map(move |entry| format!("{folder}{}", entry.unwrap().file_name().to_string_lossy()))
    });
    let mut names: Vec<_> = names.filter(|name| is_media(name) && name != "mpegts/damaged.ts").collect();
    names.sort();
    assert!(names.len() > 42, "{names:?}");
    names
}

fn pagecut(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(testdata("")).env_remove("PAGECUT_THREADS").args(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Returns the output of ffprobe; `None` if it is not installed, which fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn ffprobe(args: &[&str]) -> Option<String> {
    let Ok(output) =
        Command::new("ffprobe").current_dir(testdata("")).args(["-v", "quiet"]).args(args).output()
    else {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no ffprobe, which is required");
        eprintln!("skipped: no ffprobe");
        return None;
    };
    assert!(output.status.success(), "{args:?}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}
