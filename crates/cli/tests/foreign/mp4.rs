//! MP4, QuickTime and HEIF files.

use std::fs;

use serde_json::Value;

use crate::{patched, path, run, stderr, succeed, write};

/// Returns the packets of an undamaged file.
fn packets(name: &str) -> Vec<String> {
    succeed(&["packets", name]).lines().map(str::to_owned).collect()
}

/// Returns the streams of a file, and the reported errors.
fn streams(name: &str) -> (Vec<Value>, String) {
    let output = run(&["probe", "--of", "json", name]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.success(), stderr(&output).is_empty());
    (report["streams"].as_array().unwrap().clone(), stderr(&output))
}

/// Returns fields of the only stream of an undamaged file.
fn stream(name: &str, fields: &[&str]) -> Vec<String> {
    let (streams, errors) = streams(name);
    assert_eq!((streams.len(), errors.as_str()), (1, ""), "{name}");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.iter().map(|&field| text(&streams[0][field])).collect()
}

/// Returns the error of a file that `verify` calls bad.
fn fault(name: &str) -> Value {
    let output = run(&["verify", "--json", name]);
    assert_eq!(output.status.code(), Some(1), "{name}");
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["error"].clone()
}

#[test]
fn companded_sound_has_a_byte_per_channel() {
    assert_eq!(packets("mp4/ulaw-mono.mov"), ["0,0,0,400,400,530,K_"]);
    let data = fs::read(path("mp4/ulaw-mono.mov")).unwrap();
    let samples = run(&["extract", "--track", "1", "mp4/ulaw-mono.mov"]).stdout;
    assert_eq!(samples, data[530..930]);
    assert!(succeed(&["verify", "mp4/ulaw-mono.mov"]).contains("payload not checked"));
}

#[test]
fn frames_of_compressed_sound_are_packets() {
    let packets = packets("mp4/msadpcm.mov");
    assert_eq!(packets.len(), 5);
    assert_eq!(packets[1], "0,2036,2036,2036,1024,1060,K_");
    let fields = ["codec_name", "bits_per_sample", "nb_frames", "duration_ts"];
    assert_eq!(stream("mp4/msadpcm.mov", &fields), ["adpcm_ms", "4", "10180", "10180"]);
    succeed(&["verify", "mp4/msadpcm.mov"]);
}

#[test]
fn durations_are_sums_of_samples() {
    for name in ["fragment-edit-duration", "stts-shorter-than-mdhd", "sidx-duration"] {
        assert_eq!(stream(&format!("mp4/{name}.mp4"), &["duration"]), ["1.000000"], "{name}");
    }
}

#[test]
fn a_sample_that_is_not_output_moves_no_other() {
    let found = packets("mp4/ctts-not-output.mp4");
    let times = ["0,N/A,0,250,40,636,KD", "0,250,250,250,50,676,K_", "0,500,500,250,60,726,K_"];
    assert_eq!(found[..3], times);
}

#[test]
fn byte_order_and_width_of_pcm() {
    let fields = ["codec_name", "bits_per_sample"];
    assert_eq!(stream("mp4/enda-in24le.mov", &fields), ["pcm_s24le", "24"]);
    assert_eq!(stream("mp4/sowt-8bit.mov", &fields), ["pcm_s8", "8"]);
    for (kind, name) in
        [(b"in32", "pcm_s32le"), (b"fl32", "pcm_f32le"), (b"fl64", "pcm_f64le"), (b"twos", "pcm_s16le")]
    {
        let mut data = patched("mp4/enda-in24le.mov", b"in24", 0, &[]);
        while let Some(at) = data.windows(4).position(|found| found == b"in24") {
            data[at..at + 4].copy_from_slice(kind);
        }
        let (_folder, file) = write("sound.mov", &data);
        assert_eq!(streams(&file).0[0]["codec_name"], name);
    }
    let big = patched("mp4/enda-in24le.mov", b"enda", 0, &[0, 0]);
    let (_folder, file) = write("big.mov", &big);
    assert_eq!(streams(&file).0[0]["codec_name"], "pcm_s24be");
}

#[test]
fn sample_rates_above_16_bits() {
    for name in ["mp4/flac-96k.mp4", "mp4/alac-96k.m4a"] {
        assert_eq!(stream(name, &["sample_rate", "channels"]), ["96000", "1"], "{name}");
    }
}

#[test]
fn image_sequences_are_video() {
    let fields = ["codec_type", "codec_name", "width"];
    assert_eq!(stream("mp4/pict-sequence.mp4", &fields), ["video", "av1", "64"]);
}

