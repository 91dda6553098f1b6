//! `index`, `fetch` and `shard` on BGZF: the same results as on its text, and as those of samtools and bgzip; and
//! inputs without random access.

#![cfg(feature = "gzip")]

#[path = "../../../tests/compressed/make.rs"]
mod make;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use make::{BGZF_END, bgzf_of_lens};

fn pagecut(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagecut"))
        .current_dir(folder)
        .env_remove("PAGECUT_THREADS")
        .args(args)
        .output()
        .unwrap()
}

/// Returns the output of another tool; `None` if it is missing, which fails the test if `PAGECUT_REQUIRE_ORACLES` is
/// set.
fn oracle(folder: &Path, tool: &str, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(tool).current_dir(folder).args(args).stderr(Stdio::inherit()).output().ok();
    let required = std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_some();
    assert!(output.is_some() || !required, "no {tool}, which is required");
    if output.is_none() {
        eprintln!("skipped: no {tool}");
    }
    output.map(|output| {
        assert!(output.status.success(), "{tool} {args:?}");
        output.stdout
    })
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// Creates a folder with plain files and, with `.gz` appended to their names, as BGZF.
fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let data = fs::read(testdata(name)).unwrap();
        fs::write(folder.path().join(name), &data).unwrap();
        fs::write(folder.path().join(format!("{name}.gz")), bgzf_of_lens(&data, &[700, 0, 3000])).unwrap();
    }
    folder
}

#[test]
fn indexes_are_those_of_samtools_and_bgzip() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq"]);
    for (name, args, command) in [
        ("nanopore.fasta.gz", &["index"][..], "faidx"),
        ("illumina.fastq.gz", &["index", "--names"], "fqidx"),
    ] {
        let output = pagecut(folder.path(), &[args, &[name]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let first = stdout(&output).lines().next().unwrap();
        assert!(first.starts_with(&format!("{name}.gzi: ")) && first.ends_with(" blocks"), "{first}");
        let theirs = ["--fai-idx", "theirs.fai", "--gzi-idx", "theirs.gzi"];
        if oracle(folder.path(), "samtools", &[&[command, name], &theirs[..]].concat()).is_none() {
            return;
        }
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read(&format!("{name}.fai")), read("theirs.fai"));
        assert_eq!(read(&format!("{name}.gzi")), read("theirs.gzi"));
        if oracle(folder.path(), "bgzip", &["-r", "-I", "bgzip.gzi", name]).is_some() {
            assert_eq!(read(&format!("{name}.gzi")), read("bgzip.gzi"));
        }
    }
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".pgi"))
        .collect();
    assert_eq!(left, ["nanopore.fasta.gz.pgi"]);
}

#[test]
fn fetch_equals_that_of_the_plain_file() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq", "small.ts", "wrapped.fastq"]);
    let name_of = |file: &str| {
        let text = fs::read_to_string(folder.path().join(file)).unwrap();
        text[1..].split_whitespace().next().unwrap().to_owned()
    };
    let (sequence, read) = (name_of("nanopore.fasta"), name_of("illumina.fastq"));
    let region = format!("{sequence}:5-100");
    for indexed in [false, true] {
        for (file, what) in [
            ("nanopore.fasta", &[&*sequence, &*region, "#3", "4000..9000", "0..", "7.."][..]),
            ("illumina.fastq", &[&*read, "#0", "#249", "1000..70000"]),
            ("small.ts", &["#0", "#199", "1000..2000"]),
            ("wrapped.fastq", &["#0"]),
        ] {
            let [plain, packed] = [file.to_owned(), format!("{file}.gz")].map(|file| {
                let output = pagecut(folder.path(), &[&["fetch", &*file], what].concat());
                assert!(output.status.success(), "{file}: {}", stderr(&output));
                output.stdout
            });
            assert!(!plain.is_empty() && plain == packed, "{file}");
            if !indexed {
                let packed = format!("{file}.gz");
                let output = pagecut(folder.path(), &["index", "--numbers", &packed]);
                assert!(output.status.success(), "{}", stderr(&output));
            }
        }
    }
    for (command, file, what) in
        [("faidx", "nanopore.fasta.gz", &*region), ("fqidx", "illumina.fastq.gz", &*read)]
    {
        let ours = pagecut(folder.path(), &["fetch", "-n", "60", file, what]);
        let theirs = oracle(folder.path(), "samtools", &[command, "-n", "60", file, what]);
        assert!(theirs.is_none_or(|theirs| theirs == ours.stdout), "{file}");
    }
}

