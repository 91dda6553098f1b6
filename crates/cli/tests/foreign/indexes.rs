//! Indexes are checked against the data before use.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::process::Output;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::{pagecut, path, stderr};

fn run(folder: &Path, args: &[&str]) -> Output {
    pagecut(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// Creates a folder with a file of these bytes.
fn folder(name: &str, bytes: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_times(FileTimes::new().set_modified(time)).unwrap();
}

/// A test file with an index truncated inside its last number.
#[test]
fn an_index_cut_inside_a_number_is_refused() {
    for (name, index, region) in [
        ("illumina.fastq", "indexes/illumina-cut.fastq.fai", "ERR1163317.5:1-20"),
        ("nanopore.fasta", "indexes/nanopore-cut.fasta.fai", "1ba73b61-7f74-46ce-acbe-643b8946ee07:60-80"),
    ] {
        let data = fs::read(path("..").join(name)).unwrap();
        let folder = folder(name, data);
        let expected = run(folder.path(), &["fetch", name, region]);
        assert!(expected.status.success() && !expected.stdout.is_empty(), "{}", stderr(&expected));
        fs::copy(path(index), folder.path().join(format!("{name}.fai"))).unwrap();
        let output = run(folder.path(), &["fetch", name, region]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{name}");
        assert!(
            stderr(&output).contains("the index is truncated: the line has no line end"),
            "{}",
            stderr(&output)
        );
        // With a line end, the truncated number is wrong.
        let mut cut = fs::read(path(index)).unwrap();
        cut.push(b'\n');
        fs::write(folder.path().join(format!("{name}.fai")), cut).unwrap();
        let output = run(folder.path(), &["fetch", name, region]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{name}");
        let message = stderr(&output);
        assert!(message.contains("stale index: ") || message.contains("the index is damaged: "), "{message}");
    }
}

#[test]
fn an_index_of_other_lines_is_refused() {
    let folder = folder("x.fa", ">a\nACGTTCAG\nGA\n");
    let file = folder.path().join("x.fa");
    assert!(run(folder.path(), &["index", "-q", "--names", "x.fa"]).status.success());
    assert_eq!(stdout(&run(folder.path(), &["fetch", "x.fa", "a:7-9"])), ">a:7-9\nAGG\n");
    fs::write(&file, ">a\nACGTT\nCAGGA\n").unwrap();
    set_modified(&file, SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800));
    let output = run(folder.path(), &["fetch", "x.fa", "a:7-9"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    assert!(stderr(&output).contains("the length of a line differs"), "{}", stderr(&output));
}

/// A blank line in place of a later line end: the first and the last line end match the index.
#[test]
fn an_index_of_moved_lines_gives_no_wrong_base() {
    let folder = folder("y.fa", ">s0\nTGTCA\nCCTCC\nAATAC\nGCCCT\nACTGT\n");
    let file = folder.path().join("y.fa");
    assert!(run(folder.path(), &["index", "-q", "--names", "y.fa"]).status.success());
    fs::write(&file, ">s0\nTGTCA\n\nCCTCC\nAATAC\nGCCCTACTGT\n").unwrap();
    let letters = "TGTCACCTCCAATACGCCCTACTGT";
    let mut refused = 0;
    for start in 1..=letters.len() {
        for end in start..=letters.len().min(start + 6) {
            let output =
                run(folder.path(), &["fetch", "-q", "-n", "0", "y.fa", &format!("s0:{start}-{end}")]);
            if output.status.success() {
                let expected = &letters[start - 1..end];
                assert_eq!(stdout(&output).lines().nth(1), Some(expected), "{start}-{end}");
            } else {
                refused += 1;
            }
        }
    }
    assert!(refused > 0);
}

/// An index with the same names for another file.
#[test]
fn an_index_of_another_file_is_refused() {
    let folder = folder("a.fa", ">a\nACGTT\nCAGGA\n>b\nGG\n");
    fs::write(folder.path().join("b.fa"), ">a\nACGT\nTCAG\nGA\n>b\nGG\n").unwrap();
    assert!(run(folder.path(), &["index", "-q", "a.fa"]).status.success());
    for extension in ["fai", "pgi"] {
        fs::copy(
            folder.path().join(format!("a.fa.{extension}")),
            folder.path().join(format!("b.fa.{extension}")),
        )
        .unwrap();
    }
    for region in ["a", "a:6-9", "b"] {
        let output = run(folder.path(), &["fetch", "b.fa", region]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{region}");
    }
    let output = run(folder.path(), &["fetch", "b.fa", "#1"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), ">b\nGG\n"));
    assert!(stderr(&output).contains("b.fa.pgi: not used: "), "{}", stderr(&output));
}

#[test]
fn an_index_copied_with_its_file_is_used() {
    let reads = "@r\nAC\n+\nII\n@s\nGT\n+\nII\n";
    let folder = folder("x.fq", reads);
    let path = folder.path();
    let modified = fs::metadata(path.join("x.fq")).unwrap().modified().unwrap();
    assert!(run(path, &["index", "-q", "x.fq"]).status.success());
    fs::create_dir(path.join("b")).unwrap();
    for name in ["x.fq", "x.fq.pgi"] {
        fs::copy(path.join(name), path.join("b").join(name)).unwrap();
        set_modified(&path.join("b").join(name), modified);
    }
    let output = run(path, &["fetch", "b/x.fq", "#1"]);
    assert_eq!((output.status.code(), stdout(&output), &*stderr(&output)), (Some(0), &reads[11..], ""));
    // A changed file returns its own records.
    for (changed, time) in [(reads.replace('G', "C"), modified), (reads.to_owned() + reads, modified)] {
        fs::write(path.join("b/x.fq"), &changed).unwrap();
        set_modified(&path.join("b/x.fq"), time);
        let output = run(path, &["fetch", "b/x.fq", "#1"]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), &changed[11..22]));
        assert!(stderr(&output).contains("b/x.fq.pgi: not used: "), "{}", stderr(&output));
    }
    // A truncated index does not stop it either.
    let index = fs::read(path.join("x.fq.pgi")).unwrap();
    for len in 0..index.len() {
        fs::write(path.join("x.fq.pgi"), &index[..len]).unwrap();
        let output = run(path, &["fetch", "-q", "x.fq", "#1"]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), &reads[11..]), "{len}");
    }
}

/// `samtools faidx` reads `{{z}}` as the name `{z}`.
#[test]
fn a_name_with_braces_is_fetched() {
    let folder = folder("z.fa", ">{z}\nACGT\n>b\nGG\n");
    for (region, expected) in [
        ("{z}", ">{z}\nACGT\n"),
        ("{{z}}", ">{{z}}\nACGT\n"),
        ("{{z}}:1-2", ">{{z}}:1-2\nAC\n"),
        ("{b}", ">{b}\nGG\n"),
    ] {
        let output = run(folder.path(), &["fetch", "z.fa", region]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(0), expected), "{}", stderr(&output));
    }
}

#[test]
fn options_of_sequences_are_refused_for_records() {
    let folder = folder("z.fa", ">a\nACGT\n>b\nGG\n");
    for args in [
        &["fetch", "-i", "z.fa", "#1"][..],
        &["fetch", "-n", "1", "z.fa", "#1"],
        &["fetch", "-i", "z.fa", "a", "0.."],
        &["fetch", "-o", "out", "-n", "0", "z.fa", "0..3"],
    ] {
        let output = run(folder.path(), args);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{args:?}");
        assert!(stderr(&output).contains("is for sequences by name"), "{}", stderr(&output));
        assert!(!folder.path().join("out").exists());
    }
    assert_eq!(stdout(&run(folder.path(), &["fetch", "-i", "-n", "2", "z.fa", "a"])), ">a/rc\nAC\nGT\n");
}
