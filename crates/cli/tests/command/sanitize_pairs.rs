//! `sanitize` of pairs: mates stay together, and no read is lost silently.

use tempfile::TempDir;

use super::pairs::{folder, gunzip, gzip, interleaved, reads, run_in};
use super::*;

/// Damaged pairs: read 100 is lost in the first file, reads 300 to 309 are in the second one, and read 400 in both.
fn damaged() -> [String; 2] {
    [1, 2].map(|mate| {
        let read = |number| match (number, mate) {
            (100, 1) | (300..310, 2) | (400, _) => lost(number, mate),
            _ => reads([number], mate),
        };
        (0..500).map(read).collect()
    })
}

/// A read whose plus line is damaged.
fn lost(number: usize, mate: u8) -> String {
    reads([number], mate).replace("\n+\n", "\n-\n")
}

fn good() -> impl Iterator<Item = usize> + Clone {
    (0..500).filter(|number| ![100, 400].contains(number) && !(300..310).contains(number))
}

/// The reads without a mate, in the order in which they are met.
fn orphans() -> String {
    reads([100], 2) + &reads(300..310, 1)
}

/// A folder with the damaged pairs as plain files, in several compressions, and interleaved.
fn kinds() -> TempDir {
    let [first, second] = damaged();
    let zstd = zstd::encode_all(second.as_bytes(), 1).unwrap();
    let both: String = (0..500)
        .map(|number| match number {
            100 | 400 => lost(number, 1) + &reads([number], 2),
            300..310 => reads([number], 1) + &lost(number, 2),
            _ => interleaved([number]),
        })
        .collect();
    folder(&[
        ("1.fq", first.as_bytes()),
        ("2.fq", second.as_bytes()),
        ("1.fq.gz", &gzip(first.as_bytes())),
        ("2.fq.zst", &zstd),
        ("both.fq", both.as_bytes()),
        ("good_1.fq", reads(0..500, 1).as_bytes()),
        ("good_2.fq", reads(0..500, 2).as_bytes()),
        ("good_both.fq", interleaved(0..500).as_bytes()),
    ])
}

fn read(folder: &TempDir, name: &str) -> String {
    let bytes = fs::read(folder.path().join(name)).unwrap();
    if name.ends_with(".gz") { gunzip(&bytes) } else { String::from_utf8(bytes).unwrap() }
}