fn gunzip(data: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(data), &mut plain).unwrap();
    plain
}

/// Files that are read from the start only are divided into as many pieces.
#[test]
fn shards_of_gzip_and_zstd_hold_all_records() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq", "small.ts"]);
    for file in ["nanopore.fasta", "illumina.fastq", "small.ts"] {
        let data = fs::read(folder.path().join(file)).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, &data).unwrap();
        fs::write(folder.path().join(format!("{file}.gz")), encoder.finish().unwrap()).unwrap();
        let zstd = zstd::encode_all(&data[..], 1).unwrap();
        fs::write(folder.path().join(format!("{file}.zst")), zstd).unwrap();
        let extension = file.rsplit('.').next().unwrap();
        for (packed, end) in [(format!("{file}.gz"), ".gz"), (format!("{file}.zst"), "")] {
            for (options, count) in [(&["-n", "3"][..], 3), (&["-n", "7", "--records"], 7)] {
                let output = pagecut(folder.path(), &[&["shard", &packed, "-o", "piece"], options].concat());
                assert!(output.status.success(), "{}", stderr(&output));
                let mut joined = Vec::new();
                let mut lens = Vec::new();
                for number in 0..count {
                    let name = folder.path().join(format!("piece.{number}.{extension}{end}"));
                    let piece = fs::read(&name).unwrap();
                    fs::remove_file(name).unwrap();
                    let piece = if end == ".gz" { gunzip(&piece) } else { piece };
                    fs::write(folder.path().join("one"), &piece).unwrap();
                    let verified = pagecut(folder.path(), &["verify", "--json", "one"]);
                    let records =
                        stdout(&verified).split("\"records\":").nth(1).unwrap().split(',').next().unwrap();
                    lens.push(if options.len() > 2 { records.parse().unwrap() } else { piece.len() });
                    joined.extend(piece);
                }
                assert!(joined == data, "{packed}, {options:?}");
                let (least, most) = (lens.iter().min().unwrap(), lens.iter().max().unwrap());
                let spread = if options.len() > 2 { 1 } else { data.len() / 3 };
                assert!(most - least <= spread, "{packed}, {options:?}: {lens:?}");
            }
        }
    }
    // A damaged file leaves no piece.
    let whole = fs::read(folder.path().join("illumina.fastq.gz")).unwrap();
    fs::write(folder.path().join("cut.fastq.gz"), &whole[..whole.len() / 2]).unwrap();
    let output = pagecut(folder.path(), &["shard", "-n", "2", "cut.fastq.gz", "-o", "cut"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.path().join("cut.0.fastq.gz").exists());
}

#[test]
fn shards_equal_those_of_the_plain_file() {
    let folder = folder(&["nanopore.fasta", "illumina.fastq", "small.ts"]);
    for file in ["nanopore.fasta", "illumina.fastq", "small.ts"] {
        let data = fs::read(folder.path().join(file)).unwrap();
        let packed = format!("{file}.gz");
        for options in [&["-n", "3"][..], &["-n", "5", "--records"]] {
            let [plain, listed] =
                [file, &packed].map(|file| pagecut(folder.path(), &[&["shard", file], options].concat()));
            assert!(listed.status.success(), "{}", stderr(&listed));
            if options.len() == 2 {
                assert_eq!(stdout(&plain), stdout(&listed));
            }
            let output = pagecut(folder.path(), &[&["shard", &packed, "-o", "piece"], options].concat());
            assert!(output.status.success(), "{}", stderr(&output));
            let extension = file.rsplit('.').next().unwrap();
            let mut joined = Vec::new();
            for (number, line) in stdout(&listed).lines().enumerate() {
                let piece = fs::read(folder.path().join(format!("piece.{number}.{extension}.gz"))).unwrap();
                let piece = gunzip(&piece);
                let (start, end) = line.split_once("..").unwrap();
                assert_eq!(piece, data[start.parse().unwrap()..end.parse().unwrap()], "{file}, {line}");
                joined.extend(piece);
            }
            assert!(joined == data, "{file}, {options:?}");
        }
    }
    fs::copy(folder.path().join("small.ts.gz"), folder.path().join("packed.gz")).unwrap();
    assert!(pagecut(folder.path(), &["shard", "-n", "1", "-o", "whole", "packed.gz"]).status.success());
    let whole = fs::read(folder.path().join("whole.0.gz")).unwrap();
    assert_eq!(gunzip(&whole), fs::read(testdata("small.ts")).unwrap());
}

