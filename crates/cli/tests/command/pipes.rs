//! Pairs in two named pipes that one program writes.

use std::fs::File;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::pairs::reads;
use super::*;

const MIB: usize = 1 << 20;

const SANITIZE: [&str; 9] = ["sanitize", "-q", "--paired", "a", "b", "-o", "o1.fq", "-O", "o2.fq"];
const VERIFY: [&str; 5] = ["verify", "-q", "--paired", "a", "b"];
const STATS: [&str; 4] = ["stats", "--paired", "a", "b"];

/// Runs a command on the named pipes `a` and `b`, to which one program writes. The command and the program must end.
fn run_with(folder: &TempDir, args: &[&str], write: impl FnOnce([&Path; 2]) + Send + 'static) -> Output {
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    paths.iter().for_each(|path| drop(fs::remove_file(path)));
    assert!(Command::new("mkfifo").args(&paths).status().unwrap().success());
    let writer = std::thread::spawn(move || write(paths.each_ref().map(PathBuf::as_path)));
    let output = Command::new("timeout")
        .args(["60", env!("CARGO_BIN_EXE_pagecut")])
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(124), "{args:?} does not end");
    writer.join().unwrap();
    output
}

/// Runs a command on pipes to which a program writes `steps[0]` and `steps[1]` bytes in turn.
fn run_on_pipes(folder: &TempDir, texts: &[String; 2], steps: [usize; 2], args: &[&str]) -> Output {
    let texts = texts.clone();
    run_with(folder, args, move |paths| {
        let mut pipes = paths.map(|path| File::create(path).unwrap());
        let [one, two] = [0, 1].map(|at| texts[at].as_bytes().chunks(steps[at]));
        for turn in 0..one.len().max(two.len()) {
            for (pipe, mut chunks) in pipes.iter_mut().zip([one.clone(), two.clone()]) {
                pipe.write_all(chunks.nth(turn).unwrap_or_default()).unwrap();
            }
        }
    })
}

/// Runs a command on pipes to which a program writes in turn. One of them is opened first, and is `ahead` bytes ahead of the other one.
fn run_ahead(folder: &TempDir, data: &[Vec<u8>; 2], first: usize, ahead: usize, args: &[&str]) -> Output {
    let data = data.clone();
    run_with(folder, args, move |paths| {
        let mut pipe = File::create(paths[first]).unwrap();
        let (early, late) = data[first].split_at(ahead.min(data[first].len()));
        pipe.write_all(early).unwrap();
        let mut other = File::create(paths[1 - first]).unwrap();
        let mut late = late.chunks(50_000);
        for chunk in data[1 - first].chunks(50_000) {
            other.write_all(chunk).unwrap();
            pipe.write_all(late.next().unwrap_or_default()).unwrap();
        }
        late.for_each(|chunk| pipe.write_all(chunk).unwrap());
    })
}

/// Pairs of about this many bytes each.
fn pairs_of(len: usize) -> [Vec<u8>; 2] {
    [1, 2].map(|mate| {
        let (bases, scores) = ("ACGT".repeat(500), "I".repeat(2000));
        let count = len / 4020;
        let text: String =
            (0..count).map(|number| format!("@read{number}/{mate}\n{bases}\n+\n{scores}\n")).collect();
        text.into_bytes()
    })
}

/// A gzip file that is about as long as its contents.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The help of `sanitize` and the documentation of `PairedSource` promise 32 MiB.
#[test]
fn one_pipe_of_a_writer_may_be_far_ahead() {
    let folder = TempDir::new().unwrap();
    for (len, ahead) in [(10 * MIB, 8 * MIB), (9 * MIB, usize::MAX), (33 * MIB, 32 * MIB)] {
        let plain = pairs_of(len);
        let gzip = plain.each_ref().map(|data| stored(data));
        for (data, threads, first) in [(&plain, "1", 0), (&plain, "8", 1), (&gzip, "1", 1), (&gzip, "2", 0)] {
            for args in [&VERIFY[..], &STATS, &SANITIZE] {
                let args = [args, &["-t", threads]].concat();
                let output = run_ahead(&folder, data, first, ahead, &args);
                assert_eq!(
                    (output.status.code(), stderr(&output)),
                    (Some(0), ""),
                    "{args:?} {ahead} {first}"
                );
            }
            for (name, data) in ["o1.fq", "o2.fq"].iter().zip(&plain) {
                assert!(fs::read(folder.path().join(name)).unwrap() == *data, "{name} {ahead} {first}");
            }
        }
    }
}

