//! `pagecut stats -a -T` compared with `seqkit stats -a -T`, in every column that both have.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Row = HashMap<String, String>;

/// Returns the rows of a table, by file.
fn rows(command: &mut Command) -> HashMap<String, Row> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned));
    let columns: Vec<String> = lines.next().unwrap().collect();
    lines
        .map(|cells| columns.iter().cloned().zip(cells).collect::<Row>())
        .map(|row| (row["file"].clone(), row))
        .collect()
}

/// Whether seqkit is installed; its absence fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn has_seqkit() -> bool {
    let found = Command::new("seqkit").arg("version").output().is_ok();
    assert!(found || std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no seqkit, which is required");
    if !found {
        eprintln!("skipped: no seqkit");
    }
    found
}

/// Returns the number of decimals that pagecut prints in a column; seqkit before 2.11 prints more in some.
fn digits(column: &str) -> Option<usize> {
    match column {
        "Q1" | "Q2" | "Q3" | "Q20(%)" | "Q30(%)" => Some(0),
        "avg_len" => Some(1),
        "GC(%)" | "AvgQual" => Some(2),
        _ => None,
    }
}

fn compare(files: &[PathBuf]) {
    let theirs = rows(Command::new("seqkit").args(["stats", "-a", "-T"]).args(files));
    let ours = rows(Command::new(env!("CARGO_BIN_EXE_pagecut")).args(["stats", "-a", "-T"]).args(files));
    assert_eq!(theirs.len(), files.len());
    for (file, their_row) in theirs {
        let our_row = &ours[&file];
        for (column, theirs) in &their_row {
            // seqkit before 2.4 halves the quartiles if all lengths are equal (its issue 353).
            let halved =
                matches!(column.as_str(), "Q1" | "Q3") && their_row["min_len"] == their_row["max_len"];
            // seqkit before 2.10 counts G, C and N in proteins too.
            let of_proteins = column == "GC(%)" && their_row["type"] == "Protein";
            let theirs = match digits(column) {
                _ if halved || of_proteins => continue,
                Some(digits) => format!("{:.digits$}", theirs.parse::<f64>().unwrap()),
                None => theirs.clone(),
            };
            let Some(ours) = our_row.get(column) else { panic!("we have no column {column}") };
            assert_eq!(*ours, theirs, "{column} of {file}");
        }
    }
}

#[test]
fn testdata_statistics_match_seqkit() {
    if !has_seqkit() {
        return;
    }
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    // Files that seqkit reads differently or not at all: damaged files, wrapped ones, blank lines before a record; and, before
    // 2.13, a first read of length 0, which it reads as FASTA (its issue 569).
    let not_compared = [
        "blank_lines.fastq",
        "lengths_differ.fastq",
        "quality_line_lost.fastq",
        "truncated.fastq",
        "wrapped.fastq",
        "zero_length.fastq",
    ];
    let files: Vec<_> = fs::read_dir(&testdata)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "fastq"))
        .filter(|path| !not_compared.contains(&path.file_name().unwrap().to_str().unwrap()))
        .collect();
    assert!(files.len() >= 8);
    compare(&files);
    // FASTA without blank lines or comments before the first record, and without sequences of length 0.
    let names = ["nanopore.fasta", "no_final_newline.fasta", "one_line.fasta", "protein.fasta"];
    compare(&names.map(|name| testdata.join(name)));
}

#[test]
fn statistics_of_real_reads_match_seqkit() {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let reads = std::env::var_os("PAGECUT_CORPUS").map_or(default, PathBuf::from).join("reads");
    if !reads.is_dir() {
        eprintln!("skipped: no corpus at {}", reads.display());
        return;
    }
    if !has_seqkit() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for entry in fs::read_dir(reads).unwrap() {
        let path = entry.unwrap().path();
        let plain = folder.path().join(path.file_stem().unwrap());
        let text = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
        assert!(text.status.success());
        fs::write(&plain, text.stdout).unwrap();
        files.push(plain);
    }
    assert_eq!(files.len(), 4);
    compare(&files);
}