#[test]
fn a_wrong_gzi_is_reported_and_rebuilt() {
    let folder = folder(&["illumina.fastq"]);
    let file = "illumina.fastq.gz";
    let gzi = folder.path().join("illumina.fastq.gz.gzi");
    assert!(pagecut(folder.path(), &["index", file]).status.success());
    let good = fs::read(&gzi).unwrap();
    let expected = pagecut(folder.path(), &["fetch", file, "#249"]).stdout;
    assert!(!expected.is_empty());
    let mut moved = good.clone();
    let last = moved.len() - 8;
    moved[last] ^= 1;
    for (bytes, why) in [
        (&good[..good.len() - 1], "the index is damaged: the `.gzi` is truncated"),
        (&moved[..], "stale index: the place of a block in its `.gzi` differs"),
    ] {
        fs::write(&gzi, bytes).unwrap();
        for args in [&["fetch", file, "#249"][..], &["shard", "-n", "2", file]] {
            let output = pagecut(folder.path(), args);
            assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""));
            assert!(stderr(&output).contains(why), "{}", stderr(&output));
        }
        assert!(pagecut(folder.path(), &["index", file]).status.success());
        assert_eq!(fs::read(&gzi).unwrap(), good);
        assert!(pagecut(folder.path(), &["fetch", file, "#249"]).stdout == expected);
    }
}

#[test]
fn a_missing_end_of_file_block_is_reported_once() {
    let folder = folder(&["illumina.fastq"]);
    let path = folder.path().join("illumina.fastq.gz");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - BGZF_END.len()]).unwrap();
    for args in [
        &["fetch", "illumina.fastq.gz", "0..1"][..],
        &["fetch", "illumina.fastq.gz", "#7", "#8"],
        &["shard", "illumina.fastq.gz", "-n", "3"],
        &["shard", "illumina.fastq.gz", "-n", "3", "--records"],
        &["index", "illumina.fastq.gz"],
        &["fetch", "illumina.fastq.gz", "#7"],
    ] {
        let output = pagecut(folder.path(), args);
        assert!(output.status.success() && !output.stdout.is_empty(), "{args:?}");
        assert_eq!(
            stderr(&output).matches("the end-of-file block of BGZF is missing").count(),
            1,
            "{args:?}"
        );
    }
}

#[test]
fn inputs_without_random_access_get_advice() {
    let folder = folder(&["illumina.fastq"]);
    for (tool, extension) in [("gzip", "gzip"), ("zstd", "zst"), ("bzip2", "bz2"), ("xz", "xz")] {
        let Some(packed) = oracle(folder.path(), tool, &["-c", "illumina.fastq"]) else { continue };
        let file = format!("reads.fastq.{extension}");
        fs::write(folder.path().join(&file), packed).unwrap();
        for args in [
            &["index", &file][..],
            &["index", "--names", &file],
            &["fetch", &file, "#0"],
            &["fetch", &file, "0..100"],
            &["fetch", &file, "some_read"],
            &["shard", "-n", "2", &file],
            &["shard", "-n", "2", "--records", &file],
        ] {
            let output = pagecut(folder.path(), args);
            assert_eq!((output.status.code(), stdout(&output)), (Some(1), ""), "{args:?}");
            let why = format!(
                "random access is impossible: {tool} is decompressed from its start (`{tool} -dc FILE | bgzip > OTHER.gz`"
            );
            assert!(stderr(&output).contains(&why), "{}", stderr(&output));
            assert_eq!(
                stderr(&output).contains("with --output, shard writes pieces"),
                args[0] == "shard",
                "{args:?}"
            );
        }
    }
    let left =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.ends_with("i")), "an index was written");
}

