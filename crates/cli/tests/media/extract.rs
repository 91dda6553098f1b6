//! `pagecut extract`: byte-by-byte comparison with the library and other tools.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use pagecut::FileKind;
use pagecut::media::matroska::Segment;
use pagecut::media::mp4::{Movie, Tree};

use super::{good, gzip, matroska, mp4, oracle, pagecut, printed, read, run, stderr, with_input, write};

fn track(name: &str, number: u64) -> Vec<u8> {
    good(&["extract", name, "--track", &number.to_string()])
}

/// Returns the packets of a stream, by its number from 0, as ffmpeg extracts them.
fn packets_of_ffmpeg(name: &str, stream: usize) -> Option<Vec<u8>> {
    let map = format!("0:{stream}");
    let mut ffmpeg = oracle("ffmpeg")?;
    ffmpeg.args([
        "-v",
        "error",
        "-ignore_editlist",
        "1",
        "-i",
        name,
        "-map",
        &map,
        "-c",
        "copy",
        "-f",
        "data",
        "-",
    ]);
    Some(printed(&mut ffmpeg))
}

#[test]
fn tracks_of_mp4_are_their_samples() {
    for name in mp4() {
        let data = read(&name);
        for (stream, described) in Movie::read(&data).unwrap().tracks().iter().enumerate() {
            let samples = described.samples().flat_map(|sample| sample.unwrap().data);
            let found = track(&name, described.id().into());
            assert!(!found.is_empty() && found.iter().eq(samples), "track {} of {name}", described.id());
            // ffmpeg parses pictures, and drops truncated ones.
            let is_cut = ["mp4/compact_sizes_4.mp4", "mp4/compact_sizes_8.mp4"].contains(&name.as_str());
            if is_cut && described.handler() == *b"vide" {
                continue;
            }
            // ffmpeg uses the same data offset for all runs without one of their own.
            if name == "mp4/fragmented_split_runs.mp4" {
                assert!(found == track("mp4/fragmented.mp4", described.id().into()), "{name}");
                continue;
            }
            let Some(expected) = packets_of_ffmpeg(&name, stream) else { continue };
            assert!(
                found == expected,
                "track {} of {name}: {} of {} bytes",
                described.id(),
                found.len(),
                expected.len()
            );
        }
    }
}

fn inflate(stored: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    flate2::read::ZlibDecoder::new(stored).read_to_end(&mut frame).unwrap();
    frame
}

#[test]
fn tracks_of_matroska_are_their_frames() {
    for name in matroska() {
        let data = read(&name);
        let segment = Segment::read(&data).unwrap();
        for (stream, described) in segment.tracks().iter().enumerate() {
            let packets = segment.packets().map(Result::unwrap).filter(|packet| packet.track == stream);
            let frames: Vec<u8> = packets
                .flat_map(|packet| {
                    let stored = packet.payload.to_vec();
                    // Encoded frames are stored with zlib.
                    if described.has_encoded_frames() { inflate(&stored) } else { stored }
                })
                .collect();
            let found = track(&name, described.number);
            assert!(!found.is_empty() && found == frames, "track {} of {name}", described.number);
        }
    }
}

#[test]
fn frames_match_ffmpeg() {
    for (name, streams) in [("clusters.mkv", 2), ("groups.mkv", 2), ("stripped.mkv", 1), ("ac3_laced.mka", 1)]
    {
        for stream in 0..streams {
            let Some(mut ffmpeg) = oracle("ffmpeg") else { return };
            let map = format!("0:{stream}");
            ffmpeg.args(["-v", "error", "-i", name, "-map", &map, "-c", "copy", "-f", "data", "-"]);
            assert!(track(name, stream + 1) == printed(&mut ffmpeg), "track {} of {name}", stream + 1);
        }
    }
}

