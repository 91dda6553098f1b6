//! `pagecut qc`: against FastQC, with MultiQC, and its exit status.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::*;

/// Names of inputs that testdata has with the results of FastQC.
const INPUTS: [&str; 12] = [
    "blank_lines",
    "count_100_101",
    "crlf",
    "empty_file",
    "filtered_reads",
    "lower_case",
    "n_only",
    "one_read",
    "phred64_illumina13",
    "short_reads",
    "tiles_5",
    "zero_length",
];

/// Limits that show k-mers too.
const LIMITS: &str = "kmer ignore 0\ngc_sequence ignore 0\nquality_sequence warn 27\nquality_sequence error 20\nadapter warn 0\n";

const ADAPTERS: &str = "Universal\tAGATCGGAAGAG\nOther\tTTGACCAGTACA\n";

const CONTAMINANTS: &str =
    "# Two\nRead 1\tACACTCTTTCCCTACACGACGCTCTTCCGATCT\nIndex\tGATCGGAAGAGCACACGTCTGAACTCCAGTCAC\n";

/// Writes inputs of all kinds into a folder, and returns their paths.
fn write_inputs(folder: &Path) -> Vec<PathBuf> {
    let mut inputs = Vec::new();
    for name in INPUTS {
        let packed = File::open(testdata(&format!("qc/{name}.fastq.gz"))).unwrap();
        let mut reads = Vec::new();
        flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut reads).unwrap();
        let path = folder.join(format!("{name}.fastq"));
        fs::write(&path, reads).unwrap();
        inputs.push(path);
    }
    let path = folder.join("illumina.txt.fq");
    fs::copy(testdata("illumina.fastq"), &path).unwrap();
    inputs.push(path);
    inputs
}

/// Runs the command, with a folder for the files.
fn qc(args: &[&str], outdir: &Path, inputs: &[PathBuf]) -> Output {
    pagecut().arg("qc").args(args).arg("-o").arg(outdir).args(inputs).output().unwrap()
}

#[test]
fn files_equal_those_of_fastqc() {
    if !has_oracle("fastqc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let inputs = write_inputs(folder.path());
    let lists = [("limits", LIMITS), ("adapters", ADAPTERS), ("contaminants", CONTAMINANTS)];
    let mut args = Vec::new();
    for (list, content) in lists {
        let path = folder.path().join(list);
        fs::write(&path, content).unwrap();
        args.extend([format!("--{list}"), path.display().to_string()]);
    }
    for grouping in [&[][..], &["--nogroup"]] {
        let theirs = folder.path().join(format!("theirs{}", grouping.len()));
        let ours = folder.path().join(format!("ours{}", grouping.len()));
        fs::create_dir(&theirs).unwrap();
        let mut fastqc = Command::new("fastqc");
        fastqc.args(["--quiet", "--extract", "-o"]).arg(&theirs);
        let fastqc = fastqc.args(grouping).args(&args).args(&inputs).output().unwrap();
        assert!(fastqc.status.success(), "{}", stderr(&fastqc));
        let args: Vec<_> = args.iter().map(String::as_str).chain(grouping.iter().copied()).collect();
        let output = qc(&[&args[..], &["--extract"]].concat(), &ours, &inputs);
        assert!(output.status.success(), "{}", stderr(&output));
        for input in &inputs {
            let stem = input.file_stem().unwrap().to_str().unwrap().to_owned() + "_fastqc";
            for file in ["fastqc_data.txt", "summary.txt"] {
                let [theirs, ours] =
                    [&theirs, &ours].map(|folder| fs::read_to_string(folder.join(&stem).join(file)).unwrap());
                assert_eq!(ours, theirs, "{file} of {stem} {grouping:?}");
            }
            assert!(ours.join(format!("{stem}.zip")).is_file(), "{stem}");
        }
    }
}

#[test]
fn multiqc_reads_the_files() {
    // MultiQC is not required: it is a large Python package.
    if Command::new("multiqc").arg("--version").output().is_err() {
        eprintln!("skipped: no multiqc");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = write_inputs(folder.path());
    let truncated = folder.path().join("truncated.fastq");
    fs::write(&truncated, "@r1\nACGTACGT\n+\nIIIIIIII\n@r2\nACG").unwrap();
    inputs.push(truncated);
    let reports = folder.path().join("reports");
    assert_eq!(qc(&[], &reports, &inputs).status.code(), Some(1));
    let found = folder.path().join("multiqc");
    let output = Command::new("multiqc").args(["-q", "-o"]).args([&found, &reports]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let table = fs::read_to_string(found.join("multiqc_data/multiqc_fastqc.txt")).unwrap();
    assert_eq!(table.lines().count(), 1 + inputs.len(), "{table}");
    let data = fs::read_to_string(found.join("multiqc_data/multiqc_data.json")).unwrap();
    for section in [
        "sequence_counts",
        "per_base_sequence_quality",
        "per_sequence_quality_scores",
        "per_sequence_gc_content",
        "per_base_n_content",
        "sequence_length_distribution",
        "sequence_duplication_levels",
        "overrepresented_sequences",
    ] {
        assert!(data.contains(&format!("\"fastqc_{section}_plot\"")), "{section}");
    }
}

#[test]
fn zip_files_are_equal_for_all_numbers_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let input = [testdata("illumina.fastq")];
    let zip = |threads: &str| {
        let outdir = folder.path().join(threads);
        assert!(qc(&["--threads", threads], &outdir, &input).status.success());
        let mut files: Vec<_> =
            fs::read_dir(&outdir).unwrap().map(|file| file.unwrap().file_name()).collect();
        files.sort_unstable();
        assert_eq!(files, ["illumina_fastqc.html", "illumina_fastqc.zip"]);
        fs::read(outdir.join("illumina_fastqc.zip")).unwrap()
    };
    let one = zip("1");
    assert!(one.starts_with(b"PK\x03\x04") && one[30..].starts_with(b"illumina_fastqc/PK"));
    assert_eq!(one, zip("3"));
}

#[test]
fn an_incomplete_report_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.fastq");
    fs::write(&path, "@r1\nACGT\n+\nIIII\n@r2\nAC").unwrap();
    let output = qc(&["--extract"], folder.path(), std::slice::from_ref(&path));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("cut.fastq: FAILED, 1 read, 4 bases before the error"),
        "{}",
        stdout(&output)
    );
    assert!(stderr(&output).contains("the input ends in a sequence"), "{}", stderr(&output));
    let data = fs::read_to_string(folder.path().join("cut_fastqc/fastqc_data.txt")).unwrap();
    assert!(data.contains(">>Basic Statistics\tfail\n"), "{data}");
    assert!(
        data.contains("\nTotal Sequences\t1\n") && data.contains("\nError\tfastq: record 1, line 6"),
        "{data}"
    );
    let summary = fs::read_to_string(folder.path().join("cut_fastqc/summary.txt")).unwrap();
    assert!(summary.starts_with("FAIL\tBasic Statistics\tcut.fastq\n"), "{summary}");

    let output = pagecut().args(["qc", "--json"]).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report = &json(&output)[0];
    assert_eq!(report["error"]["kind"], "incomplete");
    assert_eq!(report["basic_statistics"]["reads"], 1);
}