/// Returns the records that start after the first byte of a range, or are its first, and end in it.
fn records_in(data: &[u8], start: usize, end: usize) -> Vec<u8> {
    let ends: Vec<_> =
        data.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at + 1).collect();
    let ends = ends.iter().skip(3).step_by(4);
    let records = std::iter::once(&0).chain(ends.clone()).zip(ends);
    let whole = records.filter(|&(&from, &to)| (from > start || (from, start) == (0, 0)) && to <= end);
    whole.flat_map(|(&from, &to)| data[from..to].to_vec()).collect()
}

#[test]
fn records_outside_a_damaged_block_are_recovered() {
    let folder = folder(&["illumina.fastq"]);
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let (len, name) = (7000, "damaged.gz");
    let blocks: Vec<_> = data.chunks(len).map(make::bgzf_block).collect();
    for block in [0, 5, blocks.len() - 1] {
        let start: usize = blocks[..block].iter().map(Vec::len).sum();
        let end = start + blocks[block].len();
        let mut bytes = [blocks.concat(), BGZF_END.to_vec()].concat();
        // The checksum.
        bytes[end - 8] ^= 1;
        fs::write(folder.path().join(name), &bytes).unwrap();
        if let Ok(theirs) = Command::new("bgzip").args(["-dc", name]).current_dir(folder.path()).output() {
            // They end there, and name the same block.
            let message = format!("block starting at offset {start}(");
            assert!(stderr(&theirs).contains(&message), "{}", stderr(&theirs));
        } else {
            assert!(oracle(folder.path(), "bgzip", &["--version"]).is_none());
        }
        let lost = block * len..data.len().min((block + 1) * len);
        let expected = [records_in(&data, 0, lost.start), records_in(&data, lost.end, data.len())].concat();
        assert!(expected.len() + 2 * len > data.len());
        for threads in ["1", "3", "8"] {
            let output = pagecut(folder.path(), &["-t", threads, "sanitize", name]);
            assert!(output.stdout == expected, "block {block}: {}", stderr(&output));
            assert_eq!(output.status.code(), Some(1));
            let message = format!(
                ", and compressed bytes {start} to {end} ({}), which held bytes {} to {}: BGZF, block {block} at compressed byte {start}",
                end - start,
                lost.start,
                lost.end
            );
            assert!(stderr(&output).contains(&message), "{}", stderr(&output));

            let output = pagecut(folder.path(), &["-t", threads, "verify", "--recover", "--json", name]);
            assert_eq!(output.status.code(), Some(1));
            let verdict: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
            let message = |pointer: &str| verdict.pointer(pointer).and_then(serde_json::Value::as_u64);
            assert_eq!(verdict["complete"], true, "{verdict}");
            let records = expected.iter().filter(|&&byte| byte == b'\n').count() / 4;
            assert_eq!(message("/records"), Some(records as u64), "{verdict}");
            for (pointer, number) in [
                ("/gaps/0/lost/compressed_start", start),
                ("/gaps/0/lost/compressed_end", end),
                ("/gaps/0/lost/start", lost.start),
                ("/gaps/0/lost/end", lost.end),
                ("/gaps/0/error/compressed/number", block),
                ("/gaps/0/error/compressed/start", start),
                ("/gaps/0/error/compressed/offset", end - 8),
                ("/compressed/lost_bytes", end - start),
                ("/compressed/bytes", bytes.len()),
                ("/compressed/members", blocks.len()),
                ("/bytes", data.len() - lost.len()),
            ] {
                assert_eq!(message(pointer), Some(number as u64), "{pointer} of {verdict}");
            }
            let [all, records, blank, gaps] =
                ["/bytes", "/record_bytes", "/blank_bytes", "/gap_bytes"].map(|name| message(name).unwrap());
            assert_eq!(all, records + blank + gaps);
            assert_eq!(verdict["gaps"].as_array().unwrap().len(), 1, "{verdict}");
        }
    }
}

