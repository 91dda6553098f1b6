//! Compressed inputs with bytes that no checksum covers.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::compressed::{arg, reads, through};
use crate::{run, stderr, succeed};

/// Returns reads compressed by bgzip, and the path of a file in a folder of its own; `None` without bgzip.
fn bgzip(records: usize) -> Option<(Vec<u8>, TempDir, PathBuf)> {
    let packed = through("bgzip", &["-c"], &reads(records, None))?;
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.fastq.gz");
    Some((packed, folder, input))
}

/// Returns compressed text with a wrong last checksum, by a program and its options; `None` without the program.
fn with_wrong_sum(program: &str, args: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    let mut packed = through(program, args, text)?;
    let from_end = match program {
        "gzip" => 8,
        "zstd" => 1,
        "bzip2" => 3,
        // The checksum of the last block precedes the index, whose length is in the footer in units of four bytes.
        _ => {
            let [.., a, b, c, d, _, _, _, _] = packed[..] else { return None };
            12 + 4 * (u32::from_le_bytes([a, b, c, d]) as usize + 1) + 4
        }
    };
    let at = packed.len() - from_end;
    packed[at] ^= 1;
    Some(packed)
}

#[test]
fn bytes_without_a_right_check_sum_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    let (first, second) = (reads(3000, None), reads(2000, None));
    for (program, args, format, unit) in [
        ("gzip", &["-c"][..], "gzip", "member"),
        ("zstd", &["-q", "--check", "-c"], "zstd", "frame"),
        ("bzip2", &["-c"], "bzip2", "stream"),
        ("xz", &["-c"], "xz", "stream"),
    ] {
        let (Some(good), Some(bad)) =
            (through(program, args, &first), with_wrong_sum(program, args, &second))
        else {
            continue;
        };
        let all = first.len() + second.len();
        for (bytes, number, unproven, certain, records) in [
            (bad.clone(), 0, 0..second.len(), "none of the 2000 records is certain", 2000),
            ([&good[..], &bad].concat(), 1, first.len()..all, "no record in them is certain", 5000),
        ] {
            fs::write(&input, &bytes).unwrap();
            for threads in ["1", "2", "3"] {
                let output = run(&["sanitize", "-t", threads, arg(&input)]);
                assert_eq!(output.status.code(), Some(1));
                // All readable records are written, and the note has the number of bytes that no right checksum covers.
                let message = stderr(&output);
                assert_eq!(output.stdout.len(), unproven.end, "{program}: {message}");
                let range = format!("bytes {} to {} of the decompressed input", unproven.start, unproven.end);
                let note = format!(
                    "{range} are unproven, and {certain}: the checksum of {format} {unit} {number} is wrong"
                );
                assert!(message.contains(&note), "{program}: {message}");
                assert!(message.contains(&format!("{records} records written, ")), "{program}: {message}");
                let json = run(&["verify", "--json", "-t", threads, arg(&input)]);
                let json = String::from_utf8_lossy(&json.stdout).into_owned();
                assert!(
                    json.contains(&format!("\"verified_bytes\":{},", unproven.start)),
                    "{program}: {json}"
                );
            }
        }
        // The end of the last member was not reached.
        let cut = [&good[..], &bad[..bad.len() / 2]].concat();
        fs::write(&input, &cut).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        let is_reported = stderr(&output).contains(&format!("bytes {} to ", first.len()));
        assert_eq!(is_reported, output.stdout.len() > first.len(), "{program}: {}", stderr(&output));
        // Bytes after the last member that are no member: everything before them is proven.
        let garbage = [&good[..], b"garbage"].concat();
        fs::write(&input, &garbage).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), first.len()));
        assert!(!stderr(&output).contains("unproven"), "{}", stderr(&output));
    }
}

#[test]
fn blocks_of_bgzf_are_proven_one_by_one() {
    let Some((packed, _folder, input)) = bgzip(3000) else { return };
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 4;
    for bytes in [&flipped[..], &packed[..packed.len() / 2]] {
        fs::write(&input, bytes).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        assert_eq!(output.status.code(), Some(1));
        assert!(!output.stdout.is_empty() && !stderr(&output).contains("unproven"), "{}", stderr(&output));
    }
}

/// A file truncated between two blocks lacks the end-of-file block too, so `verify` calls it bad.
#[test]
fn unclosed_bgzf_is_bad_and_read_with_a_note() {
    let Some((packed, _folder, input)) = bgzip(500) else { return };
    fs::write(&input, &packed[..packed.len() - 28]).unwrap();
    let reason = "the end-of-file block of BGZF is missing, so the file may have been truncated";
    for (args, status) in [
        (&["verify"][..], 1),
        (&["verify", "--recover"], 1),
        (&["verify", "--json"], 1),
        (&["stats"], 1),
        (&["sanitize"], 0),
        (&["index"], 0),
        (&["shard", "-n", "2"], 0),
    ] {
        let args = [args, &[arg(&input)]].concat();
        let output = run(&args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output).matches(reason).count(), 1, "{args:?}: {}", stderr(&output));
        if args.contains(&"--json") {
            let json = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(json.contains("\"complete\":false") && json.contains("\"closed\":false"), "{json}");
            assert!(json.contains("\"error\":{\"kind\":\"unclosed\",") && json.contains(reason), "{json}");
        }
    }
    fs::write(&input, &packed).unwrap();
    assert!(succeed(&["verify", "--json", arg(&input)]).contains("\"error\":null"));
    assert_eq!(stderr(&run(&["verify", arg(&input)])), "");
}
