//! `pagecut probe --of json` matches `ffprobe -show_streams -show_format -of json` in the fields that it prints.

use serde_json::Value;

use crate::{ffprobe, files, pagecut, stderr, stdout};

fn probe(name: &str) -> Value {
    let output = pagecut(&["probe", "--of", "json", "--count-packets", name]);
    assert!(output.status.success(), "{name}: {}", stderr(&output));
    assert_eq!(stderr(&output), "");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn probe_of_ffprobe(name: &str, options: &[&str]) -> Option<Value> {
    let printed = ffprobe(&[&["-show_streams", "-show_format", "-of", "json"], options, &[name]].concat())?;
    Some(serde_json::from_str(&printed).unwrap())
}

/// Returns the reason why ffprobe counts packets differently, if it does.
fn exception_of_count(name: &str) -> Option<&'static str> {
    Some(match name {
        "mp4/several_edits.mp4" => "ffprobe shows what is in several edits several times",
        "lacing.mka" => "ffprobe leaves out frames without bytes",
        _ => return None,
    })
}

/// Compares all fields that pagecut prints, and returns their number.
fn compare(name: &str, of: &str, found: &Value, expected: &Value) -> usize {
    let mut compared = 0;
    for (field, value) in found.as_object().unwrap().iter().filter(|(field, _)| *field != "nb_read_packets") {
        let (field, expected) = (format!("{of}.{field}"), &expected[field]);
        if value.is_object() {
            compared += compare(name, &field, value, expected);
        } else {
            assert_eq!(value, expected, "{field} of {name}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn every_field_of_every_file_matches_ffprobe() {
    for name in files() {
        // Without this option, a stream of a program whose map comes later has no place.
        let options: &[_] = if name.starts_with("mpegts/") { &["-scan_all_pmts", "1"] } else { &[] };
        let Some(expected) = probe_of_ffprobe(&name, options) else { return };
        let found = probe(&name);
        let [found_streams, expected_streams] =
            [&found, &expected].map(|probe| probe["streams"].as_array().unwrap());
        assert_eq!(found_streams.len(), expected_streams.len(), "{name}");
        let format = compare(&name, "format", &found["format"], &expected["format"]);
        assert!(format > 5, "{name}");
        for (index, (found, expected)) in found_streams.iter().zip(expected_streams).enumerate() {
            let fields = compare(&name, &format!("streams.{index}"), found, expected);
            assert!(fields > 9, "{fields} fields of {name}");
        }
    }
}

#[test]
fn most_files_have_the_expected_fields() {
    // A field that was printed must not disappear.
    let fields = |name: &str, stream: usize| {
        let names = probe(name)["streams"][stream].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        names.join(" ")
    };
    assert_eq!(
        fields("mp4/faststart.mp4", 0),
        "avg_frame_rate bit_rate bits_per_raw_sample chroma_location closed_captions \
         codec_long_name codec_name codec_tag codec_tag_string codec_type coded_height \
         coded_width display_aspect_ratio disposition duration duration_ts extradata_size \
         field_order film_grain has_b_frames height id index is_avc level nal_length_size \
         nb_frames nb_read_packets pix_fmt profile r_frame_rate refs sample_aspect_ratio \
         start_pts start_time tags time_base width"
    );
    assert_eq!(
        fields("mp4/faststart.mp4", 1),
        "avg_frame_rate bit_rate bits_per_sample channel_layout channels codec_long_name \
         codec_name codec_tag codec_tag_string codec_type disposition duration duration_ts \
         extradata_size id index nb_frames nb_read_packets profile r_frame_rate sample_fmt \
         sample_rate start_pts start_time tags time_base"
    );
    assert_eq!(
        fields("clusters.mkv", 0),
        "avg_frame_rate bits_per_raw_sample chroma_location closed_captions codec_long_name \
         codec_name codec_tag codec_tag_string codec_type coded_height coded_width \
         display_aspect_ratio disposition extradata_size field_order film_grain has_b_frames \
         height index is_avc level nal_length_size nb_read_packets pix_fmt profile r_frame_rate \
         refs sample_aspect_ratio start_pts start_time tags time_base width"
    );
    assert_eq!(
        fields("clusters.mkv", 1),
        "avg_frame_rate bits_per_sample channel_layout channels codec_long_name codec_name \
         codec_tag codec_tag_string codec_type disposition extradata_size index nb_read_packets \
         profile r_frame_rate sample_fmt sample_rate start_pts start_time tags time_base"
    );
}

#[test]
fn packets_are_counted() {
    // For MPEG-TS, ffprobe counts the frames in the PES packets.
    for name in files().into_iter().filter(|name| !name.starts_with("mpegts/")) {
        let Some(expected) = probe_of_ffprobe(&name, &["-count_packets"]) else { return };
        let found = probe(&name);
        let counts = |probe: &Value| {
            let streams = probe["streams"].as_array().unwrap().iter();
            streams.map(|stream| stream["nb_read_packets"].as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let (found, expected) = (counts(&found), counts(&expected));
        assert_eq!(found == expected, exception_of_count(&name).is_none(), "{name}: {found:?}, {expected:?}");
    }
}

#[test]
fn lines_for_people() {
    let output = pagecut(&["probe", "mp4/faststart.mp4", "groups.mkv"]);
    assert_eq!(
        stdout(&output),
        "mp4/faststart.mp4: MP4, 2 s, 16,120 bytes, 64 kb/s\n\
         #  kind   codec  profile  language  what                     start  duration  kb/s  packets\n\
         0  video  h264   Main     und       64x48, 25 fps, default   0      2         38    50\n\
         1  audio  aac    LC       und       8,000 Hz, 1 ch, default  0      2         17    17\n\
         \n\
         groups.mkv: Matroska, 2.026 s, 60,621 bytes, 239 kb/s, \"A title\"\n\
         #  kind        codec   profile  language  what                start  duration  kb/s  packets\n\
         0  video       h264    Main     -         128x96, 25 fps      0.021  -         -     -\n\
         1  audio       aac     LC       ger       48,000 Hz, 1 ch     0      -         -     -\n\
         2  subtitle    subrip  -        -         default             0.1    -         -     -\n\
         3  attachment  -       -        -         note.txt, \"a note\"  0      2.026     -     -\n\
         4  attachment  -       -        -         inner.mkv           0      2.026     -     -\n"
    );
}

#[test]
fn damaged_files_are_reported() {
    let output = pagecut(&["probe", "../two.fastq", "mp4/aac.mov"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("../two.fastq: "), "{}", stderr(&output));
    assert!(stdout(&output).contains("mp4/aac.mov: MP4"), "{}", stdout(&output));
}