#[test]
fn missing_recovery_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let data = fs::read(testdata("illumina.fastq")).unwrap();
    let mut members: Vec<_> = data.chunks(30_000).map(make::gzip).collect();
    let len = members[2].len();
    members[2][len - 8] ^= 1;
    fs::write(folder.path().join("reads.gz"), members.concat()).unwrap();
    for args in [&["verify", "--recover", "reads.gz"][..], &["sanitize", "reads.gz"]] {
        let output = pagecut(folder.path(), args);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("reading ends there"), "{}", stderr(&output));
    }
}

#[test]
fn a_fault_in_the_text_has_its_virtual_offset() {
    let folder = tempfile::tempdir().unwrap();
    let mut data = fs::read(testdata("illumina.fastq")).unwrap();
    let at = data.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').nth(399).unwrap().0 + 1;
    data[at] = b'x';
    fs::write(folder.path().join("reads.gz"), bgzf_of_lens(&data, &[7000])).unwrap();
    let packed: Vec<_> = data.chunks(7000).map(|text| make::bgzf_block(text).len()).collect();
    let block_offset: usize = packed[..at / 7000].iter().sum();
    let expected = (block_offset << 16) | (at % 7000);
    for (args, pointer) in
        [(&["verify", "--json"][..], "/error"), (&["verify", "--json", "--recover"], "/gaps/0/error")]
    {
        let output = pagecut(folder.path(), &[args, &["reads.gz"]].concat());
        let verdict: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
        let fault = verdict.pointer(pointer).unwrap();
        assert_eq!((&fault["offset"], &fault["virtual_offset"]), (&at.into(), &expected.into()), "{verdict}");
        assert!(fault.get("compressed").is_none(), "no compressed byte is at fault");
    }
    let output = pagecut(folder.path(), &["verify", "reads.gz"]);
    let message = format!(
        "virtual offset {expected}: byte {} of the block at compressed byte {block_offset}",
        at % 7000
    );
    assert!(stderr(&output).contains(&message), "{}", stderr(&output));
    fs::write(folder.path().join("reads"), &data).unwrap();
    let output = pagecut(folder.path(), &["verify", "--json", "reads"]);
    assert!(!stdout(&output).contains("virtual_offset") && stdout(&output).contains("record_start"));
}

#[test]
fn stats_and_verify_agree_on_a_missing_end_block() {
    let folder = folder(&["illumina.fastq"]);
    let packed = fs::read(folder.path().join("illumina.fastq.gz")).unwrap();
    fs::write(folder.path().join("open.fastq.gz"), &packed[..packed.len() - 28]).unwrap();
    for (file, code, verdict) in [("illumina.fastq.gz", 0, "OK"), ("open.fastq.gz", 1, "FAILED")] {
        for command in ["stats", "verify"] {
            let output = pagecut(folder.path(), &[command, file]);
            assert_eq!(output.status.code(), Some(code), "{command} {file}");
            assert!(stdout(&output).contains(verdict), "{command} {file}");
        }
    }
    let output = pagecut(folder.path(), &["stats", "--json", "open.fastq.gz"]);
    assert!(stdout(&output).contains("\"error\":{\"kind\":\"unclosed\""), "{}", stdout(&output));
}

#[test]
fn garbage_does_not_hide_the_end_block() {
    let folder = folder(&["illumina.fastq"]);
    let packed = fs::read(folder.path().join("illumina.fastq.gz")).unwrap();
    fs::write(folder.path().join("more.fastq.gz"), [&packed[..], b"garbage\n"].concat()).unwrap();
    let output = pagecut(folder.path(), &["verify", "--recover", "--json", "more.fastq.gz"]);
    assert!(stdout(&output).contains("\"closed\":true"), "{}", stdout(&output));
    let output = pagecut(folder.path(), &["sanitize", "more.fastq.gz", "-o", "out.fastq"]);
    assert!(!stderr(&output).contains("closes"), "{}", stderr(&output));
}