#[test]
fn mates_stay_together_and_orphans_are_written() {
    let folder = kinds();
    let (first, second) = (reads(good(), 1), reads(good(), 2));
    for (one, two) in [("1.fq", "2.fq"), ("1.fq.gz", "2.fq"), ("1.fq", "2.fq.zst"), ("1.fq.gz", "2.fq.zst")] {
        for more in [&["-t1"][..], &["-t5"], &["--io", "read"]] {
            let args =
                ["sanitize", "--paired", one, two, "-o", "o1.fq", "-O", "o2.fq.gz", "--orphans", "o.fq"];
            let output = run_in(&folder, &[&args[..], more].concat());
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            assert!(
                read(&folder, "o1.fq") == first && read(&folder, "o2.fq.gz") == second,
                "{one} {two} {more:?}"
            );
            assert_eq!(read(&folder, "o.fq"), orphans(), "{one} {two} {more:?}");
            let text = stderr(&output);
            let lines: Vec<_> = text.lines().collect();
            let last = &lines[lines.len() - 3..];
            assert!(last[0].starts_with(&format!("pagecut: {one}: 10 records without a mate, ")), "{text}");
            assert!(last[1].starts_with(&format!("pagecut: {two}: 1 record without a mate, ")), "{text}");
            let written = "488 pairs written, 11 records without a mate written to o.fq";
            assert_eq!(last[2], format!("pagecut: {one} and {two}: {written}"));
            assert!(text.contains(&format!("pagecut: {one}: gap of bytes ")), "{text}");
            assert!(text.contains(&format!("pagecut: {two}: gap of bytes ")), "{text}");
        }
    }
    // The outputs are pairs.
    let output = run_in(&folder, &["verify", "--paired", "o1.fq", "o2.fq.gz"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn orphans_left_out_are_counted() {
    let folder = kinds();
    let output = run_in(&folder, &["sanitize", "--paired", "1.fq", "2.fq", "-o", "o1.fq", "-O", "o2.fq"]);
    assert_eq!(output.status.code(), Some(1));
    let left_out = "488 pairs written, 11 records without a mate left out, which --orphans FILE writes\n";
    assert!(stderr(&output).ends_with(&format!("pagecut: 1.fq and 2.fq: {left_out}")), "{}", stderr(&output));
    assert_eq!(read(&folder, "o2.fq"), reads(good(), 2));
    // Orphans without a gap.
    fs::write(folder.path().join("short.fq"), reads((0..20).chain(21..500), 2)).unwrap();
    let args = ["sanitize", "-q", "--paired", "good_1.fq", "short.fq", "-o", "o1.fq", "-O", "o2.fq"];
    let output = run_in(&folder, &args);
    assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
    assert_eq!(read(&folder, "o1.fq"), reads((0..20).chain(21..500), 1));
}

#[test]
fn interleaved_mates_stay_together() {
    let folder = kinds();
    let expected = interleaved(good());
    let args = ["sanitize", "--interleaved", "both.fq", "--orphans", "o.fq"];
    let output = run_in(&folder, &args);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(stdout(&output), expected);
    // Read 2 of 100 and 400 is left, and read 1 of the others.
    assert_eq!(read(&folder, "o.fq"), reads([100], 2) + &reads(300..310, 1) + &reads([400], 2));
    // Into two files.
    let output = run_in(&folder, &[&args[..], &["-o", "o1.fq", "-O", "o2.fq"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(read(&folder, "o1.fq") == reads(good(), 1) && read(&folder, "o2.fq") == reads(good(), 2));
    // Two files in turn to standard output.
    let output = run_in(&folder, &["sanitize", "--paired", "1.fq", "2.fq"]);
    assert_eq!(stdout(&output), expected);
}

#[test]
fn good_pairs_pass_unchanged() {
    let folder = kinds();
    let (first, second) = ("\n@a 1\nAC\n+a 1\nII\n\n\n@b\nA\n+\nI", "@a 2\r\nA\r\n+\r\nI\r\n@b\nG\n+\nI\n\n");
    fs::write(folder.path().join("odd_1.fq"), first).unwrap();
    fs::write(folder.path().join("odd_2.fq"), second).unwrap();
    fs::write(folder.path().join("wrapped_1.fq"), "@a/1\nAC\nGT\n+\n@I\nII\n@b/1\nA\n+\nI\n").unwrap();
    fs::write(folder.path().join("wrapped_2.fq"), "@a/2\nA\n+\nI\n@b/2\nAC\nG\n+\nI\nII\n").unwrap();
    fs::write(folder.path().join("empty_1.fq"), "").unwrap();
    fs::write(folder.path().join("empty_2.fq"), "").unwrap();
    for name in ["good", "odd", "wrapped", "empty"] {
        let [one, two] = [1, 2].map(|mate| format!("{name}_{mate}.fq"));
        let args = ["sanitize", "--paired", &one, &two, "-o", "o1.fq", "-O", "o2.fq", "--orphans", "o.fq"];
        let output = run_in(&folder, &args);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(read(&folder, "o1.fq"), read(&folder, &one));
        assert_eq!(read(&folder, "o2.fq"), read(&folder, &two));
        assert_eq!(read(&folder, "o.fq"), "");
        assert!(
            stderr(&output).ends_with(" 0 records without a mate written to o.fq\n"),
            "{}",
            stderr(&output)
        );
    }
    // The mate of the last record starts a line.
    let output = run_in(&folder, &["sanitize", "-q", "--paired", "odd_1.fq", "odd_1.fq"]);
    assert_eq!(stdout(&output).matches("\n@b\nA\n+\nI").count(), 2, "{}", stdout(&output));
    let output = run_in(&folder, &["sanitize", "good_both.fq", "--interleaved"]);
    assert!(output.status.success() && stdout(&output) == interleaved(0..500));
}

#[test]
fn pipes_give_the_same_as_files() {
    let folder = kinds();
    let second = fs::read(folder.path().join("2.fq")).unwrap();
    for file in ["-", "/dev/stdin"] {
        let mut child = pagecut()
            .current_dir(folder.path())
            .args(["sanitize", "--paired", "1.fq.gz", file, "--orphans", "o.fq"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let second = second.clone();
        let writer = std::thread::spawn(move || stdin.write_all(&second));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(stdout(&output), interleaved(good()), "{file}");
        assert_eq!(read(&folder, "o.fq"), orphans(), "{file}");
    }
}

#[test]
fn records_after_the_gap_of_a_wrapped_stream_are_void() {
    // The first bytes are of four lines a record.
    let wrapped = reads(0..20, 1)
        + &lost(20, 1)
        + &reads(21..2000, 1)
        + &"@w/1\nACGT\nACGT\n+\nIIII\nIIII\n".repeat(20_000);
    let folder = folder(&[("2.fq", reads(0..2000, 2).as_bytes())]);
    let mut child = pagecut()
        .current_dir(folder.path())
        .args(["sanitize", "--paired", "-", "2.fq"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(wrapped.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // The command ends at the proof.
    let _ = writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), interleaved(0..20), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("wrapped") && stderr(&output).contains(" 20 pairs written"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_truncated_file_leaves_the_pairs_before_its_end() {
    let folder = kinds();
    let whole = fs::read(folder.path().join("1.fq.gz")).unwrap();
    fs::write(folder.path().join("cut.fq.gz"), &whole[..whole.len() / 2]).unwrap();
    let args =
        ["sanitize", "--paired", "cut.fq.gz", "good_2.fq", "-o", "o1.fq", "-O", "o2.fq", "--orphans", "o.fq"];
    let output = run_in(&folder, &args);
    assert_eq!(output.status.code(), Some(1));
    let alone = run_in(&folder, &["sanitize", "-q", "cut.fq.gz"]);
    assert_eq!(read(&folder, "o1.fq"), stdout(&alone));
    let pairs = stdout(&alone).lines().count() / 4;
    assert!(pairs > 100, "{pairs}");
    let mut seconds: Vec<_> =
        read(&folder, "o2.fq").lines().chain(read(&folder, "o.fq").lines()).map(str::to_owned).collect();
    let text = reads(0..500, 2);
    let mut expected: Vec<_> = text.lines().collect();
    seconds.sort();
    expected.sort();
    assert_eq!(seconds, expected, "nothing is lost");
    assert!(stderr(&output).contains("cut.fq.gz: 0 records without a mate, "), "{}", stderr(&output));
}

#[test]
fn files_out_of_step_write_nothing() {
    let folder = kinds();
    let before = fs::read_dir(folder.path()).unwrap().count();
    let other = reads(600..700, 2);
    fs::write(folder.path().join("2.fq"), other).unwrap();
    for (one, two, what) in [
        ("good_1.fq", "2.fq", "the mate has another name, \"@r600/2 x\" (second file, record 0, byte 0)"),
        ("good_2.fq", "good_1.fq", "read numbers 2 and 1 are not those of a first and a second mate"),
    ] {
        let args = ["sanitize", "--paired", one, two, "-o", "o1.fq", "-O", "o2.fq", "--orphans", "o.fq"];
        let output = run_in(&folder, &args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
        assert!(stderr(&output).starts_with(&format!("pagecut: {one} and {two}: ")), "{}", stderr(&output));
    }
    let fasta = folder.path().join("a.fa");
    fs::write(&fasta, ">s\nA\n").unwrap();
    let output = run_in(&folder, &["sanitize", "--paired", "a.fa", "a.fa", "-o", "o1.fq", "-O", "o2.fq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("only FASTQ has mates"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before + 1, "no output is left");
}

#[test]
fn outputs_of_pairs_are_checked() {
    let folder = kinds();
    for args in [
        &["--paired", "1.fq"][..],
        &["1.fq", "2.fq"],
        &["--paired", "1.fq", "2.fq", "-o", "o1.fq"],
        &["--paired", "1.fq", "2.fq", "-O", "o2.fq"],
        &["--paired", "--interleaved", "1.fq", "2.fq"],
        &["--orphans", "o.fq", "1.fq"],
        &["1.fq", "-o", "o1.fq", "-O", "o2.fq"],
    ] {
        let output = run_in(&folder, &[&["sanitize"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
    }
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let respelled = format!("../{name}/o1.fq");
    #[cfg(unix)]
    std::os::unix::fs::symlink("o2.fq", folder.path().join("link.fq")).unwrap();
    for (outputs, what) in [
        (["o1.fq", &*respelled, "o.fq"], "o1.fq is the name of two outputs"),
        #[cfg(unix)]
        (["o1.fq", "o2.fq", "link.fq"], "link.fq is the name of two outputs"),
        (["o1.fq", "o1.fq", "o.fq"], "o1.fq is the name of two outputs"),
        (["o1.fq", "o2.fq", "o2.fq"], "o2.fq is the name of two outputs"),
        (["-", "-", "o.fq"], "- is the name of two outputs"),
        (["2.fq", "o2.fq", "o.fq"], "the output is the input"),
        (["o1.fq", "o2.fq", "1.fq"], "the output is the input"),
    ] {
        let [first, second, orphans] = outputs;
        let args = ["sanitize", "--paired", "1.fq", "2.fq", "-o", first, "-O", second, "--orphans", orphans];
        let output = run_in(&folder, &args);
        assert_eq!(output.status.code(), Some(1), "{outputs:?}");
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
        assert!(!Path::new(&folder.path().join("o1.fq")).exists());
    }
    let args = [
        "sanitize",
        "-q",
        "--paired",
        "1.fq",
        "2.fq",
        "-o",
        "/dev/null",
        "-O",
        "/dev/null",
        "--orphans",
        "-",
    ];
    assert_eq!(stdout(&run_in(&folder, &args)), orphans());
}

/// `seqkit pair` finds mates by their names too.
#[test]
fn pairs_are_those_of_seqkit() {
    if !has_oracle("seqkit") {
        return;
    }
    // Runs of reads are missing without a gap.
    let is_there = |number: usize, mate: usize| (number * (7 + 4 * mate) / 30) % 9 != mate;
    let [first, second] = [1, 2]
        .map(|mate| reads((0..2000).filter(|&number| is_there(number, mate)), u8::try_from(mate).unwrap()));
    let folder = folder(&[("r_1.fq", first.as_bytes()), ("r_2.fq", second.as_bytes())]);
    let args = ["pair", "--id-regexp", r"^(\S+)/[12]", "-1", "r_1.fq", "-2", "r_2.fq", "-u", "-O", "theirs"];
    assert!(Command::new("seqkit").current_dir(folder.path()).args(args).output().unwrap().status.success());
    let args = ["sanitize", "--paired", "r_1.fq", "r_2.fq", "-o", "1.fq", "-O", "2.fq", "--orphans", "o.fq"];
    let output = run_in(&folder, &args);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(read(&folder, "1.fq").lines().count() > 1000 && read(&folder, "o.fq").lines().count() > 1000);
    assert!(read(&folder, "1.fq") == read(&folder, "theirs/r_1.fq"));
    assert!(read(&folder, "2.fq") == read(&folder, "theirs/r_2.fq"));
    // Its reads without a mate are in no order.
    let sorted = |text: &str, mate: &str| {
        let lines: Vec<_> = text.lines().collect();
        let of_mate = lines.chunks(4).filter(|record| record[0].contains(mate));
        let mut records: Vec<_> = of_mate.map(|record| record.join("\n")).collect();
        records.sort();
        records
    };
    for (mate, theirs) in [("/1 ", "theirs/r_1.unpaired.fq"), ("/2 ", "theirs/r_2.unpaired.fq")] {
        assert_eq!(sorted(&read(&folder, "o.fq"), mate), sorted(&read(&folder, theirs), mate));
    }
}
