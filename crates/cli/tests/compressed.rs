//! The commands give the same results for compressed and plain files.

#[path = "../../../tests/compressed/make.rs"]
mod make;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use make::{CompressedFile, Kind};
use tempfile::TempDir;

fn pagecut(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagecut"));
    command.current_dir(folder).env_remove("PAGECUT_THREADS").args(args);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    pagecut(folder, args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Returns the file name with the extension of a compression.
fn name_of(kind: Kind, plain: &str) -> String {
    let extension = match kind {
        Kind::Gzip => "gz",
        Kind::Bgzf => "bgz",
        Kind::Zstd => "zst",
    };
    format!("{plain}.{extension}")
}

fn testdata(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)).unwrap()
}

const FILES: [&str; 5] =
    ["illumina.fastq", "nanopore.fasta", "lengths_differ.fastq", "wrapped.fastq", "small.ts"];

/// Creates a folder with each file, plain and in every compression.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        let text = testdata(name);
        fs::write(folder.path().join(name), &text).unwrap();
        for kind in Kind::ALL {
            fs::write(folder.path().join(name_of(kind, name)), kind.file(&text, 5000).bytes).unwrap();
        }
    }
    folder
}

/// Output and exit status.
type Outcome = (String, String, Option<i32>);

/// Returns the outcome independent of the file name.
fn outcome(output: &Output, name: &str) -> Outcome {
    let text = |text: &[u8]| String::from_utf8_lossy(text).replace(name, "FILE");
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

/// Returns the outcome without the lines about the compression.
fn result(folder: &Path, command: &[&str], name: &str) -> Outcome {
    let (mut stdout, stderr, status) = outcome(&run(folder, &[command, &[name]].concat()), name);
    let stderr = stderr.split_inclusive('\n').filter(|line| !line.contains(": virtual offset ")).collect();
    for (from, to) in [("\"compressed\":{", "},"), (" in ", ")"), ("\"virtual_offset\":", ",")] {
        if let Some((before, rest)) = stdout.split_once(from)
            && let Some((_, behind)) = rest.split_once(to)
            && command.contains(&"verify")
        {
            stdout = format!("{before}{behind}");
        }
    }
    (stdout, stderr, status)
}

/// Runs with the bytes of this file from a pipe.
fn piped(folder: &Path, args: &[&str], name: &str) -> Output {
    let mut child = pagecut(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = fs::read(folder.join(name)).unwrap();
    // The command may end before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    output
}

#[test]
fn every_command_equals_its_plain_result() {
    let folder = folder();
    for command in [
        &["stats", "-aT"][..],
        &["stats", "--json"],
        &["stats", "-a", "-t1", "-T"],
        &["verify", "--strict", "--json"],
        &["verify", "-v", "-t3", "--no-mmap"],
        &["sanitize", "-q"],
        &["-t1", "sanitize", "--strict"],
    ] {
        for name in FILES {
            // If reading of the text ends early, its length is unknown, as that of a pipe.
            let expected = piped(folder.path(), &[command, &["/dev/stdin"]].concat(), name);
            let expected = outcome(&expected, "/dev/stdin");
            for kind in Kind::ALL {
                let found = result(folder.path(), command, &name_of(kind, name));
                assert_eq!(found, expected, "{command:?} of {kind:?} {name}");
            }
        }
    }
}

#[test]
fn sanitize_writes_to_a_file() {
    let folder = folder();
    let good = testdata("illumina.fastq");
    let damaged = [&good[..], b"@bad\nAC\n+\nI\n", &good].concat();
    for kind in Kind::ALL {
        fs::write(folder.path().join("damaged"), kind.file(&damaged, 7000).bytes).unwrap();
        let output = run(folder.path(), &["sanitize", "-o", "clean", "damaged"]);
        assert_eq!(output.status.code(), Some(1), "{kind:?}: {}", stderr(&output));
        assert!(fs::read(folder.path().join("clean")).unwrap() == good.repeat(2), "{kind:?}");
    }
}

#[test]
fn an_index_is_that_of_the_text() {
    let command = ["index", "--names", "--numbers"];
    for name in ["illumina.fastq", "nanopore.fasta"] {
        let folder = folder();
        let index = |name: &str| fs::read(folder.path().join(format!("{name}.fai"))).unwrap();
        let (expected, notes, _) = result(folder.path(), &command, name);
        for kind in Kind::ALL {
            let packed = name_of(kind, name);
            let found = result(folder.path(), &command, &packed);
            if kind == Kind::Bgzf {
                // Before that, the block index.
                let (blocks, rest) = found.0.split_once('\n').unwrap();
                assert!(blocks.starts_with("FILE.gzi: "), "{blocks}");
                assert_eq!((rest, &found.1, found.2), (&*expected, &notes, Some(0)), "{name}");
                assert!(index(&packed) == index(name), "{name}");
            } else {
                assert_eq!((&*found.0, found.2), ("", Some(1)), "{kind:?} {name}");
                assert!(found.1.contains("random access"), "{kind:?} {name}: {}", found.1);
            }
        }
    }
}

#[test]
fn standard_input_may_be_compressed() {
    let folder = folder();
    for name in FILES {
        let piped = |name: &str| piped(folder.path(), &["stats", "-aT"], name);
        let redirected = |name: &str| {
            let stdin = File::open(folder.path().join(name)).unwrap();
            pagecut(folder.path(), &["stats", "-aT"]).stdin(stdin).output().unwrap()
        };
        let expected = outcome(&piped(name), "-");
        for kind in Kind::ALL {
            assert_eq!(outcome(&piped(&name_of(kind, name)), "-"), expected, "{kind:?} {name}");
            assert_eq!(outcome(&redirected(&name_of(kind, name)), "-"), expected, "{kind:?} {name}");
        }
    }
}

#[test]
fn a_pipe_with_a_name_may_be_compressed() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let expected = result(folder.path(), &["stats", "-aT"], "illumina.fastq");
    for kind in Kind::ALL {
        let bytes = fs::read(folder.path().join(name_of(kind, "illumina.fastq"))).unwrap();
        let found = std::thread::scope(|scope| {
            // Read errors are checked below.
            scope.spawn(|| fs::write(&pipe, &bytes));
            result(folder.path(), &["stats", "-aT"], "pipe")
        });
        assert_eq!(found, expected, "{kind:?}");
    }
}

/// A file that ends inside of the second to last member.
fn truncated(kind: Kind) -> (CompressedFile, usize) {
    let packed = kind.file(&testdata("illumina.fastq"), 20_000);
    let range = packed.range(packed.members() - 2);
    let cut = range.start + range.len() / 2;
    (packed, cut)
}

#[test]
fn a_truncated_file_is_located() {
    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        let (packed, cut) = truncated(kind);
        let member = packed.member_at(cut);
        fs::write(folder.path().join("cut"), &packed.bytes[..cut]).unwrap();
        for command in [&["stats"][..], &["verify"], &["verify", "--recover"], &["sanitize", "-o", "clean"]] {
            for threads in ["1", "4"] {
                let output = run(folder.path(), &[command, &["-t", threads, "cut"]].concat());
                assert_eq!(output.status.code(), Some(1), "{command:?}: {}", stdout(&output));
                let range = packed.range(member).start..=cut;
                let numbers = stderr(&output).split(|letter: char| !letter.is_ascii_digit());
                let mut numbers = numbers.filter_map(|number| number.parse().ok());
                assert!(
                    numbers.any(|at: usize| range.contains(&at)),
                    "{command:?}: no byte of {range:?}: {}",
                    stderr(&output)
                );
                assert!(stderr(&output).to_lowercase().contains(kind.words()[0]), "{}", stderr(&output));
            }
        }
        // The output before it consists of whole records.
        let clean = fs::read(folder.path().join("clean")).unwrap();
        assert!(packed.text.starts_with(&clean) && clean.split(|&byte| byte == b'\n').count() % 4 == 1);
    }
}

