//! `index`, `fetch` and `shard` on BGZF: the same as on what it holds, and as samtools and bgzip do; and what has no positions.

#![cfg(feature = "gzip")]

#[path = "../../../tests/compressed/make.rs"]
mod make;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use make::{BGZF_END, bgzf_of_lens};

fn pagecut(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagecut"))
        .current_dir(folder)
        .env_remove("PAGECUT_THREADS")
        .args(args)
        .output()
        .unwrap()
}

/// What another tool prints; `None` if it is not there, which fails the test where `PAGECUT_REQUIRE_ORACLES` is set.
fn oracle(folder: &Path, tool: &str, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(tool).current_dir(folder).args(args).stderr(Stdio::inherit()).output().ok();
    let required = std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_some();
    assert!(output.is_some() || !required, "no {tool}, which is required");
    if output.is_none() {
        eprintln!("skipped: no {tool}");
    }
    output.map(|output| {
        assert!(output.status.success(), "{tool} {args:?}");
        output.stdout
    })
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// A folder with files as they are and, with `.gz` behind their names, as BGZF.
fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let data = fs::read(testdata(name)).unwrap();
        fs::write(folder.path().join(name), &data).unwrap();
        fs::write(folder.path().join(format!("{name}.gz")), bgzf_of_lens(&data, &[700, 0, 3000])).unwrap();
    }
    folder
}

#[test]
fn indexes_are_those_of_samtools_and_bgzip() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq"]);
    for (name, args, command) in [
        ("nanopore.fasta.gz", &["index"][..], "faidx"),
        ("illumina.fastq.gz", &["index", "--names"], "fqidx"),
    ] {
        let output = pagecut(folder.path(), &[args, &[name]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let first = stdout(&output).lines().next().unwrap();
        assert!(first.starts_with(&format!("{name}.gzi: ")) && first.ends_with(" blocks"), "{first}");
        let theirs = ["--fai-idx", "theirs.fai", "--gzi-idx", "theirs.gzi"];
        if oracle(folder.path(), "samtools", &[&[command, name], &theirs[..]].concat()).is_none() {
            return;
        }
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read(&format!("{name}.fai")), read("theirs.fai"));
        assert_eq!(read(&format!("{name}.gzi")), read("theirs.gzi"));
        if oracle(folder.path(), "bgzip", &["-r", "-I", "bgzip.gzi", name]).is_some() {
            assert_eq!(read(&format!("{name}.gzi")), read("bgzip.gzi"));
        }
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".pgi"))
        .collect();
    assert_eq!(left, ["nanopore.fasta.gz.pgi"]);
}

#[test]
fn what_is_fetched_is_that_of_the_plain_file() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq", "small.ts", "wrapped.fastq"]);
    let name_of = |file: &str| {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        text[1..].split_whitespace().next().unwrap().to_owned()
    };
    let (sequence, read) = (name_of("nanopore.fasta"), name_of("illumina.fastq"));
    let region = format!("{sequence}:5-100");
    for indexed in [false, true] {
        for (file, what) in [
            ("nanopore.fasta", &[&*sequence, &*region, "#3", "4000..9000", "0..", "7.."][..]),
            ("illumina.fastq", &[&*read, "#0", "#249", "1000..70000"]),
            ("small.ts", &["#0", "#199", "1000..2000"]),
            ("wrapped.fastq", &["#0"]),
        ] {
            let [plain, packed] = [file.to_owned(), format!("{file}.gz")].map(|file| {
                let output = pagecut(folder.path(), &[&["fetch", &*file], what].concat());
                assert!(output.status.success(), "{file}: {}", stderr(&output));
                output.stdout
            });
            assert!(!plain.is_empty() && plain == packed, "{file}");
            if !indexed {
                let packed = format!("{file}.gz");
                let output = pagecut(folder.path(), &["index", "--numbers", &packed]);
                assert!(output.status.success(), "{}", stderr(&output));
            }
        }
    }
    for (command, file, what) in
        [("faidx", "nanopore.fasta.gz", &*region), ("fqidx", "illumina.fastq.gz", &*read)]
    {
        let ours = pagecut(folder.path(), &["fetch", "-n", "60", file, what]);
        let theirs = oracle(folder.path(), "samtools", &[command, "-n", "60", file, what]);
        assert!(theirs.is_none_or(|theirs| theirs == ours.stdout), "{file}");
    }
}