#[test]
fn a_pipe_gives_the_report_of_the_file() {
    let reads = fs::read(testdata("illumina.fastq")).unwrap();
    let piped = with_input(&["qc", "--json"], &reads);
    let mut piped = json(&piped).remove(0);
    assert_eq!((&piped["file"], &piped["name"]), (&"-".into(), &"stdin".into()));
    let file = run(&["qc", "--json", "illumina.fastq"]);
    let file = json(&file).remove(0);
    for field in ["file", "name"] {
        piped[field] = file[field].clone();
    }
    assert_eq!(piped, file);
    assert_eq!(file["basic_statistics"]["reads"], 250);
    assert_eq!(file["gc_content"]["results"]["counts"].as_array().unwrap().len(), 101);
    let mean = file["base_quality"]["results"][0]["mean_by_error"].as_f64().unwrap();
    assert!(mean > 2.0 && mean < 41.0, "{mean}");
}

#[test]
fn unknown_numbers_are_null_in_json() {
    // Quartiles need more than 100 reads.
    let output = with_input(&["qc", "--json"], b"@r\nA\n+\nI\n");
    let report = &json(&output)[0];
    assert!(report["base_quality"]["results"][0]["median"].is_null());
    assert!(report["kmers"].is_null());
}

#[test]
fn verdicts_set_the_exit_status_on_request() {
    // Its per base sequence content fails, and it has warnings.
    for (args, code) in [(&[][..], 0), (&["--fail-on", "fail"], 1), (&["--fail-on", "warn"], 1)] {
        let output = run(&[&["qc", "illumina.fastq"], args].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        let verdict = if code == 0 { "illumina.fastq: OK, " } else { "illumina.fastq: FAILED, " };
        assert!(stdout(&output).starts_with(verdict), "{}", stdout(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    let limits = folder.path().join("limits");
    fs::write(&limits, "sequence ignore 1\ngc_sequence ignore 1\n").unwrap();
    let args = ["qc", "illumina.fastq", "--limits", limits.to_str().unwrap(), "--fail-on"];
    assert_eq!(run(&[&args[..], &["fail"]].concat()).status.code(), Some(0));
    assert_eq!(run(&[&args[..], &["warn"]].concat()).status.code(), Some(1));
}

#[test]
fn a_bad_list_is_an_error_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    fs::write(&list, "# comment\nx y\n").unwrap();
    for option in ["--limits", "--adapters", "--contaminants"] {
        let output = run(&["qc", option, list.to_str().unwrap(), "illumina.fastq"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).is_empty());
        assert!(stderr(&output).contains("line 2: expected a name"), "{}", stderr(&output));
    }
}

#[test]
fn two_reports_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = ["a", "b"].map(|name| {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::copy(testdata("illumina.fastq"), path.join("reads.fastq")).unwrap();
        path.join("reads.fastq")
    });
    let outdir = folder.path().join("out");
    let output = qc(&[], &outdir, &inputs);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("reads_fastqc.zip is the name of two outputs"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(&outdir).unwrap().count(), 2, "the files of the first input");
    assert_eq!(stdout(&output).matches(" reads, ").count(), 1, "the second input was not read");
}

#[test]
fn nothing_is_read_without_a_directory_for_reports() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "kept").unwrap();
    for outdir in [file.clone(), file.join("below")] {
        let output = qc(&[], &outdir, &[testdata("two.fastq")]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
        assert!(stderr(&output).contains("cannot be written"), "{}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
}

#[test]
fn other_formats_have_no_report() {
    let output = with_input(&["qc", "--json"], b">s\nACGT\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)[0]["error"]["kind"], "unknown_format");
}

/// Two reads of 1500 and 500 bases: scores 10, and 20 at the end of the long one.
const LONG_READS: [(usize, usize); 2] = [(1500, 100), (500, 0)];

fn long_reads() -> Vec<u8> {
    let read = |&(len, better): &(usize, usize)| {
        format!("@r\n{}\n+\n{}{}\n", "A".repeat(len), "+".repeat(len - better), "5".repeat(better))
    };
    LONG_READS.iter().map(read).collect::<String>().into_bytes()
}

#[test]
fn json_has_lengths_and_quality_of_long_reads() {
    let report = json(&with_input(&["qc", "--json"], &long_reads())).remove(0);
    let reads = &report["long_reads"];
    for (field, expected) in [("n50", 1500), ("l50", 1), ("n90", 500), ("l90", 2), ("median_len", 500)] {
        assert_eq!(reads[field], expected, "{field}");
    }
    assert_eq!(reads["mean_len"], 1000.0);
    let classes = reads["classes"].as_array().unwrap();
    let first = serde_json::json!({
        "first": 500, "last": 629, "reads": 1, "bases": 500, "reads_at_least": 2, "bases_at_least": 2000,
        "qualities": [{"quality": 10, "reads": 1}]
    });
    assert_eq!((classes.len(), &classes[0]), (5, &first));
    assert_eq!((&classes[4]["first"], &classes[4]["bases_at_least"]), (&1250.into(), &1500.into()));
    let positions = reads["positions"].as_array().unwrap();
    assert_eq!((&positions[0]["bases"], &positions[0]["mean"]), (&2.into(), &10.0.into()));
    assert_eq!(positions.last().unwrap()["last"], 1500);
    let ends = &reads["ends"];
    assert_eq!(
        (&ends["bases"], &ends["reads"], &ends["end"]["mean"]),
        (&100.into(), &2.into(), &15.0.into())
    );
    // The mean of one error in ten and one in a hundred is one in 18.
    let by_error = ends["end"]["mean_by_error"].as_f64().unwrap();
    assert!((by_error - 12.596).abs() < 0.001, "{by_error}");
    assert_eq!(report["read_quality_by_error"], serde_json::json!([{"quality": 10, "reads": 2}]));

    let empty = json(&with_input(&["qc", "--json"], b"")).remove(0);
    assert!(empty["long_reads"].is_null() && empty["duplication_estimate"].is_null());
    assert_eq!(empty["read_quality_by_error"], serde_json::json!([]));
}

#[test]
fn json_has_both_estimates_of_duplication() {
    let reads = b"@a\nAC\n+\nII\n".repeat(3);
    let report = json(&with_input(&["qc", "--json"], &[&reads[..], b"@b\nGT\n+\nII\n"].concat())).remove(0);
    let estimate = &report["duplication_estimate"];
    assert_eq!((&estimate["deduplicated"], &estimate["standard_error"]), (&50.0.into(), &0.0.into()));
    assert_eq!((&estimate["distinct"], &estimate["counted"]), (&2.0.into(), &2.into()));
    assert_eq!(estimate["levels"], report["duplication"]["results"]["levels"]);
    assert_eq!(
        estimate["levels"][2],
        serde_json::json!({"level": "3", "of_deduplicated": 50.0, "of_all": 75.0})
    );
}

#[test]
fn the_terminal_shows_what_fastqc_lacks() {
    let output = with_input(&["qc"], &long_reads());
    let long = stdout(&output);
    for text in [
        "N50 1,500, N90 500, median 500 bases",
        "first 100 bases 10.0, last 100 bases 12.6, by error probability",
        "means 10 to 10, median 10",
        "50.0% left after deduplication, by all reads",
    ] {
        assert!(long.contains(text), "{long}");
    }
    let output = run(&["qc", "illumina.fastq"]);
    let short = stdout(&output);
    assert!(short.contains("Quality by error probability") && !short.contains("N50"), "{short}");
}
