//! Files with a hole at their start, which has NUL bytes.

use tempfile::TempDir;

use super::pairs::{folder, gzip, reads, run_in};
use super::*;

/// Holes of a few bytes, of a few records, of as many bytes as show a format, and of more.
const HOLES: [usize; 4] = [16, 5000, 64 << 10, 200_000];

/// A file with a hole over its first bytes, and the part of it in which all records are whole.
fn with_hole(data: &[u8], len: usize, header: &str) -> (Vec<u8>, Vec<u8>) {
    let mut holed = data.to_vec();
    holed[..len].fill(0);
    let after =
        len + data[len..].windows(header.len()).position(|bytes| bytes == header.as_bytes()).unwrap() + 1;
    (holed, data[after..].to_vec())
}

fn sequences() -> String {
    (0..5000).map(|number| format!(">s{number}\n{}\nAC\n", "ACGT".repeat(15))).collect()
}

/// Checks that the records after holes are found, and that the gap is the rest.
fn check(data: &[u8], header: &str) {
    for len in HOLES {
        let (holed, good) = with_hole(data, len, header);
        let folder = folder(&[("x", &holed), ("x.gz", &gzip(&holed))]);
        for name in ["x", "x.gz", "-"] {
            let input: &[u8] = if name == "-" { &holed } else { b"" };
            let run = |args: &[&str]| {
                let mut command = pagecut();
                run_with_input(command.current_dir(folder.path()).args(args), input)
            };
            let output = run(&["sanitize", "-o", "good", name]);
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            assert!(fs::read(folder.path().join("good")).unwrap() == good, "{header} {len} {name}");
            let left_out = format!("{} bytes left out in 1 gap", holed.len() - good.len());
            assert!(stderr(&output).contains(&left_out), "{left_out}: {}", stderr(&output));
            assert_eq!(run(&["verify", "--recover", "-q", name]).status.code(), Some(1));
            let output = run(&["verify", name]);
            assert_eq!(output.status.code(), Some(1));
            assert!(stderr(&output).contains("it starts with NUL bytes"), "{}", stderr(&output));
        }
    }
}

fn run_with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A command that stops early closes the pipe.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

#[test]
fn reads_after_a_hole_are_recovered() {
    check(reads(0..10_000, 1).as_bytes(), "\n@r");
}

#[test]
fn sequences_after_a_hole_are_recovered() {
    check(sequences().as_bytes(), "\n>");
}

#[test]
fn pairs_after_a_hole_are_recovered() {
    let [first, second] = [1, 2].map(|mate| reads(0..10_000, mate).into_bytes());
    let (holed, good) = with_hole(&first, 5000, "\n@r");
    let folder = folder(&[("a", &holed), ("b", &second)]);
    let output = run_in(&folder, &["sanitize", "--paired", "a", "b", "-o", "1", "-O", "2"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(fs::read(folder.path().join("1")).unwrap() == good, "{}", stderr(&output));
}

#[test]
fn binary_bytes_after_a_hole_are_of_no_format() {
    let mut bytes = vec![0; 4096];
    let mut state = 1_u32;
    bytes.extend((0..200_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    let folder: TempDir = folder(&[("x", &bytes), ("zero", &[0; 100_000])]);
    for name in ["x", "zero"] {
        let output = run_in(&folder, &["sanitize", name]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
        assert!(stderr(&output).contains("neither FASTQ"), "{}", stderr(&output));
    }
}
