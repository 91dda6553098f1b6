//! `head`: the first records, byte for byte.

use std::fs;
use std::process::Command;

use super::*;

/// The first lines of a text.
fn lines(text: &str, number: usize) -> String {
    text.split_inclusive('\n').take(number).collect()
}

#[test]
fn head_prints_the_first_records() {
    let text = fs::read_to_string(testdata("illumina.fastq")).unwrap();
    for (args, records) in [
        (&[][..], 10),
        (&["-n", "1"], 1),
        (&["-n", "0"], 0),
        (&["--number", "1000"], 250),
        (&["--no-mmap"], 10),
    ] {
        let output = run(&[&["head", "illumina.fastq"], args].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), lines(&text, 4 * records), "{args:?}");
        let piped = with_input(&[&["head"], args].concat(), text.as_bytes());
        assert_eq!(stdout(&piped), stdout(&output), "{args:?}");
    }
}

#[test]
fn head_prints_the_records_of_seqkit() {
    if !has_oracle("seqkit") {
        return;
    }
    for args in [
        &["-n", "3", "illumina.fastq"][..],
        &["-n", "251", "illumina.fastq", "two.fastq"],
        &["-n", "2", "one_line.fasta"],
    ] {
        let theirs = Command::new("seqkit")
            .current_dir(testdata(""))
            .args(["head", "-w0"])
            .args(args)
            .output()
            .unwrap();
        let ours = run(&[&["head"], args].concat());
        // seqkit leaves out the second definition.
        let ours: String = stdout(&ours)
            .split_inclusive('\n')
            .map(|line| if line.starts_with("+ERR") { "+\n" } else { line })
            .collect();
        assert_eq!(ours, stdout(&theirs), "{args:?}");
    }
}

#[test]
fn head_reads_every_format_that_has_records() {
    let packets = fs::read(testdata("small.ts")).unwrap();
    assert_eq!(run(&["head", "-n", "3", "small.ts"]).stdout, packets[..3 * 188]);
    let wrapped = fs::read(testdata("wrapped.fastq")).unwrap();
    assert_eq!(run(&["head", "-n", "1000", "wrapped.fastq"]).stdout, wrapped);
    let fasta = fs::read_to_string(testdata("nanopore.fasta")).unwrap();
    let second = fasta[1..].find('>').unwrap() + 1;
    assert_eq!(stdout(&run(&["head", "-n", "1", "nanopore.fasta"])), &fasta[..second]);
}

#[test]
fn head_continues_in_the_other_variant_of_fastq() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.fastq");
    let data =
        [fs::read(testdata("illumina.fastq")).unwrap(), b"@late\nAC\nGT\n+\nII\nII\n".to_vec()].concat();
    fs::write(&path, &data).unwrap();
    let output = run(&["head", "-n", "251", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stdout == data);
}

#[test]
fn head_stops_before_damage() {
    let output = run(&["head", "-n", "1", "lengths_differ.fastq"]);
    assert!(output.status.success() && stderr(&output).is_empty(), "{}", stderr(&output));
    let output = run(&["head", "-n", "2", "lengths_differ.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("record 1, line 8, byte 27"), "{}", stderr(&output));
}

#[test]
fn head_joins_files_without_line_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (first, joined) in [
        ("@a\nA\n+\nI", "@a\nA\n+\nI\n@b\nC\n+\nI\n"),
        ("@a\n\n+\n", "@a\n\n+\n\n@b\nC\n+\nI\n"),
        ("@a\nA\n+\nI\n\n\n", "@a\nA\n+\nI\n@b\nC\n+\nI\n"),
    ] {
        fs::write(path("1.fq"), first).unwrap();
        fs::write(path("2.fq"), "@b\nC\n+\nI\n@c\nG\n+\nI\n").unwrap();
        let output = run(&["head", "-n", "2", &path("1.fq"), &path("2.fq"), "not read"]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), joined, "{first:?}");
    }
    fs::write(path("3.fa"), ">c\nG\n").unwrap();
    let output = run(&["head", &path("1.fq"), &path("3.fa")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("3.fa: fasta after fastq"), "{}", stderr(&output));
}

#[test]
fn head_writes_a_complete_file_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.fastq.gz");
    let path = path.to_str().unwrap();
    let output = run(&["head", "-n", "2", "-o", path, "illumina.fastq"]);
    assert!(output.status.success() && stdout(&output).is_empty(), "{}", stderr(&output));
    // It is compressed, and read again as such.
    assert_eq!(fs::read(path).unwrap()[..2], [0x1f, 0x8b]);
    let before = fs::read(path).unwrap();
    assert_eq!(run(&["head", path]).stdout, run(&["head", "-n", "2", "illumina.fastq"]).stdout);
    for bad in ["lengths_differ.fastq", "no_such_file", "media/mp4/faststart.mp4", path] {
        let output = run(&["head", "-o", path, "two.fastq", bad]);
        assert_eq!(output.status.code(), Some(1), "{bad}");
        assert!(fs::read(path).unwrap() == before, "{bad}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
