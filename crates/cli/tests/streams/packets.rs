//! `pagecut packets` is `ffprobe -show_packets`.

use serde_json::Value;

use crate::{ffprobe, files, pagecut, stderr, stdout};

const ENTRIES: &str = "packet=stream_index,pts,dts,duration,size,pos,flags,data_hash";

/// Options of ffprobe that leave out the fields it derives from payloads.
const AS_IT_STANDS: [&str; 2] = ["-fflags", "+nofillin+noparse"];

/// Options for MPEG-TS: all programs, and long PES packets in one piece.
const OF_MPEGTS: [&str; 4] = ["-scan_all_pmts", "1", "-max_packet_size", "1000000000"];

/// Returns the rows of ffprobe: `stream_index`, `pts`, `dts`, `duration`, `size`, `pos`, `flags` and `data_hash`.
fn rows_of_ffprobe(name: &str, options: &[&str]) -> Option<Vec<Vec<String>>> {
    let args = ["-show_data_hash", "crc32", "-of", "csv=p=0", "-show_entries", ENTRIES];
    let printed = ffprobe(&[&args[..], &AS_IT_STANDS, options, &[name]].concat())?;
    // Side data splits a row into several lines; the last one has the hash.
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in printed.lines().filter(|line| !line.is_empty()) {
        let mut fields: Vec<_> = line.split(',').map(str::to_owned).collect();
        if fields[0].is_empty() {
            rows.last_mut().unwrap().extend(fields.pop());
        } else {
            let hash =
                fields.iter().position(|field| field.starts_with("CRC32:")).map(|at| fields.remove(at));
            fields.truncate(7);
            fields.extend(hash);
            rows.push(fields);
        }
    }
    Some(rows)
}