#[test]
fn a_bad_table_leaves_the_other_tracks() {
    let output = run(&["packets", "mp4/one-bad-table.mp4"]);
    assert_eq!(output.status.code(), Some(1));
    let listed = String::from_utf8(output.stdout.clone()).unwrap();
    let video: Vec<_> = listed.lines().filter(|line| line.starts_with("0,")).collect();
    assert_eq!(
        video,
        [
            "0,0,0,250,40,1030,K_",
            "0,250,250,250,50,1070,K_",
            "0,500,500,250,60,1120,K_",
            "0,750,750,250,70,1180,K_"
        ]
    );
    assert_eq!(listed.lines().count(), 8);
    assert_eq!(stderr(&output).lines().count(), 1);
    assert!(stderr(&output).contains("the box 'stss' has numbers that do not ascend"));
    let (streams, errors) = streams("mp4/one-bad-table.mp4");
    assert_eq!((streams.len(), errors.lines().count()), (2, 1), "{errors}");
    // All samples of both tracks are readable.
    let stats = run(&["stats", "-T", "mp4/one-bad-table.mp4"]);
    assert_eq!((stats.status.code(), String::from_utf8_lossy(&stats.stdout).lines().count()), (Some(1), 3));
}

#[test]
fn a_missing_decoder_configuration_is_reported() {
    let (streams, errors) = streams("mp4/esds-without-dsi.mp4");
    let stream = &streams[0];
    assert_eq!((&stream["codec_name"], &stream["sample_rate"]), (&"aac".into(), &"48000".into()));
    assert!(errors.contains("the box 'esds' has no DecoderSpecificInfo"), "{errors}");
    assert_eq!(packets("mp4/esds-without-dsi.mp4").len(), 4);
    assert_eq!(fault("mp4/esds-without-dsi.mp4")["kind"], "box_content");
}

#[test]
fn boxes_that_are_no_entries_and_empty_tables() {
    assert_eq!(stream("mp4/free-in-stsd.mp4", &["codec_name"]), ["mpeg4"]);
    succeed(&["verify", "mp4/free-in-stsd.mp4", "mp4/ctts-empty.mp4", "mp4/grpl.heic"]);
    assert_eq!(packets("mp4/ctts-empty.mp4")[3], "0,750,750,250,70,770,K_");
    assert!(succeed(&["tree", "mp4/grpl.heic"]).contains("altr"));
}

#[test]
fn samples_of_one_time_in_a_run_are_presented() {
    let flags: Vec<_> =
        packets("mp4/zero-duration-flag.mp4").iter().map(|line| line[line.len() - 2..].to_owned()).collect();
    assert_eq!(flags, ["K_"; 3]);
}

#[test]
fn zeros_after_the_last_box_are_padding() {
    for len in [4, 7, 8, 513] {
        let mut data = fs::read(path("mp4/ctts-empty.mp4")).unwrap();
        data.extend(vec![0; len]);
        let (_folder, file) = write("padded.mp4", &data);
        let verdict: Value = serde_json::from_str(&succeed(&["verify", "--json", &file])).unwrap();
        assert_eq!((&verdict["blank_bytes"], &verdict["records"]), (&len.into(), &3.into()));
        assert_eq!(verdict["bytes"], data.len());
    }
}

#[test]
fn samples_outside_media_data_or_overlapping_are_bad() {
    let first = |offset: u32| patched("mp4/stts-shorter-than-mdhd.mp4", b"stco", 8, &offset.to_be_bytes());
    let (_folder, file) = write("misplaced.mp4", first(0));
    let found = fault(&file);
    assert_eq!(found["kind"], "sample_misplaced");
    assert!(found["message"].as_str().unwrap().contains("in the box 'ftyp'"), "{found}");
    let extracted = run(&["extract", "--track", "1", &file]);
    assert_eq!(extracted.status.code(), Some(1));
    assert!(stderr(&extracted).contains("in the box 'ftyp'"), "{}", stderr(&extracted));
    let (_folder, file) = write("overlap.mp4", &{
        let mut data = fs::read(path("mp4/one-bad-table.mp4")).unwrap();
        let at = data.windows(4).rposition(|found| found == b"stss").unwrap();
        data[at..at + 4].copy_from_slice(b"free");
        data
    });
    assert_eq!(fault(&file)["kind"], "sample_overlap");
}

