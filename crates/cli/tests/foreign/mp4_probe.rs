//! The report of `probe` on MP4 files with covers, chapters, indexes and encryption, and without samples.

use std::fs;

use serde_json::{Value, json};

use crate::{patched, path, probe, run, stderr, succeed, write};

/// Asserts that an object has these fields.
fn assert_fields(found: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
}

#[test]
fn cover_art_is_a_stream_with_one_packet() {
    let report = probe("mp4/covers.m4a");
    assert_fields(
        &report["format"],
        &json!({"nb_streams": 3, "start_time": "0.264000", "duration": "0.300000"}),
    );
    let picture = json!({
        "codec_type": "video", "codec_tag": "0x0000", "id": "0x0", "time_base": "1/90000", "r_frame_rate": "90000/1",
        "avg_frame_rate": "0/0", "start_pts": 23_760, "duration_ts": 27_000, "nb_read_packets": "1"
    });
    for (stream, expected) in [
        (
            1,
            json!({
                "codec_name": "mjpeg", "width": 4, "height": 2, "sample_aspect_ratio": "1:1", "display_aspect_ratio": "2:1",
                "pix_fmt": "yuvj420p"
            }),
        ),
        (
            2,
            json!({
                "codec_name": "png", "width": 3, "height": 2, "sample_aspect_ratio": "1:1", "display_aspect_ratio": "3:2",
                "pix_fmt": "rgb24"
            }),
        ),
    ] {
        let found = &report["streams"][stream];
        assert_fields(found, &picture);
        assert_fields(found, &expected);
        assert_eq!((&found["disposition"]["attached_pic"], &found["nb_frames"]), (&1.into(), &Value::Null));
    }
    assert_fields(&report["streams"][0], &json!({"start_pts": 2112, "start_time": "0.264000"}));

    let packets = succeed(&["packets", "mp4/covers.m4a"]);
    let lines: Vec<_> = packets.lines().take(3).collect();
    assert_eq!(lines, ["1,N/A,N/A,N/A,207,1586,K_", "2,N/A,N/A,N/A,94,1809,K_", "0,0,0,1024,222,44,K_"]);
    let video = succeed(&["packets", "--select-streams", "v:1", "mp4/covers.m4a"]);
    assert_eq!(video, "2,N/A,N/A,N/A,94,1809,K_\n");
}

/// Returns the chapters with time base and title.
fn chapters(report: &Value) -> Vec<(Value, Value, Value, Value)> {
    let chapters = report["chapters"].as_array().unwrap().iter();
    let of = |chapter: &Value| {
        let field = |name: &str| chapter[name].clone();
        (field("time_base"), field("start"), field("end"), chapter["tags"]["title"].clone())
    };
    chapters.map(of).collect()
}

#[test]
fn a_track_of_titles_has_the_chapters() {
    let report = probe("mp4/chapters.m4a");
    let chapter =
        |start: u32, end: u32, title: &str| ("1/1000".into(), start.into(), end.into(), title.into());
    assert_eq!(chapters(&report), [chapter(0, 400, "One"), chapter(400, 1000, "Zwölf")]);
    let titles = json!({"codec_type": "data", "codec_name": "bin_data", "codec_tag_string": "text"});
    assert_fields(&report["streams"][1], &titles);
    // The samples of the track are listed anyway.
    assert_eq!(succeed(&["packets", "--select-streams", "d", "mp4/chapters.m4a"]).lines().count(), 2);
}

#[test]
fn chapters_of_chpl_end_where_the_next_begins() {
    let (_folder, name) = write("changed.mp4", patched("mp4/chapters.m4a", b"tref", 4, b"none"));
    let report = probe(&name);
    let chapter =
        |start: u32, end: u32, title: &str| ("1/10000000".into(), start.into(), end.into(), title.into());
    assert_eq!(chapters(&report), [chapter(0, 4_000_000, "One"), chapter(4_000_000, 10_000_000, "Zwölf")]);
    assert_eq!(report["streams"][1]["codec_name"], "mov_text");
}

#[test]
fn a_description_without_samples_has_no_times() {
    let report = probe("mp4/no-samples.mp4");
    let times = json!({"duration_ts": 0, "duration": "0.000000", "start_pts": null, "avg_frame_rate": "0/0"});
    report["streams"].as_array().unwrap().iter().for_each(|stream| assert_fields(stream, &times));
    assert_fields(&report["streams"][0], &json!({"r_frame_rate": "12800/1", "bit_rate": null, "width": 48}));
    assert_fields(&report["streams"][1], &json!({"r_frame_rate": "0/0", "bit_rate": "24000"}));
    assert_fields(&report["format"], &json!({"start_time": null, "duration": null, "bit_rate": null}));
}

#[test]
fn rates_of_indexed_fragments_match_ffprobe() {
    let rates = json!({
        "r_frame_rate": "25/1", "avg_frame_rate": "25/1", "bit_rate": "6392", "duration_ts": 25_600, "start_pts": 1024,
        "nb_read_packets": "50"
    });
    assert_fields(&probe("mp4/indexed.mp4")["streams"][0], &rates);
}

