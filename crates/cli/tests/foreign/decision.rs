//! The variant of FASTQ: every command acts on the same decision.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::{pagecut, run, stderr, succeed, write};

const FIRST: &str = "@v\nACGT\n+\nIIII\n";
/// A record whose quality lines look like a record of four lines.
const WRAPPED: &str = "@w\nAAAA\nCCCC\nGGGG\nTTTT\n+\n@III\nIIII\n+III\n5555\n";
/// The same with a missing base, so that neither grammar accepts it.
const DAMAGED: &str = "@w\nAAAA\nCCCC\nGGGG\nTTT\n+\n@III\nIIII\n+III\n5555\n";
const BLANK_LINE: &str = "@a\nAC\n\n+\nII\n";

/// Returns a four-line record that fills the bytes used for detection.
fn long_record() -> String {
    format!("@{}\nA\n+\nI\n", "x".repeat(65_600))
}

/// Writes a file into a folder of its own.
fn file(text: &str) -> (tempfile::TempDir, String) {
    write("input.fastq", text)
}

/// Returns undamaged wrapped inputs, and the offsets of their records.
fn inputs() -> Vec<(String, Vec<usize>)> {
    let (long, crlf) = (long_record(), |text: &str| text.replace('\n', "\r\n"));
    [
        vec![long.clone(), WRAPPED.into(), FIRST.into()],
        vec![WRAPPED.into(), long.clone(), FIRST.into()],
        vec![crlf(&long), crlf(WRAPPED), crlf(FIRST)],
        vec![FIRST.into(), BLANK_LINE.into(), FIRST.into()],
        vec![long, BLANK_LINE.into(), FIRST.into()],
        vec![FIRST.into(), "@s\nACGT\n+\n@I\n+I\n".into(), FIRST.into()],
    ]
    .map(|records| {
        let starts = records.iter().scan(0, |end, record| Some(std::mem::replace(end, *end + record.len())));
        (records.concat(), starts.collect())
    })
    .into()
}

#[test]
fn every_command_reads_the_records_of_wrapped_fastq() {
    for (text, starts) in inputs() {
        let (_folder, path) = file(&text);
        let path = path.as_str();
        let shown = || text.replace(&"x".repeat(65_600), "x...");
        for args in [&["verify"][..], &["verify", "--recover"], &["verify", "--strict", "--recover"]] {
            let verdict = succeed(&[args, &[path]].concat());
            assert!(verdict.contains(": fastq, 3 records"), "{args:?} {verdict} {}", shown());
        }
        let table = succeed(&["stats", "-T", path]);
        assert_eq!(table.lines().nth(1).unwrap().split('\t').nth(3), Some("3"), "{table}");
        assert_eq!(succeed(&["sanitize", path]), text);
        assert!(succeed(&["index", path]).contains("3 records"));
        for with_index in [true, false] {
            if !with_index {
                fs::remove_file(Path::new(path).with_extension("fastq.pgi")).unwrap();
            }
            let ends = starts.iter().skip(1).copied().chain([text.len()]);
            for (number, (start, end)) in starts.iter().copied().zip(ends.clone()).enumerate() {
                assert_eq!(succeed(&["fetch", path, &format!("#{number}")]), text[start..end]);
            }
            let first_from =
                |at: usize| starts.iter().copied().find(|&start| start >= at).unwrap_or(text.len());
            let small = text.len() - text.len().min(200);
            for at in (small..text.len()).step_by(7) {
                let found = succeed(&["fetch", path, &format!("{at}..")]);
                assert_eq!(found, text[first_from(at)..], "from {at}");
            }
            for count in 1..5 {
                let shards = succeed(&["shard", "-n", &count.to_string(), path]);
                let mut end = 0;
                for shard in shards.lines() {
                    let (from, to) = shard.split_once("..").unwrap();
                    assert_eq!(from.parse(), Ok(end), "{shards}");
                    end = to.parse().unwrap();
                    assert!(starts.contains(&end) || end == text.len(), "{shards}");
                }
                assert_eq!(end, text.len());
            }
        }
    }
}

