//! Matroska and WebM.

use serde_json::{Value, json};

use crate::{path, probe, run, stderr, succeed, write};

/// Returns the report of `probe` with packet counts.
fn probe_counted(name: &str) -> Value {
    serde_json::from_str(&succeed(&["probe", "--count-packets", "--of", "json", name])).unwrap()
}

/// Returns the output of `packets`: stream, pts, size and position.
fn packets(name: &str) -> String {
    String::from_utf8(run(&["packets", "--entries", "stream_index,pts,size,pos", name]).stdout).unwrap()
}

#[test]
fn a_seek_head_points_to_another_one() {
    let report = probe("matroska/seek-head-chain.mkv");
    assert_eq!(report["format"]["tags"], json!({ "encoder": "own", "TITLE": "hello" }));
    assert_eq!(report["streams"][2]["codec_type"], "attachment");
    assert_eq!(report["streams"][2]["tags"]["filename"], "a.txt");
    let file = run(&["extract", "--attachment", "a.txt", "matroska/seek-head-chain.mkv"]);
    assert!(file.status.success() && file.stdout.len() == 5);
}

#[test]
fn tags_of_several_elements_are_joined() {
    let report = probe("matroska/two-tags.mkv");
    let of_track = json!({ "language": "eng", "BPS-eng": "1234", "ARTIST": "x", "track": "3" });
    assert_eq!(report["streams"][0]["tags"], of_track);
    let of_file = json!({ "TITLE": "a", "TITLE-ger": "a", "TITLE-eng": "b", "encoder": "Q", "track": "3" });
    assert_eq!(report["format"]["tags"], of_file);
}

#[test]
fn a_damaged_info_leaves_the_packets() {
    let name = "matroska/info-damaged.mkv";
    let expected = "0,0,10,156\n1,0,20,172\n0,40,11,198\n0,80,10,223\n1,80,20,239\n";
    assert_eq!(packets(name), expected);
    for args in [&["packets", name][..], &["probe", name], &["stats", name], &["verify", name]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(stderr(&output).matches("byte 64: ").count(), 1, "{args:?}: {}", stderr(&output));
    }
    let table = String::from_utf8(run(&["stats", "-T", name]).stdout).unwrap();
    assert!(table.contains("\t1\tvideo\tV_VP8\t3\t31\t0.080\tFAILED\n"), "{table}");
}

#[test]
fn a_timestamp_after_a_block_counts() {
    assert_eq!(packets("matroska/timestamp-after-block.mkv"), "0,100,10,172\n0,140,10,191\n");
}

#[test]
fn packets_of_two_documents() {
    let name = "matroska/two-documents.mkv";
    let expected = "0,0,10,175\n1,0,20,191\n0,40,11,217\n0,80,10,407\n1,80,20,423\n";
    assert_eq!(packets(name), expected);
    assert!(succeed(&["stats", "-T", name]).contains("\t1\tvideo\tV_VP8\t3\t31\t0.080\tOK\n"));
    let track = run(&["extract", "--track", "2", name]);
    assert!(track.status.success() && track.stdout.len() == 40);
    succeed(&["verify", name]);
    let report = probe_counted(name);
    let counts: Vec<_> =
        report["streams"].as_array().unwrap().iter().map(|stream| &stream["nb_read_packets"]).collect();
    assert_eq!(counts, ["3", "2"]);
}

#[test]
fn a_track_has_its_own_time_base() {
    let name = "matroska/track-timestamp-scale.mkv";
    assert_eq!(packets(name), "0,500,10,196\n1,1001,20,212\n0,540,11,238\n0,497,1,255\n");
    let report = probe(name);
    assert_eq!(report["streams"][0]["time_base"], "1/500");
    assert_eq!(report["streams"][0]["start_time"], "1.000000");
    let times = succeed(&["packets", "--entries", "stream_index,pts_time", name]);
    assert_eq!(times, "0,1.000000\n1,1.001000\n0,1.080000\n0,0.994000\n");
}

#[test]
fn attachments_are_streams() {
    let name = "matroska/attachments.mkv";
    let rows = "2,N/A,70,N/A\n0,0,10,535\n1,0,20,551\n0,40,11,577\n";
    assert_eq!(packets(name), rows);
    let report = probe(name);
    let streams = report["streams"].as_array().unwrap();
    let facts: Vec<_> = streams[2..]
        .iter()
        .map(|stream| (stream["codec_type"].as_str().unwrap(), stream["codec_name"].as_str()))
        .collect();
    let font = ("attachment", None);
    let expected = [("video", Some("png")), font, font, font, font, ("attachment", Some("ttf"))];
    assert_eq!(facts, expected);
    assert_eq!(streams[2]["disposition"]["attached_pic"], 1);
    assert_eq!(streams[7]["tags"]["title"], "descr");
}

