//! Tags and side data of MP4 and QuickTime compared with ffprobe.

use std::fs;

use serde_json::{Value, json};

use crate::{path, probe, run, stderr};

/// Returns the tags of the input without those of `ftyp`.
fn format_tags(report: &Value) -> Value {
    let mut tags = report["format"]["tags"].clone();
    tags.as_object_mut()
        .unwrap()
        .retain(|name, _| !["major_brand", "minor_version", "compatible_brands"].contains(&name.as_str()));
    tags
}

/// Returns the tags shared by `tags-ilst.mp4` and `tags-forms.mp4`.
fn common() -> Value {
    json!({
        "creation_time": "2020-02-29T12:34:56.000000Z", "title": "Ü title", "artist": "A", "album_artist": "B",
        "date": "2001", "comment": "C", "episode_id": "E1", "episode_sort": "7", "season_number": "2",
        "media_type": "10", "gapless_playback": "1", "compilation": "1", "track": "3/12", "disc": "1"
    })
}

#[test]
fn items_of_itunes_are_tags() {
    let report = probe("mp4/tags-ilst.mp4");
    assert_eq!(format_tags(&report), common());
    assert_eq!(
        report["streams"][0]["tags"],
        json!({
            "creation_time": "2020-02-29T12:34:56.000000Z", "language": "deu", "handler_name": "VideoHandler",
            "vendor_id": "[0][0][0][0]", "encoder": "Lavc mpeg4"
        })
    );
}

#[test]
fn items_with_names_numbers_and_mac_os_roman() {
    let report = probe("mp4/tags-forms.mp4");
    let mut expected = common();
    for (name, value) in [("Mood", "calm"), ("genre", "Rock"), ("composer", "Björk")] {
        expected[name] = value.into();
    }
    assert_eq!(format_tags(&report), expected);
    // QuickTime language code 2.
    assert_eq!(report["streams"][0]["tags"]["language"], "ger");
}

#[test]
fn keys_of_quicktime_are_tags() {
    let report = probe("mp4/tags-keys.mov");
    assert_eq!(
        format_tags(&report),
        json!({
            "com.example.key": "ö", "com.apple.quicktime.make": "Maker", "creation_time": "2020-02-29T12:34:56Z"
        })
    );
    assert_eq!(report["streams"][0]["tags"]["vendor_id"], "FFMP");
}

#[test]
fn strings_of_user_data_are_tags() {
    assert_eq!(
        format_tags(&probe("mp4/tags-udta.mov")),
        json!({ "title": "title", "comment": "C", "make": "M", "location": "+12.3400-045.6000/" })
    );
}

#[test]
fn a_place_of_3gpp_has_its_language() {
    let place = "+12.3400-045.6000/Place";
    assert_eq!(format_tags(&probe("mp4/tags.3gp")), json!({ "location": place, "location-eng": place }));
}

#[test]
fn rotated_pictures_have_a_display_matrix() {
    let rows = "\n00000000:            0      -65536           0\n\
                00000001:        65536           0           0\n\
                00000002:            0           0  1073741824\n";
    assert_eq!(
        probe("mp4/rotated.mp4")["streams"][0]["side_data_list"],
        json!([{ "side_data_type": "Display Matrix", "displaymatrix": rows, "rotation": 90 }])
    );
    assert_eq!(probe("mp4/tags-ilst.mp4")["streams"][0].get("side_data_list"), None);
}

#[test]
fn damaged_metadata_leave_the_streams() {
    let data = fs::read(path("mp4/tags-forms.mp4")).unwrap();
    let start = data.windows(4).position(|found| found == b"udta").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("damaged.mp4").display().to_string();
    let whole = probe("mp4/tags-forms.mp4");
    for position in (start + 4..data.len()).step_by(7) {
        for byte in [0, 0xff] {
            let mut damaged = data.clone();
            damaged[position] = byte;
            fs::write(&file, damaged).unwrap();
            let output = run(&["probe", "--of", "json", &file]);
            assert_eq!(output.status.code(), Some(0), "{position} {byte}: {}", stderr(&output));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(report["streams"], whole["streams"], "{position} {byte}");
        }
    }
}

#[test]
fn data_of_protection_systems_are_side_data() {
    let data = fs::read(path("mp4/tags-ilst.mp4")).unwrap();
    let moov = data.windows(4).position(|found| found == b"moov").unwrap() - 4;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("protected.mp4").display().to_string();
    let side_data = |payload: &[u8]| {
        let len = u32::try_from(payload.len() + 8).unwrap();
        let pssh = [&len.to_be_bytes()[..], b"pssh", payload].concat();
        let mut protected = [&data[..], &pssh].concat();
        // `moov` is the last box.
        let moov_len = u32::try_from(protected.len() - moov).unwrap();
        protected[moov..moov + 4].copy_from_slice(&moov_len.to_be_bytes());
        fs::write(&file, protected).unwrap();
        probe(&file)["streams"][0].get("side_data_list").cloned()
    };
    let expected = Some(json!([{ "side_data_type": "Encryption initialization data" }]));
    let without_keys = [&[0; 20][..], &[0, 0, 0, 2], b"ab"].concat();
    let with_a_key = [&[1; 1][..], &[0; 19], &[0, 0, 0, 1], &[7; 16], &[0, 0, 0, 0]].concat();
    assert_eq!(side_data(&without_keys), expected);
    assert_eq!(side_data(&with_a_key), expected);
    assert_eq!(side_data(&without_keys[..25]), None);
    assert_eq!(side_data(&with_a_key[..30]), None);
}
