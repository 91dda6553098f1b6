//! The codings that `probe` reports in MPEG transport streams.

use serde_json::Value;

use crate::transport::Stream;
use crate::{pagecut, probe, succeed};

/// Returns the report of `probe` on a stream.
fn report(stream: &Stream) -> Value {
    let (_folder, file) = stream.save();
    probe(&file)
}

/// Returns fields of a stream as text.
fn fields(stream: &Value, names: &[&str]) -> Vec<String> {
    let text = |name: &&str| match &stream[*name] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    };
    names.iter().map(text).collect()
}

#[test]
fn streams_end_with_their_last_packets() {
    let report = probe("mpegts/eac3.ts");
    let times = ["codec_name", "start_pts", "duration_ts", "duration"];
    assert_eq!(fields(&report["streams"][0], &times), ["mpeg2video", "129600", "90000", "1.000000"]);
    assert_eq!(fields(&report["streams"][1], &times), ["eac3", "129120", "63360", "0.704000"]);
    let times = ["start_time", "duration", "bit_rate"];
    assert_eq!(fields(&report["format"], &times), ["1.434667", "1.005333", "182514"]);
}

/// Builds a frame of AC-3: 48 kHz, 32 kbit/s, stereo.
fn ac3_frame() -> Vec<u8> {
    let mut frame = vec![0x0b, 0x77, 0, 0, 0x00, 0x40, 0x43, 0xe0];
    frame.resize(128, 0);
    frame
}

#[test]
fn payloads_give_the_coding_without_tables() {
    let adts = [&[0xff, 0xf1, 0x4c, 0x80, 0x02, 0x1f, 0xfc][..], &[0; 9]].concat();
    let teletext = [&[0x10, 0x02, 0x2c][..], &[0xe7; 44]].concat();
    for (payload, name, kind) in [
        (ac3_frame(), "ac3", "audio"),
        (adts.repeat(2), "aac", "audio"),
        (teletext, "dvb_teletext", "subtitle"),
        (b"neither of them".to_vec(), "", "data"),
    ] {
        // Private PES packets without descriptors, and a stream in no map.
        let mut stream = Stream::of_program(&[], &[(0x06, &[])]);
        let mut unmapped = Stream::default();
        for number in 0..5 {
            stream.pes(0x101, 0xbd, 90_000 + 2880 * number, &payload);
            unmapped.pes(0x101, 0xbd, 90_000 + 2880 * number, &payload);
        }
        for stream in [stream, unmapped] {
            let found = fields(&report(&stream)["streams"][0], &["codec_name", "codec_type"]);
            assert_eq!(found, [name, kind]);
        }
    }
}

#[test]
fn stream_selection_uses_the_coding_in_payloads() {
    let mut stream = Stream::of_program(&[], &[(0x06, &[])]);
    // The first packet does not reveal the coding.
    stream.pes(0x101, 0xbd, 90_000, b"?");
    (1..4).for_each(|number| stream.pes(0x101, 0xbd, 90_000 + 2880 * number, &ac3_frame()));
    let (_folder, file) = stream.save();
    let rows = |kind: &str| {
        let args = ["packets", "--entries", "pts", "--select-streams", kind, &file];
        String::from_utf8(pagecut(&args).output().unwrap().stdout).unwrap()
    };
    assert_eq!(rows("a"), "92880\n95760\n98640\n");
    assert_eq!(rows("d"), "90000\n");
}