#[test]
fn damage_in_wrapped_fastq_leaves_out_the_rest() {
    let long = long_record();
    for (before, bad, after) in [
        (format!("{long}{WRAPPED}"), DAMAGED, FIRST),
        (long.clone(), DAMAGED, WRAPPED),
        (format!("{FIRST}{FIRST}"), DAMAGED, WRAPPED),
        (format!("{WRAPPED}{FIRST}"), DAMAGED, FIRST),
        // Only quality scores in place of a sequence reveal the wrapping.
        (FIRST.into(), DAMAGED, FIRST),
        (String::new(), DAMAGED, ""),
    ] {
        let (_folder, path) = file(&format!("{before}{bad}{after}"));
        let output = run(&["sanitize", &path]);
        assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), before);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let gap = format!("gap of bytes {} to {}", before.len(), before.len() + bad.len() + after.len());
        assert!(stderr(&output).contains(&gap), "{}", stderr(&output));
        let output = run(&["verify", "--recover", &path]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains(&gap), "{}", stderr(&output));
        assert_eq!(run(&["verify", &path]).status.code(), Some(1));
    }
}

#[test]
fn damaged_four_lines_are_recovered_and_not_cut() {
    // An additional line end in a damaged input is damage too.
    let broken = "@b\nAC\nGT\n+\nIIII\n";
    let torn = "@t\nACGT\n+\nII\n";
    for bad in [torn.to_owned(), format!("{torn}{FIRST}{broken}"), format!("{broken}{FIRST}{torn}")] {
        let (_folder, path) = file(&format!("{FIRST}{bad}{FIRST}{FIRST}"));
        let output = run(&["sanitize", &path]);
        let good = FIRST.repeat(3 + bad.matches("@v").count());
        assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), good, "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(1));
        for args in [&["shard", "-n", "2", &path][..], &["fetch", &path, "40.."], &["stats", "-T", &path]] {
            let output = run(args);
            let printed = String::from_utf8_lossy(&output.stdout);
            // stats has a row without counts.
            let expected = if args[0] == "stats" { "\t-\tFAILED\n" } else { "" };
            assert_eq!(output.status.code(), Some(1), "{args:?}");
            assert!(
                printed.ends_with(expected) && printed.is_empty() == expected.is_empty(),
                "{args:?}: {printed}"
            );
            assert!(stderr(&output).contains("record 1, line "), "{args:?}: {}", stderr(&output));
        }
        // No record before the end of the range is damaged.
        assert_eq!(succeed(&["fetch", &path, "0..10"]), FIRST);
    }
}

/// Runs the command on a pipe.
fn run_on_pipe(args: &[&str], path: &str) -> Output {
    let mut cat = Command::new("cat").arg(path).stdout(Stdio::piped()).spawn().unwrap();
    let output = pagecut(args).stdin(cat.stdout.take().unwrap()).output().unwrap();
    cat.wait().unwrap();
    output
}

#[test]
fn a_pipe_with_wrapped_fastq_is_an_error() {
    let long = long_record();
    for bad in [WRAPPED, DAMAGED] {
        let (_folder, path) = file(&format!("{long}{FIRST}{bad}{FIRST}"));
        let output = run_on_pipe(&["sanitize"], &path);
        // Only records before the wrapped one are written.
        assert_eq!(String::from_utf8(output.stdout.clone()).unwrap(), format!("{long}{FIRST}"));
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("the input is wrapped FASTQ"), "{}", stderr(&output));
        for args in [&["verify"][..], &["verify", "--recover"], &["stats"]] {
            assert_eq!(run_on_pipe(args, &path).status.code(), Some(1), "{args:?}");
        }
    }
}

