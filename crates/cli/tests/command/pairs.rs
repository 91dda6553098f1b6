//! Pairs of reads: `stats`, `verify` and `shard` of two files, or of one in which mates alternate.

use std::fmt::Write as _;
use std::io::Write as _;

use tempfile::TempDir;

use super::*;

/// Reads of these numbers, of different lengths, of one of the mates.
pub(super) fn reads(numbers: impl IntoIterator<Item = usize>, mate: u8) -> String {
    let mut text = String::new();
    for number in numbers {
        let len = 1 + number * usize::from(mate) % 90;
        writeln!(
            text,
            "@r{number}/{mate} x\n{}\n+\n{}",
            "ACGT".repeat(23)[..len].to_owned(),
            "@".repeat(len)
        )
        .unwrap();
    }
    text
}

/// Both mates of these numbers, in turn.
pub(super) fn interleaved(numbers: impl IntoIterator<Item = usize>) -> String {
    numbers.into_iter().map(|number| reads([number], 1) + &reads([number], 2)).collect()
}

pub(super) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn gunzip(data: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(data).read_to_string(&mut text).unwrap();
    text
}

/// A folder with files of these names and bytes.
pub(super) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

pub(super) fn run_in(folder: &TempDir, args: &[&str]) -> Output {
    pagecut().current_dir(folder.path()).args(args).output().unwrap()
}

/// A folder with pairs as plain files, gzip, zstd and interleaved; and damaged ones.
fn all_kinds() -> TempDir {
    let (first, second) = (reads(0..500, 1), reads(0..500, 2));
    let both = interleaved(0..500);
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
    folder(&[
        ("a_R1.fastq", first.as_bytes()),
        ("a_R2.fastq", second.as_bytes()),
        ("a_R1.fastq.gz", &gzip(first.as_bytes())),
        ("a_R2.fastq.gz", &gzip(second.as_bytes())),
        ("a_R1.fastq.zst", &zstd(&first)),
        ("a_R2.fastq.zst", &zstd(&second)),
        ("both.fastq", both.as_bytes()),
        ("both.fastq.gz", &gzip(both.as_bytes())),
        ("short_R2.fastq", reads(0..490, 2).as_bytes()),
        ("shifted_R2.fastq.gz", &gzip(reads((0..300).chain(301..501), 2).as_bytes())),
        ("bad_R2.fastq", second.replacen("@r20/2 x\n", "@r20/2 x\nA", 1).as_bytes()),
    ])
}

#[test]
fn verify_has_a_verdict_of_files_and_pairs() {
    let folder = all_kinds();
    for (first, second) in
        [("a_R1.fastq", "a_R2.fastq"), ("a_R1.fastq.gz", "a_R2.fastq.gz"), ("a_R1.fastq.zst", "a_R2.fastq")]
    {
        let output = run_in(&folder, &["verify", "--paired", first, second]);
        let text = stdout(&output);
        assert!(output.status.success(), "{}", stderr(&output));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[3..], ["3 OK, 0 FAILED"], "{text}");
        assert!(lines[0].starts_with(&format!("OK {first}: fastq")) && lines[0].contains("500 records"));
        assert!(lines[1].starts_with(&format!("OK {second}: fastq")) && lines[1].contains("500 records"));
        assert_eq!(lines[2], format!("OK {first} and {second}: 500 pairs"));
        // The verdict of a file is that of the file alone.
        let alone = run_in(&folder, &["verify", first, second]);
        assert_eq!(stdout(&alone).lines().take(2).collect::<Vec<_>>(), lines[..2]);
    }
    for file in ["both.fastq", "both.fastq.gz"] {
        let output = run_in(&folder, &["verify", "--interleaved", "--json", file]);
        let [of_file, of_pairs] = &json(&output)[..] else { panic!("{}", stdout(&output)) };
        assert_eq!((&of_file["records"], &of_pairs["pairs"]), (&1000.into(), &500.into()));
        assert_eq!((&of_pairs["files"], &of_pairs["error"]), (&vec![file].into(), &Value::Null));
    }
    let output = with_input(&["verify", "--interleaved", "-q"], interleaved(0..9).as_bytes());
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), ""));
}

