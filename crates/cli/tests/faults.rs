//! The command must not lose an input, hang, or report wrong results.

use std::fs::{self, File};
use std::process::{Command, Stdio};

const RECORD: &[u8] = b"@r\nAC\n+\nII\n";

fn pagecut() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.env_remove("PAGECUT_THREADS").stderr(Stdio::piped());
    command
}

#[test]
fn the_input_under_another_name_is_no_output() {
    let folder = tempfile::tempdir().unwrap();
    let (input, link) = (folder.path().join("reads"), folder.path().join("link"));
    fs::write(&input, RECORD).unwrap();
    fs::hard_link(&input, &link).unwrap();
    pagecut().arg("sanitize").arg(&input).arg("-o").arg(&link).output().unwrap();
    assert_eq!(fs::read(&input).unwrap(), RECORD, "the input is lost");
}

#[test]
fn standard_input_file_is_no_output() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("reads");
    fs::write(&input, RECORD).unwrap();
    let stdin = File::open(&input).unwrap();
    pagecut().arg("sanitize").arg("-o").arg(&input).stdin(stdin).output().unwrap();
    assert_eq!(fs::read(&input).unwrap(), RECORD, "the input is lost");
}

#[test]
fn an_output_without_records_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("none"), folder.path().join("precious"));
    fs::write(&output, RECORD).unwrap();
    pagecut().arg("sanitize").arg(&input).arg("-o").arg(&output).output().unwrap();
    assert_eq!(fs::read(&output).unwrap(), RECORD, "there is no input, and the output is lost");
}

#[test]
fn reported_output_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("reads"), folder.path().join("good"));
    fs::write(&input, [&RECORD.repeat(20)[..], b"junk\n"].concat().repeat(200)).unwrap();
    let done =
        pagecut().args(["sanitize", "--max-gaps", "3"]).arg(&input).arg("-o").arg(&output).output().unwrap();
    let written = fs::read(&output).unwrap().len() / RECORD.len();
    let message = String::from_utf8(done.stderr).unwrap();
    assert!(
        message.contains(&format!("{written} records written")),
        "{written} were: {}",
        message.lines().last().unwrap()
    );
}

#[test]
fn recover_works_or_reports_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("wrapped");
    let good: &[u8] = b"@w\nACGT\nAC\n+\nIIII\nII\n";
    let bad: &[u8] = b"@w\nACGT\nAC\n+\nIIII\nI\n";
    fs::write(&input, [good, good, bad, good, good].concat()).unwrap();
    let done = pagecut().args(["verify", "--recover"]).arg(&input).output().unwrap();
    let message = String::from_utf8(done.stderr).unwrap();
    assert!(message.contains("gap of bytes") || message.contains("no boundary"), "{message}");
    assert!(message.contains("record 2, line 17, "), "the fault is reported, too: {message}");
}

#[test]
fn write_errors_name_the_output() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("reads");
    fs::write(&input, RECORD).unwrap();
    let nowhere = folder.path().join("none/out");
    for args in [&["sanitize"][..], &["fetch"], &["shard", "-n2"]] {
        let what = if args[0] == "fetch" { Some("#0") } else { None };
        let output = pagecut().args(args).arg(&input).args(what).arg("-o").arg(&nowhere).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let shown = nowhere.display();
        assert!(message.starts_with(&format!("pagecut: {shown}")), "{args:?}: {message}");
        assert!(message.contains(": cannot be written: No such file"), "{args:?}: {message}");
    }
    #[cfg(unix)]
    {
        // A file name of maximum length leaves no space for the extension of an index.
        let long = folder.path().join("r".repeat(255));
        fs::copy(&input, &long).unwrap();
        let message = String::from_utf8(pagecut().arg("index").arg(&long).output().unwrap().stderr).unwrap();
        assert!(
            message.starts_with(&format!("pagecut: {}.pgi: cannot be written", long.display())),
            "{message}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_the_only_error() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("reads");
    fs::write(&input, RECORD.repeat(20_000)).unwrap();
    for args in [
        &["head", "-n", "40000"][..],
        &["sample", "-p", "1"],
        &["sample", "-n", "20000"],
        &["sanitize"],
        &["fetch", "0..200000", "0..100000"],
    ] {
        for compress in ["none", "bgzf"] {
            let mut command = pagecut();
            command.arg(args[0]).arg(&input);
            if args[0] == "head" {
                command.arg(&input);
            }
            let output = command
                .args(&args[1..])
                .args(["--compress", compress, "--output", "/dev/full"])
                .stdout(Stdio::piped())
                .output()
                .unwrap();
            let message = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{args:?} {compress}");
            assert_eq!(
                message, "pagecut: /dev/full: cannot be written: No space left on device (os error 28)\n",
                "{args:?} {compress}"
            );
        }
    }
}

#[test]
fn sanitize_accounts_for_the_bytes_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("reads"), folder.path().join("good"));
    fs::write(&input, [RECORD, b"junk\n", RECORD, b"\n"].concat()).unwrap();
    let shown = input.display();
    let account = format!("pagecut: {shown}: 28 bytes = 22 in records + 1 blank + 5 in gaps\n");
    for (option, has_account) in [("--verbose", true), ("-v", true), ("-qv", false)] {
        let done = pagecut().args(["sanitize", option]).arg(&input).arg("-o").arg(&output).output().unwrap();
        let message = String::from_utf8(done.stderr).unwrap();
        assert_eq!(message.ends_with(&account), has_account, "{option}: {message}");
        assert_eq!(fs::read(&output).unwrap(), [RECORD, RECORD, b"\n"].concat(), "{option}");
    }
}

#[test]
fn the_limit_of_gaps_is_counted_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("reads");
    fs::write(&input, [RECORD, b"junk\n"].concat().repeat(4)).unwrap();
    for (most, gaps) in [("0", "gaps"), ("1", "gap"), ("2", "gaps")] {
        let done = pagecut().args(["verify", "--recover", "--max-gaps", most]).arg(&input).output().unwrap();
        let message = String::from_utf8(done.stderr).unwrap();
        assert!(message.ends_with(&format!(": more than {most} {gaps}\n")), "{message}");
    }
}

#[test]
fn reads_without_letters_are_wrapped_fastq() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("wrapped");
    fs::write(&input, b"@a\n+\n@b\nA\n+\nI\n").unwrap();
    let done = pagecut().arg("verify").arg(&input).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn standard_output_can_be_written_by_any_worker() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("reads");
    fs::write(&input, RECORD.repeat(200_000)).unwrap();
    let mut child =
        pagecut().args(["sanitize", "-t", "2"]).arg(&input).stdout(Stdio::null()).spawn().unwrap();
    for _ in 0..100 {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("nothing happens for ten seconds");
}