#[test]
fn channels_of_opus_are_those_of_its_descriptor() {
    for (code, channels, layout) in [
        (&[0x00][..], "2", ""),
        (&[0x01], "1", "mono"),
        (&[0x02], "2", "stereo"),
        (&[0x06], "6", "5.1"),
        (&[0x08], "8", "7.1"),
        (&[0x80], "2", ""),
        (&[0x82], "2", "stereo"),
        (&[0x81, 3, 1, 0], "3", "3.0"),
        (&[0x81, 9, 255, 0], "9", ""),
        (&[0x09], "0", ""),
    ] {
        let extension = [&[0x7f, u8::try_from(code.len() + 1).unwrap(), 0x80][..], code].concat();
        let descriptors = [b"\x05\x04Opus".as_slice(), &extension].concat();
        let mut stream = Stream::of_program(&[], &[(0x06, &descriptors)]);
        (0..3).for_each(|number| stream.pes(0x101, 0xbd, 90_000 + 1800 * number, &[0x7f, 0xe0, 1, 0xfc]));
        let found = fields(&report(&stream)["streams"][0], &["codec_name", "channels", "channel_layout"]);
        assert_eq!(found, ["opus", channels, layout], "{code:x?}");
    }
}

#[test]
fn splice_information_without_registration_has_a_tag() {
    for (descriptors, tag) in [(&b""[..], "0x0086"), (b"\x05\x04CUEI", "0x0000"), (b"\x05\x04HDMX", "0x0086")]
    {
        let mut stream = Stream::of_program(descriptors, &[(0x86, &[]), (0x1b, &[])]);
        stream.pes(0x102, 0xe0, 90_000, &[0, 0, 1, 9, 0xf0]);
        let found = fields(&report(&stream)["streams"][0], &["codec_name", "codec_type", "codec_tag"]);
        assert_eq!(found, ["scte_35", "data", tag]);
    }
}

#[test]
fn names_of_services_end_with_their_first_nul() {
    let mut stream = Stream::of_program(&[], &[(0x03, &[])]);
    let service = b"\x48\x0e\x01\x04one\0\x07second\0";
    let body = [&[0, 1, 0xff, 0, 1, 0xfc, 0x80, u8::try_from(service.len()).unwrap()][..], service].concat();
    stream.table(0x11, 0x42, 1, &body);
    stream.pes(0x101, 0xc0, 90_000, &[0]);
    let report = report(&stream);
    let names = fields(&report["programs"][0]["tags"], &["service_provider", "service_name"]);
    assert_eq!(names, ["one", "second"]);
    assert_eq!(report["format"]["nb_programs"], 1);
}

#[test]
fn a_constant_bit_rate_of_mpeg_2_is_reported() {
    for (delay, rate) in [(0x1234_u32, "4000000"), (0xffff, "")] {
        // 64 x 64, 25 frames per second, 10,000 times 400 bit/s; the sequence extension; a picture.
        let mut payload = vec![0, 0, 1, 0xb3, 0x04, 0x00, 0x40, 0x13, 0x09, 0xc4, 0x20, 0x08];
        payload.extend([0, 0, 1, 0xb5, 0x14, 0x8a, 0x00, 0x01, 0x00, 0x00, 0, 0, 1, 0]);
        payload.extend((1 << 19 | delay << 3).to_be_bytes());
        let mut stream = Stream::of_program(&[], &[(0x02, &[])]);
        (0..4).for_each(|number| stream.pes(0x101, 0xe0, 90_000 + 3600 * number, &payload));
        let found = fields(&report(&stream)["streams"][0], &["codec_name", "width", "bit_rate"]);
        assert_eq!(found, ["mpeg2video", "64", rate]);
    }
}

#[test]
fn packets_of_data_are_key_packets() {
    let klv = [(0x15, &b"\x26\x0d\xff\xffKLVA\xffKLVA\x00\x0f"[..]), (0x06, b""), (0xa0, b""), (0x1b, b"")];
    let mut stream = Stream::of_program(&[], &klv);
    for pid in [0x101, 0x102, 0x103] {
        stream.pes(pid, 0xbd, 90_000, b"data");
    }
    stream.pes(0x104, 0xe0, 90_000, &[0, 0, 1, 9, 0xf0]);
    let (_folder, file) = stream.save();
    let rows = succeed(&["packets", "--entries", "stream_index,flags", &file]);
    // Metadata and private data; a stream of an unknown type and a picture without `random_access_indicator`.
    assert_eq!(rows, "0,K_\n1,K_\n2,__\n3,__\n");
}