/// Returns the rows of `pagecut packets`, which must succeed.
fn rows(args: &[&str]) -> Vec<Vec<String>> {
    let output = pagecut(&[&["packets"], args].concat());
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    assert_eq!(stderr(&output), "");
    stdout(&output).lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// Removes durations that ffprobe does not print.
fn forget_durations(found: &mut [Vec<String>], expected: &[Vec<String>]) {
    for (found, expected) in found.iter_mut().zip(expected) {
        if expected[3] == "N/A" {
            found[3] = "N/A".into();
        }
    }
}

/// Removes fields that ffprobe, for a reason, prints differently or not at all.
fn allow_for(name: &str, found: &mut Vec<Vec<String>>, expected: &mut [Vec<String>]) {
    match name {
        // An empty frame, which ffprobe leaves out.
        "lacing.mka" => {
            let before = found.len();
            found.retain(|row| row[4] != "0");
            assert_eq!(found.len() + 1, before);
        }
        // Subtitles are compressed in the file, and ffprobe decompresses them.
        "groups.mkv" => {
            for row in found.iter_mut().chain(expected).filter(|row| row[0] == "2") {
                row[4].clear();
                row[7].clear();
            }
        }
        // Without the payload, ffprobe does not recognize key frames.
        _ if name.starts_with("mpegts/") => found.iter_mut().for_each(|row| row[6] = "__".to_owned()),
        _ => {}
    }
}

#[test]
fn every_packet_of_every_file_matches_ffprobe() {
    for name in files() {
        // ffprobe reads every run without a data offset from the first one's position; tests of the library cover the file.
        if name == "mp4/fragmented_split_runs.mp4" {
            continue;
        }
        // ffprobe repeats packets that are in several edits.
        let is_edited = name == "mp4/several_edits.mp4";
        let (ours, theirs): (&[_], &[_]) = match &name[..] {
            _ if is_edited => (&["--raw-times"], &["-ignore_editlist", "1"]),
            _ if name.starts_with("mpegts/") => (&[], &OF_MPEGTS),
            _ => (&[], &[]),
        };
        let Some(mut expected) = rows_of_ffprobe(&name, theirs) else { return };
        let mut found = rows(&[&["--crc32", name.as_str()], ours].concat());
        allow_for(&name, &mut found, &mut expected);
        forget_durations(&mut found, &expected);
        assert!(expected.len() > 2, "{name}");
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn raw_times_match_the_sample_tables() {
    for name in files().iter().filter(|name| name.starts_with("mp4/")) {
        let by_position = |name: &str| {
            // ffprobe moves times if an offset is negative, and misplaces runs without data offsets.
            !["mp4/cmaf.mp4", "mp4/negative_offsets.mp4", "mp4/fragmented_split_runs.mp4"].contains(&name)
        };
        if !by_position(name) {
            continue;
        }
        let Some(expected) = rows_of_ffprobe(name, &["-ignore_editlist", "1"]) else { return };
        let mut found = rows(&["--crc32", "--raw-times", name]);
        forget_durations(&mut found, &expected);
        assert_eq!(found, expected, "{name}");
    }
    // Composition offsets from -512 on.
    let raw = rows(&["--raw-times", "--entries", "stream_index,pts,dts", "mp4/negative_offsets.mp4"]);
    let video: Vec<_> =
        raw.iter().filter(|row| row[0] == "0").take(3).map(|row| row[1..].join(" ")).collect();
    assert_eq!(video, ["0 0", "1536 512", "512 1024"]);
}

#[test]
fn json_matches_ffprobe() {
    for name in ["mp4/faststart.mp4", "mp4/pcm.mov", "vp9_opus.webm", "flac_laced.mka"] {
        let args =
            [&["-show_packets", "-show_data_hash", "crc32", "-of", "json"], &AS_IT_STANDS[..], &[name]];
        let Some(expected) = ffprobe(&args.concat()) else { return };
        let output = pagecut(&["packets", "--of", "json", "--crc32", name]);
        let mut found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut expected: Value = serde_json::from_str(&expected).unwrap();
        let (found, expected) =
            (found["packets"].as_array_mut().unwrap(), expected["packets"].as_array_mut().unwrap());
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter_mut().zip(expected) {
            let (found, expected) = (found.as_object_mut().unwrap(), expected.as_object_mut().unwrap());
            // Side data tells the decoder what to skip; pagecut does not print side data.
            expected.remove("side_data_list");
            if expected.get("duration").is_none() {
                found.retain(|field, _| !field.starts_with("duration"));
            }
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn fields_are_always_in_the_order_of_ffprobe() {
    let name = "mp4/aac.mov";
    let Some(expected) =
        ffprobe(&["-of", "csv=p=0", "-show_entries", "packet=pos,size,dts_time,codec_type", name])
    else {
        return;
    };
    // The first packet has side data.
    let expected = expected.lines().filter(|line| !line.is_empty());
    let expected: Vec<_> =
        expected.map(|line| line.split(',').take(4).collect::<Vec<_>>().join(",")).collect();
    let output = pagecut(&["packets", "--entries", "pos,size,dts_time,codec_type", name]);
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn streams_are_selected_as_in_ffprobe() {
    let name = "groups.mkv";
    for streams in ["0", "1", "v", "a:0", "a:1", "s", "9"] {
        let entries =
            ["-show_entries", "packet=stream_index,pts,pos", "-of", "csv=p=0", "-select_streams", streams];
        let Some(expected) = ffprobe(&[&entries[..], &AS_IT_STANDS, &[name]].concat()) else { return };
        let output =
            pagecut(&["packets", "--entries", "stream_index,pts,pos", "--select-streams", streams, name]);
        assert_eq!(stdout(&output), expected, "{streams}");
    }
    let output = pagecut(&["packets", "--select-streams", "x", name]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn payloads_are_at_data_pos() {
    // Payloads of MPEG-TS are not contiguous.
    for name in files().into_iter().filter(|name| !name.starts_with("mpegts/")) {
        let data = std::fs::read(crate::testdata(&name)).unwrap();
        for row in rows(&["--entries", "stream_index,size,data_pos,data_hash", &name]) {
            // The subtitles are compressed with zlib.
            if name == "groups.mkv" && row[0] == "2" {
                continue;
            }
            let row = &row[1..];
            let [size, at] = [0, 1].map(|field| row[field].parse::<usize>().unwrap());
            // The first three bytes of frames are stripped.
            let (before, size) =
                if name == "stripped.mkv" { (&[0, 0, 1][..], size - 3) } else { (&[][..], size) };
            let payload = [before, &data[at..at + size]].concat();
            assert_eq!(row[2], format!("CRC32:{:08x}", crc32fast::hash(&payload)), "{name}");
        }
    }
}

#[test]
fn packets_of_several_files_name_the_file() {
    let names = ["mp4/text.mp4", "vp9_opus.webm"];
    let found = rows(&[&["--entries", "pos"], &names[..]].concat());
    assert_eq!(found.len(), 3 + 151);
    assert_eq!(found[0], ["mp4/text.mp4", "44"]);
    assert_eq!(found[3][0], "vp9_opus.webm");
    let output = pagecut(&[&["packets", "--of", "json", "--entries", "pos"], &names[..]].concat());
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let objects: Vec<_> = objects.map(Result::unwrap).collect();
    let counts: Vec<_> = objects
        .iter()
        .map(|object| (&object["filename"], object["packets"].as_array().unwrap().len()))
        .collect();
    assert_eq!(counts, [(&names[0].into(), 3), (&names[1].into(), 151)]);
}

#[test]
fn other_formats_have_no_packets() {
    let output = pagecut(&["packets", "../two.fastq"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("has no streams"), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

#[test]
fn mpegts_packets_have_data_pos_and_key_frames() {
    let name = "mpegts/av.ts";
    let data = std::fs::read(crate::testdata(name)).unwrap();
    let found = rows(&["--select-streams", "v", "--entries", "pos,data_pos,flags", name]);
    assert_eq!(found.len(), 50);
    for row in &found {
        let [pos, at] = [0, 1].map(|field| row[field].parse::<usize>().unwrap());
        assert_eq!(data[pos], 0x47);
        // The frame begins with an H.264 access unit delimiter.
        assert_eq!(data[at..at + 5], [0, 0, 0, 1, 9]);
        assert!(at > pos && at < pos + 188);
    }
    let Some(expected) =
        ffprobe(&["-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", name])
    else {
        return;
    };
    let expected: Vec<_> = expected
        .lines()
        .filter_map(|line| line.split(',').next())
        .filter(|flags| !flags.is_empty())
        .collect();
    assert_eq!(found.iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), expected);
}

#[test]
fn pes_packets_continue_after_damage() {
    let whole = rows(&["--entries", "stream_index,pts", "mpegts/av.ts"]);
    let output = pagecut(&["packets", "--entries", "stream_index,pts", "mpegts/damaged.ts"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).lines().all(|line| line.contains("mpegts: ")), "{}", stderr(&output));
    let found = stdout(&output).lines().count();
    assert!(found > whole.len() * 3 / 4, "{found} of {}", whole.len());
}
