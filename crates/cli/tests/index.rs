//! `index`, `fetch` and `shard`, compared with samtools where it has the same function.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

fn pagecut(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagecut"))
        .current_dir(folder)
        .env_remove("PAGECUT_THREADS")
        .args(args)
        .output()
        .unwrap()
}

/// Returns the output of samtools; `None` if it is not installed, which fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn samtools(folder: &Path, args: &[&str]) -> Option<Output> {
    let output = Command::new("samtools").current_dir(folder).args(args).output().ok();
    assert!(
        output.is_some() || std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(),
        "no samtools, which is required"
    );
    if output.is_none() {
        eprintln!("skipped: no samtools");
    }
    output
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

const REFERENCE: &str = ">chr1 first\nACGTACGTAC\nGTACGTACGT\nACG\n>a:b\nACGTUNRYKMBVDHSWXZacgtunrykmbvdhswxz-*\n>a\nTTTT\n>e\n\n>a:1-2\nGG\n";

const READS: &str = "@r1 x\nACGTA\n+\nABCDE\n\n@r2\nGG\n+r2\n@+\n@r3\nT\n+\nI\n";

/// Creates a folder with a FASTA and a FASTQ file.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ref.fa"), REFERENCE).unwrap();
    fs::write(folder.path().join("reads.fq"), READS).unwrap();
    folder
}

#[test]
fn indexes_match_samtools() {
    let folder = folder();
    let output = pagecut(folder.path(), &["index", "ref.fa"]);
    assert_eq!(stdout(&output), "ref.fa.fai: 4 names\nref.fa.pgi: 5 records\n");
    assert!(stderr(&output).contains("1 record left out of the index of names"), "{}", stderr(&output));
    let output = pagecut(folder.path(), &["index", "--names", "reads.fq"]);
    assert_eq!((stdout(&output), stderr(&output)), ("reads.fq.fai: 3 names\n", ""));
    assert!(!folder.path().join("reads.fq.pgi").exists());
    for (command, file) in [("faidx", "ref.fa"), ("fqidx", "reads.fq")] {
        if samtools(folder.path(), &[command, file, "--fai-idx", "theirs"]).is_some() {
            let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
            assert_eq!(read(&format!("{file}.fai")), read("theirs"));
        }
    }
    let mut files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.retain(|name| name != "theirs");
    files.sort();
    assert_eq!(files, ["reads.fq", "reads.fq.fai", "ref.fa", "ref.fa.fai", "ref.fa.pgi"]);
}

