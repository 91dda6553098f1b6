//! Compressed inputs.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{pagecut, run, stderr, succeed};

/// Returns the standard output of a program with these bytes on its standard input; `None` without the program.
pub(crate) fn through(program: &str, args: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, bytes).unwrap();
    let done = Command::new(program).args(args).stdin(fs::File::open(&input).unwrap()).output();
    match done {
        Ok(output) => Some(output.stdout).filter(|_| output.status.success()),
        Err(error) => {
            assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "{program}: {error}");
            eprintln!("{program} is absent");
            None
        }
    }
}

/// Builds reads of 100 bases; read number `bad` has three quality scores.
pub(crate) fn reads(count: usize, bad: Option<usize>) -> Vec<u8> {
    let mut state = 1_u64;
    let mut letters = || -> String {
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b"ACGT"[(state >> 62) as usize])
        };
        (0..100).map(next).collect()
    };
    let record = |number| {
        let quality = if Some(number) == bad { "III".to_owned() } else { "I".repeat(100) };
        format!("@s{number}\n{}\n+\n{quality}\n", letters())
    };
    (0..count).map(record).collect::<String>().into_bytes()
}

pub(crate) fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn lanes_joined_of_bgzf_and_gzip_are_good() {
    for file in ["compressed/bgzf-then-gzip.fastq.gz", "compressed/bgzf-gzip-bgzf.fastq.gz"] {
        for threads in ["1", "2", "5"] {
            for recover in [&[][..], &["--recover"]] {
                let args = [&["verify", "-t", threads, file][..], recover].concat();
                let good = succeed(&args);
                assert!(good.starts_with("OK ") && good.contains(" 6 records"), "{good}");
                assert_eq!(stderr(&run(&args)), "");
            }
            let table = succeed(&["stats", "-T", "-t", threads, file]);
            assert!(table.contains("\tFASTQ\tDNA\t6\t60\t"), "{table}");
            let sanitized = succeed(&["sanitize", "-t", threads, file]);
            assert_eq!(sanitized.matches('@').count(), 6);
        }
        let refusals = [vec!["index", file], vec!["fetch", file, "r4"], vec!["shard", "-n", "2", file]];
        for args in refusals {
            let output = run(&args);
            assert_eq!(output.status.code(), Some(1), "{args:?}");
            let message = stderr(&output);
            assert!(message.contains("an ordinary gzip member follows BGZF here"), "{message}");
            assert_eq!(message.lines().count(), 1, "{message}");
        }
    }
}

#[test]
fn a_closing_block_is_missing_only_at_the_end() {
    let Some(packed) = through("bgzip", &["-c"], &reads(30_000, Some(100))) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("u.fq.gz");
    // With and without the end-of-file block.
    for len in [packed.len(), packed.len() - 28] {
        fs::write(&path, &packed[..len]).unwrap();
        for command in [&["stats"][..], &["index"], &["verify"], &["shard", "--records", "-n", "2"]] {
            let output = run(&[command, &[arg(&path)]].concat());
            assert_eq!(output.status.code(), Some(1));
            let message = stderr(&output);
            assert!(message.contains("record 100, line 404, byte 20999"), "{command:?}: {message}");
            // These commands locate all blocks before they read records.
            let looks_at_all = ["index", "shard"].contains(&command[0]) && len < packed.len();
            assert_eq!(message.contains("block of BGZF is missing"), looks_at_all, "{command:?}: {message}");
        }
    }
}

#[test]
fn a_compressed_name_of_no_bytes_is_bad() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["r.fastq.gz", "r.fastq.bgz", "r.fa.zst", "r.fa.xz", "r.fa.bz2"] {
        let path = folder.path().join(name);
        fs::write(&path, b"").unwrap();
        for command in ["verify", "stats", "sanitize", "index"] {
            let output = run(&[command, arg(&path)]);
            assert_eq!(output.status.code(), Some(1), "{command} {name}");
            assert!(
                stderr(&output).contains("unexpected end of input"),
                "{command} {name}: {}",
                stderr(&output)
            );
        }
    }
    let path = folder.path().join("r.fastq");
    fs::write(&path, b"").unwrap();
    assert!(succeed(&["verify", arg(&path)]).starts_with("OK "));
}