/// Returns the verdict without the name of the input, and the messages.
fn outcome(output: &Output, path: &str) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(path, "-");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn all_commands_report_wrapped_fastq_in_a_pipe() {
    let long = long_record();
    let five_lines = "@s\nAC\nGT\n+\nIIII\n";
    let blank_line = "@a\nACGT\n+\n\nIIII\n";
    let torn = "@t\nACGT\n+\nII\n";
    let text = |before: usize, bad: &str, after: usize| {
        format!("{long}{}{bad}{}", FIRST.repeat(before), FIRST.repeat(after))
    };
    // Only the records before the wrapped one are written.
    for (text, record) in [
        (text(400, WRAPPED, 50), 401),
        (text(0, WRAPPED, 0), 1),
        // Parts before the wrapped record, and after it.
        (text(80_000, WRAPPED, 80_000), 80_001),
        (text(400, five_lines, 50), 401),
        (text(80_000, blank_line, 80_000), 80_001),
    ] {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let (_folder, path) = file(&text);
            assert!(run(&["verify", &path]).status.success());
            let line = 4 * record + 1;
            let is_wrapped = format!("pagecut: -: fastq: record {record}, line {line}, byte ");
            for threads in ["1", "2", "3"] {
                for args in [&["verify"][..], &["stats"], &["verify", "--recover"], &["sanitize"]] {
                    let output = run_on_pipe(&[args, &["-t", threads]].concat(), &path);
                    assert_eq!(output.status.code(), Some(1), "{args:?} {}", stderr(&output));
                    let message = stderr(&output);
                    let mut lines = message.lines().filter(|line| !line.contains("gap of bytes"));
                    let first = lines.next().unwrap_or_default();
                    assert!(first.starts_with(&is_wrapped), "{args:?} {message}");
                    assert!(first.ends_with(
                        ": the input is wrapped FASTQ, and a stream cannot be read again as that; a file can"
                    ));
                    if args[0] == "sanitize" {
                        assert_eq!(output.stdout.iter().filter(|&&byte| byte == b'@').count(), record);
                        let count = format!("pagecut: -: {record} record");
                        assert!(lines.next().unwrap_or_default().starts_with(&count), "{message}");
                    }
                }
            }
        }
    }
    // The wrapped record follows damage, and the damage decides what is read up to there.
    let (_folder, path) = file(&text(400, &format!("{torn}{WRAPPED}"), 50));
    for threads in ["1", "2", "3"] {
        let output = run_on_pipe(&["sanitize", "-t", threads], &path);
        let message = stderr(&output);
        assert!(
            message.contains("fastq: record 401, line 1609, byte 71621: the input is wrapped FASTQ"),
            "{message}"
        );
        let count = "401 records written, 0 bytes left out in 0 gaps, and what follows was not read";
        assert!(message.contains(count), "{message}");
    }
}

#[test]
fn a_short_pipe_is_read_as_the_file() {
    for text in [
        "@a\nACGT\n\n+\nIIII\n",
        "@a\nACGT\n+\n\nIIII\n@b\nAC\n+\nII\n",
        "@a\nAC\nGT\n+\nIIII\n@b\nACGT\n+\nII\n@c\nA\n+\nI\n",
        "@a\nACGT\n+\nIIII\n@b\nAC\n+\nI\n@c\nAC\nGT\n+\nIIII\n",
        "@a\nACGT\n+\nII\n@w\nAAAA\nCCCC\nGGGG\n+\n@III\nIIII\n+III\n",
        "@a\nACGT\n+\nIIII",
        "@a\n+",
        "\n\n@a\n+\n",
    ] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let (_folder, path) = file(&text);
            for args in [&["verify"][..], &["verify", "--recover"], &["sanitize"], &["stats", "-T"]] {
                let of_file = outcome(&run(&[args, &[&path]].concat()), &path);
                let of_pipe = outcome(&run_on_pipe(args, &path), &path);
                assert_eq!(of_file, of_pipe, "{args:?} {text:?}");
            }
        }
    }
}