/// Builds the first boxes of a fragmented file, and a fragment of runs, each of which declares samples of half its bytes.
fn overlapping_runs(runs: usize) -> Vec<u8> {
    let data = fs::read(path("mp4/zero-duration-flag.mp4")).unwrap();
    let moof = data.windows(4).position(|found| found == b"moof").unwrap() - 4;
    let mp4_box = |kind: &[u8; 4], payload: &[u8]| {
        [&u32::try_from(8 + payload.len()).unwrap().to_be_bytes()[..], kind, payload].concat()
    };
    let word = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let len = 10 * runs;
    // A default size of one byte and a default duration of one time unit.
    let header = mp4_box(b"tfhd", &[word(0x18), word(1), word(1), word(1)].concat());
    let trun = mp4_box(b"trun", &[word(1), word(len), word(0)].concat());
    let traf = mp4_box(b"traf", &[header, trun.repeat(runs)].concat());
    let sequence = mp4_box(b"mfhd", &[0; 8]);
    [&data[..moof], &mp4_box(b"moof", &[sequence, traf].concat()), &mp4_box(b"mdat", &[0; 300])].concat()
}

#[test]
fn work_grows_with_the_length_of_overlapping_runs() {
    let lines = |runs| {
        let data = overlapping_runs(runs);
        let (_folder, file) = write("runs.mp4", &data);
        let output = run(&["packets", &file]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("more bytes than the input"), "{}", stderr(&output));
        assert_eq!(run(&["verify", &file]).status.code(), Some(1));
        let listed = output.stdout.iter().filter(|&&byte| byte == b'\n').count();
        assert!(listed <= data.len(), "{listed} packets of {} bytes", data.len());
        listed
    };
    let (short, long) = (lines(500), lines(1000));
    assert!(long <= 2 * short, "{short} and {long}");
}

#[test]
fn a_bad_fragment_leaves_the_others() {
    let whole = succeed(&["packets", "--raw-times", "../media/mp4/fragmented.mp4"]);
    let data = fs::read(path("../media/mp4/fragmented.mp4")).unwrap();
    let second =
        |kind: &[u8; 4]| 4 + data.windows(4).enumerate().filter(|(_, found)| found == kind).nth(2).unwrap().0;
    // The header of the second fragment of the first track, the version of its time, its sample count; a box in the second
    // `moof`.
    for (kind, at, byte, left_out) in [
        (b"tfhd", second(b"tfhd") - 1, b'x', &["0,"][..]),
        (b"tfdt", second(b"tfdt") - 5, 16, &["0,"]),
        (b"trun", second(b"trun") + 4, 1, &["0,"]),
        (b"mfhd", 4 + data.windows(4).rposition(|found| found == b"moof").unwrap() + 1, 1, &["0,", "1,"]),
    ] {
        let mut data = data.clone();
        data[at] = byte;
        let moofs: Vec<_> =
            data.windows(4).enumerate().filter(|(_, found)| found == b"moof").map(|(at, _)| at).collect();
        let (start, end) =
            (*moofs.iter().rev().find(|&&moof| moof < at).unwrap(), moofs.iter().find(|&&moof| moof > at));
        let is_left = |line: &&str| {
            let pos: usize = line.split(',').nth(5).unwrap().parse().unwrap();
            pos < start
                || end.is_some_and(|&end| pos > end)
                || !left_out.iter().any(|track| line.starts_with(track))
        };
        let expected: Vec<_> = whole.lines().filter(is_left).collect();
        assert!(expected.len() < whole.lines().count());
        let (_folder, file) = write("fragments.mp4", &data);
        for io in ["mapped", "read", "direct"] {
            let output = run(&["packets", "--raw-times", "--io", io, &file]);
            assert_eq!(output.status.code(), Some(1));
            let listed = String::from_utf8(output.stdout.clone()).unwrap();
            assert_eq!(listed.lines().collect::<Vec<_>>(), expected, "{}", kind.escape_ascii());
            assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
            assert!(stderr(&output).contains(&format!("'{}'", kind.escape_ascii())), "{}", stderr(&output));
        }
        let stats = run(&["stats", "--json", &file]);
        assert_eq!(stats.status.code(), Some(1));
        let stats: Value = serde_json::from_slice(&stats.stdout).unwrap();
        for (row, track) in stats["tracks"].as_array().unwrap().iter().zip(["0,", "1,"]) {
            assert_eq!(row["samples"], expected.iter().filter(|line| line.starts_with(track)).count());
        }
        assert_eq!(stats["tracks"].as_array().unwrap().len(), 2);
        let name = kind.escape_ascii().to_string();
        assert!(stats["error"]["message"].as_str().unwrap().contains(&name), "{stats}");
        assert!(fault(&file)["offset"].as_u64() >= stats["error"]["offset"].as_u64());
        assert_eq!(streams(&file).1.lines().count(), 1);
    }
}