#[test]
fn sanitize_ends_bgzf_with_its_end_of_file_block() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.fastq.gz"), folder.path().join("fixed.fastq.gz"));
    let Some(good) = through("bgzip", &["-c"], &reads(3000, None)) else { return };
    let Some(ordinary) = through("gzip", &["-c"], &reads(3000, None)) else { return };
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 4;
    let damaged =
        [&good[..good.len() / 2], &good[..good.len() - 28], &flipped, &ordinary[..ordinary.len() / 2]];
    for (number, bytes) in damaged.into_iter().enumerate() {
        fs::write(&input, bytes).unwrap();
        let done = pagecut(&["sanitize", "-o", arg(&output), arg(&input)]).output().unwrap();
        // If only the end-of-file block is missing, no record is lost.
        assert_eq!(done.status.code(), Some(i32::from(number != 1)), "{}", stderr(&done));
        let verdict = succeed(&["verify", arg(&output)]);
        assert!(verdict.starts_with("OK ") && !verdict.contains(" 0 records"), "{verdict}");
        fs::remove_file(&output).unwrap();
    }
}

#[test]
fn a_masked_chromosome_is_read_from_any_compression() {
    let line = "N".repeat(80) + "\n";
    let count = (66 << 20) / line.len();
    let text = [b">chrN\n", line.repeat(count).as_bytes(), b">b\nACGT\n"].concat();
    let letters = count * 80;
    let folder = tempfile::tempdir().unwrap();
    for (program, args) in [
        ("gzip", &["-1c"][..]),
        ("bgzip", &["-l1", "-c"]),
        ("zstd", &["-1", "-q", "-c"]),
        ("xz", &["-0", "-c"]),
        ("bzip2", &["-1", "-c"]),
    ] {
        let Some(packed) = through(program, args, &text) else { continue };
        let path = folder.path().join(program);
        fs::write(&path, packed).unwrap();
        let table = succeed(&["stats", "-T", "-t", "2", arg(&path)]);
        let expected = format!("\t2\t{}\t4\t{}.0\t{letters}\tOK\n", letters + 4, letters / 2 + 2);
        assert!(table.ends_with(&expected), "{program}: {table}");
        let refused = run(&["stats", "--max-bytes", "10M", arg(&path)]);
        assert!(stderr(&refused).contains("exceeds the limit of 10485760 bytes"));
    }
}

/// Runs the command with a limit of its address space in KiB, and a pipe as its standard input.
#[cfg(target_os = "linux")]
fn limited(kibibytes: u64, input: &Path, arguments: &str) -> std::process::Output {
    let limit = format!("cat \"$1\" | (ulimit -v {kibibytes}; exec \"$0\" {arguments})");
    let command = ["-c", limit.as_str(), env!("CARGO_BIN_EXE_pagecut"), arg(input)];
    Command::new("sh").args(command).output().unwrap()
}