#[test]
fn verify_json_reports_compressed_faults() {
    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        let (packed, cut) = truncated(kind);
        fs::write(folder.path().join("cut"), &packed.bytes[..cut]).unwrap();
        let command = ["verify", "--json"];
        for output in
            [run(folder.path(), &[&command[..], &["cut"]].concat()), piped(folder.path(), &command, "cut")]
        {
            let verdict: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(
                (&verdict["complete"], &verdict["error"]["kind"]),
                (&false.into(), &"compressed".into()),
                "{verdict}"
            );
            assert!(verdict["records"].as_u64().unwrap() > 100, "{verdict}");
            let (place, member) = (&verdict["error"]["compressed"], packed.member_at(cut));
            assert_eq!(place["format"].as_str().unwrap().to_lowercase(), kind.words()[0], "{verdict}");
            assert_eq!(
                (&place["unit"], &place["number"], &place["start"], &place["offset"]),
                (&kind.words()[1].into(), &member.into(), &packed.range(member).start.into(), &cut.into()),
                "{verdict}"
            );
        }
    }
}

#[test]
fn damage_after_a_format_error_is_reported_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = testdata("illumina.fastq");
    text[5000..5100].fill(b'\n');
    for kind in Kind::ALL {
        let sound = kind.file(&text, 60_000);
        let mut damaged = sound.clone();
        let last = sound.range(sound.members() - 1 - usize::from(kind == Kind::Bgzf));
        // A byte of the checksum.
        damaged.bytes[last.end - if kind == Kind::Zstd { 1 } else { 8 }] ^= 1;
        fs::write(folder.path().join("sound"), &sound.bytes).unwrap();
        fs::write(folder.path().join("damaged"), &damaged.bytes).unwrap();
        for threads in ["1", "4"] {
            let command = ["verify", "--json", "-t", threads];
            let verdict = |output: &Output| -> serde_json::Value {
                assert_eq!(output.status.code(), Some(1));
                serde_json::from_str(stdout(output)).unwrap()
            };
            let output = run(folder.path(), &[&command[..], &["damaged"]].concat());
            let found = verdict(&output);
            assert_eq!((&found["error"]["line"], &found["complete"]), (&32.into(), &false.into()), "{found}");
            let damage = &found["compressed"]["damage"];
            assert_eq!(damage["kind"], "compressed", "{kind:?}: {found}");
            assert_eq!(damage["compressed"]["start"], last.start, "{kind:?}: {found}");
            let message = stderr(&output);
            assert_eq!(message.lines().count() - usize::from(kind == Kind::Bgzf), 2, "{message}");
            assert!(message.contains("damaged: fastq: record 7, line 32, "), "{message}");
            assert!(
                message.contains(&format!("damaged too: {}", kind.words()[0])) || kind == Kind::Bgzf,
                "{message}"
            );

            let output = run(folder.path(), &[&command[..], &["sound"]].concat());
            assert_eq!(verdict(&output)["compressed"].get("damage"), None, "{}", stdout(&output));
            assert!(!stderr(&output).contains("damaged"), "{}", stderr(&output));
            let output = piped(folder.path(), &command, "damaged");
            assert_eq!(verdict(&output)["compressed"].get("damage"), None, "{}", stdout(&output));
            assert!(stderr(&output).contains("was not read and may be damaged too"), "{}", stderr(&output));
        }
        // With recovery, the command reaches the damage, and reports it once.
        let message = run(folder.path(), &["verify", "--recover", "damaged"]);
        assert!(!stderr(&message).contains("damaged too"), "{}", stderr(&message));
        // The limit is respected.
        let output = run(folder.path(), &["verify", "--max-bytes", "100K", "damaged"]);
        assert!(!stderr(&output).contains("damaged too"), "{}", stderr(&output));
    }
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let record = b"@r\nA\n+\nI\n";
    let (len, text) = (record.len(), record.repeat(400_000));
    for kind in Kind::ALL {
        let packed = kind.file(&text, 60_000).bytes;
        assert!(packed.len() < text.len() / 50, "{kind:?}: {} bytes", packed.len());
        fs::write(folder.path().join("bomb"), packed).unwrap();
        let outputs = |size: &str| {
            [
                run(folder.path(), &["verify", "--json", "--max-bytes", size, "bomb"]),
                run(folder.path(), &["verify", "--json", "--recover", "--max-bytes", size, "bomb"]),
                piped(folder.path(), &["verify", "--json", "--max-bytes", size], "bomb"),
            ]
        };
        for output in outputs("1M") {
            let verdict: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
            assert_eq!(
                (output.status.code(), &verdict["error"]["kind"]),
                (Some(1), &"input_too_long".into())
            );
            assert!(stderr(&output).contains("exceeds the limit of 1048576 bytes"));
            let records = verdict["records"].as_u64().unwrap();
            assert_eq!(records, (1 << 20) / len as u64, "{kind:?}: {verdict}");
        }
        for output in outputs(&text.len().to_string()) {
            assert!(output.status.success(), "{kind:?}: {}", stderr(&output));
        }
        let output = run(folder.path(), &["sanitize", "--max-bytes", "20k", "bomb"]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 20 * 1024 / len * len), "{kind:?}");
        assert!(!run(folder.path(), &["stats", "--max-bytes", "1M", "bomb"]).status.success());
    }
}

