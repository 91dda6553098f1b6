//! Compressed output.

#![cfg(feature = "gzip")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const RECORD: &[u8] = b"@r\nAC\n+\nII\n";

/// The end-of-file block of BGZF (SAM specification, section 4.1.2).
const CLOSING: &[u8] = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

fn pagecut(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command
        .current_dir(folder)
        .env_remove("PAGECUT_THREADS")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Creates a folder with a file of reads, and returns its contents.
fn folder() -> (TempDir, Vec<u8>) {
    let reads =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/illumina.fastq")).unwrap();
    let reads = reads.repeat(3);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("reads.fastq"), &reads).unwrap();
    (folder, reads)
}

/// Returns the output of `gzip -d`; `None` if it is missing, which fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn gunzip(path: PathBuf) -> Option<Vec<u8>> {
    let output = Command::new("gzip").args(["-d", "-c"]).stdin(fs::File::open(path).unwrap()).output().ok();
    assert!(
        output.is_some() || std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(),
        "no gzip, which is required"
    );
    let Some(output) = output else {
        eprintln!("skipped: no gzip");
        return None;
    };
    assert!(output.status.success(), "{}", stderr(&output));
    Some(output.stdout)
}

/// Returns a file as read by `pagecut sanitize`.
fn read_by_us(folder: &Path, name: &str) -> Vec<u8> {
    let output = pagecut(folder, &["sanitize", "-q", name]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    output.stdout
}

#[test]
fn the_name_selects_compression() {
    let (folder, reads) = folder();
    let path = folder.path();
    let mut first: Option<Vec<u8>> = None;
    for name in ["out.fastq.gz", "out.bgz", "out.FASTQ.BGZF"] {
        for threads in ["0", "1", "2", "4"] {
            let output = pagecut(path, &["sanitize", "-q", "-t", threads, "-o", name, "reads.fastq"]);
            assert!(output.status.success(), "{}", stderr(&output));
            let written = fs::read(path.join(name)).unwrap();
            assert!(written.len() < reads.len() / 2 && written.ends_with(CLOSING), "{name}, {threads}");
            assert!(*first.get_or_insert_with(|| written.clone()) == written, "{name}, {threads} threads");
        }
        assert!(read_by_us(path, name) == reads, "{name}");
        assert!(gunzip(path.join(name)).is_none_or(|unpacked| unpacked == reads), "{name}");
    }
    for name in ["out.fastq", "gz", "out.gz.txt"] {
        assert!(pagecut(path, &["sanitize", "-q", "-o", name, "reads.fastq"]).status.success());
        assert!(fs::read(path.join(name)).unwrap() == reads, "{name}");
    }
}

#[test]
fn options_override_the_name() {
    let (folder, reads) = folder();
    let path = folder.path();
    for (name, how, compressed) in
        [("a.gz", "none", false), ("b.xz", "none", false), ("c.xz", "bgzf", true), ("d.fastq", "bgzf", true)]
    {
        let args = ["sanitize", "-q", "--compress", how, "-o", name, "reads.fastq"];
        let output = pagecut(path, &args);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(fs::read(path.join(name)).unwrap() != reads, compressed, "{name}");
        assert!(read_by_us(path, name) == reads, "{name}");
    }
    let output = pagecut(path, &["sanitize", "-q", "--compress", "bgzf", "reads.fastq"]);
    assert!(output.stdout == fs::read(path.join("d.fastq")).unwrap(), "standard output is compressed too");
    assert_eq!(pagecut(path, &["sanitize", "--compress", "xz", "reads.fastq"]).status.code(), Some(2));
}

#[test]
fn an_unsupported_extension_is_refused() {
    let (folder, _) = folder();
    for name in ["out.zst", "out.fastq.bz2", "out.XZ", "out.zip", "out.lz4"] {
        for command in
            [&["sanitize", "reads.fastq", "-o", name][..], &["fetch", "reads.fastq", "#0", "-o", name]]
        {
            let path = folder.path().join(name);
            fs::write(&path, "precious").unwrap();
            let output = pagecut(folder.path(), command);
            assert_eq!(output.status.code(), Some(1));
            assert!(stderr(&output).contains("--compress"), "{}", stderr(&output));
            assert_eq!(fs::read(&path).unwrap(), b"precious", "{name}");
        }
    }
}

#[test]
fn fetched_records_are_compressed() {
    let (folder, reads) = folder();
    let path = folder.path();
    let plain = pagecut(path, &["fetch", "reads.fastq", "#0", "#7", "1000.."]);
    assert!(plain.status.success() && plain.stdout.len() > reads.len() / 2);
    let output =
        pagecut(path, &["fetch", "-t", "2", "-o", "some.fastq.gz", "reads.fastq", "#0", "#7", "1000.."]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(fs::read(path.join("some.fastq.gz")).unwrap().ends_with(CLOSING));
    assert!(read_by_us(path, "some.fastq.gz") == plain.stdout);
}

/// The output contains all recoverable records, so it is complete. The exit status shows that records were omitted.
#[test]
fn sanitize_output_is_closed() {
    let (folder, reads) = folder();
    let path = folder.path();
    let out = path.join("out.gz");
    fs::write(path.join("damaged"), [&RECORD.repeat(20)[..], b"junk\n"].concat().repeat(200)).unwrap();
    assert_eq!(pagecut(path, &["sanitize", "-q", "-o", "out.gz", "damaged"]).status.code(), Some(1));
    assert!(fs::read(&out).unwrap().ends_with(CLOSING));
    assert_eq!(read_by_us(path, "out.gz"), RECORD.repeat(20 * 200));

    // Long enough to be read in several chunks.
    let reads = reads.repeat(8);
    fs::write(path.join("reads.fastq"), &reads).unwrap();
    assert!(pagecut(path, &["sanitize", "-q", "-o", "cut.gz", "reads.fastq"]).status.success());
    let whole = fs::read(path.join("cut.gz")).unwrap();
    fs::write(path.join("cut.gz"), &whole[..whole.len() / 2]).unwrap();
    let output = pagecut(path, &["sanitize", "-o", "out.gz", "cut.gz"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(fs::read(&out).unwrap().ends_with(CLOSING));
    let read = read_by_us(path, "out.gz");
    assert!(!read.is_empty() && reads.starts_with(&read));
}

/// The reader of a pipe does not see the error.
#[test]
fn a_pipe_with_a_missing_record_is_not_closed() {
    let (folder, reads) = folder();
    let path = folder.path();
    let output = pagecut(path, &["fetch", "--compress", "bgzf", "reads.fastq", "#0", "#99999999"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.ends_with(CLOSING));
    fs::write(path.join("out.gz"), &output.stdout).unwrap();
    let read = read_unclosed(path, "out.gz");
    assert!(!read.is_empty() && reads.starts_with(&read));
}

/// Returns a file without an end-of-file block as read by `pagecut sanitize`, which reports it.
fn read_unclosed(folder: &Path, name: &str) -> Vec<u8> {
    let output = pagecut(folder, &["sanitize", "-q", name]);
    assert!(stderr(&output).contains("the end-of-file block of BGZF is missing"), "{}", stderr(&output));
    output.stdout
}

#[test]
fn write_errors_are_reported() {
    let (folder, reads) = folder();
    let path = folder.path();
    for threads in ["1", "2"] {
        let output = pagecut(
            path,
            &["sanitize", "-t", threads, "--compress", "bgzf", "-o", "/dev/full", "reads.fastq"],
        );
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
    }
    fs::rename(path.join("reads.fastq"), path.join("reads.fastq.gz")).unwrap();
    let output = pagecut(path, &["sanitize", "-o", "reads.fastq.gz", "reads.fastq.gz"]);
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert!(fs::read(path.join("reads.fastq.gz")).unwrap() == reads, "the input is lost");
}
