//! `pagecut qc` of pairs: reports of the mates, insert sizes, and mates that are out of step.

use serde_json::json;
use tempfile::TempDir;

use super::pairs::{folder, gzip, run_in};
use super::*;

/// Pairs of these numbers with insert sizes from 40 on, and reads of 60 bases.
fn mates(numbers: std::ops::Range<usize>) -> [Vec<String>; 2] {
    let complement = |letter| match letter {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        _ => 'A',
    };
    let mut state = 1_u64;
    let mut letters = |count: usize| -> String {
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ['A', 'C', 'G', 'T'][(state >> 62) as usize]
        };
        (0..count).map(|_| next()).collect()
    };
    let mut mates = [Vec::new(), Vec::new()];
    for number in numbers {
        let insert = letters(40 + number);
        let strands = [insert.clone(), insert.chars().rev().map(complement).collect()];
        for mate in [0, 1] {
            let sequence = strands[mate].clone() + &letters(60);
            mates[mate].push(format!(
                "@r{number}/{}\n{}\n+\n{}\n",
                mate + 1,
                &sequence[..60],
                "I".repeat(60)
            ));
        }
    }
    mates
}

/// A folder with ten pairs in several kinds of files, and damaged ones.
fn all_kinds() -> TempDir {
    let [first, second] = mates(0..10);
    let both: String = first.iter().zip(&second).flat_map(|(first, second)| [&**first, second]).collect();
    let without_fifth = [&second[..5], &second[6..]].concat().concat();
    folder(&[
        ("a_R1.fastq", first.concat().as_bytes()),
        ("a_R2.fastq", second.concat().as_bytes()),
        ("a_R1.fastq.gz", &gzip(first.concat().as_bytes())),
        ("a_R2.fastq.gz", &gzip(second.concat().as_bytes())),
        ("both.fastq", both.as_bytes()),
        ("out_of_step_R2.fastq", without_fifth.as_bytes()),
        ("short_R2.fastq", second[..8].concat().as_bytes()),
    ])
}

/// Returns the reports of files alone.
fn alone(folder: &TempDir, files: [&str; 2]) -> Vec<Value> {
    json(&run_in(folder, &["qc", "--json", files[0], files[1]]))
}

#[test]
fn qc_of_pairs_has_the_reports_of_the_files() {
    let folder = all_kinds();
    for files in [["a_R1.fastq", "a_R2.fastq"], ["a_R1.fastq.gz", "a_R2.fastq.gz"]] {
        for mates in ["--paired", "--pairs-by-name"] {
            let output = run_in(&folder, &["qc", "--json", mates, files[0], files[1]]);
            assert!(output.status.success(), "{}", stderr(&output));
            let [report] = &json(&output)[..] else { panic!("{}", stdout(&output)) };
            assert_eq!(report["files"], json!(files));
            assert_eq!(report["mates"], json!(alone(&folder, files)));
            assert_eq!((&report["error"], &report["file_of_error"]), (&Value::Null, &Value::Null));
            let pairs = &report["pairs"];
            assert_eq!((&pairs["count"], &pairs["overlapping"]), (&10.into(), &10.into()));
            assert_eq!((&pairs["read_through"], &pairs["read_through_percent"]), (&10.into(), &100.0.into()));
            assert_eq!(pairs["median_insert_size"], 44);
            let sizes: Vec<_> = (40..50).map(|size| json!({ "size": size, "pairs": 1 })).collect();
            assert_eq!(pairs["insert_sizes"], json!(sizes));
        }
    }
}

