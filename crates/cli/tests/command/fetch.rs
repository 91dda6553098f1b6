//! `fetch` with lists of names and BED.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::*;

const REFERENCE: &str =
    ">chr1 first\nACGTACGTAC\nGTACGTACGT\nACG\n>a:b\nACGTUNRYKMBVDHSWacgtunrykm\n>#1\nTTTT\n>{z}\nGGCC\n";

/// A folder with a reference and this list.
fn folder(list: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ref.fa"), REFERENCE).unwrap();
    fs::write(folder.path().join("list"), list).unwrap();
    folder
}

fn fetch(folder: &TempDir, args: &[&str]) -> Output {
    pagecut().current_dir(folder.path()).args(["fetch", "ref.fa"]).args(args).output().unwrap()
}

/// The sequences of FASTA, in one line each.
fn sequences(fasta: &str) -> Vec<String> {
    fasta.split('>').skip(1).map(|record| record.lines().skip(1).collect()).collect()
}

#[test]
fn names_are_taken_as_they_stand_in_the_list() {
    let folder = folder("{z}\r\n\na:b\n#1\n   \nchr1");
    let output = fetch(&folder, &["--names", "list", "-n", "0"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        ">{z}\nGGCC\n>a:b\nACGTUNRYKMBVDHSWacgtunrykm\n>#1\nTTTT\n>chr1\nACGTACGTACGTACGTACGTACG\n"
    );
    let both = fetch(&folder, &["chr1:2-3", "-f", "list", "-i"]);
    assert!(stdout(&both).starts_with(">chr1:2-3/rc\nCG\n"), "{}", stdout(&both));
    assert!(stdout(&both).contains(">#1/rc\nAAAA\n"), "{}", stdout(&both));
    assert!(fs::write(folder.path().join("names"), "chr1:1-2\n").is_ok());
    let region = fetch(&folder, &["-f", "names"]);
    assert_eq!(region.status.code(), Some(1), "a region is no name");
}

#[test]
fn missing_names_are_errors_and_the_others_are_printed() {
    let folder = folder("none\n#1\nchr2\n");
    let output = fetch(&folder, &["-f", "list", "-o", "out.fa"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output).matches("no sequence has this name").count(), 2, "{}", stderr(&output));
    assert!(!folder.path().join("out.fa").exists());
    assert_eq!(stdout(&fetch(&folder, &["-f", "list"])), ">#1\nTTTT\n");
}

#[test]
fn lists_can_come_from_standard_input() {
    let folder = folder("");
    let path = folder.path().join("ref.fa");
    let path = path.to_str().unwrap();
    for (option, list, expected) in
        [("--names", "#1\n", ">#1\nTTTT\n"), ("--bed", "#x\n{z}\t1\t3\n", ">{z}:2-3\nGC\n")]
    {
        let output = with_input(&["fetch", path, option, "-"], list.as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), expected);
    }
    let output = with_input(&["fetch", path, "--names", "-", "--bed", "-"], b"#1\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("standard input can be read once only"), "{}", stderr(&output));
}

#[test]
fn lists_can_be_compressed() {
    let folder = folder("\u{feff}#1 \t\n");
    fs::write(folder.path().join("bed"), "\u{feff}{z}\t1\t3 \r\n").unwrap();
    for tool in ["gzip", "bgzip", "xz", "zstd", "bzip2"] {
        for (option, list, expected) in
            [("--names", "list", ">#1\nTTTT\n"), ("--bed", "bed", ">{z}:2-3\nGC\n")]
        {
            let packed = Command::new(tool).current_dir(folder.path()).args(["-c", list]).output();
            let Some(packed) = packed.ok().filter(|packed| packed.status.success()) else {
                assert!(
                    std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(),
                    "no {tool}, which is required"
                );
                continue;
            };
            fs::write(folder.path().join("packed"), &packed.stdout).unwrap();
            let output = fetch(&folder, &[option, "packed"]);
            assert_eq!(stdout(&output), expected, "{tool} {option}: {}", stderr(&output));
            assert!(output.status.success(), "{tool} {option}: {}", stderr(&output));
            let path = folder.path().join("ref.fa");
            let piped = with_input(&["fetch", path.to_str().unwrap(), option, "-"], &packed.stdout);
            assert_eq!(stdout(&piped), expected, "{tool} {option}: {}", stderr(&piped));

            fs::write(folder.path().join("packed"), &packed.stdout[..packed.stdout.len() / 2]).unwrap();
            let output = fetch(&folder, &[option, "packed"]);
            assert_eq!(output.status.code(), Some(1), "{tool} {option}: the list is truncated");
            assert!(stderr(&output).starts_with("pagecut: packed: "), "{}", stderr(&output));
        }
    }
}

#[test]
fn a_list_is_no_output() {
    let folder = folder("chr1\t0\t5\n");
    for option in ["--names", "--bed"] {
        let output = fetch(&folder, &[option, "list", "-o", "list"]);
        assert_eq!(output.status.code(), Some(1), "{option}");
        assert!(stderr(&output).contains("the output is the input"), "{option}: {}", stderr(&output));
        assert_eq!(fs::read(folder.path().join("list")).unwrap(), b"chr1\t0\t5\n", "{option}");
    }
}

#[test]
fn regions_of_bed_are_those_of_seqkit() {
    let features = [
        "chr1\t0\t5\tone\t0\t+",
        "chr1\t3\t23\ttwo\t0\t-",
        "a:b\t5\t20\t.\t0\t-",
        "chr1\t22\t23\tlast\t0\t.",
        "{z}\t0\t2\tz z\t7\t-",
    ];
    let folder = folder(&(features.join("\n") + "\n"));
    let plain = fetch(&folder, &["--bed", "list"]);
    assert!(plain.status.success(), "{}", stderr(&plain));
    assert_eq!(sequences(stdout(&plain))[1..3], ["TACGTACGTACGTACGTACG", "NRYKMBVDHSWacgt"]);
    let stranded = fetch(&folder, &["--bed", "list", "--strand", "-n", "60"]);
    let headers: Vec<_> = stdout(&stranded).lines().filter(|line| line.starts_with('>')).collect();
    assert_eq!(
        headers,
        [">chr1:1-5 one", ">chr1:4-23/rc two", ">a:b:6-20/rc", ">chr1:23-23 last", ">{z}:1-2/rc z z"]
    );
    assert_eq!(sequences(stdout(&stranded))[1], "CGTACGTACGTACGTACGTA");
    if !has_oracle("seqkit") {
        return;
    }
    // seqkit prints the features by sequence, and has no complement of U.
    for feature in features {
        fs::write(folder.path().join("one.bed"), format!("{feature}\n")).unwrap();
        let theirs = Command::new("seqkit")
            .current_dir(folder.path())
            .args(["subseq", "--quiet", "--bed", "one.bed", "ref.fa"])
            .output()
            .unwrap();
        let ours = fetch(&folder, &["--bed", "one.bed", "-s"]);
        let (ours, theirs) = (sequences(stdout(&ours)), sequences(stdout(&theirs)));
        assert!(ours.len() == 1 && ours == theirs, "{feature}: {ours:?}, {theirs:?}");
    }
}

#[test]
fn reads_have_regions_too() {
    let folder = folder("r1\t1\t3\tx\t0\t-\n");
    fs::write(folder.path().join("reads.fq"), "@r1 one\nACGGA\n+\nABCDE\n").unwrap();
    let output =
        pagecut().current_dir(folder.path()).args(["fetch", "reads.fq", "--bed", "list", "-s"]).output();
    assert_eq!(stdout(&output.unwrap()), "@r1:2-3/rc x\nCG\n+\nCB\n");
}

#[test]
fn features_that_are_short_or_empty_get_a_note() {
    let folder = folder("#1\t2\t10\n#1\t2\t2\n");
    let list = "{z}\t2\t10\n{z}\t2\t2\n";
    fs::write(folder.path().join("list"), list).unwrap();
    let output = fetch(&folder, &["--bed", "list"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), ">{z}:3-10\nCC\n");
    assert!(stderr(&output).contains("{z}:3-10: the sequence ends before it, at 4"), "{}", stderr(&output));
    assert!(stderr(&output).contains("{z}:3-2: left out: the feature has length 0"), "{}", stderr(&output));
    assert!(fetch(&folder, &["--bed", "list", "-q"]).stderr.is_empty());
}

#[test]
fn faults_of_lists_name_the_list_and_the_line() {
    let folder = folder("chr1\t0\t5\nchr1\t5\t3\nchr1\t0\t1\n");
    let output = fetch(&folder, &["--bed", "list"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "pagecut: list: line 2: the end is before the start\n");
    assert_eq!(stdout(&output), ">chr1:1-5\nACGTA\n");
    let output = fetch(&folder, &["--names", "no_such_list"]);
    assert!(stderr(&output).starts_with("pagecut: no_such_list: No such file"), "{}", stderr(&output));
    fs::write(folder.path().join("long"), vec![b'x'; (1 << 20) + 1]).unwrap();
    let output = fetch(&folder, &["--names", "long"]);
    assert!(stderr(&output).contains("long: line 1: it is longer than 1 MiB"), "{}", stderr(&output));
    for args in
        [&["fetch", "ref.fa"][..], &["fetch", "ref.fa", "a", "-s"], &["fetch", "a", "--bed", "b", "-s", "-i"]]
    {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn the_note_of_an_unwritten_output_has_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let file = testdata("illumina.fastq");
    let missing = "not written, since a requested item was not found";
    let unread = "not written, since a requested item could not be read";
    for (args, why) in [
        (&["absent"][..], missing),
        (&["#100000"], missing),
        (&["-f", "absent.txt"], unread),
        (&["absent", "-f", "absent.txt"], unread),
    ] {
        let output = pagecut()
            .current_dir(folder.path())
            .args(["fetch", "-o", "out"])
            .arg(&file)
            .args(args)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(why), "{args:?}: {}", stderr(&output));
    }
}