#[test]
fn regions_match_samtools() {
    let folder = folder();
    for indexed in [false, true] {
        for region in [
            "chr1",
            "chr1:",
            "chr1:5",
            "chr1:5-",
            "chr1:-4",
            "chr1:1-3",
            "chr1:9-12",
            "chr1:1,0-1,2",
            "chr1:20-100",
            "chr1:30-40",
            "chr1:23",
            "{a:b}",
            "{a:b}:2-3",
            "a:b:2-30",
            "{a}:1-2",
            "a",
            "{a:1-2}",
            "a:1-2:2",
        ] {
            for options in [&["-n", "60"][..], &["-n", "7"], &["-n", "4", "-i"]] {
                let ours = pagecut(folder.path(), &[&["fetch", "ref.fa", region], options].concat());
                assert!(ours.status.success(), "{region}: {}", stderr(&ours));
                let Some(theirs) = samtools(
                    folder.path(),
                    &[&["faidx", "--fai-idx", "i"], options, &["ref.fa", region]].concat(),
                ) else {
                    return;
                };
                assert_eq!(stdout(&ours), stdout(&theirs), "{region}");
            }
        }
        if !indexed {
            assert!(pagecut(folder.path(), &["index", "--names", "ref.fa"]).status.success());
        }
    }
    let output = pagecut(folder.path(), &["fetch", "ref.fa", "chr1:20-100", "chr1:30-40"]);
    assert!(stderr(&output).contains("the sequence ends before it, at 23"), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("there are no letters in it: the sequence has 23"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn invalid_regions_are_reported_and_the_rest_printed() {
    let folder = folder();
    for region in
        ["nope", "nope:1-2", "a:b", "a:1-2", "chr1:x", "chr1:1-2-3", "{chr1", "chr1:5-3", "chr1:0-3"]
    {
        let output = pagecut(folder.path(), &["fetch", "ref.fa", region, "chr1:1-2"]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stdout(&output), ">chr1:1-2\nAC\n");
        assert!(stderr(&output).contains(&format!("ref.fa: {region}: ")), "{}", stderr(&output));
    }
}

#[test]
fn reads_match_samtools() {
    let folder = folder();
    for options in [&["-n", "60"][..], &["-n", "2"], &["-n", "60", "-i"]] {
        let ours =
            pagecut(folder.path(), &[&["fetch", "reads.fq", "r3", "r1", "r2", "r1:2-3"], options].concat());
        assert!(ours.status.success(), "{}", stderr(&ours));
        let args =
            [&["fqidx", "--fai-idx", "i"], options, &["reads.fq", "r3", "r1", "r2", "r1:2-3"]].concat();
        if let Some(theirs) = samtools(folder.path(), &args) {
            assert_eq!(stdout(&ours), stdout(&theirs));
        }
    }
    let output = pagecut(folder.path(), &["fetch", "reads.fq", "r1"]);
    assert_eq!(stdout(&output), "@r1\nACGTA\n+\nABCDE\n");
}

#[test]
fn real_reads_match_samtools() {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let reads = std::env::var_os("PAGECUT_CORPUS").map_or(default, PathBuf::from).join("reads");
    if !reads.is_dir() {
        eprintln!("skipped: no corpus at {}", reads.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text =
        Command::new("gzip").arg("-dc").arg(reads.join("miseq_ERR1163317_1000.fastq.gz")).output().unwrap();
    assert!(text.status.success());
    fs::write(folder.path().join("reads.fq"), text.stdout).unwrap();
    assert!(pagecut(folder.path(), &["index", "--names", "reads.fq"]).status.success());
    let index = fs::read_to_string(folder.path().join("reads.fq.fai")).unwrap();
    let mut names: Vec<&str> = index.lines().step_by(7).filter_map(|line| line.split('\t').next()).collect();
    names.reverse();
    assert!(names.len() > 100);
    let ours = pagecut(folder.path(), &[&["fetch", "-n", "60", "reads.fq"], &names[..]].concat());
    let Some(theirs) =
        samtools(folder.path(), &[&["fqidx", "--fai-idx", "i", "reads.fq"], &names[..]].concat())
    else {
        return;
    };
    assert!(theirs.status.success());
    assert_eq!(index, fs::read_to_string(folder.path().join("i")).unwrap());
    assert_eq!(ours.stdout, theirs.stdout);
}

#[test]
fn records_are_printed_by_number_and_by_range() {
    let folder = folder();
    let (blank, second) = (READS.find("\n\n@").unwrap() + 1, READS.find("@r2").unwrap());
    let third = READS.find("@r3").unwrap();
    for indexed in [false, true] {
        for (what, expected) in [
            ("#0", &READS[..blank]),
            ("#1", &READS[second..third]),
            ("#2", &READS[third..]),
            ("0..1", &READS[..second]),
            ("1..40", &READS[second..]),
            ("0..", READS),
            ("2..2", ""),
        ] {
            let output = pagecut(folder.path(), &["fetch", "reads.fq", what]);
            assert_eq!((stdout(&output), stderr(&output)), (expected, ""), "{what}");
        }
        let output = pagecut(folder.path(), &["fetch", "reads.fq", "#3"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("record 3 does not exist: the input has 3"), "{}", stderr(&output));
        let output = pagecut(folder.path(), &["fetch", "reads.fq", "0..1000"]);
        assert!(stderr(&output).contains("are outside of the"), "{}", stderr(&output));
        if !indexed {
            assert!(pagecut(folder.path(), &["index", "reads.fq"]).status.success());
        }
    }
}

/// Commands work without an index of numbers, so one that does not fit is ignored. An index of names must fit.
#[test]
fn a_stale_index_is_not_used() {
    let folder = folder();
    let path = folder.path().join("reads.fq");
    assert!(pagecut(folder.path(), &["index", "reads.fq"]).status.success());
    let modified = fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(5);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_times(FileTimes::new().set_modified(modified))
        .unwrap();
    for args in [&["fetch", "reads.fq", "#0"][..], &["shard", "--records", "-n", "2", "reads.fq"]] {
        let output = pagecut(folder.path(), args);
        assert!(output.status.success() && !stdout(&output).is_empty());
        let note = "pagecut: reads.fq.pgi: not used: stale index: the modification time";
        assert!(stderr(&output).contains(note), "{}", stderr(&output));
    }
    fs::write(folder.path().join("reads.fq.pgi"), b"junk").unwrap();
    let output = pagecut(folder.path(), &["fetch", "reads.fq", "#0"]);
    assert_eq!(stdout(&output), &READS[..READS.find("\n\n@").unwrap() + 1]);
    assert!(stderr(&output).contains("not used: the index is damaged"), "{}", stderr(&output));
    // An index of names contains no time of the file; but a header must precede every sequence that it finds.
    fs::write(folder.path().join("ref.fa.fai"), "chr1\t3\t13\t10\t11\n").unwrap();
    let output = pagecut(folder.path(), &["fetch", "ref.fa", "chr1"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
    assert!(stderr(&output).contains("the header before the sequence differs"), "{}", stderr(&output));
}

#[test]
fn joined_shards_equal_the_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["illumina.fastq", "nanopore.fasta", "small.ts", "wrapped.fastq", "empty.fastq"] {
        let data = fs::read(testdata(name)).unwrap();
        fs::write(folder.path().join(name), &data).unwrap();
        for options in
            [&["-n", "1"][..], &["-n", "3"], &["-n", "7", "--records"], &["-n", "300", "--records"]]
        {
            let count: usize = options[1].parse().unwrap();
            let listed = pagecut(folder.path(), &[&["shard", name], options].concat());
            assert!(listed.status.success(), "{name}: {}", stderr(&listed));
            assert_eq!(stdout(&listed).lines().count(), count);
            let prefix = format!("pieces-{name}");
            let output = pagecut(folder.path(), &[&["shard", name, "-o", &prefix], options].concat());
            assert!(output.status.success(), "{name}: {}", stderr(&output));
            let extension = name.rsplit('.').next().unwrap();
            let mut joined = Vec::new();
            for (number, line) in stdout(&listed).lines().enumerate() {
                let piece = fs::read(folder.path().join(format!("{prefix}.{number}.{extension}"))).unwrap();
                let (start, end) = line.split_once("..").unwrap();
                let range = start.parse().unwrap()..end.parse::<usize>().unwrap();
                assert_eq!(piece, data[range], "{name}, {line}");
                joined.extend(piece);
            }
            assert!(joined == data, "{name}, {options:?}");
        }
    }
    let listed = pagecut(folder.path(), &["shard", "-n", "3", "illumina.fastq"]);
    let ranges: Vec<&str> = stdout(&listed).lines().collect();
    let printed = pagecut(folder.path(), &[&["fetch", "illumina.fastq"], &ranges[..]].concat());
    assert!(printed.stdout == fs::read(testdata("illumina.fastq")).unwrap());
}

#[test]
fn shards_by_number_have_equally_many_records() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(testdata("illumina.fastq"), folder.path().join("reads.fastq")).unwrap();
    let output = pagecut(folder.path(), &["shard", "--records", "-n", "4", "-o", "piece", "reads.fastq"]);
    assert_eq!((stdout(&output), stderr(&output)), ("", ""));
    let counts = [0, 1, 2, 3].map(|number| {
        fs::read_to_string(folder.path().join(format!("piece.{number}.fastq"))).unwrap().lines().count() / 4
    });
    assert_eq!(counts, [62, 63, 62, 63]);
}

#[test]
fn the_input_is_never_overwritten() {
    let folder = folder();
    fs::rename(folder.path().join("reads.fq"), folder.path().join("x.1.fq")).unwrap();
    for args in [&["shard", "-n", "2", "-o", "x", "x.1.fq"][..], &["fetch", "x.1.fq", "#0", "-o", "x.1.fq"]] {
        let output = pagecut(folder.path(), args);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains("pagecut: x.1.fq: cannot be written: the output is the input\n"),
            "{}",
            stderr(&output)
        );
        assert_eq!(fs::read_to_string(folder.path().join("x.1.fq")).unwrap(), READS);
    }
}

#[test]
fn unindexable_input_is_reported_with_the_reason() {
    let folder = folder();
    fs::write(folder.path().join("uneven.fa"), ">a\nAC\nACG\n").unwrap();
    fs::copy(testdata("small.ts"), folder.path().join("small.ts")).unwrap();
    fs::write(folder.path().join("empty.fa"), "").unwrap();
    for (args, why) in [
        (
            &["index", "uneven.fa"][..],
            "fasta: record 0, line 3, byte 6: the record cannot be indexed: a line is longer than the first",
        ),
        (&["index", "--names", "small.ts"], "its records have no names"),
        (&["index", "--names", "empty.fa"], "it is empty and has no names"),
        (&["fetch", "small.ts", "chr1"], "its records have no names"),
        (&["index", "absent.fa"], "No such file"),
        (&["index", "--names", "-"], "random access needs a file"),
        (&["fetch", "-", "#1"], "random access needs a file"),
        (&["shard", "-n", "2", "-"], "shard reads its input twice"),
    ] {
        let output = pagecut(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(why), "{args:?}: {}", stderr(&output));
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".fai") || name.contains(".pgi"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(pagecut(folder.path(), &["shard", "-n", "0", "ref.fa"]).status.code(), Some(2));
}

#[test]
fn a_failed_index_leaves_no_files() {
    let folder = folder();
    fs::write(folder.path().join("uneven.fa"), ">a\nAC\nACG\n").unwrap();
    let Ok(packed) = Command::new("bgzip").current_dir(folder.path()).args(["-c", "uneven.fa"]).output()
    else {
        assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no bgzip, which is required");
        return;
    };
    fs::write(folder.path().join("uneven.fa.gz"), packed.stdout).unwrap();
    let files = || fs::read_dir(folder.path()).unwrap().count();
    let before = files();
    let output = pagecut(folder.path(), &["index", "uneven.fa.gz"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("a line is longer than the first"), "{}", stderr(&output));
    assert_eq!(files(), before, "neither the index of blocks nor any other");
    assert!(pagecut(folder.path(), &["index", "--numbers", "uneven.fa.gz"]).status.success());
    assert_eq!(files(), before + 2);
}

#[test]
fn a_longer_input_than_allowed_is_refused() {
    let folder = folder();
    for (args, limit) in [
        (&["index", "ref.fa"][..], REFERENCE.len()),
        (&["fetch", "ref.fa", "a"], REFERENCE.len()),
        (&["fetch", "reads.fq", "0..1"], READS.len()),
        (&["fetch", "reads.fq", "#0"], READS.len()),
        (&["shard", "-n", "2", "reads.fq"], READS.len()),
        (&["shard", "-n", "2", "--records", "reads.fq"], READS.len()),
        (&["shard", "-n", "1", "-o", "piece", "--paired", "reads.fq", "reads.fq"], READS.len()),
    ] {
        let allowed = pagecut(folder.path(), &[args, &["--max-bytes", &limit.to_string()]].concat());
        assert!(allowed.status.success(), "{args:?}: {}", stderr(&allowed));
        let limit = limit - 1;
        let refused = pagecut(folder.path(), &[args, &["--max-bytes", &limit.to_string()]].concat());
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        assert_eq!(stdout(&refused), "", "{args:?}");
        let message = format!("the input exceeds the limit of {limit} bytes");
        assert!(stderr(&refused).contains(&message), "{args:?}: {}", stderr(&refused));
    }
}

#[test]
fn packets_are_found_by_number() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(testdata("small.ts"), folder.path().join("small.ts")).unwrap();
    let data = fs::read(testdata("small.ts")).unwrap();
    assert!(pagecut(folder.path(), &["index", "small.ts"]).status.success());
    for number in [0, 1, 100, 199] {
        let output = pagecut(folder.path(), &["fetch", "small.ts", &format!("#{number}")]);
        assert!(output.stdout == data[number * 188..][..188], "{}", stderr(&output));
    }
}
