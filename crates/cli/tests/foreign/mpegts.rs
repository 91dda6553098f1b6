//! MPEG transport streams.

use serde_json::Value;

use crate::succeed;

/// The rows of `packets`, as numbers of stream, pts and size.
fn packets(name: &str) -> Vec<(u32, i64, u32)> {
    let rows = succeed(&["packets", "--entries", "stream_index,pts,size", name]);
    let row = |line: &str| {
        let fields: Vec<_> = line.split(',').collect();
        let [stream, pts, size] = fields[..] else { panic!("{line}") };
        (stream.parse().unwrap(), pts.parse().unwrap(), size.parse().unwrap())
    };
    rows.lines().map(row).collect()
}

/// The value of a field of each stream of `probe`.
fn streams(name: &str, field: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(&succeed(&["probe", "--of", "json", name])).unwrap();
    let streams = report["streams"].as_array().unwrap().iter();
    streams.map(|stream| stream[field].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn padding_pes_packets_are_no_packets() {
    let expected: Vec<_> = (0..20).map(|number| (0, 90_000 + 3600 * number, 311)).collect();
    assert_eq!(packets("mpegts/padding-pes.ts"), expected);
}

#[test]
fn packets_with_headers_in_ascii_are_detected() {
    let expected: Vec<_> = (0..200).map(|number| (0, 90_000 + 2160 * number, 82)).collect();
    assert_eq!(packets("mpegts/headers-in-ascii.ts"), expected);
    assert_eq!(streams("mpegts/headers-in-ascii.ts", "codec_type"), ["audio"]);
}

#[test]
fn splice_information_is_data() {
    assert_eq!(streams("mpegts/scte35.ts", "codec_type"), ["video", "data"]);
    assert_eq!(streams("mpegts/scte35.ts", "codec_name"), ["h264", "scte_35"]);
    assert_eq!(streams("mpegts/scte35.ts", "codec_tag_string")[1], "[0][0][0][0]");
}