#[test]
fn elementary_streams_match_ffmpeg() {
    for name in ["mpegts/av.ts", "mpegts/av.m2ts", "mpegts/av.204.ts", "mpegts/hevc_ac3.ts"] {
        let data = read(name);
        let Ok(FileKind::MpegTs(packets)) = FileKind::detect(&data) else { panic!("{name}") };
        let mut pids: Vec<_> = packets.pes_packets(&data).map(|packet| packet.unwrap().pid()).collect();
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), 2, "{name}");
        for (stream, pid) in pids.iter().enumerate() {
            let found = good(&["extract", name, "--pid", &pid.to_string()]);
            assert_eq!(good(&["extract", name, "--pid", &format!("0x{pid:x}")]), found);
            let packets = packets.pes_packets(&data).for_pids([*pid]).map(Result::unwrap);
            let expected: Vec<u8> =
                packets.flat_map(|packet| packet.to_contiguous().unwrap().into_owned()).collect();
            assert!(!found.is_empty() && found == expected, "PID {pid} of {name}");
            let Some(mut ffmpeg) = oracle("ffmpeg") else { continue };
            let map = format!("0:{stream}");
            ffmpeg.args(["-v", "error", "-i", name, "-map", &map, "-c", "copy", "-f", "data", "-"]);
            assert!(found == printed(&mut ffmpeg), "PID {pid} of {name}");
        }
    }
    let output = run(&["extract", "mpegts/damaged.ts", "--pid", "0x100"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("byte ") && !output.stdout.is_empty(), "{}", stderr(&output));
}

#[test]
fn every_backend_writes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mp4/moov_last.mp4", "stripped.mkv"] {
        let expected = track(name, 1);
        for args in [["--io", "mapped"], ["--io", "read"], ["--io", "direct"], ["--no-mmap", "-q"]] {
            assert_eq!(
                good(&[&["extract", name, "--track", "1"], &args[..]].concat()),
                expected,
                "{name} {args:?}"
            );
        }
        for input in [read(name), gzip(&read(name))] {
            let output = with_input(&["extract", "--track", "1"], &input);
            assert!(output.status.success() && output.stdout == expected, "{name}: {}", stderr(&output));
        }
        let out = folder.path().join("out").display().to_string();
        assert_eq!(good(&["extract", name, "--track", "1", "-o", &out]), b"");
        assert_eq!(fs::read(&out).unwrap(), expected);
    }
}

#[test]
fn boxes_are_written_unchanged() {
    let data = read("mp4/faststart.mp4");
    let boxes = |kind: &[u8; 4]| {
        let nodes = Tree::new(&data).map(|node| node.unwrap().mp4_box);
        nodes.filter(|found| found.kind() == *kind).map(|found| found.as_bytes().to_vec()).collect::<Vec<_>>()
    };
    let extract = |path: &str| good(&["extract", "mp4/faststart.mp4", "--box", path]);
    assert_eq!(extract("ftyp"), boxes(b"ftyp")[0]);
    assert_eq!(extract("moov"), boxes(b"moov")[0]);
    assert_eq!(extract("moov/trak/tkhd"), boxes(b"tkhd").concat());
    assert_eq!(extract("moov/trak[0]/tkhd"), boxes(b"tkhd")[0]);
    assert_eq!(extract("moov/trak[1]/mdia/mdhd[0]"), boxes(b"mdhd")[1]);
    assert_eq!(extract("moov/udta/meta/ilst/\u{a9}too"), boxes(b"\xa9too")[0]);
    for (path, complaint) in [
        ("moov/trak[2]", "there is no box moov/trak[2]"),
        ("trak", "there is no box trak"),
        ("moov//trak", "is not a path such as"),
        ("moov/trak[x]", "is not a path such as"),
    ] {
        let output = run(&["extract", "mp4/faststart.mp4", "--box", path]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(complaint), "{}", stderr(&output));
    }
}