#[test]
fn fields_that_the_container_has() {
    let report = probe("matroska/probe-fields.mkv");
    let chapters: Vec<_> = report["chapters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chapter| (chapter["id"].as_i64(), chapter["end_time"].as_str(), chapter["tags"].clone()))
        .collect();
    let expected = [
        (Some(11), Some("0.400000"), json!({ "title": "one" })),
        (Some(13), Some("0.500000"), json!({ "title": "two", "ARTIST": "x" })),
        (Some(15), Some("0.700000"), json!({ "title": "drei" })),
        (Some(21), Some("1.000000"), Value::Null),
    ];
    assert_eq!(chapters, expected);
    let of_file = json!({ "encoder": "own", "creation_time": "2001-01-01T00:00:00.000000Z" });
    assert_eq!(report["format"]["tags"], of_file);
    let [video, sound, text] = &report["streams"].as_array().unwrap()[..] else { panic!("{report}") };
    let of_video = json!({ "language": "eng", "stereo_mode": "left_right", "alpha_mode": "1" });
    assert_eq!(video["tags"], of_video);
    assert_eq!(video["sample_aspect_ratio"], "4:1");
    for (field, value) in
        [("codec_name", "pcm_mulaw"), ("codec_tag_string", "[7][0][0][0]"), ("bit_rate", "64000")]
    {
        assert_eq!(sound[field], value, "{field}");
    }
    assert_eq!((&sound["bits_per_sample"], &sound["extradata_size"]), (&json!(8), &Value::Null));
    // A stream without packets takes the times of the file.
    assert_eq!((&text["start_time"], &text["duration"]), (&json!("0.000000"), &json!("1.000000")));
}

#[test]
fn frames_stored_with_zlib_are_decompressed() {
    let name = "matroska/zlib-track.mkv";
    assert_eq!(packets(name), "0,0,10,179\n1,0,15,197\n1,800,1000,267\n");
    let output = run(&["packets", "--entries", "size", "--crc32", name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the frame at byte 236 is damaged"), "{}", stderr(&output));
    // As ffprobe shows it.
    assert!(String::from_utf8_lossy(&output.stdout).contains("15,CRC32:d454192a\n"));
    let track = run(&["extract", "--track", "2", name]);
    assert_eq!(track.status.code(), Some(1));
    let expected = [b"A line of text.".to_vec(), b"ab".repeat(500)].concat();
    assert!(track.stdout == expected);
}

/// Returns the streams that `probe` prints.
fn streams(name: &str) -> Vec<Value> {
    probe(name)["streams"].as_array().unwrap().clone()
}

#[test]
fn side_data_of_pictures() {
    let streams = streams("matroska/side-data.mkv");
    let of = |index: usize| &streams[index]["side_data_list"];
    let mastering = json!({
        "side_data_type": "Mastering display metadata",
        "red_x": "17/25", "red_y": "8/25", "green_x": "53/200", "green_y": "69/100", "blue_x": "3/20", "blue_y": "3/50",
        "white_point_x": "3127/10000", "white_point_y": "329/1000", "min_luminance": "1/100", "max_luminance": "1000/1",
    });
    let first = json!([
        { "side_data_type": "Stereo 3D", "type": "side by side", "inverted": 1 },
        { "side_data_type": "Content light level metadata", "max_content": 1000, "max_average": 300 },
        mastering,
        {
            "side_data_type": "Spherical Mapping", "projection": "tiled equirectangular",
            "bound_left": 1, "bound_top": 1, "bound_right": -1, "bound_bottom": -1, "yaw": 1, "pitch": 2, "roll": 3,
        },
    ]);
    assert_eq!(of(0), &first);
    assert_eq!(of(1)[0]["rotation"], -150);
    let cube = json!([{
        "side_data_type": "Spherical Mapping", "projection": "cubemap", "padding": 7, "yaw": 0, "pitch": -20, "roll": 0,
    }]);
    assert_eq!(of(2), &cube);
    assert_eq!(of(3), &Value::Null);
}

#[test]
fn sizes_of_subtitles_that_are_pictures() {
    let sizes: Vec<_> = streams("matroska/picture-subtitles.mkv")
        .iter()
        .map(|stream| (stream["width"].as_u64(), stream["height"].as_u64()))
        .collect();
    assert_eq!(sizes, [(Some(1280), Some(720)), (Some(1280), Some(720)), (Some(720), Some(576))]);
}

#[test]
fn pixel_formats_of_plain_pictures() {
    let streams = streams("matroska/raw-video.mkv");
    let formats: Vec<_> = streams.iter().map(|stream| stream["pix_fmt"].as_str().unwrap()).collect();
    assert_eq!(formats, ["gray", "yuv420p", "uyvy422", "rgb24"]);
}

#[test]
fn purposes_of_web_vtt() {
    let streams = streams("matroska/web-vtt.mkv");
    for (stream, purpose) in streams.iter().zip(["metadata", "captions", "descriptions"]) {
        assert_eq!(stream["codec_type"], "subtitle", "{stream}");
        assert_eq!(stream["disposition"][purpose], 1, "{stream}");
    }
    assert_eq!(streams.len(), 3);
}

#[test]
fn rates_by_the_durations_of_blocks() {
    let streams = streams("matroska/block-durations.mkv");
    let rates: Vec<_> =
        streams.iter().map(|stream| (&stream["r_frame_rate"], &stream["avg_frame_rate"])).collect();
    assert_eq!(rates, [(&json!("1000/1"), &json!("1000/7")), (&json!("179/6"), &json!("1000/33"))]);
}

#[test]
fn the_size_of_an_attached_picture() {
    let picture = &streams("matroska/attachments.mkv")[2];
    assert_eq!((&picture["width"], &picture["height"]), (&json!(1), &json!(1)));
}

/// Returns the offsets of the faults that `verify --recover` finds.
fn faults(name: &str) -> Vec<u64> {
    let output = run(&["verify", "--recover", "--json", name]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["error"]["offset"], verdict["faults"][0]["offset"]);
    verdict["faults"].as_array().unwrap().iter().map(|fault| fault["offset"].as_u64().unwrap()).collect()
}

#[test]
fn a_duration_that_is_no_number_is_reported() {
    for name in ["matroska/duration-infinite.mkv", "matroska/duration-nan.mkv"] {
        assert_eq!(faults(name), [67]);
        assert_eq!(packets(name), "0,0,10,129\n0,40,10,145\n");
        let report: Value = serde_json::from_slice(&run(&["probe", "--of", "json", name]).stdout).unwrap();
        assert_eq!(
            (&report["format"]["duration"], &report["format"]["bit_rate"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[test]
fn absurd_scales_of_tracks_are_taken_for_1() {
    let name = "matroska/track-scales-absurd.mkv";
    assert_eq!(faults(name), [124, 163, 202, 241]);
    assert_eq!(packets(name), "0,10,10,298\n1,10,10,314\n2,10,10,330\n3,10,10,346\n4,5,10,362\n");
}

#[test]
fn elements_that_may_occur_once_are_counted() {
    let name = "matroska/repeated-elements.mkv";
    // The second TrackType, Timestamp and Cues.
    assert_eq!(faults(name), [121, 148, 188]);
    let output = run(&["verify", name]);
    assert!(stderr(&output).contains("byte 121: element 0x83 "), "{}", stderr(&output));
}

#[test]
fn extensions_of_dts_are_described() {
    let fields = ["profile", "channels", "channel_layout", "sample_fmt", "bits_per_raw_sample", "bit_rate"];
    let streams = streams("matroska/dts-extensions.mka");
    let described: Vec<_> = streams.iter().map(|stream| fields.map(|field| stream[field].clone())).collect();
    let lossless = ["DTS-HD MA".into(), 8.into(), "7.1".into(), "s32p".into(), "24".into(), Value::Null];
    let express =
        ["DTS Express".into(), 6.into(), "5.1(side)".into(), "fltp".into(), Value::Null, "379872".into()];
    assert_eq!(described, [lossless, express]);
}

#[test]
fn frames_stored_with_bzip2_and_lzo_are_decompressed() {
    let name = "matroska/compressed-tracks.mkv";
    let output = run(&["packets", "--entries", "stream_index,pts,size,data_hash", "--crc32", name]);
    assert_eq!(output.status.code(), Some(1));
    // As ffprobe shows them; the second frame of each track is truncated.
    let expected = "0,0,15,CRC32:d454192a\n1,10,298,CRC32:70880647\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    for kind in ["the bzip2 data of the frame at byte 2", "the LZO data of the frame at byte 3"] {
        assert!(stderr(&output).contains(kind), "{}", stderr(&output));
    }
    let track = run(&["extract", "--track", "2", name]);
    assert_eq!(track.status.code(), Some(1));
    assert_eq!(track.stdout.len(), 298);
}

#[test]
fn streams_of_the_second_document_are_listed() {
    let parts =
        ["matroska/two-documents.mkv", "matroska/web-vtt.mkv"].map(|name| std::fs::read(path(name)).unwrap());
    let (_folder, name) = write("joined.mkv", parts.concat());
    let name = name.as_str();
    let rows = packets(name);
    let report = probe_counted(name);
    let counts: Vec<_> = report["streams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stream| (stream["codec_name"].as_str().unwrap(), stream["nb_read_packets"].as_str().unwrap()))
        .collect();
    let expected = [("vp8", "3"), ("opus", "2"), ("webvtt", "1"), ("webvtt", "1"), ("webvtt", "1")];
    assert_eq!(counts.len(), expected.len(), "{counts:?}");
    assert_eq!(counts[2..], expected[2..]);
    for (index, (_, count)) in counts.iter().enumerate() {
        let found = rows.lines().filter(|row| row.starts_with(&format!("{index},"))).count();
        assert_eq!(found.to_string(), *count, "stream {index}");
    }
}