#[test]
fn qc_of_interleaved_mates_names_two_reports() {
    let folder = all_kinds();
    let output = run_in(&folder, &["qc", "--json", "--interleaved", "both.fastq", "-o", "out"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = &json(&output)[0];
    assert_eq!(report["files"], json!(["both.fastq"]));
    let expected = alone(&folder, ["a_R1.fastq", "a_R2.fastq"]);
    for (mate, expected) in expected.iter().enumerate() {
        let mut found = report["mates"][mate].clone();
        assert_eq!(found["name"], format!("both_R{}.fastq", mate + 1));
        assert_eq!(found["file"], "both.fastq");
        for field in ["file", "name"] {
            found[field] = expected[field].clone();
        }
        assert_eq!(&found, expected);
    }
    for mate in [1, 2] {
        assert!(folder.path().join(format!("out/both_R{mate}_fastqc.zip")).is_file());
    }
    let piped =
        with_input(&["qc", "--json", "--interleaved"], &fs::read(folder.path().join("both.fastq")).unwrap());
    assert_eq!(json(&piped)[0]["pairs"], report["pairs"]);
    assert_eq!(json(&piped)[0]["mates"][0]["name"], "stdin_R1");
}

#[test]
fn qc_of_pairs_writes_the_files_of_each_mate() {
    let folder = all_kinds();
    for (args, outdir) in
        [(&["a_R1.fastq", "a_R2.fastq"][..], "alone"), (&["--paired", "a_R1.fastq", "a_R2.fastq"], "pairs")]
    {
        let output = run_in(&folder, &[&["qc", "--extract", "-o", outdir], args].concat());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    for file in
        ["a_R1_fastqc.zip", "a_R2_fastqc.zip", "a_R1_fastqc/fastqc_data.txt", "a_R2_fastqc/summary.txt"]
    {
        let [of_alone, of_pairs] =
            ["alone", "pairs"].map(|outdir| fs::read(folder.path().join(outdir).join(file)).unwrap());
        assert_eq!(of_alone, of_pairs, "{file}");
    }
}

#[test]
fn qc_of_pairs_shows_insert_sizes_and_both_mates() {
    let folder = all_kinds();
    let output = run_in(&folder, &["qc", "--paired", "a_R1.fastq", "a_R2.fastq"]);
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "a_R1.fastq and a_R2.fastq: OK, 10 pairs, 100.0% overlap, 100.0% with adapters");
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["Insert", "size", "██████████", "median", "44,", "40-49"]
    );
    assert!(lines[2].starts_with("a_R1.fastq: OK, 10 reads, 600 bases"), "{text}");
    assert!(text.contains("\na_R2.fastq: OK, 10 reads, 600 bases"), "{text}");
    let output = run_in(&folder, &["qc", "--interleaved", "both.fastq"]);
    assert!(stdout(&output).contains("\nboth.fastq, second mates: OK, 10 reads"), "{}", stdout(&output));
    let output = run_in(&folder, &["qc", "--quiet", "--interleaved", "both.fastq"]);
    assert!(output.status.success() && stdout(&output).is_empty());
}

#[test]
fn qc_of_mates_out_of_step_names_both_places() {
    let folder = all_kinds();
    for (second, pairs, places) in [
        ("out_of_step_R2.fastq", 5, ["first file, record 5,", "second file, record 5,"]),
        ("short_R2.fastq", 8, ["first file, record 8,", "the second file ends after 8 records"]),
    ] {
        let args = ["qc", "--paired", "a_R1.fastq", second, "--extract", "-o", "out", "--json"];
        let output = run_in(&folder, &args);
        assert_eq!(output.status.code(), Some(1));
        let message = stderr(&output);
        assert!(message.starts_with(&format!("pagecut: a_R1.fastq and {second}: ")), "{message}");
        assert!(places.iter().all(|place| message.contains(place)), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        let report = &json(&output)[0];
        assert_eq!(
            (&report["pairs"]["count"], &report["file_of_error"]),
            (&pairs.into(), &"a_R1.fastq".into())
        );
        for mate in [0, 1] {
            assert_eq!(report["mates"][mate]["error"], report["error"]);
            assert_eq!(report["mates"][mate]["basic_statistics"]["reads"], pairs);
        }
        let data = fs::read_to_string(folder.path().join("out/a_R1_fastqc/fastqc_data.txt")).unwrap();
        assert!(data.contains(">>Basic Statistics\tfail\n") && data.contains("\nError\tfastq: "), "{data}");
        let output = run_in(&folder, &["qc", "--paired", "a_R1.fastq", second]);
        let expected = format!("a_R1.fastq and {second}: FAILED, {pairs} pairs before the error, ");
        assert!(stdout(&output).starts_with(&expected), "{}", stdout(&output));
    }
}

#[test]
fn qc_of_damaged_mates_is_incomplete() {
    let folder = all_kinds();
    let packed = fs::read(folder.path().join("a_R2.fastq.gz")).unwrap();
    fs::write(folder.path().join("cut_R2.fastq.gz"), &packed[..packed.len() - 20]).unwrap();
    let output = run_in(&folder, &["qc", "--json", "--paired", "a_R1.fastq.gz", "cut_R2.fastq.gz"]);
    assert_eq!(output.status.code(), Some(1));
    let report = &json(&output)[0];
    assert_eq!(report["file_of_error"], "cut_R2.fastq.gz");
    assert_eq!(report["mates"][0]["error"], report["error"]);
    let output = run_in(&folder, &["qc", "--json", "--paired", "a_R1.fastq", "none.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)[0]["error"]["kind"], "io");
    assert_eq!(json(&output)[0]["file_of_error"], "none.fastq");
    assert!(stderr(&output).starts_with("pagecut: none.fastq: "), "{}", stderr(&output));
}

#[test]
fn a_verdict_on_one_mate_sets_the_exit_status() {
    let folder = all_kinds();
    let quality = "#".to_owned() + &"I".repeat(59);
    let n = format!("@r/2\n{}\n+\n{quality}\n", "N".repeat(60));
    let a = format!("@r/1\n{}\n+\n{quality}\n", "ACGT".repeat(15));
    fs::write(folder.path().join("n_R1.fastq"), a).unwrap();
    fs::write(folder.path().join("n_R2.fastq"), n).unwrap();
    fs::write(
        folder.path().join("limits"),
        "sequence ignore 1\ngc_sequence ignore 1\noverrepresented ignore 1\n",
    )
    .unwrap();
    let args = ["qc", "--limits", "limits", "--paired", "n_R1.fastq", "n_R2.fastq"];
    let output = run_in(&folder, &args);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let output = run_in(&folder, &[&args[..], &["--fail-on", "fail"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for verdict in ["n_R1.fastq and n_R2.fastq: FAILED", "n_R1.fastq: OK", "n_R2.fastq: FAILED"] {
        assert!(text.lines().any(|line| line.starts_with(verdict)), "{verdict}: {text}");
    }
}

#[test]
fn wrong_usage_of_qc_of_pairs_ends_with_status_2() {
    let folder = all_kinds();
    for args in [&["--paired", "a_R1.fastq"][..], &["--paired", "--interleaved", "both.fastq"]] {
        assert_eq!(run_in(&folder, &[&["qc"], args].concat()).status.code(), Some(2), "{args:?}");
    }
}