#[test]
fn whole_inputs_respect_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let movie = testdata("media/mp4/faststart.mp4");
    fs::write(folder.path().join("plain"), &movie).unwrap();
    fs::write(folder.path().join("packed"), Kind::Gzip.file(&movie, 10_000).bytes).unwrap();
    for name in ["plain", "packed"] {
        for command in
            [&["probe"][..], &["packets"], &["tree"], &["stats"], &["verify"], &["extract", "--track", "1"]]
        {
            let run = |size: &str| run(folder.path(), &[command, &["--max-bytes", size, name]].concat());
            let (output, all) = (run("5K"), run("1G"));
            // Nothing is printed of the content: stats has a row without counts.
            let row: Vec<&str> =
                stdout(&output).lines().last().unwrap_or_default().split_whitespace().collect();
            let is_empty =
                stdout(&output).len() < 100 || row == [name, "-", "-", "-", "-", "-", "-", "-", "FAILED"];
            assert_eq!((output.status.code(), is_empty), (Some(1), true), "{command:?}: {}", stdout(&output));
            assert!(
                stderr(&output).contains("exceeds the limit of 5120 bytes"),
                "{command:?}: {}",
                stderr(&output)
            );
            assert!(all.status.success() && !all.stdout.is_empty(), "{command:?}: {}", stderr(&all));
        }
    }
    for size in ["", "K", "-1", "+1", "1.5M", "1KB", "17000000T", "five"] {
        let output = run(folder.path(), &["verify", &format!("--max-bytes={size}"), "plain"]);
        assert_eq!(output.status.code(), Some(2), "{size}");
    }
}
