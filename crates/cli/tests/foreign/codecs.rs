//! Stream fields from headers of codings.

use serde_json::Value;

use crate::{path, probe};

/// Files with one stream, and the fields that ffprobe 5.1 shows.
const FILES: [(&str, &str); 13] = [
    (
        "aac-latm.ts",
        "codec_name=aac_latm profile=LC sample_fmt=fltp sample_rate=48000 channels=2 \
         channel_layout=stereo",
    ),
    ("ac3-quad.mkv", "codec_name=ac3 sample_fmt=fltp sample_rate=48000 channels=4 channel_layout=quad(side)"),
    (
        "alac-24-bits.mkv",
        "codec_name=alac sample_fmt=s32p sample_rate=48000 channels=2 channel_layout=stereo \
         bits_per_raw_sample=24",
    ),
    (
        "av1-444-pq.mkv",
        "codec_name=av1 profile=High width=190 height=110 coded_width=190 has_b_frames=0 \
         sample_aspect_ratio=1:1 display_aspect_ratio=19:11 pix_fmt=yuv444p10le level=0 \
         color_range=pc color_space=bt2020nc color_transfer=smpte2084 color_primaries=bt2020 \
         field_order=progressive r_frame_rate=25/1",
    ),
    (
        "ffv1-422-10-bits.mkv",
        "codec_name=ffv1 width=64 height=48 coded_width=64 has_b_frames=0 sample_aspect_ratio=1:1 \
         display_aspect_ratio=4:3 pix_fmt=yuv422p10le level=-99 color_range=tv \
         field_order=progressive bits_per_raw_sample=10 r_frame_rate=25/1",
    ),
    (
        "h264-422-10-bits-pq.mp4",
        "codec_name=h264 profile=High 4:2:2 width=190 height=110 coded_width=190 has_b_frames=2 \
         sample_aspect_ratio=4:3 display_aspect_ratio=76:33 pix_fmt=yuv422p10le level=11 \
         color_range=pc color_space=bt2020nc color_transfer=smpte2084 color_primaries=bt2020 \
         chroma_location=left field_order=progressive bits_per_raw_sample=10 r_frame_rate=25/1",
    ),
    (
        "h264-fields-bb.mp4",
        "codec_name=h264 profile=High width=192 height=112 coded_width=192 has_b_frames=2 \
         sample_aspect_ratio=1:1 display_aspect_ratio=12:7 pix_fmt=yuv420p level=21 \
         chroma_location=left field_order=bb bits_per_raw_sample=8 r_frame_rate=25/1",
    ),
    (
        "h264-fields-tt.ts",
        "codec_name=h264 profile=High width=192 height=112 coded_width=192 has_b_frames=2 \
         sample_aspect_ratio=1:1 display_aspect_ratio=12:7 pix_fmt=yuv420p level=21 \
         chroma_location=left field_order=tt bits_per_raw_sample=8 r_frame_rate=25/1",
    ),
    (
        "hevc-444-12-bits.mkv",
        "codec_name=hevc profile=Rext width=190 height=110 coded_width=192 has_b_frames=2 \
         sample_aspect_ratio=2:1 display_aspect_ratio=38:11 pix_fmt=yuv444p12le level=30 \
         color_range=pc field_order=progressive r_frame_rate=25/1",
    ),
    (
        "mpeg1-16-9.mkv",
        "codec_name=mpeg1video width=190 height=110 coded_width=0 has_b_frames=1 \
         sample_aspect_ratio=176:171 display_aspect_ratio=16:9 pix_fmt=yuv420p level=-99 \
         color_range=tv chroma_location=center field_order=progressive r_frame_rate=25/1",
    ),
    (
        "mpeg4-par-12-11.mkv",
        "codec_name=mpeg4 profile=Simple Profile width=190 height=110 coded_width=190 \
         has_b_frames=0 sample_aspect_ratio=12:11 display_aspect_ratio=228:121 pix_fmt=yuv420p \
         level=1 color_range=tv chroma_location=left field_order=progressive r_frame_rate=25/1",
    ),
    (
        "vp8.webm",
        "codec_name=vp8 profile=0 width=190 height=110 coded_width=190 has_b_frames=0 \
         sample_aspect_ratio=1:1 display_aspect_ratio=19:11 pix_fmt=yuv420p level=-99 \
         color_range=tv field_order=progressive r_frame_rate=25/1",
    ),
    (
        "vp9-rgb.webm",
        "codec_name=vp9 profile=Profile 1 width=190 height=110 coded_width=190 has_b_frames=0 \
         sample_aspect_ratio=1:1 display_aspect_ratio=19:11 pix_fmt=gbrp level=-99 color_range=pc \
         color_space=gbr field_order=progressive r_frame_rate=25/1",
    ),
];

#[test]
fn headers_give_the_fields_of_streams() {
    for (name, fields) in FILES {
        let report = probe(&format!("codecs/{name}"));
        let stream = &report["streams"][0];
        for (key, expected) in split(fields) {
            let found = match &stream[key] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(found, expected, "{key} of {name}");
        }
    }
}

/// Returns keys and values of `key=value` pairs separated by spaces; a value may contain spaces.
fn split(fields: &str) -> Vec<(&str, String)> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for word in fields.split(' ') {
        match (word.split_once('='), pairs.last_mut()) {
            (Some((key, value)), _) => pairs.push((key, value.to_owned())),
            (None, Some((_, value))) => *value += &format!(" {word}"),
            (None, None) => {}
        }
    }
    pairs
}

#[test]
fn every_field_matches_ffprobe() {
    for (name, _) in FILES {
        let mut command = std::process::Command::new("ffprobe");
        command.args(["-v", "quiet", "-show_streams", "-of", "json"]).arg(path(&format!("codecs/{name}")));
        let Ok(output) = command.output() else {
            assert!(std::env::var_os("PAGECUT_REQUIRE_ORACLES").is_none(), "no ffprobe, which is required");
            return;
        };
        let expected: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = probe(&format!("codecs/{name}"));
        let mut compared = 0;
        for (key, value) in found["streams"][0].as_object().unwrap() {
            // ffprobe counts packets only on request.
            if !value.is_object() && key != "nb_read_packets" {
                assert_eq!(*value, expected["streams"][0][key], "{key} of {name}");
                compared += 1;
            }
        }
        assert!(compared > 12, "{compared} fields of {name}");
    }
}

#[test]
fn damaged_headers_do_not_stop_the_probe() {
    // Changed header bytes, one at a time; the command reads the containers or refuses them.
    let folder = std::env::temp_dir().join(format!("pagecut-codecs-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["h264-fields-tt.ts", "ffv1-422-10-bits.mkv", "h264-422-10-bits-pq.mp4"] {
        let whole = std::fs::read(path(&format!("codecs/{name}"))).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 12) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            let file = folder.join(name);
            std::fs::write(&file, damaged).unwrap();
            let output = crate::run(&["probe", "--of", "json", file.to_str().unwrap()]);
            assert!(matches!(output.status.code(), Some(0 | 1)), "byte {at} of {name}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
