//! Outputs appear complete or not at all, and an error names its output.

#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{pagecut, stderr};

const OLD: &[u8] = b"an output that is there\n";

/// Creates a folder with 2 MB of reads, a sequence and a transport stream.
fn folder() -> TempDir {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let folder = tempfile::tempdir().unwrap();
    let reads = fs::read(testdata.join("illumina.fastq")).unwrap();
    fs::write(folder.path().join("reads.fastq"), reads.repeat(14)).unwrap();
    for name in ["nanopore.fasta", "small.ts"] {
        fs::copy(testdata.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// Returns the names in a folder that begin with `.pagecut`.
fn temporary(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name.starts_with(".pagecut")).collect()
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = pagecut(args);
    command.current_dir(folder);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

/// Runs the command with a shell redirection, such as `>&-`.
fn redirected(folder: &Path, args: &[&str], redirection: &str) -> Output {
    let script = format!("exec \"$0\" \"$@\" {redirection}");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_pagecut")).args(args);
    shell.current_dir(folder).output().unwrap()
}

/// Commands that write files, with their files.
const WRITING: [(&[&str], &[&str]); 8] = [
    (&["sanitize", "-o", "out.fastq", "reads.fastq"], &["out.fastq"]),
    (&["sanitize", "-o", "out.fastq.gz", "reads.fastq"], &["out.fastq.gz"]),
    (&["shard", "-n", "2", "-o", "p", "reads.fastq"], &["p.0.fastq", "p.1.fastq"]),
    (&["fetch", "reads.fastq", "0..", "-o", "out.fastq"], &["out.fastq"]),
    (&["fetch", "reads.fastq", "0..", "-o", "out.fastq.gz"], &["out.fastq.gz"]),
    (&["extract", "--pid", "0x100", "small.ts", "-o", "out.es"], &["out.es"]),
    (&["index", "--names", "reads.fastq"], &["reads.fastq.fai"]),
    (&["index", "--numbers", "reads.fastq"], &["reads.fastq.pgi"]),
];

#[test]
fn a_complete_output_replaces_the_old_one() {
    let folder = folder();
    let path = folder.path();
    for (args, outputs) in WRITING {
        let new: Vec<_> = {
            let output = run(path, args);
            assert!(output.status.success(), "{args:?}: {}", stderr(&output));
            outputs.iter().map(|output| fs::read(path.join(output)).unwrap()).collect()
        };
        assert!(new.iter().all(|bytes| !bytes.is_empty()), "{args:?}");
        for output in outputs {
            fs::write(path.join(output), OLD).unwrap();
            fs::set_permissions(path.join(output), fs::Permissions::from_mode(0o640)).unwrap();
        }
        assert!(run(path, args).status.success(), "{args:?}");
        for (output, new) in outputs.iter().zip(new) {
            assert!(fs::read(path.join(output)).unwrap() == new, "{args:?}");
            let mode = fs::metadata(path.join(output)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o640, "{args:?}");
            fs::remove_file(path.join(output)).unwrap();
        }
        assert_eq!(temporary(path), [""; 0], "{args:?}");
    }
}

/// `prlimit` makes writes beyond a length fail, like a full disk.
#[test]
fn a_failed_write_leaves_the_old_output() {
    let folder = folder();
    let path = folder.path();
    for (args, outputs) in WRITING {
        let limit = |len: u64| {
            let mut command = Command::new("prlimit");
            command.arg(format!("--fsize={len}")).arg(env!("CARGO_BIN_EXE_pagecut")).args(args);
            command.current_dir(path).output().unwrap()
        };
        assert!(run(path, args).status.success());
        // The last output does not fit, so that the first one is complete already.
        let last = outputs.last().unwrap();
        let len = fs::metadata(path.join(last)).unwrap().len();
        for output in outputs {
            fs::remove_file(path.join(output)).unwrap();
        }
        for is_there in [false, true] {
            if is_there {
                outputs.iter().for_each(|output| fs::write(path.join(output), OLD).unwrap());
            }
            let failed = limit(len - 1);
            let message = stderr(&failed);
            assert_eq!(failed.status.code(), Some(1), "{args:?}: {message}");
            assert!(
                outputs.iter().any(|output| message.starts_with(&format!("pagecut: {output}: cannot be "))),
                "{args:?}: {message}"
            );
            assert!(message.contains("File too large"), "{args:?}: {message}");
            for output in outputs {
                let found = fs::read(path.join(output)).ok();
                assert_eq!(found.as_deref(), is_there.then_some(OLD), "{args:?}: {output}");
            }
            assert_eq!(temporary(path), [""; 0], "{args:?}");
        }
        outputs.iter().for_each(|output| fs::remove_file(path.join(output)).unwrap());
    }
}

/// Starts a command on an endless input, and waits for its temporary file. Signals have their default actions, whatever the
/// test program ignores.
fn stalled(folder: &Path, prepare: &str) -> std::process::Child {
    let fifo = folder.join("fifo");
    if !fifo.exists() {
        assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    }
    let script = format!("{prepare}exec \"$0\" sanitize -o out.fastq - <fifo");
    let mut shell = Command::new("env");
    shell
        .args(["--default-signal", "sh", "-c"])
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_pagecut"))
        .current_dir(folder);
    let child = shell.stderr(Stdio::null()).spawn().unwrap();
    let mut writer = File::options().write(true).open(&fifo).unwrap();
    let record = b"@r\nAC\n+\nII\n";
    let start = Instant::now();
    while temporary(folder).is_empty() {
        std::io::Write::write_all(&mut writer, &record.repeat(100)).unwrap();
        assert!(start.elapsed() < Duration::from_secs(60), "no temporary file");
        thread::sleep(Duration::from_millis(5));
    }
    // The pipe stays open during the life of the child.
    std::mem::forget(writer);
    child
}

fn send(signal: &str, child: &std::process::Child) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_signal_removes_the_temporary_file() {
    use std::os::unix::process::ExitStatusExt;

    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("USR1", 10), ("KILL", 9)] {
        let folder = folder();
        let path = folder.path();
        fs::write(path.join("out.fastq"), OLD).unwrap();
        let mut child = stalled(path, "");
        send(signal, &child);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(number), "{signal}");
        assert_eq!(fs::read(path.join("out.fastq")).unwrap(), OLD, "{signal}");
        assert_eq!(temporary(path).len(), usize::from(signal == "KILL"), "{signal}");
        // The file that SIGKILL leaves does not disturb the next run.
        let next = run(path, &["sanitize", "-q", "-o", "out.fastq", "reads.fastq"]);
        assert!(next.status.success(), "{}", stderr(&next));
        assert!(fs::read(path.join("out.fastq")).unwrap() == fs::read(path.join("reads.fastq")).unwrap());
    }
}

/// As under `nohup`.
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let folder = folder();
    let mut child = stalled(folder.path(), "trap '' HUP; ");
    send("HUP", &child);
    thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it ended");
    send("TERM", &child);
    child.wait().unwrap();
    assert_eq!(temporary(folder.path()), [""; 0]);
}