#[test]
fn an_index_without_a_time_unit_is_an_error() {
    let (_folder, name) = write("changed.mp4", patched("mp4/indexed.mp4", b"sidx", 8, &[0; 4]));
    let output = run(&["probe", "--of", "json", &name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("'sidx' has a timescale of 0"), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    // That of the samples.
    assert_eq!(report["streams"][0]["duration_ts"], 25_600);
}

#[test]
fn boxes_of_a_sample_entry_are_side_data() {
    assert_eq!(
        probe("mp4/side-data.mp4")["streams"][0]["side_data_list"],
        json!([
            {
                "side_data_type": "DOVI configuration record", "dv_version_major": 1, "dv_version_minor": 0, "dv_profile": 8,
                "dv_level": 5, "rpu_present_flag": 1, "el_present_flag": 0, "bl_present_flag": 1,
                "dv_bl_signal_compatibility_id": 4
            },
            {
                "side_data_type": "Mastering display metadata", "red_x": "35400/50000", "red_y": "14600/50000",
                "green_x": "8500/50000", "green_y": "39850/50000", "blue_x": "6550/50000", "blue_y": "2300/50000",
                "white_point_x": "15635/50000", "white_point_y": "16450/50000", "min_luminance": "50/10000",
                "max_luminance": "10000000/10000"
            },
            { "side_data_type": "Content light level metadata", "max_content": 1000, "max_average": 400 }
        ])
    );
}

#[test]
fn an_encrypted_entry_has_the_tag_of_its_format() {
    let tag = json!({"codec_name": "h264", "codec_tag_string": "avc1", "codec_tag": "0x31637661"});
    assert_fields(&probe("mp4/encv.mp4")["streams"][0], &tag);
}

#[test]
fn av1_without_a_sequence_header_in_its_entry() {
    let ratio =
        json!({"width": 16, "sample_aspect_ratio": "1:1", "display_aspect_ratio": "1:1", "bit_rate": "5400"});
    assert_fields(&probe("mp4/av1-bare.mp4")["streams"][0], &ratio);
}

#[test]
fn sound_whose_entry_states_its_channels() {
    let of = |name: &str| probe(name)["streams"][0].clone();
    assert_fields(
        &of("mp4/ac3-init.mp4"),
        &json!({"channels": 2, "channel_layout": "stereo", "bit_rate": null}),
    );
    assert_fields(
        &of("mp4/eac3.mp4"),
        &json!({"channels": 2, "channel_layout": "stereo", "bit_rate": "64000"}),
    );
    let mpeg_h = json!({"codec_name": "mpegh_3d_audio", "channels": 0, "bit_rate": "12672"});
    assert_fields(&of("mp4/mhm1.mp4"), &mpeg_h);
}

#[test]
fn rates_of_uneven_frames_match_ffprobe() {
    let rates = json!({"r_frame_rate": "30/1", "avg_frame_rate": "103/4", "bit_rate": "3358"});
    assert_fields(&probe("mp4/uneven.mp4")["streams"][0], &rates);
    // The tables state the rates of samples that the input lacks.
    let data = fs::read(path("mp4/uneven.mp4")).unwrap();
    let end = data.windows(4).position(|kind| kind == b"mdat").unwrap() + 4;
    let (_folder, file) = write("cut.mp4", &data[..end]);
    let output = run(&["probe", "--of", "json", &file]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_fields(&report["streams"][0], &rates);
}

#[test]
fn the_configuration_of_ffv1_in_a_movie() {
    let format = json!({"codec_name": "ffv1", "pix_fmt": "bgr0", "extradata_size": 42});
    assert_fields(&probe("mp4/ffv1-glbl.mov")["streams"][0], &format);
}

#[test]
fn h264_without_vui_has_no_location_of_chroma() {
    let stream = &probe("mp4/h264-no-vui.mp4")["streams"][0];
    assert_fields(stream, &json!({"pix_fmt": "yuv420p", "chroma_location": null, "profile": "High"}));
}

#[test]
fn a_movie_of_duration_0_lasts_as_long() {
    let (_folder, name) = write("changed.mp4", patched("mp4/encv.mp4", b"mvhd", 16, &[0; 4]));
    assert_fields(&probe(&name)["format"], &json!({"duration": "0.000000", "bit_rate": null}));
}

#[test]
fn audio_rates_come_from_frame_headers() {
    let of = |name: &str| probe(name)["streams"][0].clone();
    assert_fields(&of("mp4/ac3.m4a"), &json!({"codec_name": "ac3", "bit_rate": "64000"}));
    // ADPCM has four bits per sample, whatever headers its blocks have.
    assert_fields(&of("mp4/msadpcm.mov"), &json!({"bit_rate": "176400", "channel_layout": "mono"}));
}

#[test]
fn film_grain_of_av1_comes_from_its_sequence() {
    assert_fields(&probe("mp4/av1-grain.mp4")["streams"][0], &json!({"codec_name": "av1", "film_grain": 1}));
    assert_fields(&probe("mp4/av1-bare.mp4")["streams"][0], &json!({"film_grain": 0}));
}

#[test]
fn a_colour_box_without_flags_has_the_limited_range() {
    let color = json!({"color_range": "tv", "color_space": "bt709", "color_primaries": "bt709"});
    assert_fields(&probe("mp4/nclx-short.mp4")["streams"][0], &color);
}
