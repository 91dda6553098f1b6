//! IVF through every command, and what ffprobe and ffmpeg find.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const FILES: [&str; 5] = ["vp8.ivf", "vp9.ivf", "av1.ivf", "ntsc.ivf", "milliseconds.ivf"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/media/ivf")
}

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(folder()).env_remove("PAGECUT_THREADS").args(args).output().unwrap()
}

/// Returns the output of a command that must succeed and report nothing.
fn good(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    assert_eq!(stderr(&output), "", "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The error where the command fails.
fn refused(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    stderr(&output).to_owned()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// What another tool prints; `None` if it is not there, which fails the test where `PAGECUT_REQUIRE_ORACLES` is set.
fn oracle(tool: &str, args: &[&str]) -> Option<Vec<u8>> {
    let Ok(output) = Command::new(tool).current_dir(folder()).args(["-v", "error"]).args(args).output()
    else {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no {tool}, which is required");
        eprintln!("skipped: no {tool}");
        return None;
    };
    assert!(output.status.success(), "{tool} {args:?}: {output:?}");
    Some(output.stdout)
}

/// A damaged or cut copy of `vp8.ivf` in a folder of its own.
fn copy(folder: &tempfile::TempDir, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut data = fs::read(self::folder().join("vp8.ivf")).unwrap();
    change(&mut data);
    let path = folder.path().join("copy.ivf");
    fs::write(&path, data).unwrap();
    path.display().to_string()
}

#[test]
fn probe_prints_what_ffprobe_prints() {
    for name in FILES {
        let args = ["-count_packets", "-show_streams", "-show_format", "-of", "json", name];
        let Some(expected) = oracle("ffprobe", &args) else { return };
        let mut expected: Value = serde_json::from_slice(&expected).unwrap();
        expected["format"].as_object_mut().unwrap().remove("probe_score");
        let found = good(&["probe", "--of", "json", "--count-packets", name]);
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["streams"], expected["streams"], "{name}");
        assert_eq!(found["format"], expected["format"], "{name}");
    }
}

#[test]
fn packets_prints_what_ffprobe_prints() {
    for name in FILES {
        let entries = "packet=stream_index,pts,size,pos,flags";
        let Some(expected) = oracle("ffprobe", &["-show_entries", entries, "-of", "csv=p=0", name]) else {
            return;
        };
        let fields = "stream_index,pts,size,pos,flags";
        assert_eq!(
            good(&["packets", "--entries", fields, name]),
            String::from_utf8(expected).unwrap(),
            "{name}"
        );
    }
    assert_eq!(good(&["packets", "--select-streams", "a", "vp8.ivf"]), "");
}

#[test]
fn extract_writes_what_ffmpeg_copies() {
    for name in FILES {
        let args = ["-i", name, "-map", "0:v", "-c", "copy", "-f", "data", "-"];
        let Some(expected) = oracle("ffmpeg", &args) else { return };
        let output = run(&["extract", "--track", "1", name]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        assert!(output.stdout == expected, "{name}");
    }
    assert!(
        refused(&["extract", "--track", "2", "vp8.ivf"]).contains("there is no track 2; the only track is 1")
    );
    assert!(refused(&["extract", "--pid", "7", "vp8.ivf"]).contains("only a transport stream has PIDs"));
    assert!(refused(&["extract", "--box", "moov", "vp8.ivf"]).contains("IVF has no boxes"));
    assert!(refused(&["extract", "--attachment", "1", "vp8.ivf"]).contains("IVF has no attached files"));
}

#[test]
fn tree_and_stats_count_every_byte() {
    for name in FILES {
        let len = fs::metadata(folder().join(name)).unwrap().len();
        let lines = good(&["tree", "--json", name]);
        let nodes: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut end = 0;
        let mut payload = 0;
        for node in &nodes {
            assert_eq!(node["offset"], end, "{name}");
            end += node["len"].as_u64().unwrap();
            payload += node["len"].as_u64().unwrap() - node["header_len"].as_u64().unwrap();
        }
        assert_eq!(end, len, "{name}");
        let stats: Value = serde_json::from_str(&good(&["stats", "--json", name])).unwrap();
        let track = &stats["tracks"][0];
        assert_eq!(
            (&track["samples"], &track["bytes"]),
            (&(nodes.len() - 1).into(), &payload.into()),
            "{name}"
        );
    }
    let tree = good(&["tree", "vp8.ivf"]);
    assert!(tree.starts_with("header at 0, 32+0 bytes: fourcc VP80, width 32, height 24, "), "{tree}");
    let stats = good(&["stats", "-T", "vp8.ivf"]);
    assert!(stats.ends_with("\t0.360\tOK\n") && stats.contains("IVF\t1\tvideo\tVP80\t10\t"), "{stats}");
}

#[test]
fn verify_accounts_for_every_byte() {
    let len = fs::metadata(folder().join("vp8.ivf")).unwrap().len();
    let expected = format!(
        "OK vp8.ivf: ivf, 11 records, {len} bytes = {len} in records + 0 blank + 0 in gaps, payload not checked\n"
    );
    assert_eq!(good(&["verify", "-v", "vp8.ivf"]), expected);
    assert_eq!(good(&["verify", "-v", "--recover", "vp8.ivf"]), expected);
    for name in FILES {
        good(&["verify", name]);
    }
}

#[test]
fn damage_ends_reading_and_has_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let cut = copy(&folder, |data| data.truncate(data.len() - 1));
    for args in [&["verify"][..], &["verify", "--recover"], &["stats"], &["tree"], &["packets"]] {
        let message = refused(&[args, &[cut.as_str()]].concat());
        assert!(message.contains("ivf: record 10, byte "), "{args:?}: {message}");
        assert!(message.contains("the input ends in a frame"), "{args:?}: {message}");
    }
    assert!(refused(&["verify", "--recover", &cut]).contains("IVF has no certain boundary"));
    assert!(refused(&["sanitize", &cut]).contains("IVF has no certain boundary"));
    assert!(refused(&["probe", "--count-packets", &cut]).contains("the input ends in a frame"));
    let whole = run(&["extract", "--track", "1", "vp8.ivf"]).stdout;
    let output = run(&["extract", "--track", "1", &cut]);
    assert_eq!(output.status.code(), Some(1));
    assert!(whole.starts_with(&output.stdout) && output.stdout.len() > 500, "{}", output.stdout.len());
    let no_time = copy(&folder, |data| data[16] = 0);
    for command in ["verify", "stats", "tree", "packets", "probe"] {
        let message = refused(&[command, &no_time]);
        assert!(
            message.contains("ivf: record 0, byte 16: the denominator of the time base is 0"),
            "{message}"
        );
    }
}