#[test]
fn a_file_as_standard_input_is_read_again() {
    let long = long_record();
    let torn = "@t\nACGT\n+\nII\n";
    for text in [
        format!("{long}{WRAPPED}{FIRST}"),
        format!("{long}{FIRST}{torn}{WRAPPED}{FIRST}"),
        format!("{long}{FIRST}{torn}{FIRST}"),
        BLANK_LINE.into(),
    ] {
        let (_folder, path) = file(&text);
        for args in [&["verify"][..], &["verify", "--recover"], &["sanitize"], &["stats", "-T"]] {
            let of_file = outcome(&run(&[args, &[&path]].concat()), &path);
            let stdin = fs::File::open(&path).unwrap();
            let output = pagecut(args).stdin(stdin.try_clone().unwrap()).output().unwrap();
            assert_eq!(of_file, outcome(&output, &path), "{args:?}");
            // Another reader of the same descriptor is at its end.
            let rest = Command::new("cat").stdin(stdin).output().unwrap();
            assert_eq!(rest.stdout.len(), 0);
        }
        // The rest of a partly read file is the input.
        let mut stdin = fs::File::open(&path).unwrap();
        io::Seek::seek(&mut stdin, io::SeekFrom::Start(text.len() as u64 - 2)).unwrap();
        let output = pagecut(&["verify"]).stdin(stdin).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    }
}

#[test]
fn a_truncated_plus_line_is_bad_in_both_variants() {
    // The read of length 0 may have lost its quality scores; kseq refuses it too.
    for (start, record, line) in [("", 0, 3), (FIRST, 1, 7), (WRAPPED, 1, 13)] {
        let (_folder, path) = file(&format!("{start}@z\n\n+"));
        let output = run(&["verify", &path]);
        assert_eq!(output.status.code(), Some(1));
        let place = format!("fastq: record {record}, line {line}, byte {}", start.len() + 5);
        assert!(
            stderr(&output).contains(&format!("{place}: the input ends in a plus line")),
            "{}",
            stderr(&output)
        );
        for args in [&["shard", "-n", "2", &path][..], &["index", &path]] {
            assert_eq!(run(args).status.code(), Some(1), "{args:?}");
        }
        let (_folder, path) = file(&format!("{start}@z\n\n+\n"));
        assert!(succeed(&["verify", &path]).starts_with("OK "));
    }
}

#[test]
fn damaged_four_lines_are_recovered_from_a_pipe() {
    let torn = "@t\nACGT\n+\nII\n";
    let text = format!("{}{torn}{FIRST}{torn}{FIRST}", FIRST.repeat(100_000));
    let (_folder, path) = file(&text);
    for args in [&["sanitize"][..], &["sanitize", "-t", "1"]] {
        let output = run_on_pipe(args, &path);
        assert!(output.stdout == FIRST.repeat(100_002).as_bytes(), "{}", stderr(&output));
        let left_out = format!("{} bytes left out in 2 gaps", 2 * torn.len());
        assert!(stderr(&output).contains(&left_out), "{}", stderr(&output));
    }
}

#[test]
fn quality_scores_after_damage_are_no_records() {
    let long = format!("@{}\nA\n+\nI\n", "x".repeat(66_000));
    let damaged = "@w1\nGC\nAAAA\n+\n@\nA\n+\nI\n@w2\nCAC\nTAA\n+\n@I@\nAA@\n@w3\nT\n+\nA\n";
    let text = [&long, damaged].concat();
    let (_folder, file) = file(&text);
    let of_file = run(&["sanitize", &file]).stdout;
    assert_eq!(of_file, long.as_bytes());
    for threads in ["1", "2", "8"] {
        let output = run_on_pipe(&["sanitize", "-t", threads], &file);
        assert_eq!((output.status.code(), &output.stdout), (Some(1), &of_file));
        assert!(stderr(&output).contains("1 record written"), "{}", stderr(&output));
        let verdict = run_on_pipe(&["verify", "--recover", "--json", "-t", threads], &file);
        let verdict = String::from_utf8(verdict.stdout).unwrap();
        assert!(verdict.contains("\"records\":1,") && verdict.contains("\"gaps\":[]"), "{verdict}");
    }
}
