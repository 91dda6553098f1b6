//! Compressed inputs of which not all bytes are proven.

use std::fs;
use std::path::Path;

use crate::compressed::{arg, reads, through};
use crate::{run, stderr, succeed};

/// A compressed text whose last check sum is wrong, by a program and its options; `None` if there is no such program.
fn with_wrong_sum(program: &str, args: &[&str], text: &[u8]) -> Option<Vec<u8>> {
    let mut packed = through(program, args, text)?;
    let from_end = match program {
        "gzip" => 8,
        "zstd" => 1,
        "bzip2" => 3,
        // The check sum of the last block stands before the index, whose length stands in the footer in units of four bytes.
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
fn bytes_without_a_right_check_sum_are_told() {
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
                // All that can be read is written, and no more is said to be right than is.
                let told = stderr(&output);
                assert_eq!(output.stdout.len(), unproven.end, "{program}: {told}");
                let range = format!("bytes {} to {} of the decompressed input", unproven.start, unproven.end);
                let note = format!(
                    "{range} are unproven, and {certain}: the check sum of {format} {unit} {number} is wrong"
                );
                assert!(told.contains(&note), "{program}: {told}");
                assert!(told.contains(&format!("{records} records written, ")), "{program}: {told}");
                let json = run(&["verify", "--json", "-t", threads, arg(&input)]);
                let json = String::from_utf8_lossy(&json.stdout).into_owned();
                assert!(json.contains(&format!("\"proven_bytes\":{},", unproven.start)), "{program}: {json}");
            }
        }
        // The end of the last one was not reached.
        let cut = [&good[..], &bad[..bad.len() / 2]].concat();
        fs::write(&input, &cut).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        let is_told = stderr(&output).contains(&format!("bytes {} to ", first.len()));
        assert_eq!(is_told, output.stdout.len() > first.len(), "{program}: {}", stderr(&output));
        // What follows the last one is none, and all before is proven.
        let garbage = [&good[..], b"garbage"].concat();
        fs::write(&input, &garbage).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), first.len()));
        assert!(!stderr(&output).contains("unproven"), "{}", stderr(&output));
    }
}

#[test]
fn blocks_of_bgzf_are_proven_one_by_one() {
    let text = reads(3000, None);
    let Some(packed) = through("bgzip", &["-c"], &text) else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.gz");
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 4;
    for bytes in [&flipped[..], &packed[..packed.len() / 2]] {
        fs::write(&input, bytes).unwrap();
        let output = run(&["sanitize", arg(&input)]);
        assert_eq!(output.status.code(), Some(1));
        assert!(!output.stdout.is_empty() && !stderr(&output).contains("unproven"), "{}", stderr(&output));
    }
}

/// A file that was cut between two blocks lacks the closing one too, so `verify` calls it bad.
#[test]
fn unclosed_bgzf_is_bad_and_read_with_a_note() {
    let text = reads(500, None);
    let Some(packed) = through("bgzip", &["-c"], &text) else { return };
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.fastq.gz");
    fs::write(&input, &packed[..packed.len() - 28]).unwrap();
    let reason = "the block that closes BGZF is missing, so the file may have been cut";
    for (args, status) in [
        (&["verify"][..], 1),
        (&["verify", "--recover"], 1),
        (&["verify", "--json"], 1),
        (&["stats"], 0),
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
    fs::write(Path::new(&input), &packed).unwrap();
    assert!(succeed(&["verify", "--json", arg(&input)]).contains("\"error\":null"));
    assert_eq!(stderr(&run(&["verify", arg(&input)])), "");
}
