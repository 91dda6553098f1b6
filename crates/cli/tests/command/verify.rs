//! `verify` and `sanitize`: every byte is accounted for, and the messages say so.

use std::fs;
use std::process::Stdio;

use super::*;

#[test]
fn verify_accounts_for_every_byte() {
    let output = run(&["verify", "-v", "blank_lines.fastq", "small.ts", "empty.fastq"]);
    assert!(output.status.success());
    assert_eq!(
        stdout(&output),
        "OK blank_lines.fastq: fastq, 3 records, 41 bytes = 32 in records + 9 blank + 0 in gaps\n\
         OK small.ts: mpegts, 200 records, 37600 bytes = 37600 in records + 0 blank + 0 in gaps, payload not checked\n\
         OK empty.fastq: empty, 0 records, 0 bytes = 0 in records + 0 blank + 0 in gaps\n\
         3 OK, 0 FAILED\n"
    );
    let output = run(&["verify", "-q", "blank_lines.fastq", "lengths_differ.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        "FAILED lengths_differ.fastq: fastq, 1 record, 16 bytes before the error\n1 OK, 1 FAILED\n"
    );
    assert_eq!(
        stderr(&output),
        "pagecut: lengths_differ.fastq: fastq: record 1, line 8, byte 27: \
         the sequence has 4 letters, but there are 3 quality scores: \"III\"\n"
    );
}

#[test]
fn verify_prints_a_line_for_each_file_and_a_count() {
    let output = run(&["verify", "illumina.fastq", "small.ts", "none.fastq", "empty.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stdout(&output),
        "OK illumina.fastq: fastq, 250 records, 152,168 bytes\n\
         OK small.ts: mpegts, 200 records, 37,600 bytes, payload not checked\n\
         FAILED none.fastq: cannot be read\n\
         OK empty.fastq: empty, 0 records, 0 bytes\n\
         3 OK, 1 FAILED\n"
    );
    assert_eq!(
        stdout(&run(&["verify", "illumina.fastq"])),
        "OK illumina.fastq: fastq, 250 records, 152,168 bytes\n"
    );
    let output = run(&["verify", "-v", "lengths_differ.fastq"]);
    assert_eq!(
        stdout(&output),
        "FAILED lengths_differ.fastq: fastq, 1 record, 16 bytes in records + 0 blank before the error\n"
    );
    let recovered = run(&["verify", "--recover", "lengths_differ.fastq"]);
    let line = stdout(&recovered);
    assert!(
        line.starts_with("FAILED lengths_differ.fastq: fastq, ") && line.contains(" of them in gaps\n"),
        "{line}"
    );
    assert_eq!(stdout(&run(&["verify", "-q", "illumina.fastq", "small.ts"])), "");
}

#[test]
fn verify_json_has_the_documented_keys() {
    let output = run(&["verify", "--json", "lengths_differ.fastq", "two.fastq", "none.fastq"]);
    assert_eq!(
        stdout(&output).lines().next().unwrap(),
        "{\"file\":\"lengths_differ.fastq\",\"format\":\"fastq\",\"records\":1,\"bytes\":16,\"record_bytes\":16,\
         \"blank_bytes\":0,\"gap_bytes\":0,\"complete\":false,\"error\":{\"kind\":\"length_mismatch\",\"offset\":27,\
         \"record\":1,\"line\":8,\"message\":\"the sequence has 4 letters, but there are 3 quality scores: \\\"III\\\"\"}}"
    );
    // A pipe has no length, and gives the same.
    let piped = with_input(&["verify", "--json"], &fs::read(testdata("lengths_differ.fastq")).unwrap());
    let first = stdout(&output).lines().next().unwrap().replace("lengths_differ.fastq", "-");
    assert_eq!(stdout(&piped).trim_end(), first);
    let verdicts = json(&output);
    assert_eq!((&verdicts[1]["complete"], &verdicts[1]["error"]), (&true.into(), &Value::Null));
    assert_eq!((&verdicts[2]["complete"], &verdicts[2]["error"]["kind"]), (&false.into(), &"io".into()));
}

#[test]
fn strict_makes_all_checks() {
    let folder = tempfile::tempdir().unwrap();
    for (text, kind) in [
        ("@r\nA C\n+\nIII\n", "sequence_letter"),
        ("@r\nAC\n+s\nII\n", "plus_name"),
        ("@r\nAC\n+\nI\x7f\n", "quality_range"),
    ] {
        let path = folder.path().join(kind);
        fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap();
        assert!(run(&["verify", path]).status.success());
        let output = run(&["verify", "--strict", "--json", path]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(json(&output)[0]["error"]["kind"], kind);
    }
}

#[test]
fn a_file_with_a_gap_is_bad_but_is_read_to_its_end() {
    let mut data = fs::read(testdata("small.ts")).unwrap();
    data.splice(18_800..18_800, *b"junk");
    let output = with_input(&["verify", "--json"], &data);
    assert_eq!(output.status.code(), Some(1));
    let verdict = &json(&output)[0];
    assert_eq!(
        (&verdict["complete"], &verdict["gap_bytes"], &verdict["records"]),
        (&true.into(), &4.into(), &200.into())
    );
    assert_eq!(
        (&verdict["error"]["kind"], &verdict["error"]["offset"]),
        (&"sync_lost".into(), &18_800.into())
    );
    assert_eq!((&verdict["error"]["record"], &verdict["error"]["line"]), (&100.into(), &Value::Null));
    assert_eq!(verdict["bytes"], 37_604);
    assert_eq!(with_input(&["stats"], &data).status.code(), Some(1));
}

#[test]
fn a_closed_output_keeps_the_status_of_bad_files() {
    let mut child = pagecut()
        .args(["verify", "lengths_differ.fastq", "two.fastq"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let status =
            pagecut().args(["verify", "lengths_differ.fastq"]).stdout(Stdio::null()).stderr(full).status();
        assert_eq!(status.unwrap().code(), Some(1));
    }
}

#[test]
fn bytes_of_a_stream_end_at_its_error() {
    let good = fs::read(testdata("illumina.fastq")).unwrap();
    let data = [good.as_slice(), b"@r\nA\n+\nII\n", &good.repeat(40)].concat();
    for threads in ["-t1", "-t4"] {
        let verdict = &json(&with_input(&["verify", "--json", threads], &data))[0];
        assert_eq!((&verdict["bytes"], &verdict["complete"]), (&152_168.into(), &false.into()));
    }
}

#[test]
fn fasta_is_verified_and_counted() {
    let output =
        run(&["verify", "nanopore.fasta", "protein.fasta", "text_before.fasta", "empty_sequences.fasta"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert_eq!(stdout(&output).matches(": fasta, ").count(), 3, "{}", stdout(&output));
    let output = run(&["stats", "-T", "nanopore.fasta", "protein.fasta"]);
    assert!(stdout(&output).contains("nanopore.fasta\tFASTA\tDNA\t"), "{}", stdout(&output));
    assert!(stdout(&output).contains("protein.fasta\tFASTA\t"), "{}", stdout(&output));
}

#[test]
fn recover_lists_the_gaps_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read(testdata("illumina.fastq")).unwrap();
    let data = [&good[..], b"@bad\nAC\n+\nI\n", &good, b"no record\n", &good].concat();
    let path = folder.path().join("damaged.fastq");
    fs::write(&path, &data).unwrap();
    let path = path.to_str().unwrap();
    for threads in ["1", "3"] {
        let output = run(&["verify", "--recover", "--json", "-t", threads, path]);
        assert_eq!(output.status.code(), Some(1));
        let verdict = &json(&output)[0];
        assert_eq!((&verdict["records"], &verdict["gap_bytes"]), (&750.into(), &22.into()));
        assert_eq!((&verdict["complete"], verdict["gaps"].as_array().unwrap().len()), (&true.into(), 2));
        let gap = &verdict["gaps"][1];
        let start = 2 * good.len() as u64 + 12;
        assert_eq!((&gap["start"], &gap["end"]), (&start.into(), &(start + 10).into()));
        // Records and lines count from the start of the file; gaps contain lines too.
        assert_eq!((&gap["error"]["record"], &gap["error"]["line"]), (&500.into(), &2005.into()));
        assert_eq!(stderr(&output).lines().count(), 2, "{}", stderr(&output));

        let output = run(&["verify", "--recover", "--max-gaps", "1", "--json", "-t", threads, path]);
        let verdict = &json(&output)[0];
        assert_eq!(
            (&verdict["complete"], &verdict["error"]["kind"]),
            (&false.into(), &"too_many_gaps".into())
        );
    }
    assert_eq!(run(&["verify", "--max-gaps", "1", path]).status.code(), Some(2));
}

#[test]
fn sanitized_output_verifies_and_gaps_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let good = fs::read(testdata("illumina.fastq")).unwrap();
    let data = [&good[..], b"@bad\nAC\n+\nI\n", &good].concat();
    let (path, clean) = (folder.path().join("damaged.fastq"), folder.path().join("clean.fastq"));
    fs::write(&path, &data).unwrap();
    let (path, clean) = (path.to_str().unwrap(), clean.to_str().unwrap());
    let output = run(&["sanitize", "--strict", "-o", clean, path]);
    assert_eq!(output.status.code(), Some(1), "something was left out");
    assert_eq!(fs::read(clean).unwrap(), good.repeat(2));
    assert!(
        stderr(&output).ends_with("500 records written, 12 bytes left out in 1 gap\n"),
        "{}",
        stderr(&output)
    );
    assert!(run(&["verify", "--strict", clean]).status.success());
    // From standard input to standard output, with nothing to leave out.
    let output = with_input(&["sanitize", "-q"], &good);
    assert!(output.status.success() && output.stdout == good && output.stderr.is_empty());
    let output = run(&["sanitize", "-o", path, path]);
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert_eq!(fs::read(path).unwrap(), data, "the input is unchanged");
    let output = run(&["sanitize", "wrapped.fastq"]);
    assert!(output.status.success() && output.stdout == fs::read(testdata("wrapped.fastq")).unwrap());
    let output = run(&["sanitize", "-o", "/dev/full", path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
}