#[test]
fn shards_are_those_of_what_the_file_holds() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq", "small.ts"]);
    for file in ["nanopore.fasta", "illumina.fastq", "small.ts"] {
        let data = fs::read(folder.path().join(file)).unwrap();
        let packed = format!("{file}.gz");
        for options in [&["-n", "3"][..], &["-n", "5", "--records"]] {
            let [plain, listed] =
                [file, &packed].map(|file| pagecut(folder.path(), &[&["shard", file], options].concat()));
            assert!(listed.status.success(), "{}", stderr(&listed));
            if options.len() == 2 {
                assert_eq!(stdout(&plain), stdout(&listed));
            }
            let output = pagecut(folder.path(), &[&["shard", &packed, "-o", "piece"], options].concat());
            assert!(output.status.success(), "{}", stderr(&output));
            let extension = file.rsplit('.').next().unwrap();
            let mut joined = Vec::new();
            for (number, line) in stdout(&listed).lines().enumerate() {
                let piece = fs::read(folder.path().join(format!("piece.{number}.{extension}"))).unwrap();
                let (start, end) = line.split_once("..").unwrap();
                assert_eq!(piece, data[start.parse().unwrap()..end.parse().unwrap()], "{file}, {line}");
                joined.extend(piece);
            }
            assert!(joined == data, "{file}, {options:?}");
        }
    }
    fs::copy(folder.path().join("small.ts.gz"), folder.path().join("packed.gz")).unwrap();
    assert!(pagecut(folder.path(), &["shard", "-n", "1", "-o", "whole", "packed.gz"]).status.success());
    assert_eq!(fs::read(folder.path().join("whole.0")).unwrap(), fs::read(testdata("small.ts")).unwrap());
}

#[test]
fn a_gzi_that_is_wrong_is_told_and_made_anew() {
    let folder = folder(&["illumina.fastq"]);
    let file = "illumina.fastq.gz";
    let gzi = folder.path().join("illumina.fastq.gz.gzi");
    assert!(pagecut(folder.path(), &["index", file]).status.success());
    let good = fs::read(&gzi).unwrap();
    let expected = pagecut(folder.path(), &["fetch", file, "#249"]).stdout;
    assert!(!expected.is_empty());
    let mut moved = good.clone();
    let last = moved.len() - 8;
    moved[last] ^= 1;
    for (bytes, why) in [
        (&good[..good.len() - 1], "the index is damaged: the `.gzi` was cut short"),
        (
            &moved[..],
            "the index is not of this file as it is now: the place of a block in its `.gzi` is another",
        ),
    ] {
        fs::write(&gzi, bytes).unwrap();
        for args in [&["fetch", file, "#249"][..], &["shard", "-n", "2", file]] {
            let output = pagecut(folder.path(), args);
            assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
            assert!(stderr(&output).contains(why), "{}", stderr(&output));
        }
        assert!(pagecut(folder.path(), &["index", file]).status.success());
        assert_eq!(fs::read(&gzi).unwrap(), good);
        assert!(pagecut(folder.path(), &["fetch", file, "#249"]).stdout == expected);
    }
}

#[test]
fn a_file_without_its_closing_block_is_told_once() {
    let folder = folder(&["illumina.fastq"]);
    let path = folder.path().join("illumina.fastq.gz");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - BGZF_END.len()]).unwrap();
    for args in [
        &["fetch", "illumina.fastq.gz", "0..1"][..],
        &["fetch", "illumina.fastq.gz", "#7", "#8"],
        &["shard", "illumina.fastq.gz", "-n", "3"],
        &["shard", "illumina.fastq.gz", "-n", "3", "--records"],
        &["index", "illumina.fastq.gz"],
        &["fetch", "illumina.fastq.gz", "#7"],
    ] {
        let output = pagecut(folder.path(), args);
        assert!(output.status.success() && !output.stdout.is_empty(), "{args:?}");
        assert_eq!(stderr(&output).matches("the block that closes BGZF is missing").count(), 1, "{args:?}");
    }
}

#[test]
fn what_has_no_positions_says_what_to_do() {
    let folder = folder(&["illumina.fastq"]);
    for (tool, extension) in [("gzip", "gzip"), ("zstd", "zst"), ("bzip2", "bz2"), ("xz", "xz")] {
        let Some(packed) = oracle(folder.path(), tool, &["-c", "illumina.fastq"]) else { continue };
        let file = format!("reads.fastq.{extension}");
        fs::write(folder.path().join(&file), packed).unwrap();
        for args in [
            &["index", &file][..],
            &["index", "--names", &file],
            &["fetch", &file, "#0"],
            &["fetch", &file, "0..100"],
            &["fetch", &file, "some_read"],
            &["shard", "-n", "2", &file],
            &["shard", "-n", "2", "--records", &file],
        ] {
            let output = pagecut(folder.path(), args);
            assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{args:?}");
            let why = format!(
                "it has no positions: {tool} is decompressed from its start (`{tool} -dc FILE | bgzip > FILE.gz`"
            );
            assert!(stderr(&output).contains(&why), "{}", stderr(&output));
        }
    }
    let left =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.ends_with("i")), "an index was written");
}