#[test]
fn devices_and_pipes_are_written_to() {
    let folder = folder();
    let path = folder.path();
    let reads = fs::read(path.join("reads.fastq")).unwrap();
    for output in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let output = run(path, &["sanitize", "-q", "-o", output, "reads.fastq"]);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(output.stdout == reads);
        assert!(!path.join("-").exists());
    }
    // Redirected to a file with other bytes before the output.
    fs::write(path.join("log"), OLD).unwrap();
    let log = File::options().append(true).open(path.join("log")).unwrap();
    let status = command(path, &["fetch", "-o", "/dev/stdout", "reads.fastq", "0.."]).stdout(log).status();
    assert!(status.unwrap().success());
    assert!(fs::read(path.join("log")).unwrap() == [OLD, &reads[..]].concat());

    let output = run(path, &["sanitize", "-q", "-o", "/dev/null", "reads.fastq"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());

    let fifo = path.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let copy = File::create(path.join("copy")).unwrap();
    let mut reader = Command::new("cat").arg(&fifo).stdout(copy).spawn().unwrap();
    assert!(run(path, &["sanitize", "-q", "-o", "fifo", "reads.fastq"]).status.success());
    assert!(reader.wait().unwrap().success());
    assert!(fs::read(path.join("copy")).unwrap() == reads);
    assert!(fs::metadata(&fifo).unwrap().file_type().is_fifo());
    assert_eq!(temporary(path), [""; 0]);
}