#[test]
fn reads_without_mates_may_come_first_in_a_pipe() {
    let folder = TempDir::new().unwrap();
    for first in [0, 1] {
        for threads in ["1", "2", "8"] {
            let mut data = [1, 2].map(|mate| reads(30_000..40_000, mate).into_bytes());
            let alone = reads(0..20_000, if first == 0 { 1 } else { 2 });
            data[first].splice(0..0, alone.bytes());
            let args = [&SANITIZE[..], &["--orphans", "o.fq", "-t", threads]].concat();
            let output = run_ahead(&folder, &data, first, alone.len(), &args);
            assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
            assert!(fs::read_to_string(folder.path().join("o.fq")).unwrap() == alone);
            let name = ["o2.fq", "o1.fq"][first];
            assert!(fs::read(folder.path().join(name)).unwrap() == data[1 - first]);
        }
    }
}

/// A program that writes to both pipes in turn does not block for ever, although one salvage may be ahead of the other.
#[test]
fn named_pipes_of_one_writer_are_read_in_step() {
    let folder = TempDir::new().unwrap();
    // Longer than the buffers of pipes.
    let texts =
        [1, 2].map(|mate| reads((0..40_000).filter(|number| number % 5000 != 100 * usize::from(mate)), mate));
    let args = [&SANITIZE[..], &["--orphans", "o.fq"]].concat();
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    for step in [100, 3000, 50_000] {
        let output = run_on_pipes(&folder, &texts, [step; 2], &args);
        assert_eq!((output.status.code(), stderr(&output)), (Some(1), ""));
        let lines = |text: &str| text.lines().count();
        assert_eq!(lines(&read("o1.fq")), 4 * (40_000 - 16));
        assert_eq!(lines(&read("o1.fq")), lines(&read("o2.fq")));
        let all = texts.iter().map(|text| lines(text)).sum::<usize>();
        assert_eq!(lines(&read("o.fq")), all - 8 * (40_000 - 16));
    }
}

/// A pipe holds fewer bytes if they are written in short writes.
#[test]
fn pairs_in_pipes_with_short_writes_are_read() {
    let folder = TempDir::new().unwrap();
    let texts = [1, 2].map(|mate| reads(0..40_000, mate));
    for args in [&VERIFY[..], &STATS] {
        for threads in ["1", "4"] {
            for step in [100, 3000] {
                let output = run_on_pipes(&folder, &texts, [step; 2], &[args, &["-t", threads]].concat());
                assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
            }
        }
    }
}

/// One mate is longer than the other, so its pipe gets more bytes while the other one is read up to the end of a part.
#[test]
fn pipes_with_mates_of_unequal_length_are_read() {
    let folder = TempDir::new().unwrap();
    let text = |mate: u8, len| -> String {
        let (bases, scores) = ("ACGT".repeat(len / 4), "I".repeat(len));
        (0..60_000).map(|number| format!("@read{number}/{mate}\n{bases}\n+\n{scores}\n")).collect()
    };
    for args in [&SANITIZE[..], &VERIFY, &STATS] {
        for lens in [[28, 148], [148, 28]] {
            let texts = [text(1, lens[0]), text(2, lens[1])];
            // Both files are written in about as many turns.
            let steps = lens.map(|len| 20 * (2 * len + 16));
            for threads in ["1", "2", "8"] {
                let output = run_on_pipes(&folder, &texts, steps, &[args, &["-t", threads]].concat());
                assert_eq!(
                    (output.status.code(), stderr(&output)),
                    (Some(0), ""),
                    "{args:?} {lens:?} {threads}"
                );
            }
        }
    }
}
