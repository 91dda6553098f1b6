//! Compressed inputs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{pagecut, run, stderr, succeed};

/// Standard output of a program, with bytes as its standard input; `None` if there is no such program.
fn through(program: &str, args: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
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

/// Reads of 100 letters; the one with this number has three quality scores.
fn reads(count: usize, bad: Option<usize>) -> Vec<u8> {
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

fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn lanes_joined_of_bgzf_and_gzip_are_good() {
    for file in ["compressed/bgzf-then-gzip.fastq.gz", "compressed/bgzf-gzip-bgzf.fastq.gz"] {
        for threads in ["1", "2", "5"] {
            for recover in [&[][..], &["--recover"]] {
                let args = [&["verify", "-t", threads, file][..], recover].concat();
                let good = succeed(&args);
                assert!(good.contains("good") && good.contains(" 6 records"), "{good}");
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
    // With its closing block, and without.
    for len in [packed.len(), packed.len() - 28] {
        fs::write(&path, &packed[..len]).unwrap();
        for command in [&["stats"][..], &["index"], &["verify"], &["shard", "--records", "-n", "2"]] {
            let output = run(&[command, &[arg(&path)]].concat());
            assert_eq!(output.status.code(), Some(1));
            let message = stderr(&output);
            assert!(message.contains("record 100, line 404, byte 20999"), "{command:?}: {message}");
            // These look where all blocks begin before they read records.
            let looks_at_all = ["index", "shard"].contains(&command[0]) && len < packed.len();
            assert_eq!(message.contains("closes BGZF is missing"), looks_at_all, "{command:?}: {message}");
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
                stderr(&output).contains("the input ends inside"),
                "{command} {name}: {}",
                stderr(&output)
            );
        }
    }
    let path = folder.path().join("r.fastq");
    fs::write(&path, b"").unwrap();
    assert!(succeed(&["verify", arg(&path)]).contains("good"));
}

#[test]
fn what_sanitize_writes_of_a_damaged_file_is_closed() {
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
        // Where nothing but the closing block is missing, no record is.
        assert_eq!(done.status.code(), Some(i32::from(number != 1)), "{}", stderr(&done));
        let verdict = succeed(&["verify", arg(&output)]);
        assert!(verdict.contains("good") && !verdict.contains(" 0 records"), "{verdict}");
        fs::remove_file(&output).unwrap();
    }
}