#[test]
fn a_symbolic_link_stays_and_its_target_is_replaced() {
    let folder = folder();
    let path = folder.path();
    let reads = fs::read(path.join("reads.fastq")).unwrap();
    fs::create_dir(path.join("other")).unwrap();
    fs::write(path.join("other/target"), OLD).unwrap();
    symlink("other/target", path.join("link")).unwrap();
    symlink("other/new", path.join("dangling")).unwrap();
    for (link, target) in [("link", "other/target"), ("dangling", "other/new")] {
        assert!(run(path, &["sanitize", "-q", "-o", link, "reads.fastq"]).status.success(), "{link}");
        assert!(fs::symlink_metadata(path.join(link)).unwrap().is_symlink(), "{link}");
        assert!(fs::read(path.join(target)).unwrap() == reads, "{link}");
    }
}

#[test]
fn a_new_output_has_the_permissions_of_the_umask() {
    let folder = folder();
    let script = "umask 027; exec \"$0\" sanitize -q -o out.fastq reads.fastq";
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_pagecut"));
    assert!(shell.current_dir(folder.path()).status().unwrap().success());
    assert_eq!(fs::metadata(folder.path().join("out.fastq")).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn nothing_found_leaves_the_output_alone() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("out"), OLD).unwrap();
    for args in [
        &["fetch", "-o", "out", "reads.fastq", "#99999999"][..],
        &["fetch", "-o", "out", "reads.fastq", "#0", "#99999999"],
        &["fetch", "-o", "out", "nanopore.fasta", "nobody"],
        &["extract", "-o", "out", "small.ts", "--pid", "7000"],
        &["sanitize", "-o", "out", "nothing"],
        &["sanitize", "--max-bytes", "1M", "-o", "out", "reads.fastq"],
    ] {
        let output = run(path, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(fs::read(path.join("out")).unwrap(), OLD, "{args:?}");
        assert_eq!(temporary(path), [""; 0], "{args:?}");
    }
}

/// Commands that print, with a small output.
const PRINTING: [&[&str]; 17] = [
    &["stats", "reads.fastq"],
    &["verify", "reads.fastq"],
    &["sanitize", "-q", "reads.fastq"],
    &["sanitize", "-q", "--compress", "bgzf", "reads.fastq"],
    &["index", "reads.fastq"],
    &["fetch", "reads.fastq", "#0"],
    &["shard", "-n", "2", "reads.fastq"],
    &["tree", "small.ts"],
    &["extract", "--pid", "0x100", "small.ts"],
    &["inspect", "reads.fastq"],
    &["probe", "small.ts"],
    &["packets", "small.ts"],
    &["completion", "bash"],
    &["man"],
    &["help"],
    &["stats", "--help"],
    &["--version"],
];

#[test]
fn a_closed_or_full_standard_output_is_an_error() {
    let folder = folder();
    for args in PRINTING {
        for redirection in [">&-", ">/dev/full", "1</dev/null"] {
            let output = redirected(folder.path(), args, redirection);
            let message = stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{args:?} {redirection}: {message}");
            assert!(message.starts_with("pagecut: standard output: "), "{args:?} {redirection}: {message}");
        }
    }
    // Nothing is written to it.
    let args = ["sanitize", "-q", "-o", "out", "reads.fastq"];
    assert!(redirected(folder.path(), &args, ">&-").status.success());
}

#[test]
fn a_closed_standard_input_is_an_error() {
    let folder = folder();
    for args in [
        &["stats"][..],
        &["stats", "-"],
        &["stats", "/dev/stdin"],
        &["inspect", "/dev/stdin"],
        &["verify"],
        &["sanitize"],
        &["sanitize", "-o", "out"],
        &["fetch", "-", "#0"],
        &["index", "-"],
        &["shard", "-n", "2", "-"],
        &["tree", "-"],
        &["extract", "--pid", "0x100", "-"],
        &["packets", "-"],
        &["probe", "-"],
    ] {
        for redirection in ["<&-", "0>sink"] {
            let output = redirected(folder.path(), args, redirection);
            let message = stderr(&output);
            assert_eq!(output.status.code(), Some(1), "{args:?} {redirection}: {message}");
            assert!(
                message.contains(": Bad file descriptor (os error 9)"),
                "{args:?} {redirection}: {message}"
            );
        }
    }
    assert!(!folder.path().join("out").exists());
    // An empty device is an empty input, and standard input may be closed if a file is read.
    for (args, redirection) in [(&["stats"][..], "</dev/null"), (&["stats", "reads.fastq"], "<&-")] {
        assert!(redirected(folder.path(), args, redirection).status.success(), "{args:?}");
    }
}

#[test]
fn a_closed_standard_error_changes_nothing_else() {
    let folder = folder();
    fs::write(folder.path().join("bad.fastq"), "@a\nAC\n+\nI\n@b\nA\n+\nI\n").unwrap();
    for (args, expected) in [(&["sanitize", "bad.fastq"][..], 1), (&["verify", "reads.fastq"], 0)] {
        let run = |redirection: &str| {
            let output = redirected(folder.path(), args, redirection);
            (output.status.code(), output.stdout)
        };
        let (code, printed) = run("");
        assert_eq!(code, Some(expected));
        assert_eq!(run("2>&-"), (code, printed), "{args:?}");
    }
}

#[test]
fn a_pipe_that_nobody_reads_ends_quietly() {
    let folder = folder();
    for args in PRINTING {
        let mut child =
            command(folder.path(), args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}");
        assert_eq!(stderr(&output), "", "{args:?}");
    }
}

#[test]
fn an_empty_number_of_threads_counts_as_unset() {
    let folder = folder();
    let output =
        command(folder.path(), &["stats", "reads.fastq"]).env("PAGECUT_THREADS", "").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    for (args, variable) in [(&["stats", "-t", "", "reads.fastq"][..], ""), (&["stats", "reads.fastq"], "x")]
    {
        let output = command(folder.path(), args).env("PAGECUT_THREADS", variable).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

/// Some runs of `tests/crash/run.py`: truncations, errors and SIGKILL at system calls, signals.
#[cfg(target_os = "linux")]
#[test]
fn no_final_output_is_ever_incomplete() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/crash/run.py");
    let mut python = Command::new("python3");
    python.arg(script).arg(env!("CARGO_BIN_EXE_pagecut")).env_remove("PAGECUT_THREADS");
    let done = python.args(["--truncations", "10", "--signals", "10", "--most", "1"]).output();
    let is_required = std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_some();
    let Some(output) = done.ok().filter(|output| !stderr(output).contains("strace is needed")) else {
        assert!(!is_required, "no python3 or no strace, which are required");
        eprintln!("skipped: no python3 or no strace");
        return;
    };
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", stderr(&output));
    assert!(printed.contains("10 truncations\n"), "{printed}");
}

/// An early return drops the writer of the library: the output is incomplete, and `verify` reports that.
#[cfg(feature = "gzip")]
#[test]
fn bgzf_of_a_dropped_writer_is_bad() {
    use std::io::Write;

    use pagecut::compress::bgzf::{Writer, WriterOptions};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reads.fastq.gz");
    for count in [0, 1, 100_000] {
        for finish in [false, true] {
            let options = WriterOptions::new().threads(2);
            let mut writer = Writer::with_options(File::create(&path).unwrap(), options).unwrap();
            writer.write_all(&b"@r\nAC\n+\nII\n".repeat(count)).unwrap();
            if finish {
                writer.finish().unwrap();
            } else {
                drop(writer);
            }
            let status = run(folder.path(), &["verify", "reads.fastq.gz"]).status;
            assert_eq!(status.code(), Some(i32::from(!finish)), "{count} records");
        }
    }
}