#[test]
fn attached_files_match_mkvextract() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("groups.mkv");
    let segment = Segment::read(&data).unwrap();
    let files: Vec<_> = segment.attachments().unwrap().map(Result::unwrap).collect();
    assert!(!files.is_empty());
    for (number, file) in files.iter().enumerate().map(|(number, file)| (number + 1, file)) {
        let name = std::str::from_utf8(file.name).unwrap();
        let number = number.to_string();
        assert_eq!(good(&["extract", "groups.mkv", "--attachment", name]), file.data);
        assert_eq!(good(&["extract", "groups.mkv", "--attachment", &number]), file.data);
        let Some(mut mkvextract) = oracle("mkvextract") else { continue };
        let out = folder.path().join("out").display().to_string();
        printed(mkvextract.args(["groups.mkv", "attachments", &format!("{number}:{out}")]));
        assert_eq!(fs::read(&out).unwrap(), file.data);
    }
    let output = run(&["extract", "groups.mkv", "--attachment", "0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("there is no attached file 0; the "), "{}", stderr(&output));
}

/// Builds an element with a size field of eight bytes.
fn element(id: u32, body: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let id = &id[id.iter().take_while(|&&byte| byte == 0).count()..];
    [id, &(body.len() as u64 | 1 << 56).to_be_bytes(), body].concat()
}

/// Builds a Matroska file with an attached file.
fn with_attachment(file: &[u8]) -> Vec<u8> {
    let attached = element(0x61a7, &[element(0x466e, b"large"), element(0x465c, file)].concat());
    let segment = element(0x1853_8067, &element(0x1941_a469, &attached));
    [element(0x1a45_dfa3, &element(0x4282, b"matroska")), segment].concat()
}

#[test]
fn long_ranges_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file: Vec<u8> =
        (0..2_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let name = write(folder.path(), "large.mkv", &with_attachment(&file));
    let args = ["extract", &name, "--attachment", "large"];
    assert!(good(&args) == file, "to a pipe");
    let out = folder.path().join("out").display().to_string();
    assert_eq!(good(&[&args[..], &["-o", &out]].concat()), b"");
    assert!(fs::read(&out).unwrap() == file, "to a file");
    // To the end of the input, and to the declared end.
    for (options, before) in [
        (fs::OpenOptions::new().append(true).clone(), file.len()),
        (fs::OpenOptions::new().write(true).clone(), 0),
    ] {
        let to = options.open(&out).unwrap();
        let status = pagecut(&args).stdout(Stdio::from(to)).status().unwrap();
        assert!(status.success());
        let written = fs::read(&out).unwrap();
        assert!(written[before..][..file.len()] == file, "behind {before} bytes");
    }
    assert!(good(&[&args[..], &["--no-mmap"]].concat()) == file, "not mapped");
    let output = with_input(
        &args[..1].iter().chain(&args[2..]).copied().collect::<Vec<_>>(),
        &fs::read(&name).unwrap(),
    );
    assert!(output.stdout == file, "of a stream");
}

#[test]
fn usage() {
    let wrong: [&[&str]; 4] = [
        &["extract", "../small.ts", "--pid", "8192"],
        &["extract", "groups.mkv"],
        &["extract", "groups.mkv", "--track", "1", "--attachment", "1"],
        &["extract", "groups.mkv", "--track", "one"],
    ];
    for args in wrong {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
    let refused: [(&[&str], &str); 10] = [
        (&["groups.mkv", "--track", "9"], "there is no track 9; the tracks are 1, 2, 3"),
        (&["mp4/hevc.mp4", "--track", "0"], "there is no track 0; the only track is 1"),
        (&["mp4/hevc.mp4", "--attachment", "1"], "MP4 has no attached files"),
        (&["groups.mkv", "--box", "moov"], "Matroska has no boxes"),
        (&["../two.fastq", "--track", "1"], "it is FASTQ, and only media containers hold tracks"),
        (&["../two.fastq", "--pid", "256"], "only a transport stream has PIDs"),
        (&["../small.ts", "--track", "1"], "a transport stream is extracted by PID"),
        (&["../small.ts", "--pid", "0x1ffe"], "there are no PES packets of PID 0x1ffe"),
        (&["live.mkv", "--attachment", "a"], "there is no attached file a; the file has no attached files"),
        (&["missing.mkv", "--track", "1"], "No such file"),
    ];
    for (args, complaint) in refused {
        let output = run(&[&["extract"], args].concat());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains(complaint), "{args:?}: {}", stderr(&output));
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn the_input_is_refused_as_output() {
    let folder = tempfile::tempdir().unwrap();
    let data = read("groups.mkv");
    let name = write(folder.path(), "groups.mkv", &data);
    let output = run(&["extract", &name, "--track", "1", "-o", &name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the output is the input"), "{}", stderr(&output));
    assert_eq!(fs::read(&name).unwrap(), data);
    // A missing item leaves no output.
    let out = folder.path().join("none");
    run(&["extract", &name, "--track", "9", "-o", &out.display().to_string()]);
    assert!(!Path::new(&out).exists());
}