#[test]
fn verify_names_both_places_of_records_without_mates() {
    let folder = all_kinds();
    let output = run_in(&folder, &["verify", "--paired", "a_R1.fastq", "short_R2.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    let (line, byte) = (4 * 490 + 1, reads(0..490, 1).len());
    let len = reads(0..490, 2).len();
    assert_eq!(
        stderr(&output),
        format!(
            "pagecut: a_R1.fastq and short_R2.fastq: fastq: first file, record 490, line {line}, byte {byte}: \
             there is no mate: the second file ends after 490 records, at byte {len}: \"@r490/1 x\"\n"
        )
    );
    let text = stdout(&output);
    assert!(
        text.contains("OK short_R2.fastq: ")
            && text.contains("short_R2.fastq: the pairs were not read to the end\n")
    );

    let output = run_in(&folder, &["verify", "--paired", "--json", "a_R1.fastq.gz", "shifted_R2.fastq.gz"]);
    assert_eq!(output.status.code(), Some(1));
    let error = &json(&output)[2]["error"];
    let byte = reads(0..300, 2).len();
    assert_eq!((&error["kind"], &error["record"]), (&"mate_name".into(), &300.into()));
    assert_eq!(error["file"], "a_R1.fastq.gz");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(&format!("\"@r301/2 x\" (second file, record 300, byte {byte})")), "{message}");

    // Read 2 before read 1.
    let output = run_in(&folder, &["verify", "--paired", "a_R2.fastq", "a_R1.fastq"]);
    assert!(
        stderr(&output).contains("read numbers 2 and 1 are not those of a first and a second mate"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_fault_of_a_file_is_reported_once() {
    let folder = all_kinds();
    let output = run_in(&folder, &["verify", "--paired", "a_R1.fastq", "bad_R2.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("OK a_R1.fastq: ") && stdout(&output).contains("FAILED bad_R2.fastq: "));
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert!(stderr(&output).starts_with("pagecut: bad_R2.fastq: fastq: record 20"), "{}", stderr(&output));
    // A stream is not read again.
    let bad = reads([0, 1], 1).replacen("+\n", "-\n", 1);
    let output = with_input(&["verify", "--interleaved", "-"], bad.as_bytes());
    assert_eq!((output.status.code(), stderr(&output).lines().count()), (Some(1), 1));
    assert_eq!(stdout(&output), "FAILED -: the pairs were not read to the end\n");
}

#[test]
fn an_error_of_compressed_pairs_names_its_file() {
    let folder = all_kinds();
    let packed = fs::read(folder.path().join("a_R2.fastq.gz")).unwrap();
    fs::write(folder.path().join("cut_R2.fastq.gz"), &packed[..packed.len() - 20]).unwrap();
    let output = run_in(&folder, &["verify", "--json", "--paired", "a_R1.fastq.gz", "cut_R2.fastq.gz"]);
    let verdicts = json(&output);
    let error = &verdicts.last().unwrap()["error"];
    assert_eq!((&error["kind"], &error["file"]), (&"compressed".into(), &"cut_R2.fastq.gz".into()));
}

#[test]
fn files_are_paired_by_name() {
    let folder = all_kinds();
    let files = ["a_R2.fastq", "both.fastq", "a_R1.fastq", "a_R1.fastq.gz", "a_R2.fastq.gz"];
    let output = run_in(&folder, &[&["verify", "--pairs-by-name"][..], &files].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let last: Vec<_> = stdout(&output).lines().filter(|line| line.ends_with("pairs")).collect();
    assert_eq!(
        last,
        ["OK a_R1.fastq and a_R2.fastq: 500 pairs", "OK a_R1.fastq.gz and a_R2.fastq.gz: 500 pairs"]
    );
    let output = run_in(&folder, &["verify", "--pairs-by-name", "short_R2.fastq", "both.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    let missing = "the file of its mates, short_R1.fastq, is not among the files";
    assert!(stdout(&output).contains(&format!("FAILED short_R2.fastq: {missing}\n")), "{}", stdout(&output));
    assert!(stdout(&output).ends_with("2 OK, 1 FAILED\n"), "{}", stdout(&output));
    let output = run_in(&folder, &["verify", "--json", "--pairs-by-name", "short_R2.fastq"]);
    let verdict = &json(&output)[1];
    assert_eq!((&verdict["complete"], &verdict["error"]["message"]), (&false.into(), &missing.into()));
    let output = run_in(&folder, &["stats", "--pairs-by-name", "short_R2.fastq", "both.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "pagecut: short_R2.fastq: the file of its mates, short_R1.fastq, is not among the files\n"
    );
    assert!(stdout(&output).contains("short_R2.fastq") && stdout(&output).contains("both.fastq"));
}

#[test]
fn stats_of_pairs_are_those_of_files() {
    let folder = all_kinds();
    let alone = run_in(&folder, &["stats", "-a", "-T", "a_R1.fastq.gz", "a_R2.fastq.gz"]);
    for threads in ["1", "3"] {
        let args = ["stats", "-a", "-T", "-t", threads, "--paired", "a_R1.fastq.gz", "a_R2.fastq.gz"];
        let output = run_in(&folder, &args);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), stdout(&alone));
    }
    let output = run_in(&folder, &["stats", "-a", "-T", "--interleaved", "both.fastq.gz"]);
    assert_eq!(stdout(&output), stdout(&run_in(&folder, &["stats", "-a", "-T", "both.fastq.gz"])));
    let output = run_in(&folder, &["stats", "--paired", "a_R1.fastq", "short_R2.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    // The counts of the files, and the verdict on the pairs.
    let [_, first, second, both] = stdout(&output).lines().collect::<Vec<_>>()[..] else {
        panic!("{}", stdout(&output))
    };
    assert!(first.starts_with("a_R1.fastq ") && first.contains(" 500 ") && first.ends_with("OK"), "{first}");
    assert!(second.starts_with("short_R2.fastq ") && second.contains(" 490 "), "{second}");
    assert!(both.starts_with("a_R1.fastq and short_R2.fastq  -") && both.ends_with("FAILED"), "{both}");
    let output_of_damaged = run_in(&folder, &["stats", "--json", "--paired", "a_R1.fastq", "bad_R2.fastq"]);
    let rows = json(&output_of_damaged);
    assert_eq!((rows.len(), &rows[0]["num_seqs"], &rows[0]["error"]), (2, &500.into(), &Value::Null));
    assert_eq!(rows[1]["error"]["kind"], "length_mismatch");
    assert_eq!(stderr(&output_of_damaged).lines().count(), 1, "{}", stderr(&output_of_damaged));
    assert!(stderr(&output).contains("there is no mate: the second file ends after 490 records"));
    // Wrapped mates.
    let wrapped = "@r/1\nAC\nGT\n+\nII\nII\n";
    let files = folder_of_two(wrapped, "@r/2\nA\n+\nI\n");
    let output = run_in(&files, &["stats", "-T", "--paired", "1.fq", "2.fq"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("1.fq\tFASTQ\tDNA\t1\t4\t"), "{}", stdout(&output));
}

fn folder_of_two(first: &str, second: &str) -> TempDir {
    folder(&[("1.fq", first.as_bytes()), ("2.fq", second.as_bytes())])
}

#[test]
fn wrong_usage_of_pairs_ends_with_status_2() {
    let folder = all_kinds();
    for args in [
        &["stats", "--paired", "a_R1.fastq"][..],
        &["verify", "--paired", "a_R1.fastq", "a_R2.fastq", "both.fastq"],
        &["verify", "--paired"],
        &["verify", "--paired", "--interleaved", "a_R1.fastq", "a_R2.fastq"],
        &["verify", "--paired", "--recover", "a_R1.fastq", "a_R2.fastq"],
        &["stats", "--pairs-by-name", "--interleaved", "both.fastq"],
        &["shard", "-n", "2", "--paired", "a_R1.fastq", "-o", "x"],
        &["shard", "-n", "2", "--paired", "a_R1.fastq", "a_R2.fastq"],
        &["shard", "-n", "2", "a_R1.fastq", "a_R2.fastq"],
    ] {
        assert_eq!(run_in(&folder, args).status.code(), Some(2), "{args:?}");
    }
    let fasta = folder_of_two(">s\nA\n", ">s\nA\n");
    let output = run_in(&fasta, &["stats", "--paired", "1.fq", "2.fq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("first file: only FASTQ has mates"), "{}", stderr(&output));
}

#[test]
fn shard_divides_both_files_at_the_same_pairs() {
    let folder = all_kinds();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    for (number, first, second, extensions) in [
        (3, "a_R1.fastq", "a_R2.fastq", ["fastq", "fastq"]),
        (7, "a_R1.fastq.gz", "a_R2.fastq", ["fastq.gz", "fastq"]),
        (1, "a_R1.fastq.zst", "a_R2.fastq.gz", ["fastq", "fastq.gz"]),
        (600, "a_R1.fastq.gz", "a_R2.fastq.gz", ["fastq.gz", "fastq.gz"]),
    ] {
        let count = number.to_string();
        let args = ["shard", "-n", &count, "--paired", first, second, "-o", "piece"];
        let output = run_in(&folder, &args);
        assert!(output.status.success(), "{}", stderr(&output));
        let mut all = [String::new(), String::new()];
        let mut most = (usize::MAX, 0);
        for piece in 0..number {
            let texts = [0, 1].map(|mate| {
                let name = format!("piece.{piece}_{}.{}", mate + 1, extensions[mate]);
                let bytes = read(&name);
                fs::remove_file(folder.path().join(&name)).unwrap();
                if name.ends_with(".gz") { gunzip(&bytes) } else { String::from_utf8(bytes).unwrap() }
            });
            let counts = texts.each_ref().map(|text| text.lines().count() / 4);
            assert_eq!(counts[0], counts[1], "pieces hold mates");
            most = (most.0.min(counts[0]), most.1.max(counts[0]));
            all.iter_mut().zip(&texts).for_each(|(all, text)| all.push_str(text));
        }
        assert!(most.1 - most.0 <= 1, "pieces have about as many pairs: {most:?}");
        assert_eq!(all, [reads(0..500, 1), reads(0..500, 2)]);
    }
    let output = run_in(&folder, &["shard", "-n", "2", "--interleaved", "both.fastq.gz", "-o", "half"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(gunzip(&read("half.0.fastq.gz")), interleaved(0..250));
    assert_eq!(gunzip(&read("half.1.fastq.gz")), interleaved(250..500));
}

#[test]
fn shard_writes_nothing_of_pairs_out_of_step() {
    let folder = all_kinds();
    let before = fs::read_dir(folder.path()).unwrap().count();
    for second in ["short_R2.fastq", "shifted_R2.fastq.gz", "bad_R2.fastq"] {
        let output = run_in(&folder, &["shard", "-n", "4", "--paired", "a_R1.fastq", second, "-o", "piece"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(!stderr(&output).is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before, "no piece is left");
    }
    let output = with_input(&["shard", "-n", "2", "--interleaved", "-", "-o", "piece"], b"");
    assert!(stderr(&output).contains("a stream cannot be read twice"), "{}", stderr(&output));
}

#[test]
fn the_last_line_of_a_piece_ends() {
    let folder =
        folder_of_two("@r/1\r\nA\r\n+\r\nI\r\n@s/1\r\nA\r\n+\r\nI", "@r/2\nA\n+\nI\n\n@s/2\nC\n+\nI");
    let output = run_in(&folder, &["shard", "-n", "2", "--paired", "1.fq", "2.fq", "-o", "p"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("p.0_1.fq"), "@r/1\r\nA\r\n+\r\nI\r\n");
    assert_eq!(read("p.1_1.fq"), "@s/1\r\nA\r\n+\r\nI\n");
    assert_eq!((read("p.0_2.fq"), read("p.1_2.fq")), ("@r/2\nA\n+\nI\n".into(), "@s/2\nC\n+\nI\n".into()));
}

#[test]
fn pairs_by_name_without_pairs_is_an_error() {
    for (files, status) in [(["illumina.fastq", "nanopore.fastq"], 1), (["R1.fq", "R2.fq"], 0)] {
        let folder = tempfile::tempdir().unwrap();
        let paths = files.map(|name| {
            let path = folder.path().join(name);
            std::fs::write(&path, "@r\nAC\n+\nII\n").unwrap();
            path.display().to_string()
        });
        for command in ["verify", "stats"] {
            let output = run(&[command, "--pairs-by-name", &paths[0], &paths[1]]);
            assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
            assert_eq!(stderr(&output).contains("no two files have names of mates"), status == 1);
        }
    }
}
