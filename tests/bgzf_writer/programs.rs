//! Other programs read the output.

use std::fs;
use std::process::{Command, Output};

use crate::common::oracle;
use crate::make::{MOST, noise, reads, whole_reads, written};

fn run(mut program: Command, args: &[&str]) -> Output {
    let output = program.args(args).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && message.is_empty(), "{args:?}: {message}");
    output
}

/// Checks that a program tests and decompresses the output.
fn unpacked_by(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.gz");
    let path = path.to_str().unwrap();
    for bytes in [Vec::new(), vec![b'A'], noise(MOST), noise(2 * MOST + 1), vec![0; 3 * MOST], reads(400_000)]
    {
        fs::write(path, written(2, [&bytes[..]])).unwrap();
        for args in [&["-t", path][..], &["-d", "-c", path]] {
            let Some(program) = oracle(name) else { return };
            let output = run(program, args);
            assert!(args.len() == 2 || output.stdout == bytes, "{name}: {} bytes", bytes.len());
        }
    }
}

#[test]
fn gzip() {
    unpacked_by("gzip");
}

#[test]
fn bgzip() {
    unpacked_by("bgzip");
}

/// It finds reads in the middle of the file with a block index, which exists for BGZF only.
#[test]
fn samtools() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reads.fastq.gz");
    let text = whole_reads(400_000);
    fs::write(&path, written(3, [&text[..]])).unwrap();
    let path = path.to_str().unwrap();
    let Some(program) = oracle("samtools") else { return };
    run(program, &["fqidx", path]);
    let lines: Vec<_> = text.split(|&byte| byte == b'\n').collect();
    for record in [0, 1, 777, 1500, lines.len() / 4 - 1] {
        let name = str::from_utf8(&lines[4 * record][1..]).unwrap();
        let Some(program) = oracle("samtools") else { return };
        let output = run(program, &["fqidx", "-n", "100", path, name]);
        let expected = [&lines[4 * record..4 * record + 4].join(&b'\n')[..], b"\n"].concat();
        assert_eq!(output.stdout.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}