/// The record exceeds the available memory: an error with its offset, not an abort.
#[cfg(target_os = "linux")]
#[test]
fn a_record_beyond_the_memory_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.fa");
    let text = [b">short\nACGT\n>long\n", &vec![b'A'; 200_000_000][..], b"\n"].concat();
    fs::write(&path, &text).unwrap();
    let mut inputs = vec![path.clone()];
    if let Some(packed) = through("gzip", &["-1c"], &text) {
        fs::write(folder.path().join("long.fa.gz"), packed).unwrap();
        inputs.push(folder.path().join("long.fa.gz"));
    }
    drop(text);
    for input in &inputs {
        for arguments in ["-t 1 stats -T", "-t 2 verify"] {
            let output = limited(150_000, input, arguments);
            let message = stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{arguments}: {message}");
            assert!(message.contains("out of memory"), "{arguments}: {message}");
        }
        // The record fits, but not a second copy.
        let output = limited(330_000, input, "-t 2 sanitize");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("out of memory"), "{}", stderr(&output));
        let place = "fasta: record 1, byte 12: out of memory";
        let message = stderr(&limited(150_000, input, "-t 2 stats -T"));
        assert!(message.contains(place), "{}: {message}", input.display());
    }
    // A copy of the record needs its length again.
    let output = limited(560_000, &path, "-t 1 sanitize");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(output.stdout.len(), 200_000_019);
    // The same for a file instead of a pipe: the error has an offset with every backend.
    for io in ["auto", "read", "uring"] {
        let limit = format!("ulimit -v 150000; exec \"$0\" stats -T -t 2 --io {io} \"$1\"");
        let command = ["-c", limit.as_str(), env!("CARGO_BIN_EXE_pagecut"), arg(&path)];
        let output = Command::new("sh").args(command).output().unwrap();
        assert!(stderr(&output).contains("fasta: record 1, byte 12: out of memory"), "{}", stderr(&output));
    }
    // Slightly more memory than the record needs is enough.
    let output = limited(450_000, &path, "-t 2 stats -T");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\t200000004\t"));
}

/// Every buffer of every worker is refused with an error, and no output is left.
#[cfg(target_os = "linux")]
#[test]
fn mates_beyond_the_memory_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.fq");
    let short = b"@short\nACGT\n+\nIIII\n".repeat(20_000);
    let long = [b"@long\n", &vec![b'A'; 40_000_000][..], b"\n+\n", &vec![b'I'; 40_000_000], b"\n"].concat();
    let text = [&short[..], &long, &short].concat();
    let Some(packed) = through("bgzip", &["-c"], &text) else { return };
    fs::write(&path, packed).unwrap();
    let before = fs::read_dir(folder.path()).unwrap().count();
    for threads in [1, 8] {
        for kibibytes in [60_000, 100_000] {
            let limit = format!(
                "ulimit -v {kibibytes}; exec \"$0\" -t {threads} sanitize --paired \"$1\" \"$1\" -o \"$1.1\" -O \"$1.2\""
            );
            let command = ["-c", limit.as_str(), env!("CARGO_BIN_EXE_pagecut"), arg(&path)];
            let output = Command::new("sh").args(command).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{limit}: {}", stderr(&output));
            assert!(stderr(&output).contains("out of memory"), "{limit}: {}", stderr(&output));
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "{limit}");
        }
    }
}

#[test]
fn a_damaged_xz_is_read_as_far_at_any_pace() {
    let bytes = fs::read(crate::path("compressed/flipped.fastq.xz")).unwrap();
    let mut told = Vec::new();
    for (at_a_time, threads) in [(1, "1"), (7, "2"), (100, "1"), (4096, "5"), (65_536, "2")] {
        let mut command = pagecut(&["verify", "-v", "-t", threads, "-"]);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let output = std::thread::scope(|scope| {
            let bytes = &bytes;
            scope.spawn(move || {
                // The command may end before it has read all.
                let _ = bytes.chunks(at_a_time).try_for_each(|chunk| stdin.write_all(chunk));
            });
            child.wait_with_output().unwrap()
        });
        assert_eq!(output.status.code(), Some(1));
        let verdict = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push((verdict.split("padding), ").last().unwrap().to_owned(), stderr(&output)));
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    // As far as `xz -dc` reads.
    assert!(told[0].0.starts_with("181 records, 110638 bytes in records"), "{told:?}");
}

#[test]
fn large_windows_are_read() {
    let text = reads(50, None);
    let folder = tempfile::tempdir().unwrap();
    for (program, args) in [
        ("xz", &["-c", "--lzma2=preset=0,dict=256MiB"][..]),
        ("xz", &["-c", "--lzma2=preset=0,dict=768MiB"]),
        ("zstd", &["-q", "-c", "--long=28"]),
    ] {
        let Some(packed) = through(program, args, &text) else { continue };
        let path = folder.path().join("input");
        fs::write(&path, packed).unwrap();
        assert!(succeed(&["verify", arg(&path)]).contains(" 50 records"), "{args:?}");
    }
}
