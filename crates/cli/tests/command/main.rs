//! The command as a user runs it: output, exit status, pipes.

mod fetch;
mod head;
mod holes;
mod pairs;
#[cfg(unix)]
mod pipes;
mod qc;
mod qc_html;
mod qc_pairs;
mod sample;
mod sanitize_pairs;
mod usage;
mod verify;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn pagecut() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(testdata("")).env_remove("PAGECUT_THREADS");
    command
}

fn run(args: &[&str]) -> Output {
    pagecut().args(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether a tool is installed; its absence fails the test if `PAGECUT_REQUIRE_ORACLES` is set.
fn has_oracle(tool: &str) -> bool {
    let found = Command::new(tool).arg("version").output().is_ok();
    assert!(found || std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no {tool}, which is required");
    if !found {
        eprintln!("skipped: no {tool}");
    }
    found
}

/// Runs the command with these bytes on standard input.
fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child = pagecut()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end before it has read all input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn stats_prints_a_table_for_people() {
    let output = run(&["stats", "illumina.fastq", "two.fastq"]);
    assert!(output.status.success());
    assert_eq!(
        stdout(&output),
        "file            format  type  num_seqs  sum_len  min_len  avg_len  max_len  verdict\n\
         illumina.fastq  FASTQ   DNA        250   58,235       51    232.9      251  OK\n\
         two.fastq       FASTQ   DNA          2        7        2      3.5        5  OK\n"
    );
    assert_eq!(stderr(&output), "");
}

#[test]
fn stats_prints_a_table_for_programs() {
    let output = run(&["stats", "-a", "-T", "two.fastq"]);
    let header = "file\tformat\ttype\tnum_seqs\tsum_len\tmin_len\tavg_len\tmax_len\tQ1\tQ2\tQ3\tsum_gap\tN50\tN50_num\t\
                  Q20(%)\tQ30(%)\tAvgQual\tGC(%)\tsum_n\tverdict\n";
    assert_eq!(
        stdout(&output),
        format!(
            "{header}two.fastq\tFASTQ\tDNA\t2\t7\t2\t3.5\t5\t2\t4\t5\t0\t5\t1\t71\t71\t8.03\t57.14\t1\tOK\n"
        )
    );
}

#[test]
fn stats_prints_json_for_programs() {
    let output = run(&["stats", "-a", "--json", "two.fastq", "small.ts"]);
    let [reads, packets] = &json(&output)[..] else { panic!("{}", stdout(&output)) };
    assert_eq!(
        (&reads["num_seqs"], &reads["avg_len"], &reads["GC(%)"]),
        (&2.into(), &3.5.into(), &57.14.into())
    );
    assert_eq!((&packets["format"], &packets["num_packets"]), (&"MPEG-TS".into(), &200.into()));
    let sum: u64 =
        packets["pids"].as_array().unwrap().iter().map(|pid| pid["num_packets"].as_u64().unwrap()).sum();
    assert_eq!(sum, 200);
}

#[test]
fn mean_quality_is_the_mean_error_probability() {
    let text = fs::read_to_string(testdata("illumina.fastq")).unwrap();
    let scores: Vec<u8> = text.lines().skip(3).step_by(4).flat_map(str::bytes).collect();
    let errors: f64 = scores.iter().map(|&byte| 10f64.powf(-f64::from(byte - 33) / 10.0)).sum();
    let expected = -10.0 * (errors / scores.len() as f64).log10();
    let found = &json(&run(&["stats", "-a", "--json", "illumina.fastq"]))[0]["AvgQual"];
    assert!((found.as_f64().unwrap() - expected).abs() < 0.005, "{found}, not {expected}");
}

#[test]
fn packets_are_counted_by_pid() {
    let output = run(&["stats", "small.ts", "one.fastq"]);
    let (reads, packets) = stdout(&output).split_once("\n\n").unwrap();
    assert!(
        reads.ends_with("one.fastq  FASTQ   DNA          1        1        1      1.0        1  OK"),
        "{reads}"
    );
    let row = packets.lines().find(|row| row.contains("0x0100")).unwrap();
    let row: Vec<_> = row.split_whitespace().collect();
    assert_eq!(row, ["small.ts", "MPEG-TS", "0x0100", "106", "53.00", "0", "0", "0", "OK"]);
}

#[test]
fn the_version_is_that_of_the_command() {
    assert_eq!(stdout(&run(&["--version"])), format!("pagecut {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn own_options_come_before_common_options_in_help() {
    for command in ["stats", "verify", "sanitize", "fetch", "packets", "extract"] {
        let output = run(&[command, "-h"]);
        let (own, all) = stdout(&output).split_once("\nOptions of every command:\n").unwrap();
        assert!(own.contains("\nOptions:\n") && all.contains("--threads"), "{command}");
        assert!(!own.contains("--no-mmap") && !all.contains("--max-bytes"), "{command}");
        assert!(
            stdout(&output).lines().all(|line| line.len() <= 100),
            "{command}: lines are broken between words"
        );
    }
}

#[test]
fn contradictory_arguments_are_usage_errors() {
    for backend in ["mapped", "read"] {
        let output = run(&["stats", "--io", backend, "--no-mmap", "two.fastq"]);
        assert_eq!(
            output.status.code(),
            Some(if backend == "mapped" { 2 } else { 0 }),
            "{}",
            stderr(&output)
        );
    }
    let output = run(&["fetch", "illumina.fastq", "5..1"]);
    assert!(stderr(&output).contains("5..1: it ends before it begins"), "{}", stderr(&output));
    let output = with_input(&["inspect", "-"], b"@r\nA\n+\nI\n");
    assert!(stderr(&output).contains("-: only files can be inspected"), "{}", stderr(&output));
}

#[test]
fn standard_input_works_like_a_file() {
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let expected = stdout(&run(&["stats", "-aT", "illumina.fastq"])).replace("illumina.fastq", "-");
    for args in [
        &["stats", "-aT"][..],
        &["stats", "-aT", "-"],
        &["stats", "-aT", "-t1"],
        &["stats", "-aT", "--no-mmap"],
    ] {
        assert_eq!(stdout(&with_input(args, &data)), expected, "{args:?}");
    }
}

#[test]
fn standard_input_named_twice_is_an_error() {
    for command in ["stats", "verify"] {
        let output = with_input(&[command, "-", "-"], b"@a\nA\n+\nI\n");
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(stderr(&output).contains("standard input can be read once only"), "{}", stderr(&output));
        assert!(!stdout(&output).contains("empty"), "{}", stdout(&output));
    }
}

#[test]
fn backends_and_thread_counts_print_the_same() {
    let files = [
        "illumina.fastq",
        "nanopore.fastq",
        "at_and_plus.fastq",
        "small.ts",
        "truncated.fastq",
        "wrapped.fastq",
    ];
    for command in [&["stats", "-a"][..], &["verify", "--json", "--strict"]] {
        let outputs: Vec<_> = [
            &["-t1"][..],
            &["-t2"],
            &["-@", "3"],
            &["--threads", "16"],
            &["--no-mmap"],
            &["-t1", "--no-mmap"],
        ]
        .into_iter()
        .map(|options| {
            let output = run(&[command, options, &files].concat());
            assert_eq!(output.status.code(), Some(1));
            (output.stdout, output.stderr)
        })
        .collect();
        assert!(outputs.windows(2).all(|pair| pair[0] == pair[1]), "{command:?}");
    }
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let output = run(&["stats", "two.fastq", "none.fastq", "truncated.fastq", "README.md", "one.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    let rows: Vec<Vec<_>> = stdout(&output).lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows.len(), 6);
    for (row, verdict) in rows[1..].iter().zip(["OK", "FAILED", "FAILED", "FAILED", "OK"]) {
        assert_eq!((row.len(), row[8]), (9, verdict), "{row:?}");
    }
    assert_eq!(rows[3], ["truncated.fastq", "-", "-", "-", "-", "-", "-", "-", "FAILED"]);
    let complaints: Vec<_> = stderr(&output).lines().collect();
    assert!(complaints[0].starts_with("pagecut: none.fastq: No such file"), "{complaints:?}");
    assert!(
        complaints[1].starts_with("pagecut: truncated.fastq: fastq: record 1, line 7, byte 33: "),
        "{complaints:?}"
    );
    assert!(
        complaints[2].starts_with("pagecut: README.md: neither FASTQ, FASTA, MP4, Matroska, IVF nor"),
        "{complaints:?}"
    );
}

#[test]
fn a_damaged_file_has_its_error_in_json() {
    let output = run(&["stats", "--json", "two.fastq", "lengths_differ.fastq", "small.ts"]);
    assert_eq!(output.status.code(), Some(1));
    let [good, bad, packets] = &json(&output)[..] else { panic!("{}", stdout(&output)) };
    assert!(good["error"].is_null() && packets["error"].is_null());
    assert_eq!((&bad["file"], &bad["num_seqs"]), (&"lengths_differ.fastq".into(), &Value::Null));
    assert_eq!((&bad["error"]["kind"], &bad["error"]["offset"]), (&"length_mismatch".into(), &27.into()));
}

#[test]
fn tabular_rows_are_printed_as_files_are_read() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = pagecut()
        .args(["stats", "-T", "two.fastq", "-", "one.fastq"])
        .stdin(Stdio::piped())
        .stdout(writer)
        .spawn()
        .unwrap();
    // The second file is not there yet.
    let mut first = [0; 200];
    let mut len = 0;
    while !first[..len].ends_with(b"OK\n") {
        len += reader.read(&mut first[len..]).unwrap();
    }
    child.stdin.take().unwrap().write_all(b"@r\nA\n+\nI\n").unwrap();
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.lines().count(), 2, "{rest}");
}

#[test]
fn usage_errors_exit_with_status_2() {
    for args in [
        &["stats", "--nonsense"][..],
        &["nonsense"],
        &[],
        &["stats", "-T", "--json"],
        &["-t", "many", "stats"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
    assert_eq!(
        pagecut().arg("stats").env("PAGECUT_THREADS", "many").output().unwrap().status.code(),
        Some(2)
    );
    assert!(pagecut().args(["stats", "one.fastq"]).env("PAGECUT_THREADS", "1").status().unwrap().success());
}

#[test]
fn a_closed_pipe_ends_the_command_quietly() {
    let files = vec!["two.fastq"; 20_000];
    let mut child = pagecut()
        .args(["verify", "-t1"])
        .args(files)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn colors_are_for_terminals_unless_requested() {
    let colored = |args: &[&str]| stderr(&run(args)).contains('\x1b');
    assert!(!colored(&["verify", "truncated.fastq"]));
    assert!(!colored(&["--color", "never", "verify", "truncated.fastq"]));
    assert!(colored(&["--color", "always", "verify", "truncated.fastq"]));
}

#[test]
fn every_backend_gives_the_same_output() {
    let mut inputs: Vec<String> = fs::read_dir(testdata(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| [".fastq", ".fasta", ".ts"].iter().any(|end| name.ends_with(end)))
        .collect();
    inputs.sort();
    assert!(inputs.len() > 10);
    for command in [&["stats", "-a", "-T"][..], &["verify", "--strict"]] {
        let run_by = |backend: &str, threads: &str| {
            let mut args = vec!["-q", "--io", backend, "-t", threads];
            args.extend(command);
            args.extend(inputs.iter().map(String::as_str));
            let output = run(&args);
            (stdout(&output).to_owned(), stderr(&output).to_owned(), output.status.code())
        };
        let expected = run_by("read", "1");
        assert!(expected.0.len() + expected.1.len() > 300);
        for backend in ["auto", "mapped", "read", "direct", "uring"] {
            for threads in ["1", "3"] {
                assert_eq!(run_by(backend, threads), expected, "{backend}, {threads} threads");
            }
        }
    }
}

#[test]
fn inspect_reports_costs_and_the_chosen_backend() {
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("reads.fastq");
    fs::write(&path, fs::read(testdata("illumina.fastq")).unwrap().repeat(100)).unwrap();
    let output = run(&["inspect", "--json", path.to_str().unwrap(), "two.fastq"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let [large, short] = &json(&output)[..] else { panic!("{}", stdout(&output)) };
    assert_eq!(large["bytes"], 15_216_800);
    assert_eq!((&large["format"], &short["format"]), (&"FASTQ".into(), &"FASTQ".into()));
    assert_eq!(large["quality_encoding"], "Phred+33 (certain, bytes 41 to 71)");
    let backends: Vec<&str> = large["backends"]
        .as_array()
        .unwrap()
        .iter()
        .map(|backend| backend["backend"].as_str().unwrap())
        .collect();
    assert_eq!(backends, ["mapped", "read", "direct", "uring"]);
    for backend in large["backends"].as_array().unwrap() {
        let measured = backend["gigabytes_per_second"].as_f64().unwrap() > 0.0;
        assert_eq!(measured, backend["refused"].is_null(), "{backend}");
        assert_eq!(backend["sampled_bytes"].as_u64().unwrap() > 0, measured, "{backend}");
    }
    assert!(["mapped", "read"].contains(&large["auto"].as_str().unwrap()));
    assert!(large["bytes_per_fault"].as_u64().unwrap() >= 4096);
    assert_eq!(
        (&short["auto"], &short["reason"]),
        (&"read".into(), &"it is shorter than 65536 bytes".into())
    );

    let output = run(&["inspect", path.to_str().unwrap(), "no_such_file", "/dev/null"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("in the page cache (") && stdout(&output).contains("\nauto chooses "));
    assert_eq!(stderr(&output).lines().count(), 2, "{}", stderr(&output));
}

#[test]
fn wrapped_reads_are_detected_wherever_they_begin() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("late.fastq");
    // The first wrapped record comes after the bytes from which the format is guessed.
    let data =
        [fs::read(testdata("illumina.fastq")).unwrap(), b"@late\nAC\nGT\n+\nII\nII\n".to_vec()].concat();
    fs::write(&path, &data).unwrap();
    for file in [path.to_str().unwrap(), "wrapped.fastq"] {
        let output = run(&["verify", "--strict", "--json", file]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(json(&output)[0]["error"], Value::Null);
    }
    let output = run(&["stats", "-T", path.to_str().unwrap()]);
    assert!(stdout(&output).contains("\t251\t58239\t"), "{}", stdout(&output));
    // A stream cannot be read again, so this is an error.
    let output = with_input(&["verify", "-"], &data);
    let message = stderr(&output);
    assert!(
        message.contains("record 250, line 1001, byte ") && message.contains("the input is wrapped FASTQ"),
        "{message}"
    );
}
