//! Output of other programs.

use std::io::Write;
use std::process::Stdio;

use pagecut::fastq::Fastq;

use crate::check::{Input, Reading, few_settings, plain};
use crate::common::{corpus, oracle, reads};

const FASTQ: Fastq = Fastq::new();

/// Returns the text as compressed by a program; `None` if the program is missing.
pub(crate) fn packed(program: &str, args: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    let mut child = oracle(program)?.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(text).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{program} {args:?}");
    Some(output.stdout)
}

/// Checks in a few settings that everything is read.
fn is_read(bytes: &[u8], text: &[u8], what: &str) {
    let input = Input::new(bytes);
    let expected = Reading::of(&plain(text).account(&FASTQ));
    for setting in few_settings(bytes.len()) {
        let account = input.open(setting).account(&FASTQ);
        assert_eq!(Reading::of(&account), expected, "{what}: {setting:?}: {:?}", account.error);
    }
}

fn check(program: &str, many: &[&[&str]]) {
    let text = reads(70_000);
    for args in many {
        let Some(bytes) = packed(program, args, &text) else { return };
        assert!(bytes.len() < text.len());
        let what = format!("{program} {args:?}");
        is_read(&bytes, &text, &what);
        // As concatenated by `cat`.
        is_read(&bytes.repeat(2), &text.repeat(2), &what);
    }
}

#[test]
fn gzip() {
    check("gzip", &[&["-1"], &["-9"], &["--rsyncable"]]);
}

#[test]
fn pigz() {
    check("pigz", &[&["-p2", "-b32"], &["-p3", "-i", "-b32"], &["-p1", "-11"], &["-p2", "-R"]]);
}

#[test]
fn bgzip() {
    check("bgzip", &[&["-c"], &["-c", "-@2"], &["-c", "-l9"]]);
}

#[test]
fn zstd() {
    let many: &[&[&str]] =
        &[&["-c"], &["-c", "--adapt"], &["-c", "-T2", "-19"], &["-c", "--no-check"], &["-c", "--long"]];
    check("zstd", many);
}

#[test]
fn pzstd() {
    check("pzstd", &[&["-c", "-p2"], &["-c", "-p1"]]);
}

#[test]
fn bzip2_and_xz_are_read_or_named() {
    let text = reads(70_000);
    for (program, args) in
        [("bzip2", &["-c"][..]), ("bzip2", &["-c1"]), ("xz", &["-c"]), ("xz", &["-c", "--block-size=20000"])]
    {
        let Some(bytes) = packed(program, args, &text) else { return };
        for (bytes, text) in [(bytes.clone(), text.clone()), (bytes.repeat(2), text.repeat(2))] {
            // Formats that are not built in are reported.
            match Input::new(&bytes).open(few_settings(1)[0]).detect() {
                Ok(_) => is_read(&bytes, &text, program),
                Err(error) => assert!(error.to_string().contains(program), "{error}"),
            }
        }
    }
}

#[test]
fn real_reads() {
    let Some(corpus) = corpus() else { return };
    for entry in std::fs::read_dir(corpus.join("reads")).unwrap() {
        let path = entry.unwrap().path();
        // Long files take too long in an unoptimized build.
        if path.metadata().unwrap().len() > 1 << 20 {
            continue;
        }
        let Some(mut gzip) = oracle("gzip") else { return };
        let output = gzip.arg("-dc").arg(&path).output().unwrap();
        assert!(output.status.success());
        is_read(&std::fs::read(&path).unwrap(), &output.stdout, &path.display().to_string());
    }
}
